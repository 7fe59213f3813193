"""The engine in the user's own process: what an engine's process is for good holds here for a moment."""

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

_limits: list[Any] = []  # what limits the threads of linear algebra; found once it is loaded
_ours: dict[str, ModuleType] = {}  # modules of SMAC3, say, of whose names the user's script has other ones


@contextlib.contextmanager
def engine_here() -> Iterator[None]:
    """With SMAC3, with one thread for linear algebra, without warnings and without SMAC3's log.

    The order in which several threads add may not decide what is found.
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
    """CPU seconds of the search itself; what else its process does is none of it."""

    def __init__(self) -> None:
        self._before = 0.0
        self._since: float | None = None

    def __call__(self) -> float:
        """All of them so far."""
        return self._before + (0.0 if self._since is None else time.thread_time() - self._since)

    @contextlib.contextmanager
    def goes_on(self) -> Iterator[None]:
        """A context in which this thread searches, and no other one."""
        self._since = time.thread_time()
        try:
            yield
        finally:
            self._before, self._since = self(), None
