"""What is minimised: the function's value, or its run time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pysmac_compat.evaluation.outcome import CRASH_RUNTIME, CRASHES, SUCCESSES, Outcome, Scored

if TYPE_CHECKING:
    from pysmac_compat.plan.transform import Transform


@dataclass(frozen=True)
class Objective:
    """How the cost of a run follows from its outcome.

    Attributes
    ----------
    runtime : bool
        Run time instead of the value.
    cutoff : float or None
        CPU limit of a run, seconds.
    penalty : float
        With ``runtime``: a cost of at least ``cutoff`` counts so many times in a mean.
    instance_penalty : float
        With ``runtime``: the same for the mean cost of an instance.
    capping : tuple of float, or None
        With ``runtime``: factor and summand (seconds) of adaptive capping.
    stop_on_abort : bool
        Whether the run ends when the function reports ABORT.
    stop_on_crash : {'', 'first', 'any'}
        Whether the run ends with a crash of the first evaluation, or of any.
    transform : Transform or None
        Changes the outcome before it is scored.
    maximize : bool
        Without ``runtime``: whether the largest value is the best; the cost is the negative value.
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
        """The cost of a value, and the value of a cost."""
        return 0.0 - number if self.maximize else number  # a zero stays one without a sign

    def score(self, outcome: Outcome, cutoff: float | None, first: bool = False) -> Scored:
        """The cost of a run that had this limit, in seconds; ``first``: it is the first of the search."""
        outcome = replace(outcome, runtime=self._runtime(outcome, cutoff))
        if self.transform is not None:
            outcome = self.transform(outcome, cutoff)
        return self.judge(outcome, first)

    def judge(self, outcome: Outcome, first: bool = False) -> Scored:
        """The same of an outcome whose run time is what counts, and that is transformed, if it has to be."""
        if outcome.status == "ABORT" and self.stop_on_abort:
            return Scored(outcome, self.turned(outcome.value), final="the function reported ABORT")
        if outcome.status in CRASHES and (self.stop_on_crash == "any" or first and self.stop_on_crash):
            return Scored(outcome, self.turned(outcome.value), final="an evaluation has crashed")
        if not self.runtime:
            return Scored(outcome, self.turned(outcome.value))
        censored = outcome.status == "TIMEOUT" and (self.cutoff is None or outcome.runtime < self.cutoff)
        return Scored(outcome, outcome.runtime, censored)

    def _runtime(self, outcome: Outcome, cutoff: float | None) -> float:
        """What counts as the run time: of a TIMEOUT the limit of the call, of a crash that of all calls."""
        if outcome.status in SUCCESSES or (outcome.status == "TIMEOUT" and cutoff is None):
            return outcome.runtime
        limit = cutoff if outcome.status == "TIMEOUT" else self.cutoff
        return CRASH_RUNTIME if limit is None else limit
