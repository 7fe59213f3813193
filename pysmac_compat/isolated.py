"""A function that calls another function in a child process with limits, as `SMAC_optimizer.minimize` does."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

from pysmac_compat.evaluation.evaluator import Evaluator
from pysmac_compat.evaluation.outcome import Outcome
from pysmac_compat.evaluation.rules import Rules


def call_isolated(
    function: Callable[[], Any],
    *,
    memory_mb: float | None = None,
    cutoff: float | None = None,
    runtime: bool = False,
) -> Outcome:
    """Call a function once, in a fork of the current process; the fork ends with the call.

    Parameters
    ----------
    function : callable
        Takes no arguments and returns what a function for `SMAC_optimizer.minimize` may return. To return anything
        else, write it to a file.
    memory_mb : float or None
        Memory in MB that the call may use in addition to the memory that the fork has before the call.
    cutoff : float or None
        Limit on the CPU seconds of the call and of all processes that it starts. The limit on wall time is ten times
        as long.
    runtime : bool
        Whether the run time is the objective, so that the function need not return a value: for example, functions
        that `pysmac_compat.program` makes with ``exit_codes`` alone return none. The attribute ``runtime`` of the
        outcome has the run time.

    Returns
    -------
    Outcome
        If the call has succeeded, ``status`` is 'SAT', or 'UNSAT' if the function reports this. Otherwise ``message``
        holds the reason why the call failed.
    """
    with contextlib.closing(Evaluator(function, Rules(memory_mb, runtime_objective=runtime))) as call:
        return call({}, cutoff)
