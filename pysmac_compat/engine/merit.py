"""What is known of a configuration from its runs, and which of two is the better one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

#: an instance (None: there are none) and a seed
Pair = tuple["str | None", int]


@dataclass
class Runs:
    """What is known of one configuration: the cost of each pair, which of them failed, and which go on."""

    costs: dict[Pair, float] = field(default_factory=dict)
    failed: set[Pair] = field(default_factory=set)
    pending: set[Pair] = field(default_factory=set)


@dataclass(frozen=True)
class Merit:
    """By what configurations are compared on pairs that both have run.

    Attributes
    ----------
    limit : float or None
        Of each run.
    penalty : float
        A cost of at least ``limit`` counts so many times in a mean.
    instance_penalty : float
        With more than 1 a mean is that over the instances of the mean of each, and one of at least
        ``limit`` counts at least as so many times the limit.
    """

    limit: float | None = None
    penalty: float = 1.0
    instance_penalty: float = 1.0

    def __call__(self, runs: Runs, pairs: Sequence[Pair]) -> tuple[int, float]:
        """The less, the better: fewer failures first, then a smaller mean."""
        return sum(pair in runs.failed for pair in pairs), self.mean(runs, pairs)

    def mean(self, runs: Runs, pairs: Sequence[Pair]) -> float:
        """The mean cost of these pairs."""
        costs = np.array([runs.costs[pair] for pair in pairs])
        if self.limit is None:
            return float(costs.mean())
        costs = np.where(costs >= self.limit, costs * self.penalty, costs)
        if self.instance_penalty > 1:
            instances = np.unique([str(instance) for instance, _ in pairs], return_inverse=True)[1]
            costs = np.bincount(instances, costs) / np.bincount(instances)
            costs = np.where(costs >= self.limit, np.maximum(costs, self.limit * self.instance_penalty), costs)
        return float(costs.mean())
