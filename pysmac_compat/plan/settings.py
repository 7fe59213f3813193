"""What options say of calls and limits, where no argument of ``minimize`` has a say in it: each default stands here."""

from __future__ import annotations

from dataclasses import dataclass

from pysmac_compat.evaluation.rules import TIMEOUT_QUALITY


@dataclass(frozen=True, kw_only=True)
class CallSettings:
    """What holds for each call of the function.

    Attributes
    ----------
    kill_file : str or None
        Running calls are stopped, and the search ends, when this file is gone.
    crash_value : float or None
        The value of a call that failed; with None a TIMEOUT keeps the function's own.
    retries : int
        Further calls after a crash.
    isolate : bool
        Whether calls happen in child processes.
    """

    kill_file: str | None = None
    crash_value: float | None = TIMEOUT_QUALITY
    retries: int = 0
    isolate: bool = True


@dataclass(frozen=True, kw_only=True)
class LimitSettings:
    """What ends each run.

    Attributes
    ----------
    cpu_time : float or None
        Seconds that the calls may use together.
    count_own_time : bool
        Whether the search's own CPU time counts in that, too.
    stop_file : str or None
        The search ends when this file is gone.
    stop_when_hopeless : bool
        Whether it ends when its first configurations all crash for one reason that no configuration changes.
    """

    cpu_time: float | None = None
    count_own_time: bool = False
    stop_file: str | None = None
    stop_when_hopeless: bool = True
