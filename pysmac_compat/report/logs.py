"""Write the package's log lines to stderr if the user asks for them, but never pass them to the root logger."""

from __future__ import annotations

import contextlib
import logging
import sys
from collections.abc import Iterator
from typing import Any

_LOGGER = logging.getLogger("pysmac_compat")
_LOGGER.propagate = False  # no record reaches the root logger; warnings still go to stderr


def log_level(debug: Any) -> int | None:
    """Return the logging level for ``SMAC_optimizer(debug=...)``; None means no log lines."""
    if not debug:
        return None
    return debug if type(debug) is int else logging.DEBUG


@contextlib.contextmanager
def logging_on_stderr(level: int | None) -> Iterator[None]:
    """Write the package's log lines to stderr within this context."""
    if level is None:
        yield
        return
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    before = _LOGGER.level
    _LOGGER.addHandler(handler)
    _LOGGER.setLevel(level)
    try:
        yield
    finally:
        _LOGGER.removeHandler(handler)
        _LOGGER.setLevel(before)
