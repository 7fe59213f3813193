"""What a process of multiprocessing does at its two ends, for processes that are forked without it.

A function may use processes, pools, queues and threads as in any process that
multiprocessing has started. Its way of starting one costs as much as the fork itself, hence
this; the names with an underscore are those that `multiprocessing.process.BaseProcess`
calls there, in all supported versions of Python.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import sys
import threading
from multiprocessing import process, util
from typing import Any

_process: Any = process
_util: Any = util
_threading: Any = threading


def renounce() -> None:
    """Forget, in a fork of the user's process, what is its own: its children, its name, what it reads from stdin."""
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


def begin() -> None:
    """Make queues, locks and proxies that were made before the fork fit for this process."""
    if _util._afterfork_registry:  # in a fork, also finding nothing to do costs copies of pages
        _util._run_after_forkers()


def finish() -> None:
    """Wait for the threads and processes of this process that are not daemons, and end the others."""
    if _util._finalizer_registry or _process._children:
        _util._exit_function()
    if threading.active_count() > 1:
        _threading._shutdown()
