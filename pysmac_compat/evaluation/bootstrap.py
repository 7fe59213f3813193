"""Does at the start and the end of a forked process what multiprocessing does for the processes that it starts.

So the user's function may use processes, pools, queues and threads, as in any process that multiprocessing starts.
Multiprocessing's own way to start a process costs as much as the fork itself; this module avoids that cost. It uses
the private names that `multiprocessing.process.BaseProcess` uses in all supported versions of Python.
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

#: modules, each with its variable that holds the executors that the module shuts down at exit
_EXECUTORS = (
    ("concurrent.futures.thread", "_threads_queues"),
    ("concurrent.futures.process", "_threads_wakeups"),
    ("joblib.externals.loky.process_executor", "_threads_wakeups"),
    ("loky.process_executor", "_threads_wakeups"),
)
#: modules that keep one executor for later use
_REUSABLE = ("joblib.externals.loky.reusable_executor", "loky.reusable_executor")
_kept: list[Any] = []

#: seconds within which the exit handlers and the remaining threads of a call must end
EXIT_SECONDS = 5.0


def renounce() -> None:
    """In a fork of the user's process, forget the state that belongs to the user's process alone.

    This state consists of the child processes, the name, stdin and the exit handlers. A call that kept the exit
    handlers could remove the temporary folders of the script or close its log files.
    """
    _atexit._clear()
    for each in list(_finalize._registry):
        each.atexit = False
    _finalize._registered_with_atexit = False
    _forget_executors()
    atexit.register(_util._exit_function)  # registered first, so that it runs last, like in any process
    _process._children = set()
    call = multiprocessing.get_context("fork").Process()
    call.daemon = False  # a call may start processes even if the script runs in a daemonic worker
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
    """Forget the script's executors: their threads do not exist here, so a call must neither use nor end them."""
    for name, executors in _EXECUTORS:
        if name in sys.modules:
            getattr(sys.modules[name], executors, {}).clear()
    for name in _REUSABLE:
        module: Any = sys.modules.get(name)
        if module is not None:
            _kept.append(getattr(module, "_executor", None))  # its garbage collection would wake the script's executor
            module._executor = module._executor_kwargs = None


def begin() -> None:
    """Adapt queues, locks and proxies that were created before the fork to this process."""
    if _util._afterfork_registry:  # in a fork, even a call without effect copies pages
        _util._run_after_forkers()


def finish() -> None:
    """Do what a program does at its end: wait for the threads, and run the exit handlers that the call has registered.

    This ends, for example, joblib's workers and pools, and removes temporary folders. If it takes longer than
    `EXIT_SECONDS`, a signal ends the process.
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
