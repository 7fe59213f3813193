"""Simulated workers, and the virtual clock that only their calls move."""

from __future__ import annotations

import heapq
import random
import time
from collections.abc import Callable, Collection

#: seconds of the calls with these numbers, from 1
Lengths = Callable[[int], float]


def lognormal(mean: float, sigma: float, seed: int) -> Lengths:
    """Log-normal lengths with this mean, the same for the same number."""
    centre = -(sigma**2) / 2
    return lambda number: mean * random.Random(f"{seed} {number}").lognormvariate(centre, sigma)


class Workers:
    """Make calls side by side, in the order in which the calls are handed in.

    Parameters
    ----------
    count : int
    lengths : callable
        Seconds of each call, by its number from 1.
    serial : bool
        Whether the clock moves on, too, by the CPU time that passes between two answers of this object: what a
        proposer needs that does one thing after the other, on a quiet machine.

    Attributes
    ----------
    now : float
        Virtual seconds since the beginning.
    starts, ends : list of float
        When each call starts and ends.
    own : list of float
        CPU seconds that have passed outside before each call is handed in, all together.
    """

    def __init__(self, count: int, lengths: Lengths, serial: bool = False) -> None:
        self.count, self.serial, self.now = count, serial, 0.0
        self.starts: list[float] = []
        self.ends: list[float] = []
        self.own: list[float] = []
        self._lengths, self._free = lengths, [0.0] * count
        self._seconds, self._mark = 0.0, time.process_time()

    def begin(self) -> int:
        """Hand in a call, which starts as soon as a worker is free; its number."""
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
        """From here on CPU time counts again: what has passed since the last call was handed in does not."""
        self._mark = time.process_time()

    def first_ended(self, begun: Collection[int]) -> int:
        """Wait for one of these calls to end."""
        return self._wait(min(begun, key=lambda number: self.ends[number - 1]))

    def first_begun(self, begun: Collection[int]) -> int:
        """Wait for that of these calls which was handed in first."""
        return self._wait(min(begun))

    def busy_share(self) -> float:
        """Which share of the workers' time is spent in calls, from the beginning to when the last call starts."""
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
