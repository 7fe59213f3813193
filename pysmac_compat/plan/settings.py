"""Settings of calls and limits that only options can set, not the arguments of ``minimize``, with their defaults."""

from __future__ import annotations

from dataclasses import dataclass

from pysmac_compat.evaluation.rules import TIMEOUT_QUALITY


@dataclass(frozen=True, kw_only=True)
class CallSettings:
    """The settings of each call of the function.

    Attributes
    ----------
    kill_file : str or None
        When this file no longer exists, running calls are stopped and the search ends.
    crash_value : float or None
        The value of a failed call. With None, a TIMEOUT keeps the function's own value.
    retries : int
        The largest number of further calls with the same arguments after a crash.
    isolate : bool
        Whether calls are made in child processes.
    calls_per_process : int
        The largest number of calls that a child process makes.
    """

    kill_file: str | None = None
    crash_value: float | None = TIMEOUT_QUALITY
    retries: int = 0
    isolate: bool = True
    calls_per_process: int = 1


@dataclass(frozen=True, kw_only=True)
class LimitSettings:
    """The limits of each run.

    Attributes
    ----------
    cpu_time : float or None
        The limit of the total CPU time of the calls, seconds.
    count_own_time : bool
        Whether the search's own CPU time counts towards ``cpu_time``.
    stop_file : str or None
        When this file no longer exists, the search ends.
    stop_when_hopeless : bool
        Whether a run ends when its first configurations all crash for one reason that does not depend on them.
    """

    cpu_time: float | None = None
    count_own_time: bool = False
    stop_file: str | None = None
    stop_when_hopeless: bool = True
