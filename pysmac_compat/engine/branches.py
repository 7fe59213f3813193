"""The branches of a hierarchical space: one for each value of the parameter on which most other parameters depend."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from ConfigSpace import CategoricalHyperparameter, ConfigurationSpace, OrdinalHyperparameter

Matrix = npt.NDArray[np.float64]

#: a parameter makes branches if more than this fraction of the other parameters, and more than one, depend on it
_SHARE = 0.5


@dataclass(frozen=True)
class Branch:
    """All configurations in which a given parameter has a given value.

    Attributes
    ----------
    parameter : int
        The parameter's index in a configuration vector.
    value : float
        The value at this index.
    """

    parameter: int
    value: float

    def holds(self, columns: Matrix) -> npt.NDArray[np.bool_]:
        """Return which configurations are in the branch; shape (n_parameters, n) -> (n,)."""
        return np.asarray(columns[self.parameter] == self.value)


class Branches:
    """Chooses the branch for the next proposals, so that no branch is given up too early.

    The expected improvement over the best of all configurations favours the branch in which the first good
    configurations were found, because another branch needs some evaluations before it can become better. As
    in methods that treat the choice of an algorithm as a bandit (Li, Jiang, Gao, Shao, Zhang, Cui, "Efficient Automatic
    CASH via Rising Bandits", AAAI 2020), the search looks in each branch for improvements on the best of that branch.
    Two fits of the model are for the whole space, the next two for a branch other than the best one, and so on (in
    pairs, because the surrogates take turns as well). These other branches are ranked by their best configurations,
    and get proposals in proportion to 1, 1/2, 1/3, ...

    Parameters
    ----------
    space : ConfigurationSpace
    """

    def __init__(self, space: ConfigurationSpace) -> None:
        self._parameter = _branching(space)
        self._turns = 0
        self._given: Counter[float] = Counter()

    def next(self, known: Matrix, costs: Matrix) -> Branch | None:
        """Return the branch for the next proposals; None for the whole space.

        Parameters
        ----------
        known : array of shape (n, n_parameters)
            Vectors of the evaluated configurations, or of the best of them if there are many. If no configuration of a
            branch is among them, the branch is not chosen.
        costs : array of shape (n,)
            The costs of the configurations, as the model predicts them.
        """
        self._turns += 1
        if self._parameter is None or self._turns % 4 < 2:
            return None
        in_order = known[np.argsort(costs, kind="stable"), self._parameter]
        values, first = np.unique(in_order, return_index=True)
        others = values[np.argsort(first)][1:]
        if not len(others):
            return None
        shares = [(self._given[value] + 1) * rank for rank, value in enumerate(others, 1)]
        value = float(others[int(np.argmin(shares))])
        self._given[value] += 1
        return Branch(self._parameter, value)


def _branching(space: ConfigurationSpace) -> int | None:
    """Return the index of the parameter whose values are the branches; None if there is no such parameter.

    It is the unconditional discrete parameter on which the largest number of other parameters depend.
    """
    n_below = [
        len(_descendants(space, name))
        if isinstance(parameter, CategoricalHyperparameter | OrdinalHyperparameter) and not space.parents_of[name]
        else 0
        for name, parameter in space.items()
    ]
    most = max(n_below, default=0)
    return n_below.index(most) if most > max(1, _SHARE * (len(space) - 1)) else None


def _descendants(space: ConfigurationSpace, name: str) -> set[str]:
    """Return the names of all parameters that depend on this parameter, directly or through others."""
    found: set[str] = set()
    todo = [name]
    while todo:
        new = {child.name for child in space.children_of[todo.pop()]} - found
        found |= new
        todo += new
    return found
