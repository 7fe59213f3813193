"""Axes that show parameters: their scales, their ticks, and the coordinates of values on them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from pysmac_compat.errors import ArgumentError, shown
from pysmac_compat.report.plots.style import crop_ticks, plain
from pysmac_compat.space.parameters import Parameter
from pysmac_compat.space.values import unit_value
from pysmac_compat.suggestions import nearest

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from pysmac_compat.results import Evaluation, Result
    from pysmac_compat.space.definition import Definition

#: where an inactive parameter is drawn, as a multiple of the length of its axis
INACTIVE_PLACE = -0.1
_LONGEST = 1e300  # the longest axis on which matplotlib can compute
_GOLDEN = 0.6180339887498949


def space_of(result: Result) -> Definition:
    """Return the search space of a result.

    Raises
    ------
    ArgumentError
        If the result has no search space.
    """
    if result.search.space is None:
        raise ArgumentError("this plot needs the search space, but result.search.space is None")
    return result.search.space


def chosen(result: Result, names: Sequence[str] | str | None) -> list[Parameter]:
    """Return the parameters with these names; by default all parameters, in the order of the space.

    Raises
    ------
    ArgumentError
        If ``names`` is empty, or contains a name that no parameter has.
    """
    parameters = space_of(result).parameters
    wanted = list(parameters) if names is None else [names] if isinstance(names, str) else list(names)
    for name in wanted:
        if name not in parameters:
            raise ArgumentError(f"{shown(name)} is not a parameter of the search space{nearest(name, parameters)}")
    if not wanted:
        raise ArgumentError("parameters: expected at least one name, got none")
    return [parameters[name] for name in wanted]


def ticks(parameter: Parameter, most: int = 4) -> list[tuple[Any, str]]:
    """Return the values at which a parameter's axis has ticks, with their labels."""
    if not parameter.numeric:
        places = crop_ticks(range(len(parameter.values)), max(most, 12))
        return [(parameter.values[i], plain(parameter.values[i], 12)) for i in places]
    low, high = parameter.values
    found = (_log_ticks if parameter.log else _even_ticks)(low, high, most)
    for digits in range(3, 18):
        texts = [number(value, digits) for value in found]
        if len(set(texts)) == len(texts):
            break
    return list(zip(found, texts, strict=True))


def number(value: float, digits: int = 3) -> str:
    """Return the text of a number at a tick.

    >>> number(0.0001), number(250000), number(2500), number(1e-12), number(0.25)
    ('0.0001', '2.5e5', '2500', '1e-12', '0.25')
    """
    text = str(int(value)) if value == int(value) and abs(value) < 10_000 else f"{value:.{digits}g}"
    return text.replace("e-0", "e-").replace("e+0", "e").replace("e+", "e")


def _even_ticks(low: float, high: float, most: int) -> list[float]:
    from matplotlib.ticker import MaxNLocator

    if high - low > _LONGEST:
        return [low, high]
    whole = isinstance(low, int) and isinstance(high, int)
    found = MaxNLocator(most, integer=whole, steps=[1, 2, 2.5, 5, 10], min_n_ticks=1).tick_values(
        float(low), float(high)
    )
    return [value for value in map(float, found) if low <= value <= high] or [low, high]


def _log_ticks(low: float, high: float, most: int) -> list[float]:
    """Return powers of ten; on a short axis also two and five times a power of ten."""
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    tens = [10.0**k for k in range(max(first, -307), min(last, 308) + 1) if low <= 10.0**k <= high]
    if len(tens) >= 3:
        return tens[:: -(-len(tens) // most)]
    more = [m * 10.0**k for k in range(max(first, -307), min(last, 307) + 1) for m in (1, 2, 5)]
    found = [value for value in more if low <= value <= high]
    return found[:: -(-len(found) // most)] if len(found) >= 2 else [low, high]


def place(parameter: Parameter, value: Any) -> float:
    """Return a value's coordinate on an axis that `set_up` has set up: the value, or a choice's position."""
    return float(value) if parameter.numeric else float(parameter.positions[value])


def unit_place(parameter: Parameter, value: Any) -> float:
    """Return the coordinate of a value in [0, 1]."""
    return (
        unit_value(value, parameter)
        if parameter.numeric
        else (parameter.positions[value] + 0.5) / len(parameter.values)
    )


def scattered(parameter: Parameter, evaluations: Sequence[Evaluation]) -> list[float]:
    """Return coordinates for evaluations in which the parameter is active; equal choices are drawn side by side."""
    found = []
    for evaluation in evaluations:
        at = place(parameter, evaluation.configuration[parameter.name])
        aside = 0.0 if parameter.numeric else 0.4 * ((evaluation.index * _GOLDEN) % 1 - 0.5)
        found.append(at + aside)
    return found


def set_up(axes: Axes, parameter: Parameter, which: str = "x", most: int = 4, label: bool = True) -> None:
    """Give an axis the scale, the limits, the ticks and the label of a parameter."""
    axis = axes.xaxis if which == "x" else axes.yaxis
    set_scale, set_limits = (axes.set_xscale, axes.set_xlim) if which == "x" else (axes.set_yscale, axes.set_ylim)
    if parameter.numeric:
        low, high = (float(each) for each in parameter.values)
        if parameter.log:
            set_scale("log")
            margin = (high / low) ** 0.03 if math.isfinite(high / low) else 10.0
            set_limits(low / margin, high * margin)
        else:
            margin = 0.03 * (high - low)
            set_limits(low - margin, high + margin)
    else:
        set_limits(-0.6, len(parameter.values) - 0.4)
    found = ticks(parameter, most)
    axis.set_ticks([place(parameter, value) for value, _ in found], [text for _, text in found])
    axis.set_ticks([], minor=True)
    width = sum(len(text) for _, text in found)
    if which == "x" and not parameter.numeric and width > 18:
        turn_labels(axes, 30 if len(found) <= 5 else 60)
    if label:
        (axes.set_xlabel if which == "x" else axes.set_ylabel)(axis_name(parameter))


def turn_labels(axes: Axes, degrees: float) -> None:
    """Rotate the labels of the x axis, so that they end at their ticks."""
    axes.tick_params(axis="x", rotation=degrees, labelsize="small")
    for each in axes.get_xticklabels():
        each.set_horizontalalignment("right")
        each.set_rotation_mode("anchor")


def axis_name(parameter: Parameter) -> str:
    """Return the label of an axis."""
    return f"{plain(parameter.name)}{' (log)' if parameter.log else ''}"
