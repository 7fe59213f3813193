"""Nevergrad's NGOpt. The space is flat, inactive parameters are dropped, forbidden clauses are a cheap constraint."""

from __future__ import annotations

from typing import Any

import nevergrad
import numpy as np

from benchmarks.evaluations import Evaluations
from benchmarks.problems import Configuration, Problem, is_log

DISTRIBUTIONS = ("nevergrad",)


def _parameter(spec: tuple[Any, ...]) -> Any:
    kind, values, default = spec[:3]
    if kind == "ordinal":
        return nevergrad.p.TransitionChoice(values)
    if kind == "categorical":
        return nevergrad.p.Choice(values)
    low, high = map(float, values)
    if is_log(spec):
        return nevergrad.p.Log(init=float(default), lower=low, upper=high)
    scalar = nevergrad.p.Scalar(init=float(default), lower=low, upper=high)
    return scalar.set_integer_casting() if kind == "integer" else scalar


def minimise(problem: Problem, seed: int, evaluations: Evaluations) -> None:
    space = nevergrad.p.Dict(**{name: _parameter(spec) for name, spec in problem.parameters.items()})
    space.random_state = np.random.RandomState(seed)

    def configuration(point: Any) -> Configuration:
        values = {}
        for name, (kind, legal, *_) in problem.parameters.items():
            value = point[name].item() if hasattr(point[name], "item") else point[name]
            if kind in ("real", "integer"):
                value = min(max(round(value) if kind == "integer" else float(value), legal[0]), legal[1])
            values[name] = value
        return problem.active(values)

    if problem.forbidden:
        space.register_cheap_constraint(lambda point: not problem.is_forbidden(configuration(point)))
    optimizer = nevergrad.optimizers.NGOpt(parametrization=space, budget=evaluations.budget)
    optimizer.suggest({name: spec[2] for name, spec in problem.parameters.items()})
    while True:
        point = optimizer.ask()
        optimizer.tell(point, evaluations(configuration(point.value)))
