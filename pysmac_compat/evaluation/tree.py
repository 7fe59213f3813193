"""The tree of processes below the current process: find them, measure them, and end them."""

from __future__ import annotations

import _thread
import contextlib
import ctypes
import os
import resource
import signal
import sys
import time
from typing import Any

from pysmac_compat.evaluation import proc
from pysmac_compat.evaluation.proc import Usage

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
_SIGKILL = int(signal.SIGKILL)  # an int and not a member of the enumeration, see `signals`


_prctl: Any = None
if sys.platform.startswith("linux"):
    with contextlib.suppress(OSError, AttributeError):
        _prctl = ctypes.CDLL(None).prctl


def adopt_orphans() -> None:
    """On Linux, make this process adopt each descendant whose parent ends; elsewhere, do nothing."""
    if _prctl is not None:
        _prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def die_with_parent(wanted: bool = True) -> None:
    """On Linux, make the kernel kill this process when its parent ends, or revoke that if ``wanted`` is false."""
    if _prctl is not None:
        _prctl(_PR_SET_PDEATHSIG, _SIGKILL if wanted else 0, 0, 0, 0)


class ProcessTree:
    """All processes below the current process, except those that earlier calls left in the background.

    Attributes
    ----------
    background : set of (int, float)
        The process ids and start times of processes that earlier calls left in the background.
    waiting : int or None
        The process that waits for the next call; it is not a part of the tree.
    """

    def __init__(self) -> None:
        self.background: set[tuple[int, float]] = set()
        self.waiting: int | None = None

    def processes(self) -> dict[int, Usage]:
        """Return the processes of the current call, by process id, with their use of CPU and memory."""
        found: dict[int, Usage] = {}
        new = [pid for pid in proc.children(os.getpid()) if pid != self.waiting]
        while new:
            used = [(pid, proc.usage(pid)) for pid in new if pid not in found]
            known = {pid: u for pid, u in used if u is not None and (pid, u.started) not in self.background}
            found.update(known)
            new = [child for pid, u in known.items() if not u.ended for child in proc.children(pid)]
        return found

    def cpu_seconds(self) -> float:
        """Return the CPU seconds of all processes of the current call and of their reaped children."""
        return sum(used.cpu_seconds for used in self.processes().values())

    def leave(self) -> None:
        """Treat all processes of the call as background processes from now on, and lift the call's limits from them."""
        for pid, used in self.processes().items():
            self.background.add((pid, used.started))
            if sys.platform.startswith("linux"):
                for limit in (resource.RLIMIT_CPU, resource.RLIMIT_AS):
                    with contextlib.suppress(OSError):
                        resource.prlimit(pid, limit, resource.getrlimit(limit))

    def kill(self) -> None:
        """Kill all processes of the call, including processes that start meanwhile, and wait for their end."""
        quiet = 0
        for attempt in range(200):
            pids = [pid for pid, used in self.processes().items() if not used.ended]
            self.reap()
            quiet = 0 if pids else quiet + 1
            if quiet == 2:  # one empty look can miss a process that is just getting a new parent
                return
            for pid in pids:
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.kill(pid, _SIGKILL)
            time.sleep(min(0.001 * (attempt + 1), 0.05))

    def is_empty(self) -> bool:
        """Return whether this process has no child, alive or ended, except the process that waits for the next call."""
        try:
            # the kernel lists a child with the thread that forked it, and an adopted child with the main thread
            return all(_has_no_child_but(self.waiting, thread) for thread in {os.getpid(), _thread.get_native_id()})
        except OSError:  # not Linux, or a kernel without these files
            return all(pid == self.waiting for pid in proc.children(os.getpid()))

    def reap(self) -> None:
        """Reap ended children, including adopted ones."""
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass


def _has_no_child_but(waiting: int | None, thread: int) -> bool:
    children = os.open(f"/proc/self/task/{thread}/children", os.O_RDONLY)
    try:
        found = os.read(children, 100)
    finally:
        os.close(children)
    return all(int(pid) == waiting for pid in found.split())
