"""The watch looks at a running call from outside and stops it at its limits."""

from __future__ import annotations

import contextlib
import os
import signal
import time

from pysmac_compat.evaluation.memory import MemoryWatch, over_limit
from pysmac_compat.evaluation.outcome import FILE, OVER
from pysmac_compat.evaluation.tree import ProcessTree

_INTERVAL = 0.1  # seconds between two checks of the CPU time of the process tree
_MEMORY_INTERVAL = 0.02  # seconds between two checks of its memory
_GRACE = 1.0  # seconds that a call has for its ``finally`` clauses after the first signal
_LONGEST_WAIT = 3600.0  # seconds; system calls do not accept arbitrarily long waits


class Watch:
    """Checks the limits of one running call, and stops the call when it reaches one of them.

    Parameters
    ----------
    pid : int
        The id of the call's process.
    tree : ProcessTree
    start : float
        The value of ``time.monotonic()`` when the call began.
    cutoff : float or None
        The CPU limit, seconds.
    wall : float or None
        The wall clock limit, seconds.
    total : float or None
        Seconds from the beginning of the call to the end of the total time of the search.
    kill_file : str or None
        The path of a file; the call is stopped when the file no longer exists.
    memory_mb : float or None
        The memory limit, MB.

    Attributes
    ----------
    cpu_time : float
        The largest CPU time measured so far, seconds.
    reached : bool
        Whether the call was stopped.
    over_memory : str
        A message if the call was stopped at its memory limit, otherwise empty.
    cut_short : str
        Why the whole search ends, if its end stopped the call; otherwise empty.
    dropped : bool
        Whether the call was stopped because the search does not need it any more.
    """

    def __init__(
        self,
        pid: int,
        tree: ProcessTree,
        start: float,
        cutoff: float | None,
        wall: float | None,
        total: float | None,
        kill_file: str | None = None,
        memory_mb: float | None = None,
    ) -> None:
        self.pid, self.tree, self.start, self.cutoff, self.kill_file = pid, tree, start, cutoff, kill_file
        self.end = None if wall is None else start + wall
        self.total_end = None if total is None else start + total
        self.memory = None if memory_mb is None else MemoryWatch(memory_mb)
        self.interval = _INTERVAL if memory_mb is None else _MEMORY_INTERVAL
        self.next_look = start + self.interval
        self.cpu_time = 0.0
        self.reached, self.dropped, self.cut_short, self.over_memory = False, False, "", ""
        self._kill_at: float | None = None

    def timeout(self) -> float:
        """Return the seconds until the next check is due."""
        times = [t for t in (self.end, self.total_end, self._kill_at) if t is not None]
        if (self.cutoff, self.kill_file, self.memory) != (None, None, None):
            times.append(self.next_look)
        return min(max(0.0, min(times) - time.monotonic()), _LONGEST_WAIT) if times else _LONGEST_WAIT

    def look(self) -> None:
        """Check the limits and send the signal that is due, if there is one."""
        now = time.monotonic()
        if self._kill_at is not None and now >= self._kill_at:
            self.tree.kill()
            return
        if now >= self.next_look:
            self.next_look = now + self.interval
            self._look_at_processes(now)
        if self.reached:
            return
        if self.kill_file is not None and not os.path.exists(self.kill_file):
            self.cut_short = f"{FILE}{self.kill_file} does not exist"
        if self.total_end is not None and now >= self.total_end:
            self.cut_short = OVER
        if self.cut_short or (self.end is not None and now >= self.end):
            self._stop(signal.SIGTERM, now)

    def drop(self) -> None:
        """Stop the call because the search does not need it any more."""
        if not self.reached:
            self.dropped = True
            self._stop(signal.SIGTERM, time.monotonic())

    def _look_at_processes(self, now: float) -> None:
        if self.cutoff is None and self.memory is None:
            return
        processes = self.tree.processes()
        if self.memory is not None and (excess := self.memory.excess(processes)):
            if not self.reached:
                limit = self.memory.limit
                self.over_memory = over_limit(limit + excess, limit)
                self._stop(signal.SIGTERM, now)
            elif excess >= self.memory.limit:  # twice the limit: it still grows, although it was told to stop
                self.tree.kill()
        if self.cutoff is not None:
            self.cpu_time = max(self.cpu_time, sum(used.cpu_seconds for used in processes.values()))
            if self.cpu_time >= self.cutoff:
                self._stop(signal.SIGXCPU, now)

    def _stop(self, signum: signal.Signals, now: float) -> None:
        self.reached = True
        self.end = self.total_end = self.cutoff = self.kill_file = None
        self._kill_at = now + _GRACE
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signum)
