"""Run times of solvers on 50 training and 50 test instances, from tables: calls report times and do not wait.

The score is the test PAR10: the mean run time on the test instances; a run that reaches the limit counts as ten
limits.
"""

from __future__ import annotations

import math
import random
from typing import Any

from benchmarks.problems.families import Draw, family, quadratic
from benchmarks.problems.problem import Configuration, Problem

N_INSTANCES = 50
CUTOFF = 20.0
LONG_CUTOFF = 300.0
SECONDS = 2000.0
_HEURISTICS = ["first", "random", "activity", "conflict", "weight"]


def par10(runtime: float, cutoff: float) -> float:
    """Return the contribution of a run time to a PAR10 score."""
    return 10 * cutoff if runtime >= cutoff else runtime


def _solver(draw: Draw, name: str, n_kinds: int, cutoff: float = CUTOFF) -> Problem:
    """Return a problem with instances of some kinds, which differ in the best heuristics; hardness is log-normal."""
    g = draw.random
    kinds = [g.randrange(n_kinds) for _ in range(2 * N_INSTANCES)]
    base = [math.exp(g.gauss(0.3, 0.8)) for _ in kinds]
    table = [
        {h: math.exp(0.7 * k) for k, h in enumerate(g.sample(_HEURISTICS, len(_HEURISTICS)))} for _ in range(n_kinds)
    ]
    best = {"restart": 10 ** g.uniform(1.5, 4), "noise": g.uniform(0.1, 0.6), "level": g.randint(0, 3)}
    features = [
        [*(float(kind == k) for k in range(n_kinds)), math.log(hardness) + g.gauss(0, 0.3)]
        for kind, hardness in zip(kinds, base, strict=True)
    ]
    salt = g.random()

    def runtime(instance: int, x: Configuration) -> float:
        distances = [math.log10(x["restart"] / best["restart"]), (x["level"] - best["level"]) / 2]
        if x["heuristic"] in ("random", "weight"):
            distances.append(3 * (x["noise"] - best["noise"]))
        factor = quadratic([0.7, 0.7, 0.7][: len(distances)], distances)
        jitter = random.Random(f"{salt} {instance} {sorted(x.items())}").gauss(0, 0.25)
        factor += 0.5 * (not x["learning"]) + 0.3 * x["preprocess"]
        return base[instance] * table[kinds[instance]][x["heuristic"]] * math.exp(factor + jitter) / 3

    def solve(instance: int, **x: Any) -> dict[str, Any]:
        seconds = runtime(instance, x)
        if seconds >= cutoff:
            return {"value": 1.0, "status": "TIMEOUT", "runtime": cutoff}
        return {"value": 0.0, "status": "SAT", "runtime": seconds}

    def test(x: Configuration) -> float:
        return math.fsum(par10(runtime(i, x), cutoff) for i in range(N_INSTANCES, 2 * N_INSTANCES)) / N_INSTANCES

    return Problem(
        name,
        solve,
        {
            "heuristic": ("categorical", _HEURISTICS, "first"),
            "noise": ("real", [0, 1], 0.9),
            "restart": ("integer", [10, 100000], 100, "log"),
            "level": ("ordinal", [0, 1, 2, 3], 0),
            "learning": ("categorical", [False, True], False),
            "preprocess": ("categorical", [False, True], True),
        },
        ["noise | heuristic in {random, weight}"],
        budgets=(1500,),
        truth=test,
        features=features[:N_INSTANCES],
        n_instances=N_INSTANCES,
        cutoff=cutoff,
        seconds=SECONDS,
    )


@family("runtime")
def solver_alike(draw: Draw) -> Problem:
    """Return a problem with instances of one kind."""
    return _solver(draw, "solver_alike", 1)


@family("runtime")
def solver_kinds(draw: Draw) -> Problem:
    """Return a problem with instances of three kinds; the features show the kind."""
    return _solver(draw, "solver_kinds", 3)


@family("runtime")
def solver_patient(draw: Draw) -> Problem:
    """Return a problem with instances of one kind; as usual for solvers, the limit is far above a good run."""
    return _solver(draw, "solver_patient", 1, LONG_CUTOFF)
