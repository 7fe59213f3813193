"""The process of one call: forked ahead, asked for the call, seen to its end.

It is seen to its end by its id: pipes to it may be held by what it has forked.
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

_SIZE = 8  # bytes that tell the length of a message
_MOST = 2**20  # bytes of an answer; what seems to be longer is none
_CPU_CLOCK = 2  # Linux's number for the clock that counts all threads of a process
_POLL = 0.02  # seconds between two looks where the system has no handles of processes


class Garbled(Exception):
    """What comes from a call is no answer: something else has been written there."""


class Child:
    """A fork of this process that makes a call.

    Parameters
    ----------
    work : callable
        What the fork does, given the file descriptor from which the request comes, and what sends the answer; the
        process ends when it returns.
    close : sequence of int, optional
        File descriptors that the fork does not need.

    Attributes
    ----------
    pid : int
    requests, answers : int
        File descriptors: one takes the request (`send`), the other is readable when there is some of the `answer`.
    handle : int or None
        Readable once the process has ended (Linux); else it has to be polled.

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
        self.handle = process_handle(self.pid)

    @property
    def poll(self) -> float:
        """Most seconds to wait for something else before asking whether it has ended."""
        return _POLL if self.handle is None else float("inf")

    def cpu_seconds(self) -> float:
        """CPU seconds it has used so far."""
        if sys.platform.startswith("linux"):
            # the process's own clock, made as the C library's clock_getcpuclockid makes it; exact to the microsecond
            with contextlib.suppress(OSError):
                return time.clock_gettime((~self.pid << 3) | _CPU_CLOCK)
            return 0.0
        psutil = system.psutil()
        with contextlib.suppress(psutil.Error):
            times = psutil.Process(self.pid).cpu_times()
            return float(times.user + times.system)
        return 0.0

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
                readable([self.handle], left)
        return True

    def descriptors(self) -> list[int]:
        """The file descriptors by which we hold it."""
        pipes = [each for each in (self.requests, self.answers) if each >= 0]
        return pipes if self.handle is None else [*pipes, self.handle]

    def answer(self) -> Any | None:
        """The answer, if all of it is here; to be asked when `answers` is readable.

        Raises
        ------
        EOFError
            If there will be none.
        Garbled
            If the call has written something else there.
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
        """Take leave of an ended process; its exit code, or minus the signal that ended it."""
        code = None
        with contextlib.suppress(ChildProcessError):
            code = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        self.hang_up()
        if self.handle is not None:
            os.close(self.handle)
        return code

    def discard(self) -> None:
        """End it; for one that was not asked for a call."""
        if not self.ended():
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)
        self.collect()


def _mark(pid: int) -> bytes:
    """How an answer of this process begins."""
    return b"pysmac" + pid.to_bytes(8, "little")


def _send_marked(descriptor: int, answer: Any) -> None:
    data = pickle.dumps(answer)
    _write(descriptor, _mark(os.getpid()) + len(data).to_bytes(_SIZE, "little") + data)
    os.close(descriptor)


def send(descriptor: int, message: Any) -> None:
    """Write a message to a pipe.

    What multiprocessing has for this costs a fork more: each object that its process uses for the
    first time is on a page of memory that must be copied.
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
        If there will be none.
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
    """Wait until one of these can be read; which can."""
    poll = select.poll()
    for each in descriptors:
        poll.register(each, select.POLLIN)
    return [each for each, _ in poll.poll(None if seconds == float("inf") else 1000 * seconds)]


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
    psutil = system.psutil()
    try:
        return bool(psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)
    except psutil.Error:
        return True


def told_exit(code: int | None) -> str:
    """How a process has ended, from its exit code or minus the signal that has ended it."""
    if code is None or code >= 0:
        return f"ended with exit code {code}"
    with contextlib.suppress(ValueError):
        return f"was ended by the signal {signal.Signals(-code).name}"
    return f"was ended by the signal {-code}"
