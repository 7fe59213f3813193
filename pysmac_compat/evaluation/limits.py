"""The child's side of a call: limits are set, the function is called, its answer becomes a `Report`.

The limits are set with pynisher's means. The kernel's limits are backstops only, since it counts each process for
itself, and address space in place of memory: `watch.py` looks at the whole tree from outside.
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
from typing import Any

from pysmac_compat._warn import is_ours
from pysmac_compat.evaluation import signals, system
from pysmac_compat.evaluation.current import current
from pysmac_compat.evaluation.memory import peak_above
from pysmac_compat.evaluation.outcome import Report, describe

_MOST_MESSAGE = 20_000  # characters
_MOST_SECONDS = 2**31  # a limit beyond this is none

_NONE = contextlib.nullcontext()


class LimitReached(BaseException):
    """Raised inside the user's function when a limit is reached.

    Not an ``Exception``, so that a function that catches those does not go on.
    """


def used() -> tuple[float, int]:
    """CPU seconds of this process and of the children it has waited for, and its largest resident size so far."""
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime, own.ru_maxrss


@contextlib.contextmanager
def stop_signals() -> Iterator[None]:
    """Turn the first SIGXCPU or SIGTERM into `LimitReached`, where the user has no handler of his own."""
    reached = False

    def handler(signum: int, frame: Any) -> None:
        nonlocal reached
        if not reached:
            reached = True
            raise LimitReached(signal.Signals(signum).name)

    ours = [s for s in (signal.SIGXCPU, signal.SIGTERM) if signals.get_handler(s) is signals.SIG_DFL]
    for signum in ours:
        signals.set_handler(signum, handler)
    _default_in_forks(handler, ours)
    try:
        yield
    finally:
        reached = True  # too late to interrupt anything
        for signum in ours:
            if signals.get_handler(signum) is handler:
                signals.set_handler(signum, signals.SIG_IGN)


def _default_in_forks(handler: Callable[[int, Any], None], ours: list[signal.Signals]) -> None:
    """In a process that the function forks, these signals mean what they always do.

    They are blocked during the fork: Python forgets what arrives just after it. A process makes
    one call, so that what is registered here need not be taken back.
    """
    masks: list[Any] = []

    def in_child() -> None:
        for signum in ours:
            if signals.get_handler(signum) is handler:
                signals.set_handler(signum, signals.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_SETMASK, masks.pop())

    os.register_at_fork(
        before=lambda: masks.append(signal.pthread_sigmask(signal.SIG_BLOCK, ours)),
        after_in_parent=lambda: signal.pthread_sigmask(signal.SIG_SETMASK, masks.pop()),
        after_in_child=in_child,
    )


@contextlib.contextmanager
def resource_limits(cpu: float | None, address_space: int | None) -> Iterator[None]:
    """Set the kernel's limits for this process and its future children.

    Parameters
    ----------
    cpu : float or None
        Seconds; the kernel acts only when the watch should have.
    address_space : int or None
        Bytes on top of what the process has now; lifted again at the end, so that the answer can be sent.
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
        Keyword arguments.
    cpu : float or None
        CPU limit, seconds.
    limited : bool
        Whether the call can be stopped (at a CPU, wall, memory or total limit).
    memory_mb : float or None
        Memory limit; it is watched from outside, but for a peak of this process between two looks.
    address_space : int or None
        Bytes that no call needs, in place of an endless allocation that would make the machine suffer.

    Returns
    -------
    Report, float, float
        What it said, its CPU and its wall seconds.
    """
    stoppable = stop_signals() if limited else _NONE
    limits = _NONE if cpu is None and address_space is None else resource_limits(cpu, address_space)
    current.cutoff = cpu
    (cpu_start, size), start = used(), time.monotonic()
    try:
        with stoppable, limits:
            report = describe(function(**arguments))
    except LimitReached as reached:
        report = Report("CRASHED", message=f"terminated by {reached}")
    except BaseException as error:  # sys.exit, KeyboardInterrupt and all else cost this one call, never the run
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
    """The report of a call that ended with this exception."""
    try:
        message = "".join(traceback.format_exception(type(error), error, _of_the_user(error.__traceback__)))
    except Exception:
        message = f"{type(error).__name__} (its traceback could not be formatted)"
    if memory_limited and _is_memory_error(error):
        return Report("MEMOUT", message=message[-_MOST_MESSAGE:])
    return Report("CRASHED", message=message[-_MOST_MESSAGE:], flaw=_flaw(error))


def _of_the_user(where: types.TracebackType | None) -> types.TracebackType | None:
    """A traceback without the frames of ours with which it begins."""
    while where is not None and is_ours(where.tb_frame):
        where = where.tb_next
    return where


#: exceptions that tell of a mistake in the program
_MISTAKES = (TypeError, NameError, AttributeError, ImportError)
_MOST_FLAW = 300  # characters


def _flaw(error: BaseException) -> str:
    """What tells this exception from others, if it is a mistake in the program; else empty."""
    if not isinstance(error, _MISTAKES):
        return ""
    try:
        text = f"{type(error).__name__}: {error}"
    except Exception:
        return ""
    where = error.__traceback__
    while where is not None and where.tb_next is not None:
        where = where.tb_next
    place = "" if where is None else f" ({where.tb_frame.f_code.co_filename}, line {where.tb_lineno})"
    return text[:_MOST_FLAW] + place


def _is_memory_error(error: BaseException | None) -> bool:
    for _ in range(100):  # a chain of causes can be circular
        if error is None:
            return False
        if isinstance(error, MemoryError) or (isinstance(error, OSError) and error.errno == errno.ENOMEM):
            return True
        if isinstance(error, RuntimeError) and "can't start new thread" in str(error):
            return True  # there was no memory for its stack
        error = error.__cause__ or error.__context__
    return False
