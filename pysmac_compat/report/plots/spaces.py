"""Plots of the search space: the values of the function over the values of the parameters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from pysmac_compat import arguments
from pysmac_compat.report.plots import parameters, style, values

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from pysmac_compat.results import Evaluation, Result
    from pysmac_compat.space.parameters import Parameter


def slices(result: Result, names: Sequence[str] | str | None = None) -> Figure:
    """See `Plots.slice`."""
    chosen = parameters.chosen(result, names)
    found = values.usable(result)
    rows, columns = style.grid_shape(len(chosen))
    figure = style.new_figure(max(5.0, 2.9 * columns + 1.0), max(3.5, 2.4 * rows))
    panels: list[Any] = []
    order: Any = None
    last = max(each.index for each in found)
    for i, parameter in enumerate(chosen, 1):
        axes = style.new_axes(figure, rows, columns, i)
        panels.append(axes)
        active = [each for each in found if parameter.name in each.configuration]
        order = axes.scatter(
            parameters.scattered(parameter, active),
            [each.value for each in active],
            c=[each.index for each in active],
            cmap=style.colour_map(True),
            vmin=1,
            vmax=max(2, last),
            s=14,
        )
        best = result.active_configuration
        if parameter.name in best and any(run.trajectory for run in result.runs):
            at = parameters.place(parameter, best[parameter.name])
            axes.plot(at, result.value, "*", color=style.BEST, markeredgecolor="white", markersize=13, label="the best")
        parameters.set_up(axes, parameter)
        inactive = len(found) - len(active)
        if inactive:
            axes.set_title(f"inactive in {inactive} of {len(found)}", fontsize="x-small", color="#555555", loc="right")
        values.scale_values(axes, [each.value for each in found])
        axes.set_ylim(
            *_limits([each.value for each in found] + [result.value] * bool(best), axes.get_yscale() == "log")
        )
        if (i - 1) % columns:
            axes.tick_params(labelleft=False, which="both")
    figure.supylabel(values.value_label(result.search), fontsize="medium")
    figure.colorbar(order, ax=panels, label="evaluation", aspect=30)
    style.legend_below(panels[0])
    return figure


def _limits(found: Sequence[float], log: bool) -> tuple[float, float]:
    """Return the limits of an axis that shows these values with a margin."""
    known = [value for value in found if abs(value) < 2.0**127 and (value > 0 or not log)]
    low, high = min(known), max(known)
    if log:
        margin = max((high / low) ** 0.05, 1.1)
        return low / margin, high * margin
    margin = 0.05 * (high - low) or 0.5 * abs(high) or 0.5
    return low - margin, high + margin


def parallel_coordinates(result: Result, names: Sequence[str] | str | None = None, n: int = 300) -> Figure:
    """See `Plots.parallel_coordinates`."""
    n = arguments.integer("n", n)
    chosen = parameters.chosen(result, names)
    sign = -1.0 if result.search.maximize else 1.0
    found = sorted(values.usable(result), key=lambda each: sign * each.value)[:n]
    found.reverse()  # so the best are drawn last, on top
    figure = style.new_figure(max(6.0, 1.25 * len(chosen) + 2.0), 4.8 if len(chosen) <= 10 else 6.5)
    axes = style.new_axes(figure)
    from matplotlib.collections import LineCollection  # after `new_figure`, which reports a missing matplotlib

    axes.grid(False)
    axes.spines[:].set_visible(False)
    lines = [[(float(x), _height(parameter, each)) for x, parameter in enumerate(chosen)] for each in found]
    if len(chosen) == 1:
        lines = [[(-0.2, y), (0.2, y)] for ((_, y),) in lines]
    worth = [each.value for each in found]
    drawn = LineCollection(
        lines,
        cmap=style.colour_map(result.search.maximize),
        norm="log" if values.is_wide(worth) else "linear",
        alpha=0.6 if len(found) < 100 else 0.4,
        linewidths=[1.0] * (len(found) - 1) + [2.5],
    )
    drawn.set_array(worth)
    axes.add_collection(drawn)
    conditional = any(parameter.name not in each.configuration for each in found for parameter in chosen)
    for x, parameter in enumerate(chosen):
        axes.axvline(x, ymin=0.13 if conditional else 0.0, color="#444444", linewidth=0.8)
        for value, text in parameters.ticks(parameter, 5):
            y = parameters.unit_place(parameter, value)
            axes.annotate(
                text,
                (x, y),
                (3, 0),
                textcoords="offset points",
                fontsize="x-small",
                va="center",
                bbox={"facecolor": "white", "alpha": 0.75, "linewidth": 0, "pad": 0.6},
            )
    axes.set_xlim(-0.3, max(len(chosen) - 0.4, 0.6))
    axes.set_ylim(-0.15 if conditional else -0.01, 1.01)
    axes.set_yticks([parameters.INACTIVE_PLACE] if conditional else [], ["inactive"] if conditional else [])
    axes.tick_params(length=0)
    axes.set_xticks(range(len(chosen)), [parameters.axis_name(each) for each in chosen])
    if len(chosen) > 5:
        parameters.turn_labels(axes, 30)
    best = "" if len(found) == len(values.usable(result)) else f", the best {len(found)}"
    figure.colorbar(drawn, ax=axes, label=values.value_label(result.search) + best)
    return figure


def _height(parameter: Parameter, evaluation: Evaluation) -> float:
    if parameter.name not in evaluation.configuration:
        return parameters.INACTIVE_PLACE
    return parameters.unit_place(parameter, evaluation.configuration[parameter.name])


def status_map(result: Result, x: str | None = None, y: str | None = None) -> Figure:
    """See `Plots.status_map`."""
    evaluations = list(result)
    one, other = _telling(result, x, y)
    figure = style.new_figure(7.0, 5.2)
    axes = style.new_axes(figure)
    parameters.set_up(axes, one, "x", 6)
    if other is None:
        axes.set_ylabel("evaluation")
    else:
        parameters.set_up(axes, other, "y", 6)
    inactive = [parameter for parameter in (one, other) if parameter is not None and _inactive(parameter, evaluations)]
    for status in values.statuses(evaluations):
        own = [each for each in evaluations if each.status == status]
        colour, marker = style.STATUSES[status]
        label = f"{status} ({len(own)})"
        for group in _by_activity(own, one, other):
            across, up = (parameter is None or parameter.name in group[0].configuration for parameter in (one, other))
            axes.plot(
                parameters.scattered(one, group) if across else [_STRIP] * len(group),
                [float(each.index) for each in group]
                if other is None
                else parameters.scattered(other, group)
                if up
                else [_STRIP] * len(group),
                marker,
                color=colour,
                label=label,
                markersize=5,
                alpha=0.75,
                linestyle="",
                transform=_transform(axes, across, up),
                clip_on=False,
            )
            label = ""
    for parameter in inactive:
        _strip(axes, parameter is one)
    style.legend_below(axes)
    return figure


_STRIP = -0.04  # inactive parameters are drawn beside the axes, at this multiple of an axis' length


def _strip(axes: Any, below: bool) -> None:
    """Make room beside the axes for inactive parameters, and label this room."""
    if below:
        axes.spines["left"].set_position(("axes", -0.08))
        axes.text(_STRIP, 1.01, "inactive", transform=axes.transAxes, fontsize="x-small", ha="center", va="bottom")
    else:
        axes.spines["bottom"].set_position(("axes", -0.08))
        axes.text(1.01, _STRIP, "inactive", transform=axes.transAxes, fontsize="x-small", ha="left", va="center")


def _transform(axes: Any, across: bool, up: bool) -> Any:
    from matplotlib.transforms import blended_transform_factory

    return blended_transform_factory(
        axes.transData if across else axes.transAxes, axes.transData if up else axes.transAxes
    )


def _inactive(parameter: Parameter, evaluations: Sequence[Evaluation]) -> bool:
    return any(parameter.name not in each.configuration for each in evaluations)


def _by_activity(own: Sequence[Evaluation], one: Parameter, other: Parameter | None) -> list[list[Evaluation]]:
    """Group the evaluations by which of the two parameters are active."""
    groups: dict[tuple[bool, bool], list[Evaluation]] = {}
    for each in own:
        key = one.name in each.configuration, other is None or other.name in each.configuration
        groups.setdefault(key, []).append(each)
    return list(groups.values())


def _telling(result: Result, x: str | None, y: str | None) -> tuple[Parameter, Parameter | None]:
    """Return the parameters with most influence on whether calls fail; those that the user names are kept."""
    from pysmac_compat.report.plots import importances

    space = parameters.space_of(result).parameters
    if len(space) == 1:
        (only,) = parameters.chosen(result, x)
        return only, None
    failed = [float(not each.succeeded) for each in result]
    if not failed:
        values.usable(result)
    if len(set(failed)) < 2 or len({repr(each.configuration) for each in result}) < 2:
        names = [name for name in (x, y) if name is not None]
        more = iter([name for name in space if name not in names])
        x, y = x or next(more), y or next(more, None)
    one, other = importances.pair(result, x, y, lambda: importances.coded(result, failed))
    return space[one], space[other]
