"""Noise of 5 to 20 % that nobody has told the optimizer of: `deterministic` is left on.

A result is judged by its true mean, not by the lucky value that was seen.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from benchmarks.problems.families import Draw, family
from benchmarks.problems.problem import Problem
from benchmarks.problems.public import branin, cat10, hartmann6, log5, rosenbrock_4d
from benchmarks.problems.trees import hier3


def _noisy(base: Problem, name: str, share: float, plus: float, draw: Draw) -> Problem:
    """The base problem plus a constant, each value times a normal number with mean 1."""
    function, generator = base.function, draw.random

    def noisy(**x: Any) -> float:
        return (function(**x) + plus) * (1 + share * generator.gauss(0, 1))

    def truth(x: dict[str, Any]) -> float:
        return float(function(**x) + plus)

    optimum = None if base.optimum is None else base.optimum + plus
    return replace(base, name=name, function=noisy, truth=truth, optimum=optimum)


def _enter(base: Callable[[Draw], Problem], name: str, share: float, plus: float) -> None:
    def make(draw: Draw) -> Problem:
        return _noisy(base(draw), name, share, plus, draw)

    make.__name__ = name
    family("noisy")(make)


_enter(branin, "noisy_branin", 0.05, 1.0)
_enter(hartmann6, "noisy_hartmann6", 0.05, 4.0)
_enter(hier3, "noisy_hier3", 0.1, 0.5)
_enter(cat10, "noisy_cat10", 0.1, 2.0)
_enter(log5, "noisy_log5", 0.2, 0.5)
_enter(rosenbrock_4d, "noisy_rosenbrock", 0.2, 10.0)
