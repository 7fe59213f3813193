"""Functions on 40 instances, with and without features, and a function with seeds; the true mean is the score."""

from __future__ import annotations

import math
import random
from typing import Any

from benchmarks.problems.families import Draw, family, quadratic
from benchmarks.problems.problem import Configuration, Problem

N_INSTANCES = 40
_REALS = ["x", "y", "z"]


def _on_instances(draw: Draw, name: str, with_features: bool, offsets: float = 0.0) -> Problem:
    """Return a problem whose best real values, and whose table of a categorical, differ from instance to instance.

    Features are centred, so that the best configuration for the mean is in the middle. Each instance adds a number to
    all values; ``offsets`` is the range of this number. The configuration makes a difference of about 1.
    """
    g = draw.random
    centre = {n: g.uniform(0.25, 0.75) for n in _REALS} | {"n": g.randint(3, 17)}
    features = [[g.uniform(-1, 1) for _ in range(3)] for _ in range(N_INSTANCES)]
    for column in range(3):
        middle = sum(row[column] for row in features) / N_INSTANCES
        for row in features:
            row[column] -= middle
    effect = {n: [g.uniform(-0.15, 0.15) for _ in range(3)] for n in _REALS}
    hardness = [offsets * g.random() for _ in range(N_INSTANCES)]
    tables = [{c: 0.2 * (k + g.gauss(0, 1)) for k, c in enumerate(draw.shuffled("abcd"))} for _ in range(N_INSTANCES)]
    weights = [2.0, 1.0, 0.5, 1.0]

    def value(instance: int, x: float, y: float, z: float, n: int, c: str) -> float:
        row = features[instance]
        moved = [centre[k] + sum(e * f for e, f in zip(effect[k], row, strict=True)) for k in _REALS]
        distances = [v - m for v, m in zip((x, y, z), moved, strict=True)] + [(n - centre["n"]) / 20]
        return hardness[instance] + quadratic(weights, distances) + tables[instance][c]

    def mean(configuration: Configuration) -> float:
        return math.fsum(value(instance, **configuration) for instance in range(N_INSTANCES)) / N_INSTANCES

    letter = min("abcd", key=lambda c: math.fsum(table[c] for table in tables))
    best = centre | {"c": letter}
    parameters: dict[str, tuple[Any, ...]] = {n: ("real", [0, 1], 0.0) for n in _REALS}
    parameters |= {"n": ("integer", [0, 20], 0), "c": ("categorical", list("abcd"), "a")}
    return Problem(
        name,
        value,
        parameters,
        optimum=mean(best),
        best=best,
        budgets=(200, 1000),
        truth=mean,
        features=features if with_features else None,
        n_instances=N_INSTANCES,
    )


@family("instances")
def instances_features(draw: Draw) -> Problem:
    """Return instances with three features that predict the places of the best values."""
    return _on_instances(draw, "instances_features", with_features=True)


@family("instances")
def instances_plain(draw: Draw) -> Problem:
    """Return instances without features."""
    return _on_instances(draw, "instances_plain", with_features=False)


@family("instances")
def instances_offsets(draw: Draw) -> Problem:
    """Return instances that differ by 100 times the largest effect of the configuration."""
    return _on_instances(draw, "instances_offsets", with_features=False, offsets=100.0)


_SPREAD = 0.5, 0.3  # of the common effect of a seed on all configurations, and of its effect on each one


@family("instances")
def seeds(draw: Draw) -> Problem:
    """Return a function with a seed: log-normal noise of mean 1, with one part that all configurations share.

    The true mean is known; it is the mean over infinitely many fresh seeds.
    """
    g = draw.random
    best = {"x": g.uniform(0.1, 0.9), "y": 10 ** g.uniform(-3, 1), "n": g.randint(2, 18), "c": g.choice("abc")}
    worse = {c: 0.0 if c == best["c"] else g.uniform(0.1, 0.5) for c in "abc"}
    salt = g.random()

    def truth(x: Configuration) -> float:
        distances = [x["x"] - best["x"], math.log10(x["y"] / best["y"]) / 6, (x["n"] - best["n"]) / 20]
        return 0.2 + quadratic([2.0, 2.0, 2.0], distances) + worse[x["c"]]

    def value(seed: int, **x: Any) -> float:
        common = random.Random(f"{salt} {seed}").gauss(0, 1)
        own = random.Random(f"{salt} {seed} {sorted(x.items())}").gauss(0, 1)
        a, b = _SPREAD
        return truth(x) * math.exp(a * common + b * own - (a * a + b * b) / 2)

    parameters: dict[str, tuple[Any, ...]] = {
        "x": ("real", [0, 1], 0.0),
        "y": ("real", [1e-4, 1e2], 1e2, "log"),
        "n": ("integer", [0, 20], 0),
        "c": ("categorical", list("abc"), "a"),
    }
    return Problem(
        "seeds", value, parameters, optimum=0.2, best=best, budgets=(200, 1000), truth=truth, deterministic=False
    )
