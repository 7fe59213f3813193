"""The processes below one of ours: found, timed, ended."""

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

from pysmac_compat.evaluation import system

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
_SIGKILL = int(signal.SIGKILL)  # not the enumeration's member, see `signals`


_prctl: Any = None
if sys.platform.startswith("linux"):
    with contextlib.suppress(OSError, AttributeError):
        _prctl = ctypes.CDLL(None).prctl


def adopt_orphans() -> None:
    """Let processes below this one become its children when their parent ends (Linux)."""
    if _prctl is not None:
        _prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def die_with_parent(wanted: bool = True) -> None:
    """Let this process be killed when the one that forked it ends, or no more (Linux)."""
    if _prctl is not None:
        _prctl(_PR_SET_PDEATHSIG, _SIGKILL if wanted else 0, 0, 0, 0)


class ProcessTree:
    """All processes below this one, less those that earlier calls have left in the background.

    Attributes
    ----------
    background : set of (int, float)
        Process id and start time of what earlier calls have left.
    waiting : int or None
        The process that waits for the next call, which is not one of these.
    """

    def __init__(self) -> None:
        self.background: set[tuple[int, float]] = set()
        self.waiting: int | None = None

    def processes(self) -> list[Any]:
        """The living processes that belong to the current call."""
        psutil = system.psutil()
        found: list[Any] = []
        with contextlib.suppress(psutil.Error):
            for child in psutil.Process().children():
                if child.pid != self.waiting and (child.pid, child.create_time()) not in self.background:
                    found.append(child)
                    with contextlib.suppress(psutil.Error):
                        found.extend(child.children(recursive=True))
        return found

    def cpu_seconds(self) -> float:
        """CPU seconds of all these processes and of the children they have waited for."""
        total = 0.0
        for process in self.processes():
            with contextlib.suppress(system.psutil().Error):
                times = process.cpu_times()
                total += times.user + times.system + times.children_user + times.children_system
        return total

    def leave(self) -> None:
        """Count all living processes among those in the background, free of the call's limits."""
        for process in self.processes():
            with contextlib.suppress(system.psutil().Error, PermissionError):
                self.background.add((process.pid, process.create_time()))
                if sys.platform.startswith("linux"):
                    for limit in (resource.RLIMIT_CPU, resource.RLIMIT_AS):
                        resource.prlimit(process.pid, limit, resource.getrlimit(limit))

    def kill(self) -> None:
        """SIGKILL all these processes, also those that are started meanwhile, and wait for their end."""
        for attempt in range(200):
            processes = [p for p in self.processes() if not _is_zombie(p)]
            self.reap()
            if not processes:
                return
            for process in processes:
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.kill(process.pid, signal.SIGKILL)
            time.sleep(min(0.001 * (attempt + 1), 0.05))

    def is_empty(self) -> bool:
        """Whether this process has no child, ended or not, but the one that waits for the next call."""
        try:
            # listed with the thread that forked it; one that was adopted, with the main thread
            return all(_has_no_child_but(self.waiting, thread) for thread in {os.getpid(), _thread.get_native_id()})
        except OSError:  # no Linux, or one that was built without this
            return all(child.pid == self.waiting for child in system.psutil().Process().children())

    def reap(self) -> None:
        """Wait for ended processes that were adopted."""
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


def _is_zombie(process: Any) -> bool:
    psutil = system.psutil()
    try:
        return bool(process.status() == psutil.STATUS_ZOMBIE)
    except psutil.Error:
        return True
