"""The package's log lines: on stderr while somebody wants them, never on the root logger."""

from __future__ import annotations

import contextlib
import logging
import sys
from collections.abc import Iterator
from typing import Any

_LOGGER = logging.getLogger("pysmac_compat")
_LOGGER.propagate = False  # nothing reaches the root logger; warnings go to stderr all the same


def log_level(debug: Any) -> int | None:
    """The level that ``SMAC_optimizer(debug=...)`` means; None: no log lines."""
    if not debug:
        return None
    return debug if type(debug) is int else logging.DEBUG


@contextlib.contextmanager
def logging_on_stderr(level: int | None) -> Iterator[None]:
    """Log lines of the package on stderr while this lasts."""
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
