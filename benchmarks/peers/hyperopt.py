"""hyperopt's TPE. A parameter with a single, discrete parent is nested in a choice; other conditions are flat."""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from hyperopt import STATUS_OK, fmin, hp, tpe
from hyperopt.fmin import generate_trials_to_calculate
from hyperopt.pyll.base import scope

from benchmarks.evaluations import Evaluations
from benchmarks.problems import Problem, is_log

DISTRIBUTIONS = ("hyperopt",)
logging.getLogger("hyperopt").setLevel(logging.CRITICAL)


class _Space:
    """The search space in the form of hyperopt."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.children: dict[str, list[str]] = {}
        for name in problem.parameters:
            parents = list(problem.parents(name))
            if len(parents) == 1 and problem.parameters[parents[0]][0] in ("categorical", "ordinal"):
                self.children.setdefault(parents[0], []).append(name)
        self._nodes: dict[str, Any] = {}
        inner = {child for children in self.children.values() for child in children}
        self.tree = {name: self._node(name) for name in problem.parameters if name not in inner}

    def _node(self, name: str) -> Any:
        if name not in self._nodes:
            values = self.problem.parameters[name][1]
            if name in self.children:
                options = [[{"v": v}, {c: self._node(c) for c in self._awake(name, v)}] for v in values]
                self._nodes[name] = hp.choice(name, options)
            else:
                self._nodes[name] = _leaf(name, self.problem.parameters[name])
        return self._nodes[name]

    def _awake(self, parent: str, value: Any) -> list[str]:
        """Return the children that are active with this value of an active parent."""
        return [c for c in self.children[parent] if self.problem.is_active(c, {parent: value})]

    def values(self, tree: Mapping[str, Any]) -> dict[str, Any]:
        """Return the values of the parameters in a point that hyperopt proposes."""
        found: dict[str, Any] = {}
        for name, value in tree.items():
            kind, values = self.problem.parameters[name][:2]
            if name in self.children:
                found[name] = value[0]["v"]
                found |= self.values(value[1])
            elif kind in ("categorical", "ordinal"):
                found[name] = values[int(value)]
            else:
                value = int(value) if kind == "integer" else float(value)
                found[name] = min(max(value, values[0]), values[1])
        return found


def _leaf(name: str, spec: tuple[Any, ...]) -> Any:
    kind, values = spec[:2]
    if kind == "categorical":
        return hp.choice(name, list(range(len(values))))
    if kind == "ordinal":
        return hp.uniformint(name, 0, len(values) - 1)
    low, high = values
    if kind == "real":
        return hp.loguniform(name, math.log(low), math.log(high)) if is_log(spec) else hp.uniform(name, low, high)
    if is_log(spec):
        return scope.int(hp.qloguniform(name, math.log(low - 0.4999), math.log(high + 0.4999), 1))
    return hp.uniformint(name, low, high)


def minimise(problem: Problem, seed: int, evaluations: Evaluations) -> None:
    space = _Space(problem)

    def loss(tree: Mapping[str, Any]) -> dict[str, Any]:
        return {"loss": evaluations(problem.active(space.values(tree))), "status": STATUS_OK}

    first = {}
    for name, value in problem.default.items():
        kind, values = problem.parameters[name][:2]
        first[name] = values.index(value) if kind in ("categorical", "ordinal") else value
    trials = generate_trials_to_calculate([first])
    for document in trials._dynamic_trials:
        for name in problem.parameters:  # also the parameters that are inactive in the default
            document["misc"]["idxs"].setdefault(name, [])
            document["misc"]["vals"].setdefault(name, [])
    fmin(
        loss,
        space.tree,
        algo=tpe.suggest,
        max_evals=20 * evaluations.budget,
        rstate=np.random.default_rng(seed),
        show_progressbar=False,
        verbose=False,
        trials=trials,
    )
