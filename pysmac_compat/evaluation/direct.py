"""Calls in the current process, for users who choose them: such calls have no isolation and no limits."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from pysmac_compat.evaluation.current import current
from pysmac_compat.evaluation.limits import failed, used
from pysmac_compat.evaluation.outcome import Outcome, describe, judge
from pysmac_compat.evaluation.rules import Rules


def call_directly(
    function: Callable[..., Any],
    arguments: Mapping[str, Any],
    rules: Rules,
    cutoff: float | None = None,
) -> Outcome:
    """Call the function in this process.

    An exception fails only this call; KeyboardInterrupt and SystemExit end the run.

    Parameters
    ----------
    function : callable
    arguments : dict
        The keyword arguments.
    rules : Rules
    cutoff : float or None
        The CPU limit, seconds. It is not enforced, but the function can read it from `current.cutoff`.
    """
    current.cutoff = cutoff
    (cpu, _), start = used(), time.monotonic()
    try:
        report = describe(function(**arguments))
    except Exception as error:
        report = failed(error, memory_limited=False)
    return judge(
        report,
        cpu_time=used()[0] - cpu,
        wall_time=time.monotonic() - start,
        rules=rules,
    )
