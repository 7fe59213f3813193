"""Waits for processes, and describes them."""

from __future__ import annotations

import contextlib
import os
import time
from typing import Any

import psutil

from benchmarks.faults.notes import Notes

MOST = 120.0  # seconds that a search may take; a longer search hangs


def pause_until(process: Any, notes: Notes, n_calls: int, seconds: float) -> None:
    """Wait until ``n_calls`` calls have begun or the process has ended, and then ``seconds`` longer."""
    end = time.monotonic() + MOST
    while process.is_alive() and len(notes.lines) < n_calls and time.monotonic() < end:
        time.sleep(0.001)
    time.sleep(seconds)


def wait_for_end_of_session(session: int, seconds: float) -> list[int]:
    """Wait for the end of a session, and return its processes that still live after ``seconds``."""
    end = time.monotonic() + seconds
    while (left := [pid for pid in psutil.pids() if _is_of(pid, session)]) and time.monotonic() < end:
        time.sleep(0.02)
    return left


def _is_of(pid: int, session: int) -> bool:
    with contextlib.suppress(ProcessLookupError, psutil.NoSuchProcess):
        return os.getsid(pid) == session and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    return False


def command_of(pid: int) -> list[str]:
    """Return the id of a process and, if it still lives, its command line."""
    with contextlib.suppress(psutil.Error):
        return [str(pid), *psutil.Process(pid).cmdline()]
    return [str(pid)]
