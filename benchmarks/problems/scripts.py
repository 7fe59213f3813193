"""Problems that are like real scripts for pysmac: many discrete parameters, `{a < b}`, plateaus."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from typing import Any

from benchmarks.problems.families import Draw, family, quadratic
from benchmarks.problems.problem import Configuration, Problem


def _coupled(
    choices: dict[str, list[Any]], n_pairs: int, generator: random.Random
) -> tuple[Callable[[Configuration], float], Configuration]:
    """Return a sum of tables over single parameters and over pairs, and the configuration where it is 0, its minimum.

    In a pair, a single best value costs more than none, so both parameters have to change together.
    """
    best = {name: generator.choice(values) for name, values in choices.items()}
    weights = dict(
        zip(choices, generator.sample([2 ** (-i / 8) for i in range(len(choices))], len(choices)), strict=True)
    )
    single = {
        (name, value): 0.0 if value == best[name] else weights[name] * generator.uniform(0.2, 1)
        for name, values in choices.items()
        for value in values
    }
    pairs = [tuple(generator.sample(list(choices), 2)) for _ in range(n_pairs)]
    joint = {}
    for a, b in pairs:
        scale = (weights[a] + weights[b]) / 2
        for v in choices[a]:
            for w in choices[b]:
                hits = (v == best[a]) + (w == best[b])
                low, high = [(0.0, 0.3), (0.3, 1.0), (0.0, 0.0)][hits]
                joint[a, v, b, w] = scale * generator.uniform(low, high)

    def value(x: Configuration) -> float:
        return sum(single[name, x[name]] for name in choices) + sum(joint[a, x[a], b, x[b]] for a, b in pairs)

    return value, best


@family("scripts")
def int36(draw: Draw) -> Problem:
    """Return a problem of 36 categorical parameters with 3 to 6 integers each, also for 1,000 evaluations."""
    choices = {f"p{i}": list(range(3 + 7 * i % 4)) for i in range(36)}
    value, best = _coupled(choices, 18, draw.random)
    parameters = {name: ("categorical", values, 0) for name, values in choices.items()}
    return Problem("int36", lambda **x: value(x), parameters, optimum=0.0, best=best, budgets=(100, 500, 1000))


@family("scripts")
def bits60(draw: Draw) -> Problem:
    """Return a problem of 60 switches."""
    choices = {f"b{i}": [0, 1] for i in range(60)}
    value, best = _coupled(choices, 30, draw.random)
    parameters = {name: ("categorical", [0, 1], 0) for name in choices}
    return Problem("bits60", lambda **x: value(x), parameters, optimum=0.0, best=best)


#: pairs of parameters: a clause forbids that the first value is less than the second
_ORDERED = [("r0", "r1"), ("i0", "i1"), ("l0", "r2")]


@family("scripts")
def mixed24(draw: Draw) -> Problem:
    """Return a problem of 24 parameters of all types and three clauses `{a < b}`, one of them tight at the optimum."""
    g = draw.random
    best: Configuration = {f"r{i}": g.uniform(0.5, 9.5) for i in range(6)}
    best |= {f"i{i}": g.randint(2, 38) for i in range(6)}
    best |= {f"l{i}": 10 ** g.uniform(-2, 2) for i in range(4)}
    best["r0"] = g.uniform(1, 9)
    best["r1"] = best["r0"] - g.uniform(0, 0.3)
    best["i0"], best["i1"] = max(best["i0"], best["i1"]), min(best["i0"], best["i1"])
    best["l0"] = 10 ** g.uniform(0.5, 1.5)
    best["r2"] = g.uniform(0.1, 0.9) * min(best["l0"], 9.5)
    table, switches = _coupled({f"c{i}": list("abcd") for i in range(4)}, 3, g)
    best |= switches | {f"o{i}": g.randint(0, 7) for i in range(4)}
    weights = [2 ** (-i / 5) for i in g.sample(range(20), 20)]
    numeric = [name for name in best if name[0] != "c"]

    def distance(name: str, value: float) -> float:
        if name[0] == "l":
            return math.log10(value / best[name]) / 5
        return (value - best[name]) / {"r": 10, "i": 40, "o": 7}[name[0]]

    def cost(**x: Any) -> float:
        d = [distance(name, x[name]) for name in numeric]
        coupling = sum((a + b) ** 2 for a, b in zip(d[::2], d[1::2], strict=True))
        return 3 * quadratic(weights, d) + 2 * coupling + table(x)

    parameters: dict[str, tuple[Any, ...]] = {}
    for name in best:
        parameters[name] = {
            "r": ("real", [0, 10], 5.0),
            "i": ("integer", [0, 40], 20),
            "l": ("real", [1e-3, 1e2], 10.0, "log"),
            "c": ("categorical", list("abcd"), "a"),
            "o": ("ordinal", list(range(8)), 0),
        }[name[0]]
    return Problem(
        "mixed24",
        cost,
        parameters,
        forbidden=[f"{{{a} < {b}}}" for a, b in _ORDERED],
        is_forbidden=lambda x: any(x[a] < x[b] for a, b in _ORDERED),
        optimum=0.0,
        best=best,
    )


def _error(distance: float, n_rows: int) -> float:
    """Return the error of a classifier on a number of rows: it has few values, and is constant over wide regions."""
    return 1 - round(n_rows * (0.35 + 0.6 * math.exp(-distance))) / n_rows


@family("scripts")
def plateau(draw: Draw) -> Problem:
    """Return an error on 150 test rows: it has steps of 1/150, and is flat between the steps."""
    g, n_rows = draw.random, 150
    best: Configuration = {
        "C": 10 ** g.uniform(-2, 3),
        "gamma": 10 ** g.uniform(-4, 0),
        "degree": g.randint(2, 9),
        "kernel": g.choice("uvw"),
        "size": g.randint(0, 4),
        "share": g.uniform(0.1, 0.9),
    }
    worse = dict(zip("uvw", (g.uniform(0.1, 0.6) for _ in range(3)), strict=True)) | {best["kernel"]: 0.0}

    def error(C: float, gamma: float, degree: int, kernel: str, size: int, share: float) -> float:
        distances: Sequence[float] = (
            math.log10(C / best["C"]),
            math.log10(gamma / best["gamma"]) + 0.5 * math.log10(C / best["C"]),
            (degree - best["degree"]) / 4,
            (size - best["size"]) / 2,
            share - best["share"],
        )
        return _error(quadratic([0.15, 0.3, 0.2, 0.1, 0.5], distances) + worse[kernel], n_rows)

    return Problem(
        "plateau",
        error,
        {
            "C": ("real", [1e-3, 1e4], 1.0, "log"),
            "gamma": ("real", [1e-6, 1e1], 1.0, "log"),
            "degree": ("integer", [1, 10], 3),
            "kernel": ("categorical", list("uvw"), "u"),
            "size": ("ordinal", list(range(5)), 2),
            "share": ("real", [0, 1], 0.5),
        },
        optimum=_error(0.0, n_rows),
        best=best,
    )
