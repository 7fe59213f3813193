"""What the system tells of processes: who is below whom, what they use.

Linux tells it in files, some of which cost little enough to be read many times a second; elsewhere psutil has to ask.
"""

from __future__ import annotations

import contextlib
import os
import resource
import sys
from typing import NamedTuple

from pysmac_compat.evaluation import system

_LINUX = sys.platform.startswith("linux")
_LISTED = os.path.exists("/proc/thread-self/children")  # no Linux, or one that was built without these files
_PAGE = resource.getpagesize()
_TICKS = os.sysconf("SC_CLK_TCK")
#: seconds by which the system may date a process too early
RESOLUTION = 1 / _TICKS
_KB = 1024


class Usage(NamedTuple):
    """What a process has used.

    Attributes
    ----------
    started : float
        When it began, seconds on the system's own clock: with the process id, its identity.
    ended : bool
        Whether it has ended, and its parent has not asked for its exit code yet.
    cpu_seconds : float
        Of the process and of the children it has waited for.
    touched : int
        A number of bytes that grows at least by as much as the memory of the process does: its resident memory and
        all pages that it was given so far.
    """

    started: float
    ended: bool
    cpu_seconds: float
    touched: int


class Memory(NamedTuple):
    """The resident and swapped memory of a process, bytes.

    Attributes
    ----------
    private : int
        In no other process.
    shared : int
        In others, too.
    share : int
        Of the shared memory what is left if all that have it bear it in equal parts.
    """

    private: int
    shared: int
    share: int


def children(pid: int) -> list[int]:
    """The processes whose parent this is, ended or not; empty if it has gone."""
    if not _LISTED:
        psutil = system.psutil()
        try:
            return [child.pid for child in psutil.Process(pid).children()]
        except psutil.Error:
            return []
    found: list[int] = []
    with contextlib.suppress(OSError):
        # each child is listed with the thread that forked it; one that was adopted, with the main thread
        for thread in os.listdir(f"/proc/{pid}/task"):
            with contextlib.suppress(OSError):  # the thread has ended
                found += map(int, _read(f"/proc/{pid}/task/{thread}/children").split())
    return found


def usage(pid: int) -> Usage | None:
    """What a process has used; None if it has gone."""
    if not _LINUX:
        return _usage_elsewhere(pid)
    try:
        text = _read(f"/proc/{pid}/stat")
    except OSError:
        return None
    fields = text[text.rindex(b")") + 2 :].split()
    seconds = sum(map(int, fields[11:15])) / _TICKS
    return Usage(int(fields[19]) / _TICKS, fields[0] in b"ZX", seconds, (int(fields[7]) + int(fields[21])) * _PAGE)


def _usage_elsewhere(pid: int) -> Usage | None:
    psutil = system.psutil()
    try:
        process = psutil.Process(pid)
        with process.oneshot():
            started, ended = process.create_time(), process.status() == psutil.STATUS_ZOMBIE
            if ended:
                return Usage(started, True, 0.0, 0)
            times, resident = process.cpu_times(), process.memory_info().rss
    except psutil.Error:
        return None
    seconds = times.user + times.system + getattr(times, "children_user", 0.0) + getattr(times, "children_system", 0.0)
    return Usage(started, False, seconds, resident)


def memory(pid: int) -> Memory | None:
    """The memory of a process, to the page; the kernel walks through all of it. None if nobody tells."""
    if not _LINUX:
        psutil = system.psutil()
        try:
            return Memory(psutil.Process(pid).memory_full_info().uss, 0, 0)
        except psutil.Error:
            return None
    try:
        lines = _read(f"/proc/{pid}/smaps_rollup").splitlines()[1:]
    except OSError:
        return None
    sizes = {name: int(words[0]) * _KB for name, *words in (line.split() for line in lines)}
    private = sizes[b"Private_Clean:"] + sizes[b"Private_Dirty:"] + sizes.get(b"SwapPss:", 0)
    shared = sizes[b"Shared_Clean:"] + sizes[b"Shared_Dirty:"]
    return Memory(private, shared, sizes[b"Pss:"] - sizes[b"Private_Clean:"] - sizes[b"Private_Dirty:"])


def _read(path: str) -> bytes:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        data = b""
        while more := os.read(descriptor, 65536):
            data += more
        return data
    finally:
        os.close(descriptor)


def oom_kills() -> int:
    """How many processes the kernel has killed so far since memory had run out; 0 where nobody tells."""
    with contextlib.suppress(OSError):
        for line in _read("/proc/vmstat").splitlines():
            if line.startswith(b"oom_kill "):
                return int(line.split()[1])
    return 0
