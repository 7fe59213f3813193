"""The values of a result in a plot: where they come from, their scale, and their label."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable
from typing import TYPE_CHECKING

from pysmac_compat.errors import ArgumentError
from pysmac_compat.evaluation.rules import TIMEOUT_QUALITY
from pysmac_compat.report.plots.style import STATUSES

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from pysmac_compat.results import Evaluation, Result, RunResult, Searched

_WIDE = 30.0  # the scale is logarithmic if the largest value is at least this multiple of the smallest


def has_value(evaluation: Evaluation, search: Searched) -> bool:
    """Return whether the value was measured, in a success or as a run time up to the limit, and not substituted."""
    told = evaluation.succeeded or (search.runtime and evaluation.status == "TIMEOUT")
    return told and abs(evaluation.value) < TIMEOUT_QUALITY


def counted(evaluation: Evaluation, search: Searched) -> float:
    """Return the value as it counts in a mean: a run time that reached the limit is multiplied by ``penalty``."""
    late = search.runtime and search.cutoff is not None and evaluation.value >= search.cutoff
    return evaluation.value * search.penalty if late else evaluation.value


def usable(result: Result) -> list[Evaluation]:
    """Return the evaluations that have a value.

    Raises
    ------
    ArgumentError
        If no evaluation has a value.
    """
    found = [evaluation for evaluation in result if has_value(evaluation, result.search)]
    if not found:
        raise ArgumentError(f"there is nothing to draw: none of {len(result)} evaluations has succeeded")
    return found


def statuses(evaluations: Iterable[Evaluation]) -> list[str]:
    """Return the statuses that occur, in the order of `STATUSES`."""
    seen = {evaluation.status for evaluation in evaluations}
    return [status for status in STATUSES if status in seen]


def value_label(search: Searched, mean: bool = False) -> str:
    """Return the label of an axis of values, with the unit and the direction."""
    if search.runtime:
        kind = "run time (s)"
        if mean and search.penalty != 1:
            kind = f"PAR{search.penalty:g} run time (s)"
        return f"mean {kind}" if mean else kind
    return f"{'mean ' if mean else ''}value ({'more' if search.maximize else 'less'} is better)"


def is_wide(values: Iterable[float]) -> bool:
    """Return whether values need a logarithmic scale, because all are positive and the largest ratio is large."""
    known = [value for value in values if math.isfinite(value)]
    return bool(known) and min(known) > 0 and max(known) / min(known) >= _WIDE


def scale_values(axes: Axes, values: Iterable[float], which: str = "y") -> None:
    """Set the scale of an axis of values; see `is_wide`."""
    if is_wide(values):
        (axes.set_yscale if which == "y" else axes.set_xscale)("log")


def incumbent_steps(run: RunResult) -> list[tuple[int, float]]:
    """Return pairs of an evaluation's index and the best value from then on; the last value is the run's own value.

    If calls run in parallel, an evaluation may become the best before an evaluation with a smaller index has ended.
    """
    reached = itertools.accumulate((step.evaluation for step in run.trajectory), max)
    steps = [(index, step.value) for index, step in zip(reached, run.trajectory, strict=True)]
    last = max((evaluation.index for evaluation in run.evaluations), default=0)
    if steps and steps[-1][1] != run.value and abs(run.value) < TIMEOUT_QUALITY:
        steps.append((last, run.value))
    return steps


def clock(run: RunResult) -> dict[int, float]:
    """Return the seconds that all calls up to each evaluation took, keyed by its index; 0 is for no call yet."""
    spent, total = {0: 0.0}, 0.0
    steps = [(step.evaluation, 0.0) for step in run.trajectory]
    for index, seconds in sorted([*((each.index, each.wall_time) for each in run.evaluations), *steps]):
        total += seconds
        spent[index] = total
    return spent


def budget(result: Result) -> int:
    """Return the planned number of evaluations of each run, or the largest index of an evaluation if it is larger."""
    used = max((evaluation.index for evaluation in result), default=0)
    return max(used, result.search.max_evaluations or 0)


def best_run(result: Result) -> int:
    """Return the index of the run that found the best configuration."""
    return next((i for i, run in enumerate(result.runs) if run.trajectory and run.value == result.value), 0)
