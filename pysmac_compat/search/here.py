"""The engine in the user's own process, under the conditions of an engine's process for a short time."""

from __future__ import annotations

import contextlib
import importlib
import logging
import time
import warnings
from collections.abc import Iterator
from types import ModuleType
from typing import Any

from pysmac_compat.evaluation.installed import in_place, installed_packages

_limits: list[Any] = []  # the controller of the threads of linear algebra; made after the library is loaded
_ours: dict[str, ModuleType] = {}  # modules, for example of SMAC3, whose names the user's script uses for others


@contextlib.contextmanager
def engine_here() -> Iterator[None]:
    """Provide SMAC3, one thread for linear algebra, no warnings and no log of SMAC3 within this context.

    The result of a search must not depend on the order in which several threads add numbers.
    """
    log = logging.getLogger("smac")
    level = log.level
    log.setLevel(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            if not _limits:
                with installed_packages() as ours:
                    importlib.import_module("pysmac_compat.engine.session")
                    import threadpoolctl
                _ours.update(ours)
                _limits.append(threadpoolctl.ThreadpoolController())
            with _limits[0].limit(limits=1), in_place(_ours):
                yield
    finally:
        log.setLevel(level)


class OwnTime:
    """CPU seconds of the search itself, without the other work of its process."""

    def __init__(self) -> None:
        self._before = 0.0
        self._since: float | None = None

    def __call__(self) -> float:
        """Return all CPU seconds so far."""
        return self._before + (0.0 if self._since is None else time.thread_time() - self._since)

    @contextlib.contextmanager
    def goes_on(self) -> Iterator[None]:
        """Count the CPU time of this thread within this context; only one thread may be in it."""
        self._since = time.thread_time()
        try:
            yield
        finally:
            self._before, self._since = self(), None
