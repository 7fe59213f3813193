"""The trials of a `Search`: what takes the place of calls, and what a result that is told comes to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from typing import Any

from pysmac_compat.errors import ArgumentError
from pysmac_compat.evaluation.drop import Drop
from pysmac_compat.evaluation.limits import failed
from pysmac_compat.evaluation.outcome import SUCCESSES, Outcome, describe, judge
from pysmac_compat.plan import Plan
from pysmac_compat.space.parameters import Value


@dataclass(frozen=True)
class Trial:
    """What is to be evaluated; it can be pickled, and is the key of its result.

    Attributes
    ----------
    number : int
        From 1: the index of its evaluation.
    values : tuple of (str, value)
        The active parameters, sorted by name.
    instance : int or None
    seed : int or None
        For a function that is not deterministic.
    cutoff : float or None
        The seconds that it may take: more tell nothing, it is a TIMEOUT then.
    """

    number: int
    values: tuple[tuple[str, Value], ...]
    instance: int | None = None
    seed: int | None = None
    cutoff: float | None = None

    @property
    def configuration(self) -> dict[str, Value]:
        """The active parameters as a dict."""
        return dict(self.values)

    @property
    def arguments(self) -> dict[str, Any]:
        """What `SMAC_optimizer.minimize` calls its function with: the configuration, ``instance`` and ``seed``."""
        more = (("instance", self.instance), ("seed", self.seed))
        return {**self.configuration, **{name: value for name, value in more if value is not None}}


@dataclass(frozen=True)
class _Call:
    """What ends the evaluation of an open trial."""

    future: Future[Any]
    end: Callable[[], Any]
    drop: Drop


class Calls:
    """Takes the place of what makes the calls of a `Run`: each comes to its end when its result is told."""

    def __init__(self) -> None:
        self.open: dict[Trial, _Call] = {}
        self._outcome: Outcome | None = None

    @property
    def last(self) -> Trial:
        """The trial that was asked for last."""
        return next(reversed(self.open))

    def submit(
        self,
        function: Callable[..., Any],
        values: dict[str, Value],
        instance: int | None,
        seed: int | None,
        cutoff: float | None,
        index: int,
        origin: str | None,
        drop: Drop,
    ) -> Future[Any]:
        """What `Run` wants to be done; it is done when the result is told."""
        trial = Trial(index, tuple(values.items()), instance, seed, cutoff)
        end = partial(function, values, instance, seed, cutoff, index, origin, drop)
        self.open[trial] = _Call(Future(), end, drop)
        return self.open[trial].future

    def end(self, trial: Trial, outcome: Outcome) -> None:
        """The result of a trial."""
        self._outcome, call = outcome, self.open.pop(trial)
        call.future.set_result(call.end())

    def outcome(self, arguments: Mapping[str, Any], cutoff: float | None, drop: Drop | None) -> Outcome:
        """What the call comes to that is made now."""
        assert self._outcome is not None
        return self._outcome


def told_outcome(trial: Trial, result: Any, plan: Plan) -> Outcome:
    """The outcome of a trial for what was told of it: a number, a dict or an exception.

    Raises
    ------
    ArgumentError
        If that is no result.
    """
    what, hint = f"tell: trial {trial.number}", "an exception stands for a call that failed"
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
    """What is wrong with a result, where no function has returned it."""
    return message.replace("the function returned", "got").replace("the function reported", "got")
