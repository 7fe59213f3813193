"""The keeper makes sure that a light process is running, whatever a call does to the light process.

A call can kill or stop the light process that forked the call. The keeper is the parent of the light process, in a
process group of its own. It forks the light process, and forks a new one if the light process dies. The call that was
running when the light process died has crashed.
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

#: A light process that stays stopped for this time, seconds, is killed. If all processes of a job are stopped, the
#: keeper is stopped too, and kills nothing, because both continue together.
_STOPPED = 1.0
_ROOM = 0.2  # seconds until the next try if there is no room for another process
_MOST_DEATHS = 5  # the keeper gives up after this number of successive light processes that died between calls


class Progress:
    """The state of the current call, in memory that the light process writes and its keeper reads.

    Attributes
    ----------
    cells : memoryview of int
        Three numbers. The first is how many requests the light process has received, or 0 while it makes no call. The
        second is the process id of the current call, or 0 before that process exists. The third is the value of
        `clock` when the call began. The light process writes the cells directly, because each method that a fork uses
        for the first time copies pages of memory.
    """

    def __init__(self) -> None:
        self.cells = memoryview(mmap.mmap(-1, 3 * 8)).cast("q")


def clock() -> int:
    """Return nanoseconds on the clock by which the system dates the start of processes."""
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.time_ns()


def keep(
    serve: Callable[[Progress], None],
    lose: Callable[[str, float, float], None],
    abandoned: Callable[[], bool],
) -> None:
    """Run a light process, and fork a new one whenever it dies, until it ends by itself or nobody needs calls.

    Parameters
    ----------
    serve : callable
        The function that the light process runs.
    lose : callable
        A function that answers the request whose call is lost. Its arguments are the reason, and the CPU and wall
        clock seconds of the call.
    abandoned : callable
        A function that returns whether nobody waits for calls any more.
    """
    with contextlib.suppress(OSError):
        os.setpgid(0, 0)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    for signum in (signal.SIGTTIN, signal.SIGTTOU):  # use of the terminal then raises an error
        signal.signal(signum, signal.SIG_IGN)
    adopt_orphans()
    progress, deaths = Progress(), 0
    while deaths < _MOST_DEATHS:
        try:
            pid = fork()
        except OSError:  # there is no room for another process now
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
    """Wait for the end of a process; return its exit code, or minus the number of the signal that ended it."""
    while hasattr(os, "waitid"):
        if os.waitid(os.P_PID, pid, os.WEXITED | os.WSTOPPED | os.WNOWAIT).si_code != os.CLD_STOPPED:  # type: ignore[union-attr]
            break
        time.sleep(_STOPPED)
        if os.waitid(os.P_PID, pid, os.WSTOPPED | os.WNOHANG) is not None:  # it is still stopped
            os.kill(pid, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def _clean(call: int, start: float) -> float:
    """Kill the processes of the lost call; return the CPU seconds of the call.

    Background processes of earlier calls continue; they are recognised because they started before this call.
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
