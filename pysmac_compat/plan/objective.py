"""The objective: whether the search minimises the function's value or its run time, and how it scores a call."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pysmac_compat.evaluation.outcome import CRASH_RUNTIME, CRASHES, SUCCESSES, Outcome, Scored

if TYPE_CHECKING:
    from pysmac_compat.plan.transform import Transform


@dataclass(frozen=True)
class Objective:
    """The rule that gives the cost of a call from its outcome.

    Attributes
    ----------
    runtime : bool
        Whether the run time is minimised instead of the value.
    cutoff : float or None
        The CPU limit of a call, seconds.
    penalty : float
        With ``runtime``: a mean multiplies each cost of at least ``cutoff`` by this factor.
    instance_penalty : float
        With ``runtime``: if it is more than 1, a mean is taken over the mean costs of the instances. A mean cost of at
        least ``cutoff`` is raised to at least this multiple of ``cutoff``.
    capping : tuple of float, or None
        With ``runtime``: the factor and the summand (seconds) of adaptive capping.
    stop_on_abort : bool
        Whether the run ends when the function reports ABORT.
    stop_on_crash : {'', 'first', 'any'}
        Whether the run ends when the first evaluation crashes ('first'), or when any evaluation crashes ('any').
    transform : Transform or None
        A transformation of the outcome before it is scored.
    maximize : bool
        Without ``runtime``: whether the largest value is the best. Then the cost is the negative value.
    """

    runtime: bool = False
    cutoff: float | None = None
    penalty: float = 1.0
    instance_penalty: float = 1.0
    capping: tuple[float, float] | None = None
    stop_on_abort: bool = False
    stop_on_crash: str = ""
    transform: Transform | None = None
    maximize: bool = False

    def turned(self, number: float) -> float:
        """Convert a value to a cost, or a cost to a value."""
        return 0.0 - number if self.maximize else number  # 0.0 - number never gives -0.0 for a zero

    def score(self, outcome: Outcome, cutoff: float | None, first: bool = False) -> Scored:
        """Score the outcome of a call; ``cutoff`` is its limit in seconds, ``first`` marks the first call of a run."""
        outcome = replace(outcome, runtime=self._runtime(outcome, cutoff))
        if self.transform is not None:
            outcome = self.transform(outcome, cutoff)
        return self.judge(outcome, first)

    def judge(self, outcome: Outcome, first: bool = False) -> Scored:
        """Score an outcome whose run time is final and which has already been transformed."""
        if outcome.status == "ABORT" and self.stop_on_abort:
            return Scored(outcome, self.turned(outcome.value), final="the function reported ABORT")
        if outcome.status in CRASHES and (self.stop_on_crash == "any" or first and self.stop_on_crash):
            return Scored(outcome, self.turned(outcome.value), final="an evaluation has crashed")
        if not self.runtime:
            return Scored(outcome, self.turned(outcome.value))
        censored = outcome.status == "TIMEOUT" and (self.cutoff is None or outcome.runtime < self.cutoff)
        return Scored(outcome, outcome.runtime, censored)

    def _runtime(self, outcome: Outcome, cutoff: float | None) -> float:
        """Return the run time to score: for a TIMEOUT, the limit of this call; for a crash, the limit of all calls."""
        if outcome.status in SUCCESSES or (outcome.status == "TIMEOUT" and cutoff is None):
            return outcome.runtime
        limit = cutoff if outcome.status == "TIMEOUT" else self.cutoff
        return CRASH_RUNTIME if limit is None else limit
