"""What the values of a result are to a picture: which are the function's own, on what scale, with what name."""

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

_WIDE = 30.0  # from this ratio of the largest to the least value on the scale is logarithmic


def has_value(evaluation: Evaluation, search: Searched) -> bool:
    """Whether the value says something: a success, or a run time up to its limit; no stand-in for a failure."""
    told = evaluation.succeeded or (search.runtime and evaluation.status == "TIMEOUT")
    return told and abs(evaluation.value) < TIMEOUT_QUALITY


def counted(evaluation: Evaluation, search: Searched) -> float:
    """The value as it counts in a mean: a run time that reached the limit counts ``penalty`` times."""
    late = search.runtime and search.cutoff is not None and evaluation.value >= search.cutoff
    return evaluation.value * search.penalty if late else evaluation.value


def usable(result: Result) -> list[Evaluation]:
    """The evaluations with a value.

    Raises
    ------
    ArgumentError
        If there is none.
    """
    found = [evaluation for evaluation in result if has_value(evaluation, result.search)]
    if not found:
        raise ArgumentError(f"there is nothing to draw: none of {len(result)} evaluations has succeeded")
    return found


def statuses(evaluations: Iterable[Evaluation]) -> list[str]:
    """The statuses that occur, in the order of `STATUSES`."""
    seen = {evaluation.status for evaluation in evaluations}
    return [status for status in STATUSES if status in seen]


def value_label(search: Searched, mean: bool = False) -> str:
    """The label of an axis of values, with its unit and the direction."""
    if search.runtime:
        kind = "run time (s)"
        if mean and search.penalty != 1:
            kind = f"PAR{search.penalty:g} run time (s)"
        return f"mean {kind}" if mean else kind
    return f"{'mean ' if mean else ''}value ({'more' if search.maximize else 'less'} is better)"


def is_wide(values: Iterable[float]) -> bool:
    """Whether values need a logarithmic scale: all positive, and of different sizes."""
    known = [value for value in values if math.isfinite(value)]
    return bool(known) and min(known) > 0 and max(known) / min(known) >= _WIDE


def scale_values(axes: Axes, values: Iterable[float], which: str = "y") -> None:
    """Set the scale of an axis of values, see `is_wide`."""
    if is_wide(values):
        (axes.set_yscale if which == "y" else axes.set_xscale)("log")


def incumbent_steps(run: RunResult) -> list[tuple[int, float]]:
    """From which evaluation on the best was worth what; at last the value of the run, a mean over more evaluations.

    Of calls side by side one may end, and be the best, before one with a smaller number is.
    """
    reached = itertools.accumulate((step.evaluation for step in run.trajectory), max)
    steps = [(index, step.value) for index, step in zip(reached, run.trajectory, strict=True)]
    last = max((evaluation.index for evaluation in run.evaluations), default=0)
    if steps and steps[-1][1] != run.value and abs(run.value) < TIMEOUT_QUALITY:
        steps.append((last, run.value))
    return steps


def clock(run: RunResult) -> dict[int, float]:
    """How many seconds the calls up to each evaluation have taken; 0 stands for the time before the first one."""
    spent, total = {0: 0.0}, 0.0
    steps = [(step.evaluation, 0.0) for step in run.trajectory]
    for index, seconds in sorted([*((each.index, each.wall_time) for each in run.evaluations), *steps]):
        total += seconds
        spent[index] = total
    return spent


def budget(result: Result) -> int:
    """How many evaluations each run was to have."""
    used = max((evaluation.index for evaluation in result), default=0)
    return max(used, result.search.max_evaluations or 0)


def best_run(result: Result) -> int:
    """The number of the run that has found the best."""
    return next((i for i, run in enumerate(result.runs) if run.trajectory and run.value == result.value), 0)
