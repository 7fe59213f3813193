"""Keeps the light process of the calls running, whatever a call does to it.

A call can kill or stop the process that has forked it. The keeper is one generation further away, in a process group
of its own. It forks the light process, waits for its end, and forks it anew; the call that was running has crashed.
"""

from __future__ import annotations

import contextlib
import mmap
import os
import resource
import signal
import time
from collections.abc import Callable

from pysmac_compat._process import end_with, fork
from pysmac_compat.evaluation import proc
from pysmac_compat.evaluation.child import told_exit
from pysmac_compat.evaluation.tree import ProcessTree, adopt_orphans, die_with_parent

#: seconds after which a light process that has been stopped is ended: whoever stops all processes of a job lets all
#: of them go on, too
_STOPPED = 1.0
_ROOM = 0.2  # seconds until the next try where there is no room for another process
_MOST_DEATHS = 5  # of light processes, one after the other, that have not come to make a call


class Progress:
    """Which call is being made: memory that the light process writes and its keeper reads.

    Attributes
    ----------
    cells : memoryview of int
        The number of the request that is being answered, 0 if there is none; the process of its call, 0 if there is
        none yet; nanoseconds of the `clock` when the call began. Written as they are: each method that a fork uses
        for the first time costs it copies of pages.
    """

    def __init__(self) -> None:
        self.cells = memoryview(mmap.mmap(-1, 3 * 8)).cast("q")


def clock() -> int:
    """Nanoseconds on the clock by which the system tells when a process has begun."""
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.time_ns()


def keep(
    serve: Callable[[Progress], None],
    lose: Callable[[str, float, float], None],
    abandoned: Callable[[], bool],
) -> None:
    """Run a light process until it ends by itself.

    Parameters
    ----------
    serve : callable
        What the light process does.
    lose : callable
        Answers the request whose call is lost; is given why, and its CPU and wall clock seconds.
    abandoned : callable
        Whether nobody waits for calls any more.
    """
    with contextlib.suppress(OSError):
        os.setpgid(0, 0)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    for signum in (signal.SIGTTIN, signal.SIGTTOU):  # of who is not in the foreground: an error in place of a stop
        signal.signal(signum, signal.SIG_IGN)
    adopt_orphans()
    progress, deaths = Progress(), 0
    while deaths < _MOST_DEATHS:
        try:
            pid = fork()
        except OSError:  # no room for another process now
            deaths += 1
            time.sleep(_ROOM)
            continue
        if pid == 0:

            def work() -> None:
                die_with_parent()
                serve(progress)

            end_with(work)
        code = _exit_code(pid)
        count, call, start = progress.cells
        seconds = _clean(call, start / 1e9) if count else 0.0
        if code == 0 or abandoned():
            return
        deaths = 0 if count else deaths + 1
        if count:
            lose(
                f"the process that makes the calls {told_exit(code)} during this call", seconds, (clock() - start) / 1e9
            )
            progress.cells[0] = 0


def _exit_code(pid: int) -> int:
    """Wait for the end of a process; minus the signal that has ended it, or its exit code."""
    while hasattr(os, "waitid"):
        if os.waitid(os.P_PID, pid, os.WEXITED | os.WSTOPPED | os.WNOWAIT).si_code != os.CLD_STOPPED:  # type: ignore[union-attr]
            break
        time.sleep(_STOPPED)
        if os.waitid(os.P_PID, pid, os.WSTOPPED | os.WNOHANG) is not None:  # it still is
            os.kill(pid, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def _clean(call: int, start: float) -> float:
    """End what the call that was running has left; its CPU seconds.

    What earlier calls have left in the background is older than the call, and stays.
    """
    before = _children_seconds()
    if call:
        with contextlib.suppress(OSError):
            os.kill(call, signal.SIGKILL)
            os.waitpid(call, 0)
        tree = ProcessTree()
        first = start - proc.RESOLUTION
        tree.background = {(pid, used.started) for pid, used in tree.processes().items() if used.started < first}
        tree.kill()
    return _children_seconds() - before


def _children_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime
