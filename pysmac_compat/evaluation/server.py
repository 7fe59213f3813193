"""The light process that makes the calls: one child a call, watched from outside.

It is forked from the caller at each ``minimize()`` and holds the user's function as it
is then; it imports nothing of the optimizer, so that forking it stays cheap.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import resource
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from typing import Any

from pysmac_compat._fork import flush_streams
from pysmac_compat.evaluation import limits
from pysmac_compat.evaluation.outcome import WALL_FACTOR, Outcome, Report, judge
from pysmac_compat.evaluation.tree import ProcessTree, adopt_orphans, has_children

_INTERVAL = 0.1  # seconds between two looks at the CPU time of the process tree
_GRACE = 1.0  # seconds that a call gets for its ``finally`` after the first signal
_EXIT = 0.5  # seconds that a child gets to exit after it has answered


@dataclass(frozen=True)
class Request:
    """One call to make.

    Attributes
    ----------
    arguments : dict
        The keyword arguments of the function.
    cutoff : float or None
        CPU limit, seconds.
    wall : float or None
        Wall clock limit in seconds that is left of the total time (with what a running call may add).
    """

    arguments: dict[str, Any]
    cutoff: float | None = None
    wall: float | None = None


class CallServer:
    """Makes calls on request until the other side closes the connection.

    Parameters
    ----------
    function : callable
        The user's.
    connection : Connection
        Requests come in, outcomes go out.
    lifeline : Connection
        Readable as soon as the process that started us is gone.
    memory_mb : float or None
        Memory limit of a call.
    crash_value : float or None
        See `judge`.
    needs_value : bool
        See `judge`.
    """

    def __init__(
        self,
        function: Callable[..., Any],
        connection: Connection,
        lifeline: Connection,
        memory_mb: float | None,
        crash_value: float | None,
        needs_value: bool,
    ) -> None:
        self.function, self.connection, self.lifeline = function, connection, lifeline
        self.memory_mb, self.crash_value, self.needs_value = memory_mb, crash_value, needs_value
        self.context = multiprocessing.get_context("fork")
        self.tree = ProcessTree()
        self.interrupt: Any = signal.default_int_handler
        self.interrupted = False
        self.streams = sys.stdout, sys.stderr

    def serve(self, interrupt: Any) -> None:
        """Answer requests; ``interrupt`` is the caller's SIGINT handler, which the function gets back."""
        self.interrupt = interrupt
        # a call may start processes, also where the caller is a daemonic worker itself
        with contextlib.suppress(AssertionError):
            multiprocessing.current_process().daemon = False
        signal.signal(signal.SIGINT, self._note_interrupt)
        adopt_orphans()
        while self.connection in wait([self.connection, self.lifeline]):
            try:
                request = self.connection.recv()
            except (EOFError, OSError):
                return
            outcome = self.call(request)
            if outcome is None:
                return
            self.connection.send(outcome)

    def _note_interrupt(self, signum: int, frame: Any) -> None:
        """Ctrl-C reaches all processes of a terminal; the caller decides, but a call must leave nothing behind."""
        self.interrupted = True

    def call(self, request: Request) -> Outcome | None:
        """Make one call; None if the caller has gone meanwhile."""
        receiver, sender = self.context.Pipe(duplex=False)
        before = _children_cpu()
        start = time.monotonic()
        limited = request.cutoff is not None or request.wall is not None
        process = self.context.Process(target=self._child, args=(request, limited, receiver, sender))
        sys.stdout, sys.stderr = None, None  # a start flushes them, and that may fail
        try:
            process.start()
        finally:
            sys.stdout, sys.stderr = self.streams
        sender.close()
        watch = _Watch(request, start, process.pid, self.tree)
        answer = None
        with receiver:
            while answer is None:
                ready = wait([receiver, process.sentinel, self.lifeline], timeout=watch.timeout())
                if self.lifeline in ready:
                    self.tree.kill()
                    return None
                if receiver in ready:
                    with contextlib.suppress(EOFError):
                        answer = receiver.recv()
                if answer is None and process.sentinel in ready:
                    break
                if not ready:
                    watch.look(time.monotonic())
        process.join(_EXIT if answer is not None else None)
        wall_time = time.monotonic() - start
        cpu_time = _children_cpu() - before
        if answer is None:
            report = Report("CRASHED", message=_describe_exit(process.exitcode))
        else:
            report, own_cpu, wall_time = answer
            cpu_time = own_cpu if not has_children() else max(own_cpu, cpu_time)
        if has_children():
            self.tree.reap()
            cpu_time += self.tree.cpu_seconds()
            if watch.reached or self.interrupted or (limited and report.status in ("CRASHED", "MEMOUT")):
                self.tree.kill()
            else:
                self.tree.leave()
        return judge(
            report,
            cpu_time=max(cpu_time, watch.cpu_time),
            wall_time=wall_time,
            cutoff=request.cutoff,
            stopped=watch.reached,
            cut_short=watch.total_reached,
            crash_value=self.crash_value,
            needs_value=self.needs_value,
        )

    def _child(self, request: Request, limited: bool, receiver: Connection, sender: Connection) -> None:
        """What the child does; its main thread is where the function runs."""
        sys.stdout, sys.stderr = self.streams
        receiver.close()
        self.connection.close()
        self.lifeline.close()
        if not sys.platform.startswith("linux"):
            os.setpgid(0, 0)
        signal.signal(signal.SIGINT, self.interrupt)
        answer = limits.call(self.function, request.arguments, request.cutoff, limited, self.memory_mb)
        sender.send(answer)
        sender.close()
        flush_streams()


class _Watch:
    """Looks at a running call from outside, and stops it at its limits."""

    def __init__(self, request: Request, start: float, pid: int | None, tree: ProcessTree) -> None:
        self.cutoff, self.pid, self.tree = request.cutoff, pid, tree
        self.end = start + WALL_FACTOR * request.cutoff if request.cutoff is not None else None
        self.total_end = start + request.wall if request.wall is not None else None
        self.cpu_time = 0.0
        self.reached = self.total_reached = False
        self._kill_at: float | None = None

    def timeout(self) -> float | None:
        """Seconds until the next look."""
        now = time.monotonic()
        times = [t for t in (self.end, self.total_end, self._kill_at) if t is not None]
        if self.cutoff is not None:
            times.append(now + _INTERVAL)
        return max(0.0, min(times) - now) if times else None

    def look(self, now: float) -> None:
        """Send the signal that is due, if any."""
        if self._kill_at is not None:
            if now >= self._kill_at:
                self.tree.kill()
            return
        if self.cutoff is not None:
            self.cpu_time = max(self.cpu_time, self.tree.cpu_seconds())
            if self.cpu_time >= self.cutoff:
                self._stop(signal.SIGXCPU, now)
        if not self.reached:
            self.total_reached = self.total_end is not None and now >= self.total_end
            if self.total_reached or (self.end is not None and now >= self.end):
                self._stop(signal.SIGTERM, now)

    def _stop(self, signum: signal.Signals, now: float) -> None:
        self.reached = True
        self.end = self.total_end = self.cutoff = None
        self._kill_at = now + _GRACE
        if self.pid is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signum)


def _children_cpu() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _describe_exit(code: int | None) -> str:
    if code is None or code >= 0:
        return f"the process of the call ended with exit code {code}"
    with contextlib.suppress(ValueError):
        return f"the process of the call was ended by the signal {signal.Signals(-code).name}"
    return f"the process of the call was ended by the signal {-code}"
