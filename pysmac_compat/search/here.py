"""The engine in the user's own process: what an engine's process is for good holds here for a moment."""

from __future__ import annotations

import contextlib
import importlib
import logging
import warnings
from collections.abc import Iterator
from typing import Any

from pysmac_compat.evaluation.installed import installed_packages

_limits: list[Any] = []  # what limits the threads of linear algebra; found once it is loaded


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
                with installed_packages():
                    importlib.import_module("pysmac_compat.engine.session")
                    import threadpoolctl
                _limits.append(threadpoolctl.ThreadpoolController())
            with _limits[0].limit(limits=1):
                yield
    finally:
        log.setLevel(level)
