"""Plots of the values: over the evaluations, over several runs, and as a distribution."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pysmac_compat.errors import ArgumentError, shown
from pysmac_compat.report.plots import style, values

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from pysmac_compat.results import Result, RunResult

_DASHED = (0, (4, 3))


def history(result: Result, over: str = "evaluations") -> Figure:
    """See `Plots.history`."""
    if over not in ("evaluations", "time"):
        raise ArgumentError(f"over must be 'evaluations' or 'time', got {shown(over)}")
    search, best = result.search, values.best_run(result)
    figure = style.new_figure()
    axes = style.new_axes(figure)
    drawn = []
    end = values.budget(result)
    many = len(result.runs) > 1
    mean = f"; lines: mean PAR{search.penalty:g}" if search.runtime and search.penalty != 1 else ""
    for i, (run, (colour, label)) in enumerate(
        zip(result.runs, style.run_colours(len(result.runs), best), strict=True)
    ):
        clock = values.clock(run) if over == "time" else range(end + 1)
        found = [each for each in run.evaluations if values.has_value(each, search)]
        points = [(clock[each.index], each.value) for each in found]
        strength = 0.45 if len(points) < 500 else 0.2
        label = label if many else "best so far"
        axes.plot(*_xy(points), ".", color=colour, alpha=strength, markersize=5, label="" if many else "evaluation")
        steps = [(clock[at], value) for at, value in values.incumbent_steps(run)]
        last = clock[max((each.index for each in run.evaluations), default=0)]
        drawn += [value for _, value in points + steps]
        if steps:
            front = 3 if i == best else 2
            axes.plot(
                *_xy([*steps, (last, steps[-1][1])]), drawstyle="steps-post", color=colour, label=label, zorder=front
            )
            if over == "evaluations" and last < end:
                axes.plot([last, end], [steps[-1][1]] * 2, color=colour, linestyle=_DASHED, linewidth=1, zorder=front)
    for run, (colour, _) in zip(result.runs, style.run_colours(len(result.runs), best), strict=True):
        clock = values.clock(run) if over == "time" else range(end + 1)
        _failures(axes, run, result, clock, colour if many else "")
    known = [each.value for each in result.known if values.has_value(each, search)]
    axes.plot([0] * len(known), known, "D", color=style.QUIET, markersize=4, label="known before" if known else "")
    if not drawn:
        values.usable(result)  # raises the error about a result without values
    values.scale_values(axes, drawn + known)
    if search.runtime and search.cutoff is not None:
        axes.axhline(search.cutoff, color=style.QUIET, linestyle=":", label="limit of a call")
    axes.set_xlabel("evaluation" if over == "evaluations" else "time of all calls so far (s)")
    axes.set_ylabel(values.value_label(search) + mean)
    if over == "evaluations":
        axes.set_xlim(-0.02 * end if known else min(1, 1 - 0.02 * end), 1.02 * end)
        style.whole_ticks(axes)
    style.legend_below(axes)
    return figure


def _failures(
    axes: Axes, run: RunResult, result: Result, clock: Mapping[int, float] | Sequence[float], of_run: str
) -> None:
    """Mark the evaluations without a value along the edge of the plot where the worst values are.

    ``of_run`` is the colour for all marks of the run; if it is empty, each status has its own colour.
    """
    edge = 0.015 if result.search.maximize else 0.985
    failed = [each for each in run.evaluations if not values.has_value(each, result.search)]
    transform = axes.get_xaxis_transform()
    shown_already = set(axes.get_legend_handles_labels()[1])
    for status in values.statuses(failed):
        colour, marker = style.STATUSES[status]
        at = [clock[each.index] for each in failed if each.status == status]
        marks: dict[str, Any] = {"markersize": 5, "transform": transform, "clip_on": False}
        axes.plot(at, [edge] * len(at), marker, color=of_run or colour, **marks)
        if status not in shown_already:
            axes.plot([], [], marker, color=style.QUIET if of_run else colour, label=status, **marks)


def _xy(points: Sequence[tuple[float, float]]) -> tuple[list[float], list[float]]:
    return [x for x, _ in points], [y for _, y in points]


def compare_runs(result: Result, others: Mapping[str, Result] | None = None, name: str = "this search") -> Figure:
    """See `Plots.compare_runs`."""
    groups = {name: result, **(others or {})}
    if len(groups) == 1 and len(result.runs) < 2:
        raise ArgumentError("compare_runs needs several runs: minimize(..., num_runs=5), or results in `others`")
    for other in groups.values():
        if (other.search.maximize, other.search.runtime) != (result.search.maximize, result.search.runtime):
            raise ArgumentError(
                "others: expected results with the same objective, got results that differ in maximize or in run-obj"
            )
    figure = style.new_figure()
    axes = style.new_axes(figure)
    end = max(map(values.budget, groups.values()))
    drawn: list[float] = []
    for (label, each), colour in zip(groups.items(), itertools.cycle(style.COLOURS)):
        curves = [_curve(run, end, each.search.maximize) for run in each.runs]
        columns = [sorted(column) for column in zip(*curves, strict=True)]
        low, middle, high = ([_quantile(column, q) for column in columns] for q in (0.25, 0.5, 0.75))
        x = range(1, end + 1)
        plain = style.plain(label, 30)
        several = len(curves) > 1
        axes.step(x, middle, where="post", color=colour, label=f"{plain}: median" if several else plain)
        if several:
            if len(groups) == 1:
                for curve in curves:
                    axes.step(x, _finite(curve), where="post", color=style.QUIET, linewidth=0.6, alpha=0.6)
            axes.fill_between(
                x,
                low,
                high,
                step="post",
                color=colour,
                alpha=0.25,
                linewidth=0,
                label=f"{plain}: middle half of {len(curves)} runs",
            )
        drawn += itertools.chain(low, middle, high)
    if all(map(math.isnan, drawn)):
        values.usable(result)
    values.scale_values(axes, drawn)
    axes.set_xlim(1 - 0.02 * end, 1.02 * end)
    axes.set_xlabel("evaluation of each run")
    axes.set_ylabel(f"best so far: {values.value_label(result.search, mean=result.search.runtime)}")
    style.whole_ticks(axes)
    style.legend_below(axes, 2)
    return figure


def _curve(run: RunResult, end: int, maximize: bool) -> list[float]:
    """Return the best value after each evaluation in the budget; before a first value, it is infinitely bad."""
    curve = [-math.inf if maximize else math.inf] * (end + 1)
    for at, value in values.incumbent_steps(run):
        curve[at:] = [value] * (end + 1 - at)
    return curve[1:]


def _quantile(column: Sequence[float], q: float) -> float:
    """Return a quantile of sorted numbers; NaN if it is infinite."""
    at = q * (len(column) - 1)
    low, high = column[math.floor(at)], column[math.ceil(at)]
    value = low if low == high else low + (at - math.floor(at)) * (high - low)
    return value if math.isfinite(value) else math.nan


def _finite(curve: Sequence[float]) -> list[float]:
    return [value if math.isfinite(value) else math.nan for value in curve]


def edf(result: Result) -> Figure:
    """See `Plots.edf`."""
    search = result.search
    reached = [each for each in values.usable(result) if each.succeeded]
    if not reached:
        raise ArgumentError("there is nothing to draw: all evaluations have reached their limit")
    found = [each.value for each in reached]
    figure = style.new_figure()
    axes = style.new_axes(figure)
    worst: Any = min(found) if search.maximize else max(found)
    best = values.best_run(result)
    for run, (colour, label) in zip(result.runs, style.run_colours(len(result.runs), best), strict=True):
        own = [each.value for each in run.evaluations if each.succeeded and values.has_value(each, search)]
        own.sort(reverse=search.maximize)
        shares = [(i + 1) / len(run.evaluations) for i in range(len(own))]
        if own:  # the last fraction is also that of all worse values
            axes.step(
                [own[0], *own, worst],
                [0.0, *shares, shares[-1]],
                where="post",
                color=colour,
                label=label if len(result.runs) > 1 else "",
            )
    values.scale_values(axes, found, "x")
    axes.set_ylim(-0.02, 1.05)
    axes.set_xlabel(values.value_label(search))
    relation = "at least" if search.maximize else "at most"
    axes.set_ylabel(f"share of the evaluations with {relation} that")
    failed = len(result) - len(found)
    if failed:
        axes.set_title(
            f"{failed} of {len(result)} evaluations have failed or reached a limit", fontsize="small", color="#555555"
        )
    style.legend_below(axes)
    return figure
