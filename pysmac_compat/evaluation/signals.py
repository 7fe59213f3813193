"""Signal handlers, told and set without the enumerations of `signal`.

The first use of those in a fork copies 40 pages of memory, a tenth of what an isolated call
costs; hence the C module behind it.
"""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]  # mypy knows Python's modules only, not those in C behind them
from typing import Any

SIG_DFL, SIG_IGN = _signal.SIG_DFL, _signal.SIG_IGN
get_handler, set_handler = _signal.getsignal, _signal.signal


def as_told(handler: Any) -> Any:
    """A handler that `signal.getsignal` has told, as `set_handler` takes it."""
    if handler is None:  # not set by Python
        return SIG_DFL
    return int(handler) if isinstance(handler, int) else handler
