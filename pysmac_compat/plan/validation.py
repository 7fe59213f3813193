"""The validation: which configurations are evaluated on the test instances after the search, and how often."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Step:
    """An incumbent and the time when it became the incumbent.

    Attributes
    ----------
    wall_time, cpu_time : float
        Seconds since the search began: wall clock time, and CPU time of the calls.
    configuration : dict
    """

    wall_time: float
    cpu_time: float
    configuration: dict[str, Any]


@dataclass(frozen=True)
class Validation:
    """The settings of the evaluations on the test instances after the search.

    Attributes
    ----------
    enabled : bool
    n_runs : int
        The number of runs of each configuration.
    round_up : bool
        Whether ``n_runs`` is rounded up to a multiple of the number of instances.
    n_instances : int or None
        The largest number of test instances to use; None: all.
    n_seeds : int
        The largest number of runs on one instance. A deterministic function has one run on each instance.
    seed : int or None
        The number from which the seeds for the function are computed; None: the seed of the run.
    which : {'last', 'incumbents', 'all'}
        Whether to evaluate the final incumbent, all incumbents, or all configurations.
    max_time : float or None
        Seconds since the search began. The incumbent at this time counts as the final incumbent.
    min_time, factor : float or None
        If ``max_time``, ``min_time`` or ``factor`` is set, 'incumbents' means only the incumbents at the times
        max_time, max_time / factor, max_time / factor^2, ..., down to min_time. The defaults are then the end of the
        search for max_time, 2 for factor, and 0 for min_time.
    by_wall_time : bool
        Whether these times are wall clock times; otherwise they are the CPU seconds of the calls.
    min_wall_time, min_cpu_time : float
        Seconds. After a search that takes less wall clock time, or less CPU time for its calls, there is no validation.
    with_default : bool
        Whether the default configuration is evaluated too.
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
        """Return, for each run, the index of its test instance (from 0) and a number (from 1) that sets its seed."""
        n = min(n_test, self.n_instances or n_test)
        if not self.enabled or n == 0:
            return []
        count = math.ceil(self.n_runs / n) * n if self.round_up else self.n_runs
        return [(j % n, j + 1) for j in range(min(count, n if deterministic else n * self.n_seeds))]

    def choose(self, steps: Sequence[Step], wall_time: float, cpu_time: float) -> list[dict[str, Any]]:
        """Return the incumbents to evaluate, in the order of their times.

        ``wall_time`` and ``cpu_time`` are the seconds that the search has taken.
        """
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
    """Return the index of the incumbent at this time; before the time of the first incumbent, return 0."""
    return max(bisect_right(times, time) - 1, 0)
