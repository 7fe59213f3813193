"""The memory limit of a call: what the call and its descendants use above what the call began with.

Counted are resident pages. A page that several processes of the call share counts once; one that they share with the
process that has forked them does not count, since the call began with it. An exact count takes the kernel some
milliseconds, so that it is made only when pages enough to reach the limit have been touched since the last.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Mapping

from pysmac_compat.evaluation import proc, system
from pysmac_compat.evaluation.proc import Usage

_MB = 2**20
#: what a fork copies of its parent's pages before it has done anything; not counted
_COPIED = 4 * _MB
#: an exact count is followed by none for so many times its own duration
_PAUSE = 5.0
#: files that are there where a driver may reserve more address space than there is memory
_DEVICES = ("/proc/driver/nvidia", "/dev/nvidiactl", "/dev/kfd", "/dev/dxg")
_RSS_UNIT = 1024 if sys.platform.startswith("linux") else 1  # bytes in which the system tells the largest size


class MemoryWatch:
    """Counts the memory of a running call, seen from the process that has forked it.

    Parameters
    ----------
    limit_mb : float
        MB.
    """

    def __init__(self, limit_mb: float) -> None:
        self.limit = limit_mb * _MB
        self._counted = 0.0
        self._touched: dict[int, int] = {}
        self._next_count = 0.0

    def excess(self, processes: Mapping[int, Usage]) -> float:
        """How many bytes these processes use above the limit, as far as that is known; 0 if they do not."""
        since = sum(max(0, used.touched - self._touched.get(pid, 0)) for pid, used in processes.items())
        start = time.monotonic()
        if self._counted + since > self.limit and start >= self._next_count:
            self._counted = _count([pid for pid, used in processes.items() if not used.ended])
            self._touched = {pid: used.touched for pid, used in processes.items()}
            end = time.monotonic()
            self._next_count = end + _PAUSE * (end - start)
        return max(0.0, self._counted - self.limit)


def _count(pids: list[int]) -> float:
    """Bytes that these processes have and we do not."""
    found = [memory for memory in map(proc.memory, pids) if memory is not None]
    private = sum(memory.private for memory in found)
    shared = 0
    if len(found) > 1:
        # of the pages that a fork still shares with us, each of its copies bears the same part as we do
        ours = proc.memory(os.getpid())
        shared = sum(max(0, memory.share - (0 if ours is None else ours.share)) for memory in found)
    return max(0, private + shared - _COPIED)


def peak_above(limit_mb: float, before: int, most: int) -> str:
    """Whether this process alone has used more than the limit at some moment; what to say of it, empty if not.

    A peak between two looks from outside is seen by that.

    Parameters
    ----------
    limit_mb : float
        MB.
    before, most : int
        The largest resident size when the call began, and until it ended, in the units of ``ru_maxrss``.
    """
    limit, before, most = limit_mb * _MB, before * _RSS_UNIT, most * _RSS_UNIT
    if most - before <= limit:
        return ""
    memory = proc.memory(os.getpid())
    most -= _COPIED + (before if memory is None or not memory.shared else memory.shared)
    return over_limit(most, limit) if most > limit else ""


def over_limit(used: float, limit: float) -> str:
    """What to say of a call that has used so many bytes."""
    return f"the call used {used / _MB:.0f} MB of memory above what it began with; the limit is {limit / _MB:g} MB"


def most_address_space() -> int | None:
    """Bytes of address space that no call needs: all memory and swap; None where that is not so, or not known.

    As a limit it catches an allocation that would make the machine suffer before somebody could look.
    """
    if any(map(os.path.exists, _DEVICES)):
        return None
    try:
        with open("/proc/meminfo") as file:
            sizes = {name: int(words[0]) for name, *words in (line.split() for line in file)}
    except OSError:  # no Linux
        psutil = system.psutil()
        return int(psutil.virtual_memory().total + psutil.swap_memory().total)
    return (sizes["MemTotal:"] + sizes["SwapTotal:"]) * 1024
