"""Forked processes of the package, and the handling of signals in them and in the script."""

from __future__ import annotations

import _thread
import contextlib
import multiprocessing
import os
import signal
import sys
import threading
import time
import traceback
import warnings
from collections.abc import Callable, Iterator
from typing import Any, NoReturn, Protocol

from pysmac_compat.errors import UnsupportedPlatformError

try:
    import resource
except ImportError:
    raise UnsupportedPlatformError from None


def check_platform() -> None:
    """Raise an exception on a platform without fork.

    Raises
    ------
    UnsupportedPlatformError
    """
    if sys.platform == "win32":
        raise UnsupportedPlatformError


@contextlib.contextmanager
def uninterrupted() -> Iterator[None]:
    """Delay Ctrl-C and SIGTERM to the end of this context, so that a clean-up is complete."""
    noted: list[int] = []

    def note(signum: int, frame: Any) -> None:
        noted.append(signum)

    if threading.current_thread() is not threading.main_thread():  # no signal arrives here
        yield
        return
    handlers = {signum: signal.signal(signum, note) for signum in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for signum, handler in handlers.items():
            signal.signal(signum, signal.SIG_DFL if handler is None else handler)
        for each in dict.fromkeys(noted):
            os.kill(os.getpid(), each)


class Terminated(BaseException):
    """SIGTERM has arrived."""


#: the script's own handlers of the signals that a handler of this package handles now
_replaced: dict[int, Any] = {}


def scripts_handler(signum: int) -> Any:
    """Return the handler that the script has set for a signal, in the form of `signal.getsignal`."""
    return _replaced.get(signum, signal.getsignal(signum))


@contextlib.contextmanager
def ended_by_sigterm(before_default: Callable[[], None] = lambda: None) -> Iterator[None]:
    """Raise an exception in this context when SIGTERM arrives; after the context, handle SIGTERM as before.

    Batch systems send SIGTERM some time before they kill a process. After the context, the script's own handler runs;
    without such a handler the signal ends the process.

    Parameters
    ----------
    before_default : callable
        Called before the signal ends the process.
    """
    handler = signal.getsignal(signal.SIGTERM)
    in_main = threading.current_thread() is threading.main_thread()
    if not in_main or handler in (signal.SIG_IGN, None) or signal.SIGTERM in _replaced:
        yield
        return

    def end(signum: int, frame: Any) -> None:
        signal.signal(signum, lambda *_: None)  # once is enough
        raise Terminated

    _replaced[signal.SIGTERM] = handler
    signal.signal(signal.SIGTERM, end)
    terminated = False
    try:
        yield
    except Terminated:
        terminated = True
    finally:
        signal.signal(signal.SIGTERM, handler)
        del _replaced[signal.SIGTERM]
    if terminated:
        if handler == signal.SIG_DFL:
            before_default()
        os.kill(os.getpid(), signal.SIGTERM)


def refuse_while_importing_main() -> None:
    """Raise the RuntimeError of multiprocessing if this process is importing the main module of its parent.

    If a script has no ``if __name__ == "__main__":`` and its function spawns workers, each worker would otherwise start
    the search again.
    """
    if getattr(multiprocessing.current_process(), "_inheriting", False):
        from multiprocessing import spawn

        check: Any = spawn
        check._check_not_importing_main()


def flush_streams() -> None:
    """Flush stdout and stderr, so that a fork does not print the content of their buffers a second time."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(Exception):  # the stream is closed, missing, or an object of the user's
            stream.flush()


def end_with(work: Callable[[], None]) -> NoReturn:
    """Call ``work``, then end this process, which is a fork, without running exit handlers."""
    code = 1
    try:
        work()
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        flush_streams()
        os._exit(code)


#: the size of a thread's stack if the stack of the main thread is unlimited, and the largest size, in bytes
_STACK, _MOST_STACK = 2**28, 2**30


def fork() -> int:
    """Call ``os.fork()`` without Python 3.12's warning about threads, because no fork here uses these threads."""
    if sys.version_info < (3, 12):
        return os.fork()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        return os.fork()


def in_fresh_thread(work: Callable[[], None]) -> None:
    """Call ``work`` in a new thread with as much stack as a main thread has, and wait until it returns.

    The new thread is not registered in `threading`, so a process that it forks has it as its main thread. Signal
    handlers of this process still run in the thread that waits here. In a process that the new thread forks, Python
    3.13 runs signal handlers late: not before the next system call.
    """
    ended = threading.Lock()
    ended.acquire()

    def run() -> None:
        try:
            work()
        finally:
            ended.release()

    soft = resource.getrlimit(resource.RLIMIT_STACK)[0]
    before = threading.stack_size(_STACK if soft == resource.RLIM_INFINITY else min(max(soft, 2**20), _MOST_STACK))
    try:
        _thread.start_new_thread(run, ())
    except RuntimeError:  # the limits of the machine allow no further thread
        run()
    finally:
        threading.stack_size(before)
    ended.acquire()


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


class Closeable(Protocol):
    """An object with an open resource: a connection or a lock."""

    def close(self) -> None:
        """Close it, in this process."""


class ForkedProcess:
    """A fork of this process that runs ``target()`` and ends without running exit handlers.

    The fork ignores signals that end a program, such as SIGTERM, because its parent ends it.

    Parameters
    ----------
    target : callable
        Takes no argument.
    close : Closeable
        Objects that the fork closes; they stay open in the parent.
    """

    def __init__(self, target: Callable[[], None], close: tuple[Closeable, ...] = ()) -> None:
        flush_streams()
        # Until the child ignores these signals, none of them may run a handler of the user's in the child.
        mask = signal.pthread_sigmask(signal.SIG_BLOCK, IGNORED)
        self.pid = fork()
        if self.pid == 0:

            def work() -> None:
                for signum in IGNORED:
                    signal.signal(signum, signal.SIG_IGN)
                signal.pthread_sigmask(signal.SIG_SETMASK, mask)
                for each in close:
                    each.close()
                target()

            end_with(work)
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        self._ended = False

    def wait(self, seconds: float) -> bool:
        """Wait at most ``seconds`` for the end of the process; return whether it has ended."""
        deadline = time.monotonic() + seconds
        pause = 0.0005
        while not self._ended:
            try:
                self._ended = os.waitpid(self.pid, os.WNOHANG)[0] != 0
            except ChildProcessError:  # the user's script has already waited for the process, or ignores SIGCHLD
                self._ended = True
            if self._ended or time.monotonic() >= deadline:
                break
            time.sleep(pause)
            pause = min(2 * pause, 0.02)
        return self._ended

    def kill(self) -> None:
        """Kill the process."""
        if not self._ended:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)
            self.wait(5.0)
