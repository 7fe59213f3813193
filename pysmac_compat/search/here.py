"""A context in which the engine runs in the user's own process as it would in a process of its own."""

from __future__ import annotations

import contextlib
import importlib
import logging
import threading
import time
import warnings
from collections.abc import Iterator
from types import ModuleType
from typing import Any

from pysmac_compat.evaluation.installed import in_place, installed_packages

_limits: list[Any] = []  # empty, or with one object that limits the threads of the loaded linear algebra libraries
_ours: dict[str, ModuleType] = {}  # modules, for example of SMAC3, whose names the user's own modules have too
_this_thread = threading.local()  # has the attribute `in_engine` while the thread is in `engine_here`


@contextlib.contextmanager
def engine_here() -> Iterator[None]:
    """Make SMAC3 importable, limit linear algebra to one thread, and hide warnings and SMAC3's log, in this context.

    The result of a search must not depend on the order in which several threads add numbers.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if not _limits:
            _prepare()
        before, _this_thread.in_engine = _in_engine(), True
        try:
            with _limits[0].limit(limits=1), in_place(_ours):
                yield
        finally:
            _this_thread.in_engine = before


def _in_engine() -> bool:
    return getattr(_this_thread, "in_engine", False)


def _prepare() -> None:
    """Import SMAC3, and make its log silent in `engine_here`."""
    log = logging.getLogger("smac")
    level = log.level
    log.setLevel(logging.CRITICAL)
    try:
        with installed_packages() as ours:
            importlib.import_module("pysmac_compat.engine.session")
            import threadpoolctl
    finally:
        log.setLevel(level)
    # a filter takes no time, but each change of a level clears the caches of all loggers
    for name in [each for each in logging.root.manager.loggerDict if each.partition(".")[0] == "smac"]:
        logging.getLogger(name).addFilter(lambda record: not _in_engine())
    _ours.update(ours)
    _limits.append(threadpoolctl.ThreadpoolController())


class OwnTime:
    """CPU seconds of the search itself, without the other work of its process."""

    def __init__(self) -> None:
        self._before = 0.0
        self._since: float | None = None

    def __call__(self) -> float:
        """Return the CPU seconds so far."""
        return self._before + (0.0 if self._since is None else time.thread_time() - self._since)

    @contextlib.contextmanager
    def goes_on(self) -> Iterator[None]:
        """Count the CPU time that this thread uses within this context; only one thread at a time may be in it."""
        self._since = time.thread_time()
        try:
            yield
        finally:
            self._before, self._since = self(), None
