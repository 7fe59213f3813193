"""scikit-optimize's ``gp_minimize`` with its defaults.

The default is evaluated first. The space is flat, and inactive parameters are dropped.
"""

from __future__ import annotations

from typing import Any

from skopt import gp_minimize, space

from benchmarks.evaluations import Evaluations
from benchmarks.problems import Problem, is_log

DISTRIBUTIONS = ("scikit-optimize", "scikit-learn", "numpy")
_MOST_ASKED = 20  # in units of the budget; forbidden configurations do not count


def _dimension(name: str, spec: tuple[Any, ...]) -> Any:
    kind, values = spec[:2]
    if kind == "ordinal":
        return space.Integer(0, len(values) - 1, name=name)
    if kind == "categorical":
        return space.Categorical(list(range(len(values))), name=name)
    prior = "log-uniform" if is_log(spec) else "uniform"
    return (space.Real if kind == "real" else space.Integer)(*values, prior=prior, name=name)


def minimise(problem: Problem, seed: int, evaluations: Evaluations) -> None:
    def cost(point: list[Any]) -> float:
        values = {}
        for (name, (kind, legal, *_)), value in zip(problem.parameters.items(), point, strict=True):
            discrete = kind in ("categorical", "ordinal")
            values[name] = legal[int(value)] if discrete else int(value) if kind == "integer" else float(value)
        return evaluations(problem.active(values))

    first = []
    for kind, values, default, *_ in problem.parameters.values():
        first.append(values.index(default) if kind in ("categorical", "ordinal") else default)
    dimensions = [_dimension(name, spec) for name, spec in problem.parameters.items()]
    n_calls = evaluations.budget * (_MOST_ASKED if problem.forbidden else 1)
    gp_minimize(cost, dimensions, n_calls=n_calls, x0=[first], random_state=seed)
