"""A started process, seen to its end by its id: pipes to it may be held by what it has forked."""

from __future__ import annotations

import contextlib
import os
import time
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess

from pysmac_compat.evaluation.limits import psutil

_POLL = 0.02  # seconds between two looks where the system has no handles of processes


class Child:
    """One process that multiprocessing has started.

    Parameters
    ----------
    process : multiprocessing.Process

    Attributes
    ----------
    pid : int
    handle : int or None
        Readable once the process has ended (Linux); else it has to be polled.
    """

    def __init__(self, process: BaseProcess) -> None:
        assert process.pid is not None
        self._process, self.pid = process, process.pid
        self.handle = process_handle(self.pid)

    @property
    def poll(self) -> float:
        """Most seconds to wait for something else before asking whether it has ended."""
        return _POLL if self.handle is None else float("inf")

    def ended(self, seconds: float = 0.0) -> bool:
        """Whether it has ended, or does so within some seconds."""
        deadline = time.monotonic() + seconds
        while not _has_ended(self.pid):
            left = deadline - time.monotonic()
            if left <= 0:
                return False
            if self.handle is None:
                time.sleep(min(_POLL, left))
            else:
                wait([self.handle], left)
        return True

    def collect(self) -> int | None:
        """Take leave of an ended process; its exit code, or minus the signal that ended it."""
        self._process.join()
        code = self._process.exitcode
        with contextlib.suppress(ValueError):
            self._process.close()
        if self.handle is not None:
            os.close(self.handle)
        return code


def process_handle(pid: int) -> int | None:
    """A file descriptor that is readable once the process has ended; None where there is no such thing."""
    try:
        return os.pidfd_open(pid)
    except (AttributeError, OSError):
        return None


def _has_ended(pid: int) -> bool:
    if hasattr(os, "waitid"):
        try:
            return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
        except ChildProcessError:
            return True
    try:
        return bool(psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)
    except psutil.Error:
        return True
