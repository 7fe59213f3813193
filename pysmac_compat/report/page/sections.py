"""The content of the page: its tables, made from a `Result`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pysmac_compat.errors import ArgumentError, cut
from pysmac_compat.report import summary
from pysmac_compat.report.comparison import mean_of, tests_of
from pysmac_compat.report.failures import kinds
from pysmac_compat.report.page import repeat, spoken
from pysmac_compat.report.page.drawn import MOST_AXES, drawn
from pysmac_compat.report.plots import values
from pysmac_compat.report.words import assignments, duration, last_line, short

if TYPE_CHECKING:
    from pysmac_compat.results import Result

_BEST, _ROWS, _COLUMNS = 20, 25, 60
_MOST_FAILURES, _MOST_LINES = 20, 40
#: the forest is fitted to at most this number of evaluations, which takes about a second
_MOST_FITTED = 1000
_SHADES, _PAIRS = 10, 5


def sections(result: Result, script: str = "") -> dict[str, Any]:
    """Return the values of all variables in the template."""
    importances = _importances(result)
    data = drawn(result, [name for name, _, _ in importances["alone"]])
    return {
        "message": "",
        "running": result.stopped_because == "still running",
        "summary": [(name.strip(), text, name.startswith(" ")) for name, text in summary.entries(result)],
        "data": data,
        "means": any(run.incumbent_runs > 1 for run in result.runs),
        "shown": len(data["index"]),
        "total": len(result),
        "axes": sum(each["axis"] for each in data["parameters"]),
        "most_axes": MOST_AXES,
        "n_parameters": len(data["parameters"]),
        "runs": _runs(result),
        "best": _best(result),
        "importances": importances,
        "instances": _instances(result),
        "failures": _failures(result),
        "space": spoken.space_rows(result),
        "forbidden": spoken.forbidden_words(result.search.space),
        "clauses": spoken.other_clauses(result.search.space),
        "own_script": bool(script),
        "script": script or repeat.script(result),
        "call": repeat.call(result) if any(run.trajectory for run in result.runs) and not script else "",
        "versions": repeat.versions(),
    }


def _runs(result: Result) -> list[tuple[str, list[str]]]:
    """Return a table that compares the runs: a row for each quantity, with a cell for each run."""
    runs = result.runs
    if len(runs) < 2:
        return []
    found = [bool(run.trajectory) for run in runs]
    rows = [
        ("seed", [str(run.seed) for run in runs]),
        ("value", [short(run.value) if good else "none" for run, good in zip(runs, found, strict=True)]),
        ("found by evaluation", [str(summary.found_by_evaluation(run)) if run.trajectory else "" for run in runs]),
        ("evaluations", [f"{len(run.evaluations):,}" for run in runs]),
        ("crashed", [f"{run.n_crashed:,}" for run in runs]),
        ("timed out", [f"{run.n_timed_out:,}" for run in runs]),
        ("time of the calls", [duration(sum(each.wall_time for each in run.evaluations)) for run in runs]),
    ]
    if any(run.incumbent_runs > 1 for run in runs):
        rows.insert(2, ("a mean over calls", [str(run.incumbent_runs) for run in runs]))
    if any(run.test_evaluations for run in runs):
        tests = [tests_of(run.active_configuration, [run]) for run in runs]
        rows.append(("on test instances", [mean_of(each, result.search) if each else "" for each in tests]))
    names = sorted({name for run in runs for name in run.active_configuration})
    for name in names:
        cells = [run.active_configuration.get(name, _INACTIVE) for run in runs]
        rows.append((name, ["inactive" if cell is _INACTIVE else short(cell) for cell in cells]))
    return rows


_INACTIVE: Any = object()


def _best(result: Result) -> dict[str, Any]:
    """Return the table of the best configurations."""
    ranked = result.best(_BEST)
    several, many = len(result.runs) > 1, any(each.n_runs > 1 for each in ranked)
    space = result.search.space
    names = list(space.parameters) if space is not None else sorted({n for r in ranked for n in r.active_configuration})
    head = ["value", *["calls"] * many, *["run"] * several, "evaluation"]
    rows = []
    for each in ranked:
        about = [
            f"{each.value:.6g}",
            *[str(each.n_runs)] * many,
            *[str(each.run)] * several,
            str(each.evaluation or "known"),
        ]
        given = [each.active_configuration.get(name, _INACTIVE) for name in names]
        rows.append((about, [None if value is _INACTIVE else short(value) for value in given]))
    return {"head": head, "names": names, "rows": rows}


def _importances(result: Result) -> dict[str, Any]:
    """Return which fraction of the variance parameters and pairs explain; if none is known, ``why`` is the reason."""
    from pysmac_compat.report.plots import importances  # needs NumPy

    nothing = {"alone": [], "pairs": [], "fitted": 0, "why": ""}
    space = result.search.space
    if space is None:
        return {**nothing, "why": "the search space is not known"}
    good = [each for each in result if values.has_value(each, result.search)]
    every = -(-len(good) // _MOST_FITTED) or 1
    used = good[::every]
    if len({repr(each.configuration) for each in used}) < 2:
        return {**nothing, "why": "fewer than two configurations have a value"}
    if len({each.value for each in used}) < 2:
        return {**nothing, "why": "all values are the same"}
    try:
        anova = importances.coded(result, used=used).anova
        alone = importances.shares_of(anova)
        pairs = importances.pairs_of(result, anova, _PAIRS, among=8) if len(alone) > 1 else {}
    except ArgumentError as error:
        return {**nothing, "why": str(error)}
    rows = [(name, share, spread) for name, (share, spread) in alone.items()]
    return {"alone": rows, "pairs": list(pairs.items()), "fitted": len(used), "why": ""}


def _instances(result: Result) -> dict[str, Any] | None:
    """Return a table of the values of configurations on instances, in which shades represent the values."""
    from pysmac_compat.report.plots.calls import by_instance

    if not any(each.instance is not None for each in result):
        return None
    table = by_instance(result, _ROWS)
    known = sorted(value for line in table.cells for value in line if value == value)
    if result.search.maximize:
        known.reverse()
    place = {value: i for i, value in enumerate(known)}  # equal values get the same place
    rows = []
    for i, (name, line) in enumerate(zip(table.names, table.cells, strict=True)):
        cells = []
        for j, value in enumerate(line[:_COLUMNS]):
            shade = place[value] * _SHADES // len(known) if value == value else None
            text = "failed" if (j, i) in table.failed else "" if shade is None else f"{value:.3g}"
            cells.append({"text": text, "shade": shade})
        rows.append((name, cells))
    return {
        "columns": table.columns[:_COLUMNS],
        "n_columns": len(table.columns),
        "rows": rows,
        "n_rows": table.n_configurations,
        "label": values.value_label(result.search, mean=True),
    }


def _failures(result: Result) -> dict[str, Any]:
    """Return the failed and timed-out calls, grouped by their messages; the most frequent group comes first."""
    groups = kinds(result)
    several = len(result.runs) > 1
    found = []
    for members in groups[:_MOST_FAILURES]:
        run, first = members[0]
        where = [f"run {i}, {each.index}" if several else str(each.index) for i, each in members[:8]]
        more = len(members) - len(where)
        limit = "" if first.cutoff is None else f"; the limit of a call is {first.cutoff:g} s"
        message = cut(last_line(first.message)) or ("no message" + limit * (first.status == "TIMEOUT"))
        found.append(
            {
                "status": first.status,
                "n": len(members),
                "message": message,
                "where": "; ".join(where) + (f" and {more:,} more" if more else ""),
                "first": f"run {run}, evaluation {first.index}" if several else f"evaluation {first.index}",
                "configuration": assignments(first.configuration),
                "lines": _lines(first.message),
            }
        )
    return {"groups": found, "n_more": len(groups) - len(found), "n": sum(map(len, groups))}


def _lines(message: str) -> str:
    """Return a message that has several lines, without its middle if it is long; empty if it has only one line."""
    lines = [line if len(line) <= 300 else f"{line[:297]}..." for line in message.strip().splitlines()]
    if len(lines) < 2:
        return ""
    if len(lines) > _MOST_LINES:
        half = _MOST_LINES // 2
        lines = [*lines[:half], f"... {len(lines) - 2 * half} lines ...", *lines[-half:]]
    return "\n".join(lines)
