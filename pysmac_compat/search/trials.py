"""The trials of a `Search`, which replace calls of a function, and the conversion of their results to outcomes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

from pysmac_compat.errors import ArgumentError
from pysmac_compat.evaluation.drop import Drop
from pysmac_compat.evaluation.limits import failed
from pysmac_compat.evaluation.outcome import SUCCESSES, Outcome, describe, judge
from pysmac_compat.plan import Plan
from pysmac_compat.search.jobs import Job
from pysmac_compat.space.parameters import Value


@dataclass(frozen=True)
class Trial:
    """A configuration to evaluate. It can be pickled; ``tell(trial, result)`` accepts an equal copy too.

    Attributes
    ----------
    number : int
        The index of its evaluation, from 1. Trials on test instances have their own indices, from 1.
    values : tuple of (str, value)
        The active parameters, sorted by name.
    instance : int or None
    seed : int or None
        The seed for a function that is not deterministic.
    cutoff : float or None
        Limit in seconds: a longer evaluation is a TIMEOUT.
    test : bool
        Whether the trial is on a test instance, after the search; then its result does not affect the search.
    """

    number: int
    values: tuple[tuple[str, Value], ...]
    instance: int | None = None
    seed: int | None = None
    cutoff: float | None = None
    test: bool = False

    @property
    def configuration(self) -> dict[str, Value]:
        """The active parameters as a dict."""
        return dict(self.values)

    @property
    def arguments(self) -> dict[str, Any]:
        """The arguments that `SMAC_optimizer.minimize` would pass: the configuration, ``instance`` and ``seed``."""
        more = (("instance", self.instance), ("seed", self.seed))
        return {**self.configuration, **{name: value for name, value in more if value is not None}}


@dataclass(frozen=True)
class _Call:
    """What the run needs to end an open trial: the function and the job of `Calls.submit`, and the outcomes so far."""

    future: Future[Any]
    function: Callable[[Job], Any]
    job: Job
    outcomes: list[Outcome] = field(default_factory=list)


class Calls:
    """Replaces the pool of a `Run`: an evaluation ends when the caller of the search reports its outcome.

    ``retries``: how many times a trial that has crashed stays open for another outcome.
    """

    def __init__(self, retries: int = 0) -> None:
        self._retries = retries
        self._open: dict[Trial, _Call] = {}
        self._outcomes: list[Outcome] = []  # of the trial that is ending

    @property
    def open(self) -> tuple[Trial, ...]:
        """The trials without an outcome, in the order in which the run submitted their jobs."""
        return tuple(self._open)

    @property
    def unneeded(self) -> tuple[Trial, ...]:
        """The open trials whose outcomes the run no longer needs."""
        drops = ((trial, call.job.drop) for trial, call in self._open.items())
        return tuple(trial for trial, drop in drops if drop is not None and drop.given)

    def submit(self, function: Callable[[Job], Any], job: Job) -> Future[Any]:
        """Open a trial for a job of the `Run`, and return a future, which `end` completes."""
        trial = Trial(job.index, tuple(job.configuration.items()), job.instance, job.seed, job.cutoff, job.test)
        self._open[trial] = _Call(Future(), function, job)
        return self._open[trial].future

    def end(self, trial: Trial, outcome: Outcome) -> bool:
        """Record the outcome of a trial; return False if the trial stays open for another outcome."""
        call = self._open[trial]
        call.outcomes.append(outcome)
        if outcome.may_be_repeated and len(call.outcomes) <= self._retries:
            return False
        del self._open[trial]
        self._outcomes = call.outcomes
        call.future.set_result(call.function(call.job))
        return True

    def give_up(self, trial: Trial) -> None:
        """Forget a trial."""
        del self._open[trial]

    def outcome(self, arguments: Mapping[str, Any], cutoff: float | None, drop: Drop | None) -> Outcome:
        """Return the next outcome of the trial that is ending; the run calls this in place of the user's function."""
        return self._outcomes.pop(0)


def told_outcome(trial: Trial, result: Any, plan: Plan) -> Outcome:
    """Convert the result that the user reports for a trial (a number, a dict or an exception) to an outcome.

    Raises
    ------
    ArgumentError
        If the result is not valid.
    """
    what, hint = f"tell: trial {trial.number}", "if the evaluation failed, pass the exception to tell()"
    if isinstance(result, BaseException):
        report = failed(result, memory_limited=True)
    else:
        report = describe(result)
        status = result.get("status") if isinstance(result, Mapping) else None
        if report.status == "CRASHED" and status not in ("CRASHED", b"CRASHED"):
            raise ArgumentError(f"{what}: {_as_told(report.message)}; {hint}")
        if report.odd_runtime:
            raise ArgumentError(f"{what}: the runtime must be a number of seconds from 0, got {report.odd_runtime}")
        if plan.objective.runtime:
            if report.runtime is None and report.status in (*SUCCESSES, "TIMEOUT"):
                raise ArgumentError(f"{what}: the objective is RUNTIME, which needs a dict with the key 'runtime'")
        elif report.value is None and report.status in SUCCESSES:
            raise ArgumentError(f"{what}: {_as_told(report.message)}; {hint}")
    seconds = report.runtime or 0.0
    return judge(report, plan.rules, cpu_time=seconds, wall_time=seconds, cutoff=trial.cutoff)


def _as_told(message: str) -> str:
    """Rewrite a message about a wrong return value for a result that the user has reported with `tell`."""
    return message.replace("the function returned", "got").replace("the function reported", "got")
