"""The outcome of a call of the user's function; only this module decides its status and value.

=====================================================================  ===========  =============
the function                                                           status       value
=====================================================================  ===========  =============
returned a finite number                                               SAT          the number
returned a dict with SAT or UNSAT                                      as reported  as reported
the same, with an impossible run time, if the run time is minimised    CRASHED      `crash value`
the same, with an impossible run time, if the value is minimised       as reported  as reported
returned a dict with CRASHED or ABORT                                  as reported  `crash value`
returned anything else                                                 CRASHED      `crash value`
raised an exception, exited or was killed                              CRASHED      `crash value`
exceeded the memory limit, or the memory of the machine                MEMOUT       `crash value`
reached another limit, or reported TIMEOUT                             TIMEOUT      `crash value`
=====================================================================  ===========  =============

A dict without a status means SAT. A dict with SAT or UNSAT must have a finite value, unless the run time is minimised;
otherwise the call is CRASHED. A run time is impossible if it is negative, infinite or NaN; the CPU time replaces it.

The crash value is ``smac_options['timeout_quality']``. If this option is None, the crash value is ``worst`` of `Rules`,
but a call with the status TIMEOUT keeps the function's own value, if there is one.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pysmac_compat.evaluation.rules import Rules

Status = Literal["SAT", "UNSAT", "TIMEOUT", "MEMOUT", "CRASHED", "ABORT"]

#: statuses whose value the function returned
SUCCESSES: tuple[Status, ...] = ("SAT", "UNSAT")
#: failures to which retry-crashed-count, abort-on-crash and transform-crashed-quality apply
CRASHES: tuple[Status, ...] = ("CRASHED", "MEMOUT")
#: failed statuses; a configuration with one of them does not become the incumbent
FAILURES: tuple[Status, ...] = (*CRASHES, "ABORT")
#: statuses that a function may report
REPORTABLE: tuple[Status, ...] = ("SAT", "UNSAT", "TIMEOUT", "CRASHED", "ABORT")

#: the cost of a crash, seconds, if the run time has no limit; as in the original pysmac
CRASH_RUNTIME = 3600.0
#: A call has reached its limit if its time is at most this many seconds below the limit, as in the original pysmac. If
#: the limit is below 1 s, the margin is this fraction of the limit.
LIMIT_MARGIN = 0.02
#: why a call was stopped, if the end of the search stopped it
OVER, FILE = "the total time is over", "the file "
_STOPPED = "stopped: "  # the beginning of a message
_DROPPED = "the configuration is already worse than the incumbent, so the search needs no result of this call"


@dataclass(frozen=True)
class Report:
    """The function's own report of a call, as plain data.

    Attributes
    ----------
    status : str
    value : float or None
    runtime : float or None
        The run time that the function reported, seconds.
    message : str
        Why the call failed, or why the value is missing.
    odd_runtime : str
        The reported run time if it is negative, infinite or NaN, so that ``runtime`` is None; otherwise empty.
    flaw : str
        Why the call failed, if the user's code and not the configuration is the cause; otherwise empty.
    remark : str
        A note about something odd in a successful call.
    """

    status: Status
    value: float | None = None
    runtime: float | None = None
    message: str = ""
    odd_runtime: str = ""
    flaw: str = ""
    remark: str = ""


@dataclass(frozen=True)
class Outcome:
    """The result of one call.

    Attributes
    ----------
    status : Status
    value : float
        The value that the user sees.
    runtime : float
        The run time that the function reported, seconds; its CPU time if it reported no valid run time.
    cpu_time, wall_time : float
        Seconds. The CPU time includes all descendants of the call.
    message : str
        Why the call failed, with the traceback if there is one. For a success, it is empty or a remark.
    cut_short : bool
        Whether the end of the whole search stopped the call. If so, the model must not use the value.
    flaw : str
        Why the call crashed, if the user's code and not the configuration is the cause; otherwise empty.
    """

    status: Status
    value: float
    runtime: float
    cpu_time: float
    wall_time: float
    message: str = ""
    cut_short: bool = False
    flaw: str = ""

    @property
    def succeeded(self) -> bool:
        """Whether the call succeeded, so that the value is the function's own."""
        return self.status in SUCCESSES

    @property
    def learnable(self) -> bool:
        """Whether the model may use the value: the status is SAT, UNSAT or TIMEOUT, and the call was not cut short."""
        return self.status in (*SUCCESSES, "TIMEOUT") and not self.cut_short

    @property
    def may_be_repeated(self) -> bool:
        """Whether the same call may succeed if it is repeated, because this call crashed and was not cut short."""
        return self.status in CRASHES and not self.cut_short


@dataclass(frozen=True)
class Scored:
    """An outcome, perhaps with a transformed value, and the cost that the engine receives for it.

    Attributes
    ----------
    outcome : Outcome
    cost : float
    censored : bool
        Whether the true cost may be higher.
    final : str
        Why the run ends with this outcome; empty if the run continues.
    """

    outcome: Outcome
    cost: float
    censored: bool = False
    final: str = ""

    @property
    def cpu_time(self) -> float:
        """The CPU time of the call, seconds."""
        return self.outcome.cpu_time

    @property
    def tuner_time(self) -> float:
        """Seconds to count towards cputime-limit: the CPU time or the reported run time, whichever is larger."""
        known = self.outcome.status in (*SUCCESSES, "TIMEOUT")  # with another status, the run time may be a limit
        return max(self.cpu_time, self.outcome.runtime) if known else self.cpu_time

    @property
    def wall_time(self) -> float:
        """The wall clock time of the call, seconds."""
        return self.outcome.wall_time

    @property
    def learnable(self) -> bool:
        """Whether the model may use the cost."""
        return self.outcome.learnable

    @property
    def cut_short(self) -> bool:
        """Whether the end of the whole search stopped the call."""
        return self.outcome.cut_short


def describe(result: Any) -> Report:
    """Convert the function's return value to a report.

    Parameters
    ----------
    result : object
        A number, any object of size 1 that ``float()`` accepts, a dict with the keys 'value', 'runtime' and 'status'
        (each is optional, except the value of a success), or a Report.
    """
    if type(result) is Report:
        return result
    # a plain number is tested first: in a fork, isinstance with an abstract class copies many pages of memory
    if isinstance(result, (float, int)) or not isinstance(result, Mapping):
        value, problem = _number(result)
        if not problem:
            return Report("SAT", value)
        return Report("CRASHED", message=f"the function returned {problem}{_objectives(result)}", flaw=_flaw(result))
    status = result.get("status", "SAT")
    if isinstance(status, bytes):
        status = status.decode(errors="replace")
    known = status in REPORTABLE
    if "value" not in result and (not known or (status in SUCCESSES and "runtime" not in result)):
        return _without_value(result)
    if not known:
        expected = ", ".join(REPORTABLE)
        message = f"the function reported the status {_shown(status)}; expected one of {expected}"
        return Report("CRASHED", message=message, flaw=message)
    status = REPORTABLE[REPORTABLE.index(status)]  # replaces an object of a subclass of str
    runtime, odd_runtime = None, ""
    if result.get("runtime") is not None:
        runtime, problem = _number(result["runtime"], finite=False)
        if problem:
            message = f"the function reported {problem} as its runtime"
            return Report("CRASHED", message=message, flaw=_flaw(result["runtime"]))
        if not 0 <= runtime < math.inf:
            runtime, odd_runtime = None, _shown(result["runtime"])
    value, problem = _number(result.get("value"))
    told = status if status not in SUCCESSES else f"{problem} as its value{_objectives(result.get('value'))}"
    message = f"the function reported {told}"
    flaw = _flaw(result.get("value")) if status in SUCCESSES else ""
    return Report(status, None if problem else value, runtime, message, odd_runtime, flaw)


#: the end of a message about several values instead of one
SEVERAL_OBJECTIVES = (
    "; the search has one objective: return a weighted sum, or use Optuna or SMAC3 for several objectives"
)

#: names of the minimised value in other packages
_VALUES = ("loss", "cost", "objective", "quality", "score", "error", "result")


def _without_value(result: Mapping[Any, Any]) -> Report:
    """Return the report of a call that returned a dict without a value."""
    keys = ", ".join(map(repr, result)) or "none"
    meant = next((name for name in _VALUES if name in result), None)
    hint = "" if meant is None else f": write 'value' in place of {meant!r}"
    message = (
        f"the function returned a dict with the keys {keys:.200}; expected 'value', and perhaps 'status' and "
        f"'runtime'{hint}"
    )
    return Report("CRASHED", message=message, flaw=message)


def _flaw(value: Any) -> str:
    """Return a message if no value of this type can be a number, otherwise an empty text."""
    if value is None or isinstance(value, (str, int, float)) and not isinstance(value, bool):
        return ""
    try:
        size = getattr(value, "size", 1)
        if callable(getattr(value, "item", None)) and size == 1:
            return ""  # for example NaN
        length = f" of length {len(value)}"
    except Exception:  # not every object has a length
        length = ""
    what = f"an object of type {type(value).__name__}{length}"
    return f"the function returned {what}; expected a number or a dict{_objectives(value)}"


def _objectives(value: Any) -> str:
    """Return advice for a value that consists of several numbers; empty for any other value."""
    try:
        sequence = isinstance(value, (list, tuple)) or hasattr(value, "__array__")
        several = sequence and len(value) > 1 and all(hasattr(each, "__float__") for each in value)
    except Exception:  # raised by a class of the user
        several = False
    return SEVERAL_OBJECTIVES if several else ""


def _number(value: Any, finite: bool = True) -> tuple[float, str]:
    """Convert a value to a float, or return what is wrong with it."""
    original = value
    if value is None:
        return math.nan, "None"
    try:
        if not isinstance(value, (bool, int, float, str)) and callable(getattr(value, "item", None)):
            value = value.item()  # of numpy, pandas, torch; raises unless the size is 1
        if isinstance(value, (bool, bytes, bytearray)):
            return math.nan, f"{_shown(original)}: not a number"
        number = float(value)
    except Exception:  # float() and an object's own methods may raise anything: then the value is not a number
        return math.nan, f"{_shown(original)}: not a number"
    if finite and not math.isfinite(number):
        return math.nan, f"{_shown(original)}: not a finite number"
    return number, ""


def _shown(value: Any) -> str:
    try:
        return f"{value!r:.100} ({type(value).__name__})"
    except Exception:
        return f"an object of type {type(value).__name__}"


def judge(
    report: Report,
    rules: Rules,
    *,
    cpu_time: float,
    wall_time: float,
    cutoff: float | None = None,
    stopped: bool = False,
    cut_short: str = "",
    dropped: bool = False,
) -> Outcome:
    """Decide the outcome of a call from the function's report and the time that the call used.

    Parameters
    ----------
    report : Report
    rules : Rules
    cpu_time, wall_time : float
        Seconds that the call used.
    cutoff : float or None
        The CPU limit of the call, seconds.
    stopped : bool
        Whether the call was stopped from outside.
    cut_short : str
        Why the whole search ends, if its end stopped the call; otherwise empty.
    dropped : bool
        Whether the call was stopped because the search does not need it any more.
    """
    runtime = cpu_time if report.runtime is None else report.runtime
    status = report.status
    if status in SUCCESSES and report.value is None and not rules.runtime_objective:
        status = "CRASHED"
    message = report.remark if status in SUCCESSES else report.message
    if report.odd_runtime and status in SUCCESSES:
        message = f"the function reported the runtime {report.odd_runtime}"
        if rules.runtime_objective:
            status, message = "CRASHED", f"{message}: not a number of seconds from 0"
    if cutoff is not None and not stopped:
        margin = min(LIMIT_MARGIN, LIMIT_MARGIN * cutoff)
        stopped = max(cpu_time, runtime) >= cutoff - margin
    wall_limit = rules.wall_limit(cutoff)
    stopped = stopped or (wall_limit is not None and wall_time >= wall_limit)
    if stopped and status != "MEMOUT":
        limit = cut_short or (_DROPPED if dropped else f"the limit of {cutoff:g} s")
        used = f"{cpu_time:.2f} s of CPU time, {wall_time:.2f} s of wall-clock time"
        status, message = "TIMEOUT", f"{_STOPPED}{limit} ({used})"
    value = 0.0 if status in SUCCESSES and report.value is None else report.value
    if status not in SUCCESSES and not (status == "TIMEOUT" and rules.crash_value is None and value is not None):
        value = rules.worst if rules.crash_value is None else rules.crash_value
    assert value is not None
    flaw = report.flaw if status == "CRASHED" else ""
    return Outcome(status, float(value), runtime, cpu_time, wall_time, message, bool(cut_short), flaw)


def was_cut_short(message: str) -> bool:
    """Return whether the end of the search stopped the call with this message."""
    return message.startswith((_STOPPED + OVER, _STOPPED + FILE))
