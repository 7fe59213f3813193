"""The light process that makes the calls: it forks a child for each call, or for several calls, and watches the child.

Each ``minimize()`` forks the light process from the user's script, by way of a `keeper`. The light process holds the
user's function as it was at that moment, and imports nothing of the optimizer, so a fork of it is cheap. While one call
runs, the light process forks the process of the next call, which waits for its request. If a process may make several
calls, the next process is forked during the last of these calls::

    script ── forks ──> keeper ── forks ──> light process ── forks ──> call 1, which runs
                                                          └─ forks ──> call 2, which waits for its request

If the script has used an OpenMP runtime that cannot end its threads, a new thread of the light process forks the
calls; see `openmp`.
"""

from __future__ import annotations

import contextlib
import gc
import os
import resource
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

from pysmac_compat._process import flush_streams, in_fresh_thread
from pysmac_compat.evaluation import bootstrap, limits, proc, signals, system
from pysmac_compat.evaluation.child import Child, Garbled, readable, receive, send, told_exit
from pysmac_compat.evaluation.keeper import Progress, clock, keep
from pysmac_compat.evaluation.memory import most_address_space
from pysmac_compat.evaluation.outcome import CRASHES, SUCCESSES, Outcome, Report, judge
from pysmac_compat.evaluation.owner import Owner
from pysmac_compat.evaluation.rules import Rules
from pysmac_compat.evaluation.stillness import STILL, Stillness
from pysmac_compat.evaluation.tree import ProcessTree, adopt_orphans, die_with_parent
from pysmac_compat.evaluation.watch import Watch

#: signals that often reach all processes of a script together
_ENDS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_GARBLED = (
    "the function wrote to a file descriptor that it did not open; the process needs this descriptor to send the "
    "result. Write only to files that the function opens"
)
_FAREWELL = 2.0  # seconds within which one of the `_ENDS` ends the script
_LAST = 1.0  # seconds for which an answer is still accepted after the script has died
_EXIT = 0.5  # seconds that a child has to exit after its answer


@dataclass(frozen=True)
class Request:
    """A request for one call.

    Attributes
    ----------
    arguments : dict
        The keyword arguments of the function.
    cutoff : float or None
        The CPU limit, seconds.
    wall : float or None
        The wall clock limit, seconds: the rest of the total time, plus the cutoff if there is one.
    number : int
        The number of the request.
    """

    arguments: dict[str, Any]
    cutoff: float | None = None
    wall: float | None = None
    number: int = 0


class CallServer:
    """Makes calls on request until its owner needs no more calls.

    The object is created in a fork of the owner.

    Parameters
    ----------
    function : callable
        The user's function.
    connection : Connection
        It receives requests and sends outcomes.
    owner : Owner
    rules : Rules
    handlers : dict of int to handler
        The owner's signal handlers, which are restored for the function.
    fresh_thread : bool
        Whether a new thread forks the calls, because the current thread has a pool of OpenMP threads; see `openmp`.
    """

    def __init__(
        self,
        function: Callable[..., Any],
        connection: Connection,
        owner: Owner,
        rules: Rules,
        *,
        handlers: Mapping[int, Any],
        fresh_thread: bool = False,
    ) -> None:
        self.function, self.connection, self.owner, self.rules = function, connection, owner, rules
        self.fresh_thread = fresh_thread
        self.handlers = {signum: signals.as_told(handler) for signum, handler in handlers.items()}
        self.tree = ProcessTree()
        self.interrupted = False
        self.spare: Child | None = None
        self.unfinished: list[Child] = []
        self.keeper = self.oom_kills = 0
        self.progress: Progress | None = None

    def run(self) -> None:
        """Answer requests in a light process; if that process dies, fork a new one."""
        self.keeper = os.getpid()
        keep(self._serve, self._lose, self._abandoned)

    def _lose(self, why: str, cpu_time: float, wall_time: float) -> None:
        """Answer the request whose call was lost when the light process died, unless the request is still unread."""
        if not readable([self.connection.fileno()], 0.0):
            outcome = judge(Report("CRASHED", message=why), self.rules, cpu_time=cpu_time, wall_time=wall_time)
            with contextlib.suppress(OSError):
                send(self.connection.fileno(), vars(outcome))

    def _serve(self, progress: Progress) -> None:
        """Set up this process as the light process (see the module), and answer requests."""
        self.progress = progress
        bootstrap.renounce()
        for signum in _ENDS:
            signal.signal(signum, self._note_interrupt)
        adopt_orphans()
        self.oom_kills = proc.oom_kills()
        self.address_space = None
        if self.rules.memory_mb is not None:
            system.limiter()
            self.address_space = most_address_space()
        # otherwise, a garbage collection in a call would write to all memory that it shares with the light process, and
        # so copy that memory
        gc.freeze()
        if self.fresh_thread:
            in_fresh_thread(self._answer_requests)
        else:
            self._answer_requests()

    def _answer_requests(self) -> None:
        assert self.progress is not None
        self._fork_ahead()
        cells, count = self.progress.cells, 0
        try:
            while not self._abandoned():
                if self.connection.fileno() in self.owner.wait([self.connection.fileno()], float("inf")):
                    count += 1
                    cells[1], cells[2], cells[0] = 0, clock(), count
                    outcome = self.call(Request(**receive(self.connection.fileno())))
                    if outcome is not None:
                        send(self.connection.fileno(), vars(outcome))
                    cells[0] = 0
        except (EOFError, OSError):
            return
        finally:
            if self.spare is not None and self.spare.calls:
                self.spare.hang_up()
                self.unfinished.append(self.spare)
            elif self.spare is not None:
                self.spare.discard()
            if self.owner.lives():
                self._see_off()

    def _see_off(self) -> None:
        """Wait for calls that have answered but still run exit handlers, and for the helper processes of calls."""
        for child in self.unfinished:
            child.ended(bootstrap.EXIT_SECONDS)
        end = time.monotonic() + _EXIT
        while not self.tree.is_empty() and time.monotonic() < end:
            self.tree.reap()
            time.sleep(0.01)

    def _note_interrupt(self, signum: int, frame: Any) -> None:
        """Note an interrupt, such as Ctrl-C: the owner reacts to it, but the call must leave no process behind."""
        self.interrupted = True

    def _abandoned(self) -> bool:
        """Return whether no owner waits for calls any more."""
        return not self.owner.waits() or self.keeper not in (os.getpid(), os.getppid())

    def call(self, request: Request) -> Outcome | None:
        """Make one call and return its outcome, or None if nobody waits for it any more."""
        self.interrupted = False
        try:
            child = self._next_child(request)
        except OSError as error:
            return self._judge(
                request, Report("CRASHED", message=f"cannot start a process for the call: {error}"), 0.0, 0.0
            )
        assert self.progress is not None
        self.progress.cells[1] = child.pid
        # CPU time that the child used before the request does not belong to the call
        start, before = time.monotonic(), _children_cpu() + child.cpu_seconds()
        limits = (request.cutoff, request.wall, self.rules.kill_file, self.rules.memory_mb)
        limited = limits != (None, None, None, None)
        child.calls += 1
        is_last = self._is_last(child, request)
        with contextlib.suppress(OSError):  # if the child was killed, the wait for its answer notices it
            send(child.requests, (request.arguments, request.cutoff, limited, is_last))
        if is_last:
            self._fork_ahead(child.descriptors())
        watch = Watch(
            child.pid,
            self.tree,
            start,
            cutoff=request.cutoff,
            wall=self.rules.wall_limit(request.cutoff),
            total=request.wall,
            kill_file=self.rules.kill_file,
            memory_mb=self.rules.memory_mb,
        )
        answer = self._answer(child, watch, request)
        if answer is None and self._abandoned():  # the call may have ended meanwhile, but this is not a failure
            self.tree.kill()
            return None
        code = None
        if not is_last and isinstance(answer, tuple) and answer[0]["status"] in SUCCESSES and not watch.reached:
            self.spare, self.tree.waiting = child, child.pid
        else:
            child.hang_up()
            if answer is None or child.ended(_EXIT):
                code = child.collect()
            else:
                self.unfinished.append(child)
        wall_time, cpu_time = time.monotonic() - start, _children_cpu() - before
        if isinstance(answer, Report):
            report = answer
        elif answer is None:
            report = self._died(code, watch)
        else:
            said, own_cpu, wall_time = answer
            report = Report(**said)
            cpu_time = own_cpu if self.tree.is_empty() else max(own_cpu, cpu_time)
        if watch.over_memory:
            report = Report("MEMOUT", message=watch.over_memory)
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
        return self._judge(request, report, max(cpu_time, watch.cpu_time), wall_time, watch)

    def _is_last(self, child: Child, request: Request) -> bool:
        """Return whether the process must end after this call."""
        limited = request.cutoff is not None or self.rules.memory_mb is not None
        return limited or child.calls >= self.rules.calls_per_process

    def _judge(
        self,
        request: Request,
        report: Report,
        cpu_time: float,
        wall_time: float,
        watch: Watch | None = None,
    ) -> Outcome:
        return judge(
            report,
            cpu_time=cpu_time,
            wall_time=wall_time,
            cutoff=request.cutoff,
            stopped=watch is not None and watch.reached,
            cut_short="" if watch is None else watch.cut_short,
            dropped=watch is not None and watch.dropped,
            rules=self.rules,
        )

    def _script_ends(self) -> bool:
        """Return whether the script ends too; if so, the same signal ended the call, and the call has not failed."""
        self.owner.wait([], _FAREWELL)
        return self._abandoned()

    def _fork_ahead(self, close: Sequence[int] = ()) -> None:
        """Fork the process of the next call; the process closes these file descriptors."""
        with contextlib.suppress(OSError):  # there is no room for a process now, but perhaps later
            self.spare = Child(self._work, close)
            self.tree.waiting = self.spare.pid

    def _next_child(self, request: Request) -> Child:
        """Return the process for this call."""
        child, self.spare, self.tree.waiting = self.spare, None, None
        if request.cutoff is not None and not system.limiter.cache_info().currsize:
            system.limiter()  # imported here once, and not in each child
        elif child is not None and not child.ended():
            return child
        if child is not None:
            child.discard()
        return Child(self._work)

    def _died(self, code: int | None, watch: Watch) -> Report:
        """Return the report of a call whose process ended without an answer."""
        if code == -signal.SIGKILL and not watch.reached:
            before, self.oom_kills = self.oom_kills, proc.oom_kills()
            if self.oom_kills > before:
                return Report("MEMOUT", message="the machine ran out of memory, and the kernel killed the call")
        return Report("CRASHED", message=f"the process of the call {told_exit(code)}")

    def _answer(
        self, child: Child, watch: Watch, request: Request
    ) -> tuple[dict[str, Any], float, float] | Report | None:
        """Wait for the child's answer; return None if it ends without an answer, or if nobody waits any more."""
        sources = [child.answers] if child.handle is None else [child.answers, child.handle]
        stillness, end = None, None
        while True:
            timeout = min(watch.timeout(), child.poll, STILL if stillness is None else stillness.timeout())
            if end is None:
                drops = self.owner.drops.fileno()
                ready = self.owner.wait([*sources, drops], timeout)
                if drops in ready and self.owner.drops_call(request.number):
                    watch.drop()
                if self._abandoned():
                    end = time.monotonic() + (0.0 if self.owner.dismisses() else _LAST)
            else:
                ready = readable(sources, min(timeout, max(0.0, end - time.monotonic())))
            ended = child.ended()
            if child.answers in sources and (child.answers in ready or (ended and readable([child.answers], 0.0))):
                try:
                    answer: tuple[dict[str, Any], float, float] | None = child.answer()
                    if answer is not None:
                        return answer
                except Garbled:
                    self.tree.kill()
                    return Report("CRASHED", message=_GARBLED)
                except (EOFError, OSError):
                    sources.remove(child.answers)  # the function has closed the pipe
            if ended or (end is not None and time.monotonic() >= end):
                return None
            watch.look()
            if stillness is None:
                stillness = Stillness(self.tree, watch.start)
            if notice := stillness.look(request.arguments):
                send(self.connection.fileno(), {"notice": notice})

    def _work(self, requests: int, answer: Callable[[Any], None]) -> None:
        """Do the work of a child process: wait for requests, and make each requested call in the main thread."""
        owner = os.getpid()
        die_with_parent()
        os.setpgid(0, 0)  # a signal to this process group reaches the call and the processes that it starts
        self.connection.close()
        self.owner.forget()
        bootstrap.begin()
        is_first, is_last = True, False
        while not is_last:
            try:
                arguments, cutoff, limited, is_last = receive(requests)
            except EOFError:  # there are no more calls
                if is_first:
                    return
                break
            is_first = False
            for signum, handler in self.handlers.items():
                signals.set_handler(signum, handler)
            report, *used = limits.call(
                self.function, arguments, cutoff, limited, self.rules.memory_mb, self.address_space
            )
            if os.getpid() != owner:
                # a process that the function forked has returned from the function; it must not answer
                flush_streams()
                os._exit(0 if report.status == "SAT" else 1)
            with contextlib.suppress(OSError):
                answer((vars(report), *used))
        die_with_parent(False)  # its exit handlers may run even if the light process ends
        bootstrap.finish()

    def _reap(self) -> None:
        """Reap ended processes: the processes of earlier calls and adopted processes."""
        for child in [c for c in self.unfinished if c.ended()]:
            self.unfinished.remove(child)
            child.collect()
        self.tree.reap()


def _children_cpu() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime
