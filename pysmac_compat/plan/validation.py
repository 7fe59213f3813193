"""Which configurations are evaluated on the test instances after the search, and how often."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Step:
    """An incumbent, and when it became that.

    Attributes
    ----------
    wall_time, cpu_time : float
        Seconds since the search began; the CPU time is that of the calls.
    configuration : dict
    """

    wall_time: float
    cpu_time: float
    configuration: dict[str, Any]


@dataclass(frozen=True)
class Validation:
    """How incumbents are evaluated on the test instances, after the search.

    Attributes
    ----------
    enabled : bool
    n_runs : int
        Runs of a configuration.
    round_up : bool
        Whether these become a multiple of the number of instances.
    n_instances : int or None
        Most instances.
    n_seeds : int
        Most runs on one instance; with a deterministic function there is one.
    seed : int or None
        Of the seeds that the function gets, in place of the run's.
    which : {'last', 'incumbents', 'all'}
        The final incumbent, incumbents, or all configurations.
    max_time : float or None
        Seconds: the incumbent of that time counts as the final one.
    min_time, factor : float or None
        With one of the three, 'incumbents' are not all but those of max_time, max_time / factor,
        max_time / factor^2, ... seconds, until that is below min_time; without them from the end of the search
        on, 2, and 0.
    by_wall_time : bool
        Whether these are seconds of the wall clock, or CPU seconds of the calls.
    min_wall_time, min_cpu_time : float
        Seconds: a search that took less (the CPU time is that of its calls) is not validated.
    with_default : bool
        Whether the default configuration is evaluated, too.
    """

    enabled: bool = True
    n_runs: int = 1
    round_up: bool = True
    n_instances: int | None = None
    n_seeds: int = 1000
    seed: int | None = None
    which: str = "last"
    max_time: float | None = None
    min_time: float | None = None
    factor: float | None = None
    by_wall_time: bool = True
    min_wall_time: float = 0.0
    min_cpu_time: float = 0.0
    with_default: bool = False

    def runs(self, n_test: int, deterministic: bool) -> list[tuple[int, int]]:
        """The test instance (from 0) of each run, and a number from 1 that stands for its seed."""
        n = min(n_test, self.n_instances or n_test)
        if not self.enabled or n == 0:
            return []
        count = math.ceil(self.n_runs / n) * n if self.round_up else self.n_runs
        return [(j % n, j + 1) for j in range(min(count, n if deterministic else n * self.n_seeds))]

    def choose(self, steps: Sequence[Step], wall_time: float, cpu_time: float) -> list[dict[str, Any]]:
        """Those of the incumbents, in their order, that are evaluated after a search of so many seconds."""
        times = [step.wall_time if self.by_wall_time else step.cpu_time for step in steps]
        end = self.max_time if self.max_time is not None else wall_time if self.by_wall_time else cpu_time
        if self.which == "last":
            chosen = [_at(times, end)]
        elif self.max_time is None and self.min_time is None and self.factor is None:
            chosen = list(range(len(steps)))
        else:
            chosen = self._at_intervals(times, end)
        return [steps[i].configuration for i in chosen]

    def _at_intervals(self, times: Sequence[float], end: float) -> list[int]:
        found: set[int] = set()
        while end >= (self.min_time or 0.0):
            found.add(_at(times, end))
            if end == 0 or 0 in found:
                break
            end /= self.factor or 2.0
        return sorted(found)


def _at(times: Sequence[float], time: float) -> int:
    """The incumbent at that time; the first one is that from the beginning."""
    return max(bisect_right(times, time) - 1, 0)
