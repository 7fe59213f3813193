"""The result that `SMACSampler` passes to its search for a trial that has ended."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence

from optuna.trial import FrozenTrial, TrialState


def median_of(trials: Sequence[FrozenTrial]) -> float | None:
    """Return the median of the finite values of complete trials; None if no value is finite."""
    values = [each.value for each in trials if each.state == TrialState.COMPLETE and each.value is not None]
    values = [each for each in values if math.isfinite(each)]
    return statistics.median(values) if values else None


def told_result(trial: FrozenTrial, median: float | None, maximize: bool) -> float | Exception:
    """Return the result that the search gets for a trial that has ended.

    The result of a pruned trial is its last intermediate value, or the median of the complete trials if this median is
    worse, because a pruned trial is bad although its early values may be on another scale and look good. A trial
    without a finite value counts as a failure.
    """
    if trial.state == TrialState.COMPLETE and trial.value is not None and math.isfinite(trial.value):
        return float(trial.value)
    if trial.state == TrialState.PRUNED and trial.intermediate_values:
        last = trial.intermediate_values[max(trial.intermediate_values)]
        if math.isfinite(last):
            worse = min if maximize else max
            return float(last if median is None else worse(last, median))
    return RuntimeError(f"trial {trial.number} has the state {trial.state.name} and no finite value")
