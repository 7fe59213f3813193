"""Functions with noise of 5 to 20 %; a result is judged by its true mean, not by its observed value.

The group ``noisy`` has one share of noise for each function, and the optimizer does not know of the noise:
`deterministic` is left on. The group ``noise`` has each function with each of `SHARES`, for `benchmarks.noise`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from benchmarks.problems.families import Draw, enter, family
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
#: the shares of noise of the group ``noise``
SHARES = 0.05, 0.2


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


def with_share(base: str, share: float, seed: int | None) -> Problem:
    """Return a problem of the group ``noise``; its optimum does not depend on the share."""
    make_base, plus = BASES[base]
    draw = Draw(f"noise-{base}", seed)
    return noisy(make_base(draw), name_of(base, share), share, plus, draw)


def name_of(base: str, share: float) -> str:
    """Return the name of a problem of the group ``noise``, such as ``noise-branin-20``."""
    return f"noise-{base}-{share:.0%}".rstrip("%")


def _of_draw(base: str, share: float, draw: Draw) -> Problem:
    return with_share(base, share, draw.seed)


for _base in BASES:
    for _share in SHARES:
        enter(name_of(_base, _share), "noise", partial(_of_draw, _base, _share))
