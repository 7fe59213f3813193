"""Compute the importance of parameters from evaluations by a functional analysis of variance."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from pysmac_compat.errors import ArgumentError
from pysmac_compat.report.anova import ForestAnova
from pysmac_compat.space.definition import Definition
from pysmac_compat.space.values import unit_value

Array = npt.NDArray[np.float64]

_INACTIVE: Any = object()


@dataclass(frozen=True)
class Coded:
    """Evaluations as points in the unit cube.

    Attributes
    ----------
    anova : ForestAnova
    choices : dict of str to dict
        For each parameter with choices: the coordinate in [0, 1] of each choice.
    """

    anova: ForestAnova
    choices: dict[str, dict[Any, float]]


def importance(
    definition: Definition,
    configurations: Sequence[Mapping[str, Any]],
    costs: Sequence[float],
    instances: Sequence[Any],
    n_trees: int = 64,
    seed: int = 0,
) -> Coded:
    """Fit a forest to evaluations, to find the fraction of the variance that each parameter explains.

    Real and integer parameters keep their own scale, logarithmic or not. Choices are sorted by their mean cost,
    because a tree splits them best in this order. The cost does not depend on the value of an inactive parameter,
    so an inactive parameter gets a random value. If it always had its default, an effect of its parent would look
    like an effect of the parameter itself. The fractions are for the mean cost over the instances.

    Parameters
    ----------
    definition : Definition
    configurations : sequence of dict
        The active parameters of each evaluation.
    costs : sequence of float
    instances : sequence
        The instance of each evaluation, as any hashable value.
    n_trees, seed : int
        See `ForestAnova`.

    Raises
    ------
    ArgumentError
        If there is no evaluation, or only one configuration.
    """
    if not len(costs):
        raise ArgumentError("the importance of parameters needs runs that succeeded, there are none")
    y = np.asarray(costs, dtype=np.float64)
    rng = np.random.RandomState(seed)
    columns: list[Array] = []
    cells: list[int | None] = []
    choices: dict[str, dict[Any, float]] = {}
    for name, parameter in definition.parameters.items():
        given = [configuration.get(name, _INACTIVE) for configuration in configurations]
        column = rng.random_sample(len(y))
        if not parameter.numeric:
            cells.append(len(parameter.values))
            place = choices[name] = _by_cost(given, y, parameter.values)
        else:
            low, high = parameter.values
            cells.append(high - low + 1 if parameter.kind == "integer" and not parameter.log else None)
            place = {value: unit_value(value, parameter) for value in given if value is not _INACTIVE}
        if (k := cells[-1]) is not None:
            column = (np.floor(column * k) + 0.5) / k
        for i, value in enumerate(given):
            column[i] = place.get(value, column[i])
        columns.append(column)
    kinds = set(instances)
    if len(kinds) > 1:
        place = _by_cost(instances, y, kinds)
        columns.append(np.array([place[instance] for instance in instances]))
        cells.append(len(kinds))
    return Coded(ForestAnova(list(definition.parameters), np.array(columns).T, y, cells, n_trees, seed), choices)


def _by_cost(given: Sequence[Any], costs: Array, choices: Iterable[Any]) -> dict[Any, float]:
    """Return a coordinate in [0, 1] for each choice, in the order of mean costs; choices without a cost come last."""
    seen: dict[Any, list[float]] = defaultdict(list)
    for value, cost in zip(given, costs, strict=True):
        seen[value].append(cost)
    ordered = sorted(choices, key=lambda choice: np.mean(seen[choice]) if choice in seen else np.inf)
    return {choice: (i + 0.5) / len(ordered) for i, choice in enumerate(ordered)}
