"""The light process that makes the calls: one child a call, watched from outside.

It is forked from the caller at each ``minimize()`` and holds the user's function as it
is then; it imports nothing of the optimizer, so that forking it stays cheap. The process of the
next call is forked while a call runs, and waits::

    script ── forks ──> light process ── forks ──> call 1, which runs
                                      └─ forks ──> call 2, which waits for its request

Where the script has used an OpenMP runtime that cannot end its threads, a new thread of the light process forks the
calls; see `openmp`.
"""

from __future__ import annotations

import contextlib
import gc
import os
import resource
import signal
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

from pysmac_compat._process import flush_streams, in_fresh_thread
from pysmac_compat.evaluation import bootstrap, limits, signals, system
from pysmac_compat.evaluation.child import Child, process_handle, readable, receive, send
from pysmac_compat.evaluation.outcome import CRASHES, Outcome, Report, judge
from pysmac_compat.evaluation.rules import Rules
from pysmac_compat.evaluation.tree import ProcessTree, adopt_orphans, die_with_parent
from pysmac_compat.evaluation.watch import Watch

#: signals that often reach all processes of a script at once
_ENDS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_FAREWELL = 2.0  # seconds in which a script that such a signal ends will have ended
_EXIT = 0.5  # seconds that a child gets to exit after it has answered
_PARENT = 1.0  # seconds between two looks for the parent where the system has no handles of processes


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
    """Makes calls on request until the process that started it closes the lifeline, or ends.

    It is made in the process in which it serves.

    Parameters
    ----------
    function : callable
        The user's.
    connection : Connection
        Requests come in, outcomes go out.
    lifeline : Connection
        Readable as soon as the process that started us wants us to end.
    rules : Rules
    """

    def __init__(
        self, function: Callable[..., Any], connection: Connection, lifeline: Connection, rules: Rules
    ) -> None:
        self.function, self.connection, self.lifeline, self.rules = function, connection, lifeline, rules
        self.tree = ProcessTree()
        self.handlers: Mapping[int, Any] = {}
        self.interrupted = False
        self.spare: Child | None = None
        self.unfinished: list[Child] = []
        self.parent = 0
        self.parent_handle: int | None = None

    def serve(self, parent: int, handlers: Mapping[int, Any], fresh_thread: bool = False) -> None:
        """Answer requests.

        Parameters
        ----------
        parent : int
            The process that started us.
        handlers : dict of int to handler
            Its signal handlers, which the function gets back.
        fresh_thread : bool
            Whether a new thread has to fork the calls, because this one has a pool of OpenMP threads; see `openmp`.
        """
        self.parent = parent
        self.handlers = {signum: signals.as_told(handler) for signum, handler in handlers.items()}
        self.parent_handle = process_handle(parent)
        bootstrap.renounce()
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for signum in _ENDS:
            signal.signal(signum, self._note_interrupt)
        adopt_orphans()
        if self.rules.memory_mb is not None:
            system.limiter()
        # else a collection in a call would write to, and so copy, all memory that it shares with us
        gc.freeze()
        if fresh_thread:
            in_fresh_thread(self._answer_requests)
        else:
            self._answer_requests()

    def _answer_requests(self) -> None:
        self._fork_ahead()
        try:
            while not self._abandoned():
                if self.connection.fileno() in self._wait([self.connection.fileno()], float("inf")):
                    outcome = self.call(Request(**receive(self.connection.fileno())))
                    if outcome is not None:
                        send(self.connection.fileno(), vars(outcome))
        except (EOFError, OSError):
            return
        finally:
            if self.spare is not None:
                self.spare.discard()
            if os.getppid() == self.parent:
                self._see_off()

    def _see_off(self) -> None:
        """Wait for calls that have answered and run exit handlers, and for helpers that end with them."""
        for child in self.unfinished:
            child.ended(bootstrap.EXIT_SECONDS)
        end = time.monotonic() + _EXIT
        while not self.tree.is_empty() and time.monotonic() < end:
            self.tree.reap()
            time.sleep(0.01)

    def _note_interrupt(self, signum: int, frame: Any) -> None:
        """Ctrl-C reaches all processes of a terminal, say; the caller decides, but a call must leave nothing behind."""
        self.interrupted = True

    def _wait(self, others: list[int], timeout: float) -> list[int]:
        """Which of these is readable; also ends when the process that started us has gone."""
        if self.parent_handle is None:
            return readable([*others, self.lifeline.fileno()], min(timeout, _PARENT))
        return readable([*others, self.lifeline.fileno(), self.parent_handle], timeout)

    def _abandoned(self) -> bool:
        """Whether nobody waits for us any more."""
        return os.getppid() != self.parent or bool(readable([self.lifeline.fileno()], 0.0))

    def call(self, request: Request) -> Outcome | None:
        """Make one call; None if nobody waits for it any more."""
        self.interrupted = False
        try:
            child = self._next_child(request)
        except OSError as error:
            return self._judge(request, Report("CRASHED", message=f"no process for the call: {error}"), 0.0, 0.0)
        # what it has used while it was made and waited is none of the call's
        start, before = time.monotonic(), _children_cpu() + child.cpu_seconds()
        limited = (request.cutoff, request.wall, self.rules.kill_file) != (None, None, None)
        with contextlib.suppress(OSError):  # if somebody has killed it, what waits for its answer will tell
            send(child.requests, (request.arguments, request.cutoff, limited))
        self._fork_ahead(child.descriptors())
        wall = self.rules.wall_limit(request.cutoff)
        watch = Watch(child.pid, self.tree, start, request.cutoff, wall, request.wall, self.rules.kill_file)
        answer = self._answer(child, watch)
        if answer is None and self._abandoned():  # also if the call has ended meanwhile: it has not failed
            self.tree.kill()
            return None
        code = None
        child.hang_up()
        if answer is None or child.ended(_EXIT):
            code = child.collect()
        else:
            self.unfinished.append(child)
        wall_time, cpu_time = time.monotonic() - start, _children_cpu() - before
        if answer is None:
            report = Report("CRASHED", message=_describe_exit(code))
        else:
            said, own_cpu, wall_time = answer
            report = Report(**said)
            cpu_time = own_cpu if self.tree.is_empty() else max(own_cpu, cpu_time)
        if self.interrupted and report.status == "CRASHED" and self._script_ends():
            self.tree.kill()
            return None
        if not self.tree.is_empty():
            cpu_time += self.tree.cpu_seconds()
            if watch.reached or self.interrupted or (limited and report.status in CRASHES):
                self.tree.kill()
            else:
                self.tree.leave()
            self._reap()
        return self._judge(request, report, max(cpu_time, watch.cpu_time), wall_time, watch.reached, watch.cut_short)

    def _judge(
        self,
        request: Request,
        report: Report,
        cpu_time: float,
        wall_time: float,
        stopped: bool = False,
        cut_short: str = "",
    ) -> Outcome:
        return judge(
            report,
            cpu_time=cpu_time,
            wall_time=wall_time,
            cutoff=request.cutoff,
            stopped=stopped,
            cut_short=cut_short,
            rules=self.rules,
        )

    def _script_ends(self) -> bool:
        """Whether the process that started us ends as well: the call has not failed then, it was ended with it."""
        self._wait([], _FAREWELL)
        return self._abandoned()

    def _fork_ahead(self, close: Sequence[int] = ()) -> None:
        """Fork the process of the next call, which does not need these file descriptors."""
        with contextlib.suppress(OSError):  # no room for a process now; perhaps when it is needed
            self.spare = Child(self._work, close)
            self.tree.waiting = self.spare.pid

    def _next_child(self, request: Request) -> Child:
        """The process for this call."""
        child, self.spare, self.tree.waiting = self.spare, None, None
        if request.cutoff is not None and not system.limiter.cache_info().currsize:
            system.limiter()  # once here, not in each child
        elif child is not None and not child.ended():
            return child
        if child is not None:
            child.discard()
        return Child(self._work)

    def _answer(self, child: Child, watch: Watch) -> tuple[dict[str, Any], float, float] | None:
        """What the child answers; None if it ended without one, or if nobody waits any more."""
        sources = [child.answers] if child.handle is None else [child.answers, child.handle]
        while True:
            ready = self._wait(sources, min(watch.timeout(), child.poll))
            if self._abandoned():
                return None
            ended = child.ended()
            if child.answers in sources and (child.answers in ready or (ended and readable([child.answers], 0.0))):
                try:
                    answer: tuple[dict[str, Any], float, float] = receive(child.answers)
                    return answer
                except (EOFError, OSError):
                    sources.remove(child.answers)  # the function has closed it
            if ended:
                return None
            watch.look()

    def _work(self, requests: int, answers: int) -> None:
        """What a child does; its main thread is where the function runs."""
        owner = os.getpid()
        die_with_parent()
        self.connection.close()
        self.lifeline.close()
        if not sys.platform.startswith("linux"):
            os.setpgid(0, 0)
        bootstrap.begin()
        try:
            arguments, cutoff, limited = receive(requests)
        except EOFError:  # there is nothing more to call
            return
        for signum, handler in self.handlers.items():
            signals.set_handler(signum, handler)
        report, *used = limits.call(self.function, arguments, cutoff, limited, self.rules.memory_mb)
        if os.getpid() != owner:
            # a process that the function has forked came back from it: not its place to answer
            flush_streams()
            os._exit(0 if report.status == "SAT" else 1)
        with contextlib.suppress(OSError):
            send(answers, (vars(report), *used))
            os.close(answers)
        die_with_parent(False)  # its exit handlers get their time, whatever becomes of us
        bootstrap.finish()

    def _reap(self) -> None:
        """Take leave of ended processes: those of earlier calls, and those that were adopted."""
        for child in [c for c in self.unfinished if c.ended()]:
            self.unfinished.remove(child)
            child.collect()
        self.tree.reap()


def _children_cpu() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _describe_exit(code: int | None) -> str:
    if code is None or code >= 0:
        return f"the process of the call ended with exit code {code}"
    with contextlib.suppress(ValueError):
        return f"the process of the call was ended by the signal {signal.Signals(-code).name}"
    return f"the process of the call was ended by the signal {-code}"
