"""The runs of a configuration, and the comparison of two configurations by their runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

#: an instance (None: there are none) and a seed
Pair = tuple["str | None", int]


@dataclass
class Runs:
    """The runs of one configuration: the cost of each pair, the pairs that failed, and the pairs that are running.

    ``pending`` is a dict and not a set, because races iterate over it: a dict keeps the order in which the runs began,
    but a set of texts has another order in each process.
    """

    costs: dict[Pair, float] = field(default_factory=dict)
    failed: set[Pair] = field(default_factory=set)
    pending: dict[Pair, None] = field(default_factory=dict)


@dataclass(frozen=True)
class Merit:
    """The criterion by which two configurations are compared on the pairs that both have run.

    Attributes
    ----------
    limit : float or None
        Limit of each run; without a limit, there are no penalties.
    penalty : float
        A mean multiplies each cost of at least ``limit`` by this factor.
    instance_penalty : float
        If it is more than 1, a mean is taken over the mean costs of the instances. A mean cost of at least ``limit`` is
        raised to this multiple of ``limit``, unless it is already larger.
    """

    limit: float | None = None
    penalty: float = 1.0
    instance_penalty: float = 1.0

    def __call__(self, runs: Runs, pairs: Sequence[Pair]) -> tuple[int, float]:
        """Return the number of failures and the mean cost; the configuration with the smaller tuple is better."""
        return sum(pair in runs.failed for pair in pairs), self.mean(runs, pairs)

    def mean(self, runs: Runs, pairs: Sequence[Pair]) -> float:
        """Return the mean cost on these pairs, with the penalties."""
        if self.limit is None and len(pairs) == 1:
            return runs.costs[pairs[0]]
        costs = np.array([runs.costs[pair] for pair in pairs])
        if self.limit is None:
            return float(costs.mean())
        costs = np.where(costs >= self.limit, costs * self.penalty, costs)
        if self.instance_penalty > 1:
            instances = np.unique([str(instance) for instance, _ in pairs], return_inverse=True)[1]
            costs = np.bincount(instances, costs) / np.bincount(instances)
            costs = np.where(costs >= self.limit, np.maximum(costs, self.limit * self.instance_penalty), costs)
        return float(costs.mean())
