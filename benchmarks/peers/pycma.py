"""pycma: ``cma.fmin2``, CMA-ES with restarts of growing and of small populations (BIPOP), for real parameters only."""

from __future__ import annotations

import math
from collections.abc import Sequence

import cma
import numpy as np

from benchmarks.evaluations import Evaluations
from benchmarks.problems import Problem, is_log

DISTRIBUTIONS = ("cma", "numpy")
_SIGMA = 0.25  # in units of the cube; pycma advises that the optimum lie within about x0 +- 2 sigma
_RESTARTS = 100  # no budget here allows more


def minimise(problem: Problem, seed: int, evaluations: Evaluations) -> None:
    """Search in the unit cube; the first start is at the default, further starts are at random points."""
    bounds = []
    for spec in problem.parameters.values():
        scale = math.log if is_log(spec) else float
        bounds.append((scale(spec[1][0]), scale(spec[1][1]), scale(spec[2])))
    low, high, default = np.array(bounds).T
    logs = [is_log(spec) for spec in problem.parameters.values()]

    def cost(point: Sequence[float]) -> float:
        values = low + np.clip(point, 0.0, 1.0) * (high - low)
        numbers = (math.exp(value) if log else float(value) for value, log in zip(values, logs, strict=True))
        inside = (
            min(max(number, spec[1][0]), spec[1][1])
            for number, spec in zip(numbers, problem.parameters.values(), strict=True)
        )
        return evaluations(dict(zip(problem.parameters, inside, strict=True)))

    evaluations(problem.default)
    generator = np.random.default_rng(seed)
    begun: list[bool] = []

    def start() -> np.ndarray:
        first = not begun
        begun.append(True)
        return (default - low) / (high - low) if first else generator.random(len(low))

    options = {"bounds": [0, 1], "seed": seed + 1, "verbose": -9, "verb_log": 0}  # the seed 0 means the clock
    cma.fmin2(cost, start, _SIGMA, options, restarts=_RESTARTS, bipop=True)
