"""HEBO with its defaults. The default is evaluated first; the space is flat, and inactive parameters are dropped."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import torch
from hebo.design_space.design_space import DesignSpace
from hebo.optimizers.hebo import HEBO

from benchmarks.evaluations import Evaluations
from benchmarks.problems import Problem, is_log

DISTRIBUTIONS = ("HEBO", "numpy", "torch")
torch.set_num_threads(1)


def _parameter(name: str, spec: tuple[Any, ...]) -> dict[str, Any]:
    kind, values = spec[:2]
    if kind == "categorical":
        return {"name": name, "type": "cat", "categories": list(range(len(values)))}
    if kind == "ordinal":
        return {"name": name, "type": "int", "lb": 0, "ub": len(values) - 1}
    types = {("real", False): "num", ("real", True): "pow", ("integer", False): "int", ("integer", True): "pow_int"}
    return {"name": name, "type": types[kind, is_log(spec)], "lb": values[0], "ub": values[1]}


def minimise(problem: Problem, seed: int, evaluations: Evaluations) -> None:
    np.random.seed(seed)
    torch.manual_seed(seed)
    space = DesignSpace().parse([_parameter(name, spec) for name, spec in problem.parameters.items()])
    optimizer = HEBO(space, scramble_seed=seed)
    places = {}
    for name, (kind, values, default, *_) in problem.parameters.items():
        places[name] = values.index(default) if kind in ("categorical", "ordinal") else default
    points = pd.DataFrame([places])
    while True:
        values = {}
        for name, (kind, legal, *_) in problem.parameters.items():
            value = points[name].iloc[0]
            discrete = kind in ("categorical", "ordinal")
            values[name] = legal[int(value)] if discrete else int(value) if kind == "integer" else float(value)
        cost = evaluations(problem.active(values))
        optimizer.observe(points, np.array([[cost]]))
        points = optimizer.suggest(n_suggestions=1)
