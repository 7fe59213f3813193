"""The data from which the page's script draws its two pictures."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pysmac_compat.report.plots import style, values
from pysmac_compat.report.table import parameter_names
from pysmac_compat.report.words import visible

if TYPE_CHECKING:
    from pysmac_compat.results import Evaluation, Result, RunResult

#: the largest number of evaluations in the data, and the approximate largest number of their parameters' values
_MOST, _MOST_CELLS = 20_000, 600_000
#: the largest number of parallel axes, because a person cannot follow more
MOST_AXES = 15


def drawn(result: Result, important: Sequence[str] = ()) -> dict[str, Any]:
    """Return the data of both pictures as values that JSON can hold.

    Parameters
    ----------
    result : Result
    important : sequence of str
        The names of important parameters, the most important first; the axes of these are drawn.
    """
    search = result.search
    found = [(i, each) for i, run in enumerate(result.runs) for each in run.evaluations]
    names = parameter_names(result, found)
    shown = _sample(result, found, _MOST_CELLS // (len(names) + 8))
    axes = set(names if len(names) <= MOST_AXES else (*important, *names)[:MOST_AXES])
    if len(axes) < min(len(names), MOST_AXES):  # some names are both important and among the further names
        axes |= set([name for name in names if name not in axes][: MOST_AXES - len(axes)])
    has_value = [values.has_value(each, search) for _, each in shown]
    worths = [each.value for (_, each), good in zip(shown, has_value, strict=True) if good]
    clocks = [values.clock(run) for run in result.runs]
    best = values.best_run(result)
    colours = [colour for colour, _ in style.run_colours(len(result.runs), best)]
    return {
        "label": values.value_label(search),
        "maximize": search.maximize,
        "wide": values.is_wide(worths),
        "budget": values.budget(result),
        "cutoff": search.cutoff if search.runtime else None,
        "total": len(found),
        "statuses": list(style.STATUSES),
        "runs": [
            {
                "label": f"run {i}{', the best' * (i == best)}",
                "colour": -1 if colours[i] == style.QUIET else style.COLOURS.index(colours[i]),
                "steps": _steps(run, clock),
                "known": [_short(each.value) for each in result.known if values.has_value(each, search)] * (i == 0),
            }
            for i, (run, clock) in enumerate(zip(result.runs, clocks, strict=True))
        ],
        "run": [i for i, _ in shown],
        "index": [each.index for _, each in shown],
        "value": [_short(each.value) if good else None for (_, each), good in zip(shown, has_value, strict=True)],
        "status": [list(style.STATUSES).index(each.status) for _, each in shown],
        "clock": [_short(clocks[i][each.index]) for i, each in shown],
        "took": [_short(each.wall_time) for _, each in shown],
        "instance": [each.instance for _, each in shown] if any(e.instance is not None for _, e in shown) else None,
        "parameters": [_column(name, result, shown, name in axes) for name in names],
    }


def _sample(result: Result, found: list[tuple[int, Evaluation]], most: int) -> list[tuple[int, Evaluation]]:
    """Return at most about ``most`` evaluations to draw: every n-th evaluation, and the evaluations of incumbents."""
    most = min(_MOST, max(500, most))
    if len(found) <= most:
        return found
    steps = {(i, step.evaluation) for i, run in enumerate(result.runs) for step in run.trajectory}
    every = -(-len(found) // most)
    return [(i, each) for at, (i, each) in enumerate(found) if at % every == 0 or (i, each.index) in steps]


def _steps(run: RunResult, clock: Mapping[int, float]) -> list[list[float]]:
    """Return the index, time and value of the evaluation for each new best configuration, and for the run's end."""
    steps = values.incumbent_steps(run)
    last = max((each.index for each in run.evaluations), default=0)
    if steps:
        steps = [*steps, (last, steps[-1][1])]
    return [[at, _short(clock[at]), _short(value)] for at, value in steps]


def _column(name: str, result: Result, shown: list[tuple[int, Evaluation]], has_axis: bool) -> dict[str, Any]:
    """Return a parameter's domain and values; a choice is its position, and an inactive parameter has None."""
    space = result.search.space
    parameter = None if space is None else space.parameters.get(name)
    given = [(each.configuration.get(name), name in each.configuration) for _, each in shown]
    if parameter is None or not parameter.numeric:
        choices: list[Any] = [] if parameter is None else list(parameter.values)
        known = {repr(choice): i for i, choice in enumerate(choices)}
        for value, active in given:
            if active and repr(value) not in known:  # the space is not known
                known[repr(value)] = len(choices)
                choices.append(value)
        column: dict[str, Any] = {"name": visible(name), "choices": [visible(str(choice)) for choice in choices]}
        column["values"] = [known[repr(value)] if active else None for value, active in given]
        return {**column, "axis": has_axis}
    low, high = parameter.values
    about = {
        "name": visible(name),
        "log": parameter.log,
        "low": low,
        "high": high,
        "whole": parameter.kind == "integer",
    }
    return {**about, "values": [_short(value) if active else None for value, active in given], "axis": has_axis}


def _short(number: Any) -> Any:
    """Return a float rounded to six digits, or None if JSON cannot hold it."""
    if not isinstance(number, float):
        return number
    return float(f"{number:.6g}") if math.isfinite(number) else None
