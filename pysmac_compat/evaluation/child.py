"""A process that makes one call or several: it is forked in advance, receives requests, and answers them.

The parent detects the end of the child by the process id and not by the pipes, because processes that the child has
forked may keep the pipes open.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import select
import signal
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

from pysmac_compat._process import end_with, fork
from pysmac_compat.evaluation import system

_SIZE = 8  # bytes that hold the length of a message
_MOST = 2**20  # the most bytes of an answer; longer data is not an answer
_CPU_CLOCK = 2  # Linux's constant for the CPU clock of a process with all its threads
_POLL = 0.02  # seconds between two checks if the system has no process handles


class Garbled(Exception):
    """The data from a call is not an answer, because the function has written something else into the pipe."""


class Child:
    """A fork of the current process that makes one call or several.

    Parameters
    ----------
    work : callable
        The function that the fork runs. Its arguments are the file descriptor of the requests, and a function that
        sends an answer. The process ends when ``work`` returns.
    close : sequence of int, optional
        File descriptors that the fork does not need.

    Attributes
    ----------
    pid : int
    requests, answers : int
        File descriptors: `send` writes a request to ``requests``; ``answers`` is readable when a part of the
        `answer` has arrived.
    calls : int
        The number of requests that were sent so far.
    handle : int or None
        A file descriptor that is readable once the process has ended (Linux); None if the process has to be polled.

    Raises
    ------
    OSError
        If the system has no room for another process.
    """

    def __init__(self, work: Callable[[int, Callable[[Any], None]], None], close: Sequence[int] = ()) -> None:
        ends: list[int] = []
        try:
            ends += os.pipe()
            ends += os.pipe()
            self.pid = fork()
        except OSError:
            for each in ends:
                os.close(each)
            raise
        theirs, self.requests, self.answers, to_us = ends
        if self.pid == 0:

            def begin() -> None:
                for each in (self.requests, self.answers, *close):
                    os.close(each)
                work(theirs, lambda answer: _send_marked(to_us, answer))

            end_with(begin)
        os.close(theirs)
        os.close(to_us)
        self._received = b""
        self.calls = 0
        self.handle = process_handle(self.pid)

    @property
    def poll(self) -> float:
        """The longest time, seconds, to wait before the next check whether the process has ended."""
        return _POLL if self.handle is None else float("inf")

    def cpu_seconds(self) -> float:
        """Return the CPU seconds that the process has used so far."""
        if sys.platform.startswith("linux"):
            # the id of the process's CPU clock, computed like clock_getcpuclockid; exact to the microsecond
            with contextlib.suppress(OSError):
                return time.clock_gettime((~self.pid << 3) | _CPU_CLOCK)
            return 0.0
        psutil = system.psutil()
        with contextlib.suppress(psutil.Error):
            times = psutil.Process(self.pid).cpu_times()
            return float(times.user + times.system)
        return 0.0

    def ended(self, seconds: float = 0.0) -> bool:
        """Return whether the process has ended or ends within this time."""
        deadline = time.monotonic() + seconds
        while not _has_ended(self.pid):
            left = deadline - time.monotonic()
            if left <= 0:
                return False
            if self.handle is None:
                time.sleep(min(_POLL, left))
            else:
                readable([self.handle], left)
        return True

    def descriptors(self) -> list[int]:
        """Return the file descriptors that the parent has open for the child: the pipes and the handle."""
        pipes = [each for each in (self.requests, self.answers) if each >= 0]
        return pipes if self.handle is None else [*pipes, self.handle]

    def answer(self) -> Any | None:
        """Read from `answers`, which must be readable; return the answer once it is complete, until then None.

        Raises
        ------
        EOFError
            If no answer can come any more.
        Garbled
            If the call has written something else into the pipe.
        """
        more = os.read(self.answers, _MOST)
        if not more:
            raise EOFError
        self._received = received = self._received + more
        mark = _mark(self.pid)
        if not mark.startswith(received[: len(mark)]) or len(received) > _MOST:
            raise Garbled
        start = len(mark) + _SIZE
        if len(received) < start or len(received) < start + int.from_bytes(received[len(mark) : start], "little"):
            return None
        self._received = b""
        try:
            return pickle.loads(received[start:])
        except Exception:
            raise Garbled from None

    def hang_up(self) -> None:
        """Close both pipes."""
        for each in (self.requests, self.answers):
            if each >= 0:
                os.close(each)
        self.requests = self.answers = -1

    def collect(self) -> int | None:
        """Reap the ended process; return its exit code, or minus the number of the signal that ended it."""
        code = None
        with contextlib.suppress(ChildProcessError):
            code = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        self.hang_up()
        if self.handle is not None:
            os.close(self.handle)
        return code

    def discard(self) -> None:
        """End a process that has received no request."""
        if not self.ended():
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)
        self.collect()


def _mark(pid: int) -> bytes:
    """Return the first bytes of an answer of this process."""
    return b"pysmac" + pid.to_bytes(8, "little")


def _send_marked(descriptor: int, answer: Any) -> None:
    data = pickle.dumps(answer)
    _write(descriptor, _mark(os.getpid()) + len(data).to_bytes(_SIZE, "little") + data)


def send(descriptor: int, message: Any) -> None:
    """Write a message to a pipe.

    The pipe functions of multiprocessing would make a fork more expensive, because each object that a fork uses for
    the first time is on a page of memory that must then be copied.
    """
    data = pickle.dumps(message)
    _write(descriptor, len(data).to_bytes(_SIZE, "little") + data)


def _write(descriptor: int, data: bytes) -> None:
    while data:
        data = data[os.write(descriptor, data) :]


def receive(descriptor: int) -> Any:
    """Read a message from a pipe.

    Raises
    ------
    EOFError
        If the other end of the pipe is closed.
    """
    return pickle.loads(_read(descriptor, int.from_bytes(_read(descriptor, _SIZE), "little")))


def _read(descriptor: int, size: int) -> bytes:
    data = b""
    while len(data) < size:
        more = os.read(descriptor, size - len(data))
        if not more:
            raise EOFError
        data += more
    return data


def readable(descriptors: list[int], seconds: float) -> list[int]:
    """Wait until at least one of these descriptors is readable; return the readable ones."""
    poll = select.poll()
    for each in descriptors:
        poll.register(each, select.POLLIN)
    return [each for each, _ in poll.poll(None if seconds == float("inf") else 1000 * seconds)]


def process_handle(pid: int) -> int | None:
    """Return a file descriptor that is readable once the process has ended, or None if the system cannot make one."""
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
    psutil = system.psutil()
    try:
        return bool(psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)
    except psutil.Error:
        return True


def told_exit(code: int | None) -> str:
    """Describe how a process ended; ``code`` is the exit code, or minus the number of the signal that ended it."""
    if code is None:
        return "ended with an unknown exit code"
    if code >= 0:
        return f"ended with exit code {code}"
    with contextlib.suppress(ValueError):
        return f"was ended by the signal {signal.Signals(-code).name}"
    return f"was ended by the signal {-code}"
