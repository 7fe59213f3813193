"""Pools whose workers may start processes and pools themselves."""

from __future__ import annotations

import copy
import multiprocessing
import multiprocessing.pool
from collections.abc import Callable, Iterable
from typing import Any


class NoDaemonProcess(multiprocessing.Process):
    """A process that is never a daemon, and so may have children, whatever is said about it."""

    @property
    def daemon(self) -> bool:
        """Always False; assigning to it has no effect."""
        return False

    @daemon.setter
    def daemon(self, value: bool) -> None:
        pass


class MyPool(multiprocessing.pool.Pool):
    """A `multiprocessing.Pool` of `NoDaemonProcess`.

    Its processes end with ``close()`` and ``join()``, with ``terminate()``, or as the interpreter exits.

    Parameters
    ----------
    processes : int or None
        As many as there are cores by default.
    initializer : callable or None
        Called in each worker first, with ``initargs``.
    maxtasksperchild : int or None
        A worker is replaced after so many tasks.
    """

    def __init__(
        self,
        processes: int | None = None,
        initializer: Callable[..., object] | None = None,
        initargs: Iterable[Any] = (),
        maxtasksperchild: int | None = None,
    ) -> None:
        context: Any = copy.copy(multiprocessing.get_context())
        context.Process = NoDaemonProcess
        super().__init__(processes, initializer, initargs, maxtasksperchild, context)
