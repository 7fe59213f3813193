"""Process pools whose workers may themselves start processes and pools."""

from __future__ import annotations

import copy
import multiprocessing
import multiprocessing.pool
from collections.abc import Callable, Iterable
from typing import Any


class NoDaemonProcess(multiprocessing.Process):
    """A process that is never a daemon, even if ``daemon`` is assigned, and so may have children."""

    @property
    def daemon(self) -> bool:
        """Always False; assigning to it has no effect."""
        return False

    @daemon.setter
    def daemon(self, value: bool) -> None:
        pass


class MyPool(multiprocessing.pool.Pool):
    """A `multiprocessing.Pool` whose workers are `NoDaemonProcess`.

    Its processes end with ``close()`` and ``join()``, with ``terminate()``, or when the interpreter exits.

    Parameters
    ----------
    processes : int or None
        The number of workers. The default is the number of cores.
    initializer : callable or None
        A function that each worker calls with ``initargs`` when it starts.
    maxtasksperchild : int or None
        The number of tasks after which a new worker replaces a worker; None: never.
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
