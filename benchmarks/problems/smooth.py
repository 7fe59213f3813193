"""Smooth test functions of 5 to 20 real parameters, all in [-5, 5]; a seed moves the optimum."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

from benchmarks.problems.families import Draw, family
from benchmarks.problems.problem import Problem

_LOW, _HIGH = -5.0, 5.0
_DEFAULT = 4.0


def sphere(z: Sequence[float]) -> float:
    """Return the sum of squares."""
    return sum(v * v for v in z)


def rosenbrock(z: Sequence[float]) -> float:
    """Return Rosenbrock's curved valley, with the optimum moved from (1, ..., 1) to 0."""
    return sum(100 * (b + 1 - (a + 1) ** 2) ** 2 + a**2 for a, b in pairwise(z))


def ackley(z: Sequence[float]) -> float:
    """Return Ackley's function: a funnel with ripples."""
    n = len(z)
    ripples = sum(math.cos(2 * math.pi * v) for v in z) / n
    return 20 - 20 * math.exp(-0.2 * math.sqrt(sphere(z) / n)) + math.e - math.exp(ripples)


def rotated_ellipsoid(n: int, condition: float, generator: random.Random) -> Callable[[Sequence[float]], float]:
    """Return a quadratic function with a condition number, and with axes in random directions."""
    axes: list[list[float]] = []
    while len(axes) < n:  # the Gram-Schmidt process
        axis = [generator.gauss(0, 1) for _ in range(n)]
        for other in axes:
            along = _dot(axis, other)
            axis = [a - along * b for a, b in zip(axis, other, strict=True)]
        length = math.sqrt(_dot(axis, axis))
        axes.append([a / length for a in axis])
    weights = [condition ** (i / (n - 1)) for i in range(n)]
    return lambda z: sum(w * _dot(axis, z) ** 2 for w, axis in zip(weights, axes, strict=True))


def _dot(one: Sequence[float], other: Sequence[float]) -> float:
    return sum(a * b for a, b in zip(one, other, strict=True))


def _shifted(name: str, function: Callable[[Sequence[float]], float], n: int, room: float, draw: Draw) -> Problem:
    """Return a problem that moves the optimum of a function from the origin to a place in [-room, room]."""
    best: dict[str, Any] = {f"x{i}": draw.uniform(-room, room, 0.0) for i in range(n)}
    parameters = {parameter: ("real", [_LOW, _HIGH], _DEFAULT) for parameter in best}
    return Problem(
        name,
        lambda **x: function([x[parameter] - value for parameter, value in best.items()]),
        parameters,
        optimum=0.0,
        best=best,
    )


@family("smooth")
def sphere5(draw: Draw) -> Problem:
    """Return the sum of squares of 5 parameters."""
    return _shifted("sphere5", sphere, 5, 4.0, draw)


@family("smooth")
def sphere20(draw: Draw) -> Problem:
    """Return the sum of squares of 20 parameters."""
    return _shifted("sphere20", sphere, 20, 4.0, draw)


@family("smooth")
def rosenbrock5(draw: Draw) -> Problem:
    """Return Rosenbrock's valley of 5 parameters."""
    return _shifted("rosenbrock5", rosenbrock, 5, 2.0, draw)


@family("smooth")
def rosenbrock10(draw: Draw) -> Problem:
    """Return Rosenbrock's valley of 10 parameters."""
    return _shifted("rosenbrock10", rosenbrock, 10, 2.0, draw)


@family("smooth")
def ackley10(draw: Draw) -> Problem:
    """Return Ackley's funnel of 10 parameters."""
    return _shifted("ackley10", ackley, 10, 4.0, draw)


@family("smooth")
def ellipsoid10(draw: Draw) -> Problem:
    """Return a quadratic function of 10 parameters, with condition number 1,000 and axes in random directions."""
    return _shifted("ellipsoid10", rotated_ellipsoid(10, 1e3, draw.random), 10, 4.0, draw)
