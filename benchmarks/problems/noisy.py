"""Functions with noise of 5 to 20 % that the optimizer does not know of: `deterministic` is left on.

A result is judged by its true mean, not by its observed value, which may be lucky.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from benchmarks.problems.families import Draw, family
from benchmarks.problems.problem import Problem
from benchmarks.problems.public import branin, cat10, hartmann6, log5, rosenbrock_4d
from benchmarks.problems.trees import hier3

#: a problem and an added constant; without it, noise in proportion to the value would vanish at the optimum
BASES: dict[str, tuple[Callable[[Draw], Problem], float]] = {
    "branin": (branin, 1.0),
    "hartmann6": (hartmann6, 4.0),
    "hier3": (hier3, 0.5),
    "cat10": (cat10, 2.0),
    "log5": (log5, 0.5),
    "rosenbrock": (rosenbrock_4d, 10.0),
}


def noisy(base: Problem, name: str, share: float, plus: float, draw: Draw) -> Problem:
    """Return the base problem plus a constant; each value is multiplied by a normal number with mean 1."""
    function, generator = base.function, draw.random

    def with_noise(**x: Any) -> float:
        return (function(**x) + plus) * (1 + share * generator.gauss(0, 1))

    def truth(x: dict[str, Any]) -> float:
        return float(function(**x) + plus)

    optimum = None if base.optimum is None else base.optimum + plus
    return replace(base, name=name, function=with_noise, truth=truth, optimum=optimum)


def _enter(base: str, share: float) -> None:
    make_base, plus = BASES[base]

    def make(draw: Draw) -> Problem:
        return noisy(make_base(draw), make.__name__, share, plus, draw)

    make.__name__ = f"noisy_{base}"
    family("noisy")(make)


for _base, _share in (
    ("branin", 0.05),
    ("hartmann6", 0.05),
    ("hier3", 0.1),
    ("cat10", 0.1),
    ("log5", 0.2),
    ("rosenbrock", 0.2),
):
    _enter(_base, _share)
