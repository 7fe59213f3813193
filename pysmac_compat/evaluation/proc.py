"""Facts about processes from the operating system: their children, their CPU time and their memory.

On Linux, this module reads files; some of them are cheap enough to read many times a second. On other systems, it uses
psutil.
"""

from __future__ import annotations

import contextlib
import os
import resource
import sys
from typing import NamedTuple

from pysmac_compat.evaluation import system

_LINUX = sys.platform.startswith("linux")
_LISTED = os.path.exists("/proc/thread-self/children")  # false if this is not Linux, or a kernel without these files
_PAGE = resource.getpagesize()
_TICKS = os.sysconf("SC_CLK_TCK")
#: seconds by which the system may date a process too early
RESOLUTION = 1 / _TICKS
_KB = 1024


class Usage(NamedTuple):
    """The CPU time and the memory that a process has used.

    Attributes
    ----------
    started : float
        The time when the process began, seconds on the system's own clock. The process id and this time identify the
        process.
    ended : bool
        Whether the process has ended and its parent has not reaped it yet.
    cpu_seconds : float
        The CPU time of the process and of its reaped children, seconds.
    touched : int
        A number of bytes that grows at least as much as the memory of the process: the resident memory plus all pages
        that the process has received so far.
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
        Memory that no other process uses.
    shared : int
        Memory that other processes use too.
    share : int
        The process's part of the shared memory, if each page is divided equally among the processes that share it.
    """

    private: int
    shared: int
    share: int


def children(pid: int) -> list[int]:
    """Return the ids of the children of a process, alive or ended; empty if the process is gone."""
    if not _LISTED:
        psutil = system.psutil()
        try:
            return [child.pid for child in psutil.Process(pid).children()]
        except psutil.Error:
            return []
    found: list[int] = []
    with contextlib.suppress(OSError):
        # the kernel lists a child with the thread that forked it, and an adopted child with the main thread
        for thread in os.listdir(f"/proc/{pid}/task"):
            with contextlib.suppress(OSError):  # the thread has ended
                found += map(int, _read(f"/proc/{pid}/task/{thread}/children").split())
    return found


def usage(pid: int) -> Usage | None:
    """Return the CPU time and memory that a process has used, or None if the process is gone."""
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
    """Measure the memory of a process exactly, which takes the kernel a while; return None if it is unknown."""
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
    """Return how many processes the kernel has killed so far for lack of memory; 0 if the system does not report it."""
    with contextlib.suppress(OSError):
        for line in _read("/proc/vmstat").splitlines():
            if line.startswith(b"oom_kill "):
                return int(line.split()[1])
    return 0
