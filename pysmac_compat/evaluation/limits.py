"""The child's side of a call: set the limits, call the function, convert its answer to a `Report`.

Pynisher sets the kernel's limits. They are only backstops, because the kernel counts each process separately and counts
address space instead of memory. The other limits are in `watch.py`, which watches the whole process tree from outside.
"""

from __future__ import annotations

import contextlib
import errno
import math
import os
import resource
import signal
import sys
import time
import traceback
import types
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

from pysmac_compat._warn import is_installed, is_ours
from pysmac_compat.evaluation import signals, system
from pysmac_compat.evaluation.current import current
from pysmac_compat.evaluation.memory import peak_above
from pysmac_compat.evaluation.outcome import Report, describe

_MOST_MESSAGE = 20_000  # characters
_MOST_SECONDS = 2**31  # the kernel gets no CPU limit beyond this one

_NONE = contextlib.nullcontext()


class LimitReached(BaseException):
    """Raised inside the user's function when a limit is reached.

    It is not an ``Exception``, so that a function that catches every ``Exception`` does not continue.
    """


def used() -> tuple[float, int]:
    """Return the CPU seconds of this process and its reaped children, and the largest resident size of this process."""
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime, own.ru_maxrss


@contextlib.contextmanager
def stop_signals() -> Iterator[None]:
    """Turn the first SIGXCPU or SIGTERM into `LimitReached`, unless the user has set a handler for the signal."""
    reached = False
    _register_at_fork()

    def handler(signum: int, frame: Any) -> None:
        nonlocal reached
        if not reached:
            reached = True
            raise LimitReached(signal.Signals(signum).name)

    found = {signum: signals.get_handler(signum) for signum in (signal.SIGXCPU, signal.SIGTERM)}
    ours = [s for s in found if found[s] is signals.SIG_DFL or (found[s] is signals.SIG_IGN and s in _handlers)]
    for signum in ours:
        signals.set_handler(signum, handler)
        _handlers[signum] = handler
    try:
        yield
    finally:
        reached = True  # the function has ended, so the handler must raise nothing any more
        for signum in ours:
            if signals.get_handler(signum) is handler:
                signals.set_handler(signum, signals.SIG_IGN)  # ignored until this process makes its next call


#: the handlers that `stop_signals` has set in this process
_handlers: dict[signal.Signals, Callable[[int, Any], None]] = {}


@cache
def _register_at_fork() -> None:
    """In each process that the function forks, restore the default effect of the signals that `stop_signals` handles.

    The signals are blocked during the fork, because otherwise Python loses a signal that arrives just after the fork.
    """
    masks: list[Any] = []

    def in_child() -> None:
        for signum, handler in _handlers.items():
            if signals.get_handler(signum) is handler:
                signals.set_handler(signum, signals.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_SETMASK, masks.pop())

    os.register_at_fork(
        before=lambda: masks.append(signal.pthread_sigmask(signal.SIG_BLOCK, _handlers)),
        after_in_parent=lambda: signal.pthread_sigmask(signal.SIG_SETMASK, masks.pop()),
        after_in_child=in_child,
    )


@contextlib.contextmanager
def resource_limits(cpu: float | None, address_space: int | None) -> Iterator[None]:
    """Set the kernel's limits for this process and its future children.

    Parameters
    ----------
    cpu : float or None
        The CPU limit, seconds. The kernel's limit is later than this, so that the watch acts first.
    address_space : int or None
        The limit of the address space, as bytes above its current size. The limit is lifted at the end, so that the
        answer can be sent.
    """
    if cpu is not None:
        most = math.ceil(cpu + 1)
        hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
        if most < _MOST_SECONDS and (hard == resource.RLIM_INFINITY or hard >= most + 5):
            system.limiter().limit_cpu_time(most)
    unlimited = resource.getrlimit(resource.RLIMIT_AS)
    if address_space is not None:
        wanted, hard = system.address_space() + address_space, unlimited[1]
        system.limiter().limit_memory(wanted if hard == resource.RLIM_INFINITY else min(wanted, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, unlimited)


def call(
    function: Callable[..., Any],
    arguments: Mapping[str, Any],
    cpu: float | None,
    limited: bool,
    memory_mb: float | None,
    address_space: int | None = None,
) -> tuple[Report, float, float]:
    """Call the user's function in this process.

    Parameters
    ----------
    function : callable
    arguments : dict
        The keyword arguments.
    cpu : float or None
        The CPU limit, seconds.
    limited : bool
        Whether something can stop the call: a CPU, memory or total limit, or the kill file.
    memory_mb : float or None
        The memory limit, MB. Another process watches the call and enforces the limit. This function only detects a peak
        between two checks by that process.
    address_space : int or None
        A limit of the address space, in bytes, so high that no normal call reaches it. It stops an endless allocation
        before the allocation slows down the machine.

    Returns
    -------
    Report, float, float
        The function's report, and the CPU and wall clock seconds of the call.
    """
    stoppable = stop_signals() if limited else _NONE
    limits = _NONE if cpu is None and address_space is None else resource_limits(cpu, address_space)
    current.cutoff = cpu
    (cpu_start, size), start = used(), time.monotonic()
    try:
        with stoppable, limits:
            report = describe(function(**arguments))
    except LimitReached as reached:
        report = Report("CRASHED", message=f"the signal {reached} ended the call")
    except BaseException as error:  # sys.exit and KeyboardInterrupt too fail only this call, never the run
        report = failed(error, memory_mb is not None)
    (cpu_end, most), end = used(), time.monotonic()
    if memory_mb is not None and most > size and (excess := peak_above(memory_mb, size, most)):
        report = Report("MEMOUT", message=excess)
    for timer in (signal.ITIMER_REAL, signal.ITIMER_VIRTUAL, signal.ITIMER_PROF):
        signal.setitimer(timer, 0)  # the answer must not be interrupted
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(Exception):
            stream.flush()
    return report, cpu_end - cpu_start, end - start


def failed(error: BaseException, memory_limited: bool) -> Report:
    """Return the report of a call that ended with this exception."""
    try:
        message = "".join(traceback.format_exception(type(error), error, _of_the_user(error.__traceback__)))
    except Exception:
        message = f"{type(error).__name__} (its traceback could not be formatted)"
    if memory_limited and _is_memory_error(error):
        return Report("MEMOUT", message=message[-_MOST_MESSAGE:])
    return Report("CRASHED", message=message[-_MOST_MESSAGE:], flaw=_flaw(error))


def _of_the_user(where: types.TracebackType | None) -> types.TracebackType | None:
    """Return a traceback without its first frames, as far as they belong to this package."""
    while where is not None and is_ours(where.tb_frame):
        where = where.tb_next
    return where


#: exceptions that probably come from a mistake in the user's code
MISTAKES = (TypeError, NameError, AttributeError, ImportError)
_MOST_FLAW = 300  # characters


def _flaw(error: BaseException) -> str:
    """Return a text that identifies the exception if it is one of the `MISTAKES`, otherwise an empty text."""
    if not isinstance(error, MISTAKES):
        return ""
    try:
        text = f"{type(error).__name__}: {error}"
    except Exception:
        return ""
    frames = [(frame.f_code.co_filename, line) for frame, line in traceback.walk_tb(_of_the_user(error.__traceback__))]
    own = [place for place in frames if not is_installed(place[0])]
    place = "".join(f" ({file}, line {line})" for file, line in (own or frames)[-1:])
    return text[:_MOST_FLAW] + place


def _is_memory_error(error: BaseException | None) -> bool:
    for _ in range(100):  # bounded, because a chain of causes can be circular
        if error is None:
            return False
        if isinstance(error, MemoryError) or (isinstance(error, OSError) and error.errno == errno.ENOMEM):
            return True
        if isinstance(error, RuntimeError) and "can't start new thread" in str(error):
            return True  # there was no memory for the thread's stack
        error = error.__cause__ or error.__context__
    return False
