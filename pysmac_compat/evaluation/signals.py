"""Functions that get and set signal handlers without the enumerations of `signal`.

The first use of these enumerations in a fork copies 40 pages of memory, which is a tenth of the cost of an isolated
call. Therefore this module uses the C module behind `signal`.
"""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]  # mypy knows only Python's modules and not the C modules behind them
from typing import Any

SIG_DFL, SIG_IGN = _signal.SIG_DFL, _signal.SIG_IGN
get_handler, set_handler = _signal.getsignal, _signal.signal


def as_told(handler: Any) -> Any:
    """Convert a handler that `signal.getsignal` returned to the form that `set_handler` accepts."""
    if handler is None:  # the handler was not set by Python
        return SIG_DFL
    return int(handler) if isinstance(handler, int) else handler
