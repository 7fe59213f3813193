"""One call of a function in a process of its own, under limits, as `SMAC_optimizer.minimize` makes its calls."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

from pysmac_compat.evaluation.evaluator import Evaluator
from pysmac_compat.evaluation.outcome import Outcome
from pysmac_compat.evaluation.rules import Rules


def call_isolated(
    function: Callable[[], Any], *, memory_mb: float | None = None, cutoff: float | None = None
) -> Outcome:
    """Call a function once, in a fork of this process that ends with the call.

    Parameters
    ----------
    function : callable
        Without arguments; returns a number. What else it has to say goes through a file.
    memory_mb : float or None
        MB that the call may use on top of what its process has before.
    cutoff : float or None
        CPU seconds of the call and its descendants; ten times as much of wall time.

    Returns
    -------
    Outcome
        ``status`` is 'SAT' if the call has succeeded; else ``message`` holds the reason.
    """
    with contextlib.closing(Evaluator(function, Rules(memory_mb))) as call:
        return call({}, cutoff)
