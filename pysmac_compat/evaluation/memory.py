"""The limit on the memory that a call and its descendants use beyond the memory at the start of the call.

The limit counts resident pages. It counts a page once if several processes of the call share the page. It does not
count a page that they share with the light process, which forked the call, since this page belongs to the memory at the
start. An exact count takes the kernel some milliseconds, so this module counts only if the pages touched since the last
count could raise the memory above the limit.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Mapping

from pysmac_compat.evaluation import proc, system
from pysmac_compat.evaluation.proc import Usage

_MB = 2**20
#: bytes of its parent's pages that a fork copies before it does any work; they do not count towards the limit
_COPIED = 4 * _MB
#: the pause after an exact count, as a multiple of the duration of that count
_PAUSE = 5.0
#: files that exist on machines whose drivers may reserve more address space than there is memory
_DEVICES = ("/proc/driver/nvidia", "/dev/nvidiactl", "/dev/kfd", "/dev/dxg")
_RSS_UNIT = 1024 if sys.platform.startswith("linux") else 1  # the unit of ru_maxrss in bytes


class MemoryWatch:
    """Counts the memory of a running call, seen from the process that has forked it.

    Parameters
    ----------
    limit_mb : float
        The memory limit, MB.
    """

    def __init__(self, limit_mb: float) -> None:
        self.limit = limit_mb * _MB
        self._counted = 0.0
        self._touched: dict[int, int] = {}
        self._next_count = 0.0

    def excess(self, processes: Mapping[int, Usage]) -> float:
        """Return by how many bytes these processes exceeded the limit at the last exact count; 0 if they did not."""
        since = sum(max(0, used.touched - self._touched.get(pid, 0)) for pid, used in processes.items())
        start = time.monotonic()
        if self._counted + since > self.limit and start >= self._next_count:
            self._counted = _count([pid for pid, used in processes.items() if not used.ended])
            self._touched = {pid: used.touched for pid, used in processes.items()}
            end = time.monotonic()
            self._next_count = end + _PAUSE * (end - start)
        return max(0.0, self._counted - self.limit)


def _count(pids: list[int]) -> float:
    """Count the bytes of memory that these processes use and do not share with the current process."""
    found = [memory for memory in map(proc.memory, pids) if memory is not None]
    private = sum(memory.private for memory in found)
    shared = 0
    if len(found) > 1:
        # the kernel divides a page equally among the processes that share it; so each process of the call has the
        # same part of the pages of the current process as the current process itself
        ours = proc.memory(os.getpid())
        shared = sum(max(0, memory.share - (0 if ours is None else ours.share)) for memory in found)
    return max(0, private + shared - _COPIED)


def peak_above(limit_mb: float, before: int, most: int) -> str:
    """Return a message if this process alone has exceeded the limit at some moment, otherwise an empty text.

    This finds a peak between two checks of the watch.

    Parameters
    ----------
    limit_mb : float
        The memory limit, MB.
    before, most : int
        The largest resident size of the process so far, at the beginning and at the end of the call, in the units of
        ``ru_maxrss``.
    """
    limit, before, most = limit_mb * _MB, before * _RSS_UNIT, most * _RSS_UNIT
    if most - before <= limit:
        return ""
    memory = proc.memory(os.getpid())
    most -= _COPIED + (before if memory is None or not memory.shared else memory.shared)
    return over_limit(most, limit) if most > limit else ""


def over_limit(used: float, limit: float) -> str:
    """Return the message about a call that has used this number of bytes."""
    return f"the call used {used / _MB:.0f} MB more memory than at its start; the limit is {limit / _MB:g} MB"


def most_address_space() -> int | None:
    """Return a limit of the address space, bytes, so high that no normal call reaches it; None: there is no such limit.

    The size is that of all memory and swap. Such a limit stops an allocation that would slow down the machine before
    the next check of the watch. Return None if a driver may reserve more address space than the machine has memory.
    """
    if any(map(os.path.exists, _DEVICES)):
        return None
    try:
        with open("/proc/meminfo") as file:
            sizes = {name: int(words[0]) for name, *words in (line.split() for line in file)}
    except OSError:  # not Linux
        psutil = system.psutil()
        return int(psutil.virtual_memory().total + psutil.swap_memory().total)
    return (sizes["MemTotal:"] + sizes["SwapTotal:"]) * 1024
