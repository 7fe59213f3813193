"""Plots of the calls: by worker, and by instance."""

from __future__ import annotations

import heapq
import math
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pysmac_compat import arguments
from pysmac_compat.errors import ArgumentError
from pysmac_compat.evaluation.rules import TIMEOUT_QUALITY
from pysmac_compat.report.plots import style, values

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from pysmac_compat.results import Evaluation, Result

_MOST_TICKS = 25
_FAILED = "the configuration has failed there"


def timeline(result: Result) -> Figure:
    """See `Plots.timeline`."""
    if not len(result):
        raise ArgumentError("there is nothing to draw: the result has no evaluation")
    if not any(each.wall_time for each in result):
        raise ArgumentError("there is nothing to draw: the result has no wall clock times of the calls")
    workers = max(1, result.search.workers)
    rows = workers * len(result.runs)
    figure = style.new_figure(8.0, min(14.0, 1.8 + 0.3 * rows))
    axes = style.new_axes(figure)
    bars: dict[str, list[tuple[int, float, float]]] = defaultdict(list)
    for i, run in enumerate(result.runs):
        free = [(0.0, worker) for worker in range(workers)]
        for each in run.evaluations:
            start, worker = heapq.heappop(free)
            bars[each.status].append((i * workers + worker, start, each.wall_time))
            heapq.heappush(free, (start + each.wall_time, worker))
    for status in values.statuses(result):
        colour, _ = style.STATUSES[status]
        row, left, long = zip(*bars[status], strict=True)
        hatch = None if status == "SAT" else {"TIMEOUT": "//", "CRASHED": "xx"}.get(status, "..")
        axes.barh(
            row,
            long,
            left=left,
            height=0.8,
            color=colour,
            edgecolor="white",
            linewidth=0.4,
            hatch=hatch,
            label=f"{status} ({len(row)})",
        )
    for i in range(1, len(result.runs)):
        axes.axhline(i * workers - 0.5, color="#444444", linewidth=0.8)
    ticks = style.crop_ticks(range(rows), _MOST_TICKS)
    several = len(result.runs) > 1
    names = [f"run {row // workers}, " * several + f"worker {row % workers}" for row in ticks]
    if workers == 1:
        names = [f"run {row}" for row in ticks]
    axes.set_yticks(ticks, names)
    axes.set_ylim(rows - 0.4, -0.6)
    axes.grid(False, axis="y")
    axes.set_xlim(left=0)
    axes.set_xlabel("wall clock time of calls (s), one after the other")
    note = "The start times of calls are not recorded, so pauses are left out"
    axes.set_title(note, fontsize="small", color="#555555")
    style.legend_below(axes)
    return figure


@dataclass(frozen=True)
class InstanceTable:
    """Values of configurations on instances.

    Attributes
    ----------
    names : list of str
        The configuration of each row, as text.
    columns : list of int
        The indices of the instances.
    cells : list of list of float
        Mean values, row by row; NaN if a cell has no evaluation, or has an evaluation without a value.
    failed : set of (int, int)
        The column and the row of each cell that has an evaluation without a value.
    n_configurations : int
        The number of all configurations, including those without a row.
    """

    names: list[str]
    columns: list[int]
    cells: list[list[float]]
    failed: set[tuple[int, int]]
    n_configurations: int


def by_instance(result: Result, n: int) -> InstanceTable:
    """Return the table for at most ``n`` configurations: first the best, then those with the most instances.

    Raises
    ------
    ArgumentError
        If there are no instances.
    """
    search = result.search
    groups: dict[str, list[tuple[int, Evaluation]]] = defaultdict(list)
    for run, evaluation in ((i, each) for i, one in enumerate(result.runs) for each in one.evaluations):
        if evaluation.instance is not None:
            groups[repr(sorted(evaluation.configuration.items()))].append((run, evaluation))
    if not groups:
        raise ArgumentError("instances needs a search with instances: minimize(..., num_train_instances=10)")
    best = repr(sorted(result.active_configuration.items()))
    sign = -1.0 if search.maximize else 1.0

    def merit(key: str) -> tuple[bool, int, float]:
        good = [values.counted(each, search) for _, each in groups[key] if values.has_value(each, search)]
        mean = sign * sum(good) / len(good) if good else TIMEOUT_QUALITY
        return key != best, -len({each.instance for _, each in groups[key]}), mean

    rows = sorted(groups, key=merit)[:n]
    seen = {each.instance for group in groups.values() for _, each in group if each.instance is not None}
    columns = sorted(seen | set(range(search.n_instances or 0)))
    cells, failed, names = [], set(), []
    for i, key in enumerate(rows):
        of: dict[int | None, list[Evaluation]] = defaultdict(list)
        for _, each in groups[key]:
            of[each.instance].append(each)
        line = []
        for j, instance in enumerate(columns):
            good = [values.counted(each, search) for each in of[instance] if values.has_value(each, search)]
            line.append(sum(good) / len(good) if good and len(good) == len(of[instance]) else math.nan)
            if len(good) < len(of[instance]):
                failed.add((j, i))
        cells.append(line)
        run, first = groups[key][0]
        where = f"run {run}, " * (len(result.runs) > 1) + f"evaluation {first.index}"
        names.append(f"the best: {where}" if key == best else where)
    return InstanceTable(names, columns, cells, failed, len(groups))


def instances(result: Result, n: int = 25) -> Figure:
    """See `Plots.instances`."""
    n = arguments.integer("n", n)
    search = result.search
    table = by_instance(result, n)
    rows, columns, cells = table.names, table.columns, table.cells
    figure = style.new_figure(min(14.0, 3.5 + 0.32 * max(len(columns), 8)), 2.0 + 0.26 * max(len(rows), 5))
    axes = style.new_axes(figure)
    axes.grid(False)
    axes.set_facecolor("#F0F0F0")
    known = [value for line in cells for value in line if value == value]
    image = axes.imshow(
        cells,
        cmap=style.colour_map(search.maximize),
        norm="log" if values.is_wide(known) else "linear",
        aspect="auto",
        interpolation="nearest",
    )
    if table.failed:
        colour, marker = style.STATUSES["CRASHED"]
        axes.plot(*zip(*sorted(table.failed), strict=True), marker, color=colour, linestyle="", label=_FAILED)
    ticks = style.crop_ticks(range(len(columns)), _MOST_TICKS)
    axes.set_xticks(ticks, [str(columns[i]) for i in ticks])
    axes.set_yticks(range(len(rows)), rows, fontsize="small")
    axes.set_xlabel("instance (grey: not evaluated)")
    shown = "" if len(rows) == table.n_configurations else f", {len(rows)} of {table.n_configurations}"
    axes.set_ylabel(f"configuration, by its first evaluation{shown}")
    figure.colorbar(image, ax=axes, label=values.value_label(search, mean=True))
    style.legend_below(axes)
    return figure
