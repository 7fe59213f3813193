"""Simulated workers, and a virtual clock."""

from __future__ import annotations

import heapq
import random
import time
from collections.abc import Callable, Collection

#: maps the number of a call, from 1, to its seconds
Lengths = Callable[[int], float]


def lognormal(mean: float, sigma: float, seed: int) -> Lengths:
    """Return log-normal lengths with this mean; the length depends only on the call's number and the seed."""
    centre = -(sigma**2) / 2
    return lambda number: mean * random.Random(f"{seed} {number}").lognormvariate(centre, sigma)


class Workers:
    """Simulates calls side by side, which begin in the order in which they are submitted.

    Parameters
    ----------
    count : int
    lengths : callable
        The seconds of each call, given its number from 1.
    serial : bool
        Whether the clock also advances by the CPU time between two answers of this object. This is the time that a
        sequential proposer needs on a quiet machine.

    Attributes
    ----------
    now : float
        Virtual seconds since the beginning.
    starts, ends : list of float
        The times at which each call starts and ends.
    own : list of float
        The total CPU seconds outside this object until each call is submitted.
    """

    def __init__(self, count: int, lengths: Lengths, serial: bool = False) -> None:
        self.count, self.serial, self.now = count, serial, 0.0
        self.starts: list[float] = []
        self.ends: list[float] = []
        self.own: list[float] = []
        self._lengths, self._free = lengths, [0.0] * count
        self._seconds, self._mark = 0.0, time.process_time()

    def begin(self) -> int:
        """Submit a call, which starts as soon as a worker is free, and return its number."""
        self._pass()
        number = len(self.starts) + 1
        start = max(self.now, heapq.heappop(self._free))
        end = start + self._lengths(number)
        heapq.heappush(self._free, end)
        self.starts.append(start)
        self.ends.append(end)
        self.own.append(self._seconds)
        return number

    def go_on(self) -> None:
        """Let CPU time count again from now; the CPU time since the last submission does not count."""
        self._mark = time.process_time()

    def first_ended(self, begun: Collection[int]) -> int:
        """Wait for the first of these calls to end, and return its number."""
        return self._wait(min(begun, key=lambda number: self.ends[number - 1]))

    def first_begun(self, begun: Collection[int]) -> int:
        """Wait for the call that was submitted first, and return its number."""
        return self._wait(min(begun))

    def busy_share(self) -> float:
        """Return the share of the workers' time in calls, from the beginning to the start of the last call."""
        end = max(self.starts)
        used = sum(min(e, end) - s for s, e in zip(self.starts, self.ends, strict=True))
        return used / (self.count * end) if end > 0 else 1.0

    def _wait(self, number: int) -> int:
        self._pass()
        self.now = max(self.now, self.ends[number - 1])
        self._mark = time.process_time()
        return number

    def _pass(self) -> None:
        seconds = time.process_time() - self._mark
        self._seconds += seconds
        if self.serial:
            self.now += seconds
        self._mark = time.process_time()
