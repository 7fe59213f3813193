"""Test functions over mixed spaces: classics, categories, a constraint. `trees` has the hierarchical function."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from benchmarks.problems.families import Draw, family
from benchmarks.problems.problem import Problem

_BRANIN_BEST = math.pi, 2.275
_BRANIN_LEAST = 10 / (8 * math.pi)


def _branin(x1: float, x2: float) -> float:
    b, c, t = 5.1 / (4 * math.pi**2), 5 / math.pi, 1 / (8 * math.pi)
    return (x2 - b * x1**2 + c * x1 - 6) ** 2 + 10 * (1 - t) * math.cos(x1) + 10


@family("public")
def branin(draw: Draw) -> Problem:
    """Return Branin's function; a seed moves the third of its three optima."""
    best = {"x1": draw.uniform(-4, 9, _BRANIN_BEST[0]), "x2": draw.uniform(1, 14, _BRANIN_BEST[1])}
    d1, d2 = best["x1"] - _BRANIN_BEST[0], best["x2"] - _BRANIN_BEST[1]
    return Problem(
        "branin",
        lambda x1, x2: _branin(x1 - d1, x2 - d2),
        {"x1": ("real", [-5, 10], 2.5), "x2": ("real", [0, 15], 7.5)},
        optimum=_BRANIN_LEAST,
        best=best,
    )


@family("public")
def branin_integer(draw: Draw) -> Problem:
    """Return Branin's function plus the distance of an integer from its best value."""
    best = {
        "x1": draw.uniform(-4, 4, _BRANIN_BEST[0]),
        "x2": draw.uniform(-4, 4, _BRANIN_BEST[1]),
        "x3": draw.integer(0, 10, 0),
    }
    d1, d2 = best["x1"] - _BRANIN_BEST[0], best["x2"] - _BRANIN_BEST[1]
    return Problem(
        "branin_integer",
        lambda x1, x2, x3: _branin(x1 - d1, x2 - d2) + abs(x3 - best["x3"]),
        {"x1": ("real", [-5, 5], 1), "x2": ("real", [-5, 5], -1), "x3": ("integer", [0, 10], 1)},
        optimum=_BRANIN_LEAST,
        best=best,
    )


@family("public")
def rosenbrock_4d(draw: Draw) -> Problem:
    """Return Rosenbrock's valley over one parameter of each type; a seed permutes x3 and shifts the others."""
    d1, d2, d4 = draw.uniform(-4, 4, 1) - 1, draw.integer(-4, 4, 1) - 1, draw.integer(-4, 4, 1) - 1
    choices = [5, 2, 0, 1, -1, -2, 4, -3, 3, -5, -4]
    meaning = draw.renamed(choices)

    def rosenbrock(x1: float, x2: int, x3: int, x4: int) -> float:
        x = x1 - d1, x2 - d2, meaning[x3], x4 - d4
        return sum(100 * (b - a**2) ** 2 + (a - 1) ** 2 for a, b in pairwise(x))

    one = next(choice for choice in choices if meaning[choice] == 1)
    return Problem(
        "rosenbrock_4d",
        rosenbrock,
        {
            "x1": ("real", [-5, 5], 5),
            "x2": ("integer", [-5, 5], 5),
            "x3": ("categorical", choices, 5),
            "x4": ("ordinal", list(range(-5, 6)), 5),
        },
        optimum=0.0,
        best={"x1": 1 + d1, "x2": 1 + d2, "x3": one, "x4": 1 + d4},
    )


_HARTMANN_WEIGHTS = [1.0, 1.2, 3.0, 3.2]
_HARTMANN_SCALES = [
    [10, 3, 17, 3.5, 1.7, 8],
    [0.05, 10, 17, 0.1, 8, 14],
    [3, 3.5, 1.7, 10, 17, 8],
    [17, 8, 0.05, 10, 0.1, 14],
]
_HARTMANN_CENTRES = [
    [0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886],
    [0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991],
    [0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.6650],
    [0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381],
]
_HARTMANN_BEST = [0.201689512, 0.150010688, 0.476873968, 0.275332429, 0.311651612, 0.657300531]


@family("public")
def hartmann6(draw: Draw) -> Problem:
    """Return Hartmann's function of six real parameters."""
    best = {f"x{i + 1}": draw.uniform(0.1, 0.9, x) for i, x in enumerate(_HARTMANN_BEST)}
    shift = [x - y for x, y in zip(best.values(), _HARTMANN_BEST, strict=True)]

    def hartmann(**x: float) -> float:
        z = [x[f"x{i + 1}"] - d for i, d in enumerate(shift)]
        return -sum(
            weight * math.exp(-sum(s * (v - c) ** 2 for s, v, c in zip(scales, z, centres, strict=True)))
            for weight, scales, centres in zip(_HARTMANN_WEIGHTS, _HARTMANN_SCALES, _HARTMANN_CENTRES, strict=True)
        )

    parameters = {name: ("real", [0, 1], 0.5) for name in best}
    return Problem("hartmann6", hartmann, parameters, optimum=-3.322368011415515, best=best)


@family("public")
def log5(draw: Draw) -> Problem:
    """Return a function of three real and two integer parameters on log scales; a curved valley joins a and c."""
    best = {
        "a": draw.power(-5, 1, -3.3),
        "b": draw.power(-2, 2, 1.4),
        "c": draw.power(-2.5, 0.5, -0.7),
        "n": round(draw.power(0.5, 3.5, math.log10(250))),
        "m": round(draw.power(0.5, 2.5, math.log10(7))),
    }

    def valley(**x: float) -> float:
        a, b, c, n, m = (math.log10(x[name] / best[name]) for name in best)
        value = 0.3 * a**2 + (c - 0.25 * a**2) ** 2 + 0.5 * b**2 + (n + 0.4 * b) ** 2 + 0.7 * m**2
        return value + 0.15 * (1 - math.cos(2 * math.pi * (a + m)))

    parameters = {
        "a": ("real", [1e-6, 1e2], 1.0, "log"),
        "b": ("real", [1e-3, 1e3], 1.0, "log"),
        "c": ("real", [1e-3, 1e1], 1.0, "log"),
        "n": ("integer", [1, 10000], 10, "log"),
        "m": ("integer", [1, 1000], 100, "log"),
    }
    return Problem("log5", valley, parameters, optimum=0.0, best=best)


def _congruential(state: int) -> Iterator[float]:
    while True:
        state = (1103515245 * state + 12345) % (1 << 31)
        yield state / (1 << 31)


_CAT_SIZES = [3, 4, 5, 3, 4, 5, 3, 4, 5, 3]
_CAT_PAIRS = [(0, 3), (1, 2), (2, 8), (4, 5), (5, 7), (6, 9), (3, 6)]
_CAT_BEST = "ccebaacbac"  # found by exhaustive search


def _cat_tables() -> tuple[list[list[float]], list[list[list[float]]]]:
    numbers = _congruential(20)
    for _ in range(20):
        next(numbers)
    single = [[next(numbers) for _ in range(size)] for size in _CAT_SIZES]
    pairs = [
        [[1.5 * (next(numbers) - 0.5) for _ in range(_CAT_SIZES[j])] for _ in range(_CAT_SIZES[i])]
        for i, j in _CAT_PAIRS
    ]
    return single, pairs


@family("public")
def cat10(draw: Draw) -> Problem:
    """Return a function of ten categorical parameters with seven interactions; a seed permutes all categories."""
    single, pairs = _cat_tables()
    meaning = {f"c{i}": draw.renamed("abcde"[:size]) for i, size in enumerate(_CAT_SIZES)}

    def table(**c: str) -> float:
        k = ["abcde".index(meaning[name][c[name]]) for name in meaning]
        value = sum(row[i] for row, i in zip(single, k, strict=True))
        return value + sum(t[k[i]][k[j]] for (i, j), t in zip(_CAT_PAIRS, pairs, strict=True))

    best = {}
    for (name, means), wanted in zip(meaning.items(), _CAT_BEST, strict=True):
        best[name] = next(label for label, meant in means.items() if meant == wanted)
    parameters: dict[str, tuple[Any, ...]] = {n: ("categorical", list(means), "a") for n, means in meaning.items()}
    return Problem("cat10", table, parameters, optimum=-0.4654362932778895, best=best)


@family("public")
def forbid60(draw: Draw) -> Problem:
    """Return a function with two real parameters whose sum is bounded; 60 % of the space is forbidden.

    The optimum is on the edge of the legal space.
    """
    d1, d2, dn = draw.uniform(-1, 1, 0), draw.uniform(-1, 1, 0), draw.integer(-2, 2, 0)
    most = 9 + d1 + d2
    meaning = draw.renamed("pqr")

    def cost(x1: float, x2: float, n: int, c: str) -> float:
        a, b, k = x1 - d1, x2 - d2, n - dn
        value = 0.6 * (a - 6.2) ** 2 + (b - 5.1) ** 2 + 0.3 * (k - a) ** 2 + 1.5 * (1 - math.cos(math.pi * (a - b)))
        return value + {"p": 0.0, "q": 0.4 * abs(k - 3) - 1.0, "r": 2.0}[meaning[c]]

    edge = 4.508572925148242 + d1
    return Problem(
        "forbid60",
        cost,
        {
            "x1": ("real", [0, 10], 1.0),
            "x2": ("real", [0, 10], 1.0),
            "n": ("integer", [0, 10], 9),
            "c": ("categorical", ["p", "q", "r"], "r"),
        },
        forbidden=[f"{{x1 + x2 > {most!r}}}"],
        is_forbidden=lambda k: k["x1"] + k["x2"] > most,
        optimum=1.5666858359766054,
        best={"x1": edge, "x2": most - edge - 1e-12, "n": 4 + dn, "c": next(c for c in "pqr" if meaning[c] == "q")},
    )
