"""Convert a result to a table with a row for each evaluation, or to JSON."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING, Any

from pysmac_compat.errors import ArgumentError, shown
from pysmac_compat.report.words import last_line

if TYPE_CHECKING:
    import pandas as pd

    from pysmac_compat.results import Evaluation, Result

#: the columns before the columns of the parameters
COLUMNS = (
    "run",
    "run_seed",
    "seed",
    "index",
    "instance",
    "status",
    "value",
    "cutoff",
    "cpu_time",
    "wall_time",
    "runtime",
    "quality",
    "message",
)
_WHOLE = ("run", "run_seed", "seed", "index", "instance")
_NUMBERS = ("value", "cutoff", "cpu_time", "wall_time", "runtime", "quality")
#: the value of an inactive parameter in a table; None would be ambiguous, because it may be one of the choices
INACTIVE: Any = type("Inactive", (), {"__repr__": lambda self: "INACTIVE"})()
_OF = ("evaluations", "test_evaluations", "known")


def missing(what: str, package: str, extra: str = "show") -> ImportError:
    """Return the error about a missing package; it names the extra of pysmac-compat that installs the package."""
    return ImportError(f"{what} needs {package}: pip install 'pysmac-compat[{extra}]'")


def parameter_names(result: Result, evaluations: list[tuple[int, Evaluation]]) -> list[str]:
    """Return the parameters' names in the order of the space, then names that occur in the evaluations only."""
    space = result.search.space
    known = [] if space is None else list(space.parameters)
    others = {name for _, evaluation in evaluations for name in evaluation.configuration}
    return known + sorted(others - set(known))


def table(result: Result, of: str = "evaluations") -> tuple[dict[str, str], list[list[Any]]]:
    """Return the columns and the rows of the table.

    Parameters
    ----------
    result : Result
    of : {'evaluations', 'test_evaluations', 'known'}

    Returns
    -------
    dict of str to str
        For the name of each column: the name of its parameter, or an empty text if the column is one of `COLUMNS`. If
        a parameter has the name of one of `COLUMNS`, the name of its column begins with ``parameter.``.
    list of list
        The rows; the value of an inactive parameter is `INACTIVE`.

    Raises
    ------
    ArgumentError
    """
    if of not in _OF:
        raise ArgumentError(f"of must be one of {', '.join(map(repr, _OF))}, got {shown(of)}")
    if of == "known":
        found = [(0, evaluation) for evaluation in result.known]
    else:
        found = [(i, evaluation) for i, run in enumerate(result.runs) for evaluation in getattr(run, of)]
    parameters = parameter_names(result, found)
    columns = dict.fromkeys(COLUMNS, "")
    columns |= {f"parameter.{name}" if name in COLUMNS else name: name for name in parameters}
    rows = []
    for run, evaluation in found:
        about = {**vars(evaluation), "run": run, "message": last_line(evaluation.message)}
        about["run_seed"] = None if of == "known" else result.runs[run].seed
        values = [evaluation.configuration.get(name, INACTIVE) for name in parameters]
        rows.append([*(about[name] for name in COLUMNS), *values])
    return columns, rows


def to_frame(result: Result, of: str = "evaluations") -> pd.DataFrame:
    """See `Result.to_frame`."""
    try:
        import pandas as pd
    except ImportError as error:
        raise missing("to_frame()", "pandas") from error
    columns, rows = table(result, of)
    space = result.search.space
    found: dict[str, Any] = {}
    for position, (column, parameter) in enumerate(columns.items()):
        values = [row[position] for row in rows]
        if parameter:
            kind = "" if space is None or parameter not in space.parameters else space.parameters[parameter].kind
            dtype = {"real": "float64", "integer": "Int64"}.get(kind, "object")
            nothing: Any = math.nan if dtype == "float64" else pd.NA
            values = [nothing if value is INACTIVE else value for value in values]
        else:
            dtype = "Int64" if column in _WHOLE else "float64" if column in _NUMBERS else "object"
        try:
            found[column] = pd.Series(values, dtype=dtype)
        except (OverflowError, TypeError, ValueError):  # for example, an integer needs more than 64 bits
            found[column] = pd.Series(values, dtype="object")
    return pd.DataFrame(found, columns=list(columns))


def to_csv(result: Result, of: str = "evaluations") -> str:
    """See `Result.to_csv`."""
    columns, rows = table(result, of)
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(columns)
    n = len(COLUMNS)
    for row in rows:
        parameters = ["" if value is INACTIVE else str(value) for value in row[n:]]
        writer.writerow([*("" if value is None else value for value in row[:n]), *parameters])
    return stream.getvalue()


def to_json(result: Result) -> str:
    """See `Result.to_json`."""
    search = {each.name: getattr(result.search, each.name) for each in fields(result.search)}
    space = search.pop("space")
    search["parameters"] = {} if space is None else dict(space.parameters)
    search["conditional_clauses"] = [] if space is None else space.conditional_clauses
    search["forbidden_clauses"] = [] if space is None else [clause.text for clause in space.forbiddens]
    content = {each.name: getattr(result, each.name) for each in fields(result)}
    return json.dumps(_plain({**content, "search": search}), indent=1, allow_nan=False, ensure_ascii=False) + "\n"


def _plain(value: Any) -> Any:
    """Convert a value to the types that JSON has; a number that is not finite becomes null."""
    if is_dataclass(value) and not isinstance(value, type):
        return {each.name: _plain(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, Mapping):
        return {str(name): _plain(each) for name, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value if value is None or isinstance(value, (bool, int, str)) else str(value)
