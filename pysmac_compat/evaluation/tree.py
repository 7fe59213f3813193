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

from pysmac_compat.evaluation import proc
from pysmac_compat.evaluation.proc import Usage

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

    def processes(self) -> dict[int, Usage]:
        """The living processes that belong to the current call, by process id, with what they have used."""
        found: dict[int, Usage] = {}
        new = [pid for pid in proc.children(os.getpid()) if pid != self.waiting]
        while new:
            used = [(pid, proc.usage(pid)) for pid in new if pid not in found]
            known = {pid: u for pid, u in used if u is not None and (pid, u.started) not in self.background}
            found.update(known)
            new = [child for pid, u in known.items() if not u.ended for child in proc.children(pid)]
        return found

    def cpu_seconds(self) -> float:
        """CPU seconds of all these processes and of the children they have waited for."""
        return sum(used.cpu_seconds for used in self.processes().values())

    def leave(self) -> None:
        """Count all living processes among those in the background, free of the call's limits."""
        for pid, used in self.processes().items():
            self.background.add((pid, used.started))
            if sys.platform.startswith("linux"):
                for limit in (resource.RLIMIT_CPU, resource.RLIMIT_AS):
                    with contextlib.suppress(OSError):
                        resource.prlimit(pid, limit, resource.getrlimit(limit))

    def kill(self) -> None:
        """SIGKILL all these processes, also those that are started meanwhile, and wait for their end."""
        quiet = 0
        for attempt in range(200):
            pids = [pid for pid, used in self.processes().items() if not used.ended]
            self.reap()
            quiet = 0 if pids else quiet + 1
            if quiet == 2:  # once is not enough: what has a new parent since that has ended can be missed
                return
            for pid in pids:
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.kill(pid, _SIGKILL)
            time.sleep(min(0.001 * (attempt + 1), 0.05))

    def is_empty(self) -> bool:
        """Whether this process has no child, ended or not, but the one that waits for the next call."""
        try:
            # listed with the thread that forked it; one that was adopted, with the main thread
            return all(_has_no_child_but(self.waiting, thread) for thread in {os.getpid(), _thread.get_native_id()})
        except OSError:  # no Linux, or one that was built without this
            return all(pid == self.waiting for pid in proc.children(os.getpid()))

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
