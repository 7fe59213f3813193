"""COCO's suites bbob and bbob-mixint; a seed selects an instance, and instances are numbered from 1.

N. Hansen et al., "COCO: A Platform for Comparing Continuous Optimizers in a Black-Box Setting", 2021,
https://arxiv.org/abs/1603.08785; T. Tušar, D. Brockhoff, N. Hansen, "Mixed-Integer Benchmark Problems for Single- and
Bi-Objective Optimization", GECCO 2019. Both need the wheel ``coco-experiment``.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from benchmarks.problems.families import Draw, enter, wheel
from benchmarks.problems.foreign import BUDGETS
from benchmarks.problems.problem import Problem

BBOB_DIMENSIONS = 2, 5, 10, 20, 40
MIXINT_DIMENSIONS = 5, 10, 20, 40
_FUNCTIONS = range(1, 25)
_STEPS = {7}
_ILL_CONDITIONED = {2, 10, 11, 12, 13, 14}
_MULTIMODAL = {3, 4, *range(15, 25)}
#: the suite multiplies the values of these functions by these factors; the factor of other functions is 1
_MIXINT_SCALES = {
    **{2: 1e-3, 3: 0.1, 4: 0.1, 6: 1e-2, 8: 1e-2, 9: 1e-2, 10: 1e-3, 11: 1e-2, 12: 1e-4, 13: 0.1},
    **{15: 0.1, 17: 10.0, 19: 10.0, 20: 0.1, 23: 10.0, 24: 0.1},
}


def _bare(function: int, dimension: int, instance: int) -> Any:
    return wheel("cocoex").BareProblem("bbob", function, dimension, instance)


def _bbob(name: str, function: int, dimension: int, draw: Draw) -> Problem:
    bare = _bare(function, dimension, draw.seed + 1)
    parameters = {f"x{i}": ("real", [-5.0, 5.0], 0.0) for i in range(dimension)}
    best = dict(zip(parameters, map(float, bare.best_parameter()), strict=True))
    return Problem(
        name,
        lambda **x: float(bare(np.array([x[parameter] for parameter in parameters]))),
        parameters,
        optimum=float(bare.best_value()),
        best=best,
        budgets=BUDGETS,
    )


def _mixint(name: str, function: int, dimension: int, draw: Draw) -> Problem:
    instance = draw.seed + 1
    cocoex = wheel("cocoex")
    cocoex.log_level("warning")
    suite = cocoex.Suite(
        "bbob-mixint", f"instances: {instance}", f"function_indices: {function} dimensions: {dimension}"
    )
    problem = suite.get_problem_by_function_dimension_instance(function, dimension, instance)
    parameters: dict[str, tuple[Any, ...]] = {}
    for i, (low, high, middle) in enumerate(
        zip(problem.lower_bounds, problem.upper_bounds, problem.initial_solution, strict=True)
    ):
        if i < problem.number_of_integer_variables:
            parameters[f"x{i}"] = ("integer", [round(low), round(high)], round(middle))
        else:
            parameters[f"x{i}"] = ("real", [float(low), float(high)], float(middle))

    def value(*, _suite: Any = suite, **x: float) -> float:  # keeps the suite alive, which owns the problem
        return float(problem([x[parameter] for parameter in parameters]))

    scale = _MIXINT_SCALES.get(function, 1.0)
    optimum = scale * float(_bare(function, dimension, instance).best_value())
    return Problem(name, value, parameters, optimum=optimum, budgets=BUDGETS)


def _group(function: int, dimension: int) -> str:
    """Return the group of a function of bbob."""
    if function in _STEPS:
        return "steps"
    if function in _ILL_CONDITIONED:
        return "ill-conditioned"
    if function in _MULTIMODAL:
        return "multimodal"
    return "smooth-few" if dimension <= 5 else "smooth-many"


for _f in _FUNCTIONS:
    for _d in BBOB_DIMENSIONS:
        enter(f"bbob-f{_f}-d{_d}", _group(_f, _d), partial(_bbob, f"bbob-f{_f}-d{_d}", _f, _d))
    for _d in MIXINT_DIMENSIONS:
        _its_group = "steps" if _f in _STEPS else "mixed-integer"
        enter(f"mixint-f{_f}-d{_d}", _its_group, partial(_mixint, f"mixint-f{_f}-d{_d}", _f, _d))
