"""What a process of multiprocessing does at its two ends, for processes that are forked without it.

A function may use processes, pools, queues and threads as in any process that
multiprocessing has started. Its way of starting one costs as much as the fork itself, hence
this; the names with an underscore are those that `multiprocessing.process.BaseProcess`
calls there, in all supported versions of Python.
"""

from __future__ import annotations

import atexit
import contextlib
import multiprocessing
import os
import signal
import sys
import threading
import weakref
from multiprocessing import process, util
from typing import Any

from pysmac_compat.evaluation import signals

_process: Any = process
_util: Any = util
_threading: Any = threading
_atexit: Any = atexit
_finalize: Any = weakref.finalize

#: where libraries keep the executors that they shut down when threads end
_EXECUTORS = (
    ("concurrent.futures.thread", "_threads_queues"),
    ("concurrent.futures.process", "_threads_wakeups"),
    ("joblib.externals.loky.process_executor", "_threads_wakeups"),
    ("loky.process_executor", "_threads_wakeups"),
)
#: modules that keep one executor for later use
_REUSABLE = ("joblib.externals.loky.reusable_executor", "loky.reusable_executor")
_kept: list[Any] = []

#: seconds that the exit handlers of a call get, and the threads it has left
EXIT_SECONDS = 5.0


def renounce() -> None:
    """Forget, in a fork of the user's process, what is its own.

    That is its children, its name, what it reads from stdin, and what it does when it exits: the temporary folders
    and the log files of the script are not those of a call.
    """
    _atexit._clear()
    for each in list(_finalize._registry):
        each.atexit = False
    _finalize._registered_with_atexit = False
    _forget_executors()
    atexit.register(_util._exit_function)  # first, so that it is run last, as in any process
    _process._children = set()
    call = multiprocessing.get_context("fork").Process()
    call.daemon = False  # a call may start processes, also where the caller is a daemonic worker itself
    if hasattr(os, "pidfd_open"):
        name = multiprocessing.current_process().name
        _process._parent_process = _process._ParentProcess(name, os.getpid(), os.pidfd_open(os.getpid()))
    _process._current_process = call
    if sys.stdin is not None:
        with contextlib.suppress(OSError, ValueError):
            sys.stdin.close()
        with contextlib.suppress(OSError, ValueError):
            sys.stdin = open(os.devnull, encoding="utf-8")  # noqa: SIM115 (open as long as the process lives)


def _forget_executors() -> None:
    """The threads that serve the script's executors are not here: a call neither uses nor ends these executors."""
    for name, executors in _EXECUTORS:
        if name in sys.modules:
            getattr(sys.modules[name], executors, {}).clear()
    for name in _REUSABLE:
        module: Any = sys.modules.get(name)
        if module is not None:
            _kept.append(getattr(module, "_executor", None))  # collecting it would wake the script's
            module._executor = module._executor_kwargs = None


def begin() -> None:
    """Make queues, locks and proxies that were made before the fork fit for this process."""
    if _util._afterfork_registry:  # in a fork, also finding nothing to do costs copies of pages
        _util._run_after_forkers()


def finish() -> None:
    """End as a program ends: wait for its threads, run the exit handlers that the call has registered.

    joblib's workers, pools, temporary folders and the like end with that. What takes longer than `EXIT_SECONDS`
    is ended with the process.
    """
    if not (
        threading.active_count() > 1 or _util._finalizer_registry or _process._children or _atexit._ncallbacks() > 1
    ):
        return
    signals.set_handler(signal.SIGALRM, signals.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGALRM])
    signal.setitimer(signal.ITIMER_REAL, EXIT_SECONDS)
    _threading._shutdown()
    _atexit._run_exitfuncs()
