"""A process of our own, forked from this one as it is now."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time
import traceback
import warnings
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from typing import Any, NoReturn


@contextlib.contextmanager
def uninterrupted() -> Iterator[None]:
    """Put off Ctrl-C to the end of this context, so that a clean-up is whole."""
    noted = False

    def note(signum: int, frame: Any) -> None:
        nonlocal noted
        noted = True

    try:
        handler = signal.signal(signal.SIGINT, note)
    except ValueError:  # not in the main thread, where no signal arrives
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.SIG_DFL if handler is None else handler)
        if noted:
            os.kill(os.getpid(), signal.SIGINT)


def flush_streams() -> None:
    """Empty the buffers of stdout and stderr, so that a fork does not print them twice."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(Exception):  # closed, missing, or an object of the user's
            stream.flush()


def end_with(work: Callable[[], None]) -> NoReturn:
    """Do this, then end the process, a fork, without running exit handlers."""
    code = 1
    try:
        work()
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        flush_streams()
        os._exit(code)


#: signals that reach all processes of a terminal or a job, or that the user's script handles
IGNORED = (
    signal.SIGINT,
    signal.SIGTERM,
    signal.SIGHUP,
    signal.SIGQUIT,
    signal.SIGUSR1,
    signal.SIGUSR2,
    signal.SIGALRM,
)


class ForkedProcess:
    """Runs ``target()`` in a fork of this process, which ends without running exit handlers.

    The signals that end a program are ignored there: the process that forked it ends it.

    Parameters
    ----------
    target : callable
        Takes no argument.
    close : Connection
        Ends of connections that only this process keeps.
    """

    def __init__(self, target: Callable[[], None], close: tuple[Connection, ...] = ()) -> None:
        flush_streams()
        # Until the child ignores them, no signal may run a handler of the user's there.
        mask = signal.pthread_sigmask(signal.SIG_BLOCK, IGNORED)
        with warnings.catch_warnings():
            # Python 3.12 warns of threads at a fork; the child uses none of theirs.
            warnings.simplefilter("ignore", DeprecationWarning)
            self.pid = os.fork()
        if self.pid == 0:

            def work() -> None:
                for signum in IGNORED:
                    signal.signal(signum, signal.SIG_IGN)
                signal.pthread_sigmask(signal.SIG_SETMASK, mask)
                for connection in close:
                    connection.close()
                target()

            end_with(work)
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        self._ended = False

    def wait(self, seconds: float) -> bool:
        """Wait for the end of the process at most so long; whether it came."""
        deadline = time.monotonic() + seconds
        pause = 0.0005
        while not self._ended:
            try:
                self._ended = os.waitpid(self.pid, os.WNOHANG)[0] != 0
            except ChildProcessError:  # the user's script has waited for it, or ignores SIGCHLD
                self._ended = True
            if self._ended or time.monotonic() >= deadline:
                break
            time.sleep(pause)
            pause = min(2 * pause, 0.02)
        return self._ended

    def kill(self) -> None:
        """End it at once."""
        if not self._ended:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)
            self.wait(5.0)
