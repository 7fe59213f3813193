"""The branches of a hierarchical space: each value of the parameter on which most others depend."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from ConfigSpace import CategoricalHyperparameter, ConfigurationSpace, OrdinalHyperparameter

Matrix = npt.NDArray[np.float64]

#: more than this share of the other parameters, and more than one, depend on the one that makes the branches
_SHARE = 0.5


@dataclass(frozen=True)
class Branch:
    """All configurations in which one parameter has one value.

    Attributes
    ----------
    parameter : int
        Its position in a configuration vector.
    value : float
        What is there.
    """

    parameter: int
    value: float

    def holds(self, columns: Matrix) -> npt.NDArray[np.bool_]:
        """Which configurations are in the branch; shape (n_parameters, n) -> (n,)."""
        return np.asarray(columns[self.parameter] == self.value)


class Branches:
    """Says where to search next, so that no branch is given up before it shows what it is worth.

    The expected improvement over the best of all stays in the branch in which the first good configurations were
    found: another one has to be learnt for some time before it is better. As where the choice of an algorithm is taken
    for a bandit (Li, Jiang, Gao, Shao, Zhang, Cui, "Efficient Automatic CASH via Rising Bandits", AAAI 2020), each
    branch is searched for improvements on its own best: two proposals are for the whole space, two for one of the
    other branches, and so on (not one and one: the surrogates take turns, too). The other branches share these by the
    ranks of their best: 1, 1/2, 1/3, ...

    Parameters
    ----------
    space : ConfigurationSpace
    """

    def __init__(self, space: ConfigurationSpace) -> None:
        self._parameter = _branching(space)
        self._turns = 0
        self._given: Counter[float] = Counter()

    def next(self, known: Matrix, costs: Matrix) -> Branch | None:
        """The branch for the next proposal; None: the whole space.

        Parameters
        ----------
        known : array of shape (n, n_parameters)
            Vectors of the configurations that have been evaluated, or of the best of many: branches that are not
            among them are left out.
        costs : array of shape (n,)
            Their costs, or what the model says of them.
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
    """The position of the unconditional discrete parameter on which most others depend, if these are many."""
    n_below = [
        len(_descendants(space, name))
        if isinstance(parameter, CategoricalHyperparameter | OrdinalHyperparameter) and not space.parents_of[name]
        else 0
        for name, parameter in space.items()
    ]
    most = max(n_below, default=0)
    return n_below.index(most) if most > max(1, _SHARE * (len(space) - 1)) else None


def _descendants(space: ConfigurationSpace, name: str) -> set[str]:
    """The names of all parameters that depend on one."""
    found: set[str] = set()
    todo = [name]
    while todo:
        new = {child.name for child in space.children_of[todo.pop()]} - found
        found |= new
        todo += new
    return found
