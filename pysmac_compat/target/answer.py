"""The answer of a program: the last output line that begins with one of these texts, followed by values or JSON.

::

    Result for SMAC: SAT, 1.5, 0, 17.25, 1234, whatever, else
    Result for ParamILS: SAT, 1.5, 0, 17.25, 1234
    Result of this algorithm run: {"status": "SUCCESS", "runtime": 1.5, "cost": 17.25, "seed": 1234}
"""

from __future__ import annotations

import json
import math
import re
from typing import Any

from pysmac_compat.errors import shown
from pysmac_compat.evaluation.outcome import Report, Status
from pysmac_compat.space.parameters import is_number

#: matches an output line that is an answer
ANSWER = re.compile(
    rb"^[ \t]*(?:final[ \t]+)?result[ \t]+"
    rb"(?:for[ \t]+(?:smac|paramils|hal)|of[ \t]+(?:this[ \t]+)?algorithm[ \t]+run)[ \t]*:(?P<rest>[^\n]*)$",
    re.IGNORECASE | re.MULTILINE,
)
_FIELDS = "STATUS, RUNTIME, RUNLENGTH, QUALITY, SEED"
_STATUSES: dict[str, Status] = {
    **{status: status for status in ("SAT", "UNSAT", "TIMEOUT", "MEMOUT", "CRASHED", "ABORT")},
    "SUCCESS": "SAT",
    "SATISFIABLE": "SAT",
    "UNSATISFIABLE": "UNSAT",
}
_EXPECTED = "SAT, UNSAT, SUCCESS, TIMEOUT, CRASHED, ABORT, MEMOUT"
_NOT_FINITE = {"nan": math.nan, "inf": math.inf, "+inf": math.inf, "-inf": -math.inf}


class NoAnswer(ValueError):
    """The output has no answer, or the answer cannot be read."""


def read_answer(line: bytes, seed: str, by_length: bool = False) -> Report:
    """Convert an answer to a report; with ``by_length``, the value of the report is the run length.

    If a successful answer has another seed than ``seed``, the seed of the call, the report has a remark.

    Raises
    ------
    NoAnswer
        If the answer cannot be read.

    Examples
    --------
    >>> report = read_answer(b"Result for ParamILS: sat, 1.5, 0, 17.25, 7, model, found", "7")
    >>> report.status, report.runtime, report.value
    ('SAT', 1.5, 17.25)
    """
    match = ANSWER.match(line)
    assert match is not None
    rest = match["rest"].decode(errors="replace").strip()
    status, runtime, length, quality, its_seed, more = _of_json(rest) if rest.startswith("{") else _of_cells(rest)
    what, quality = ("run length", length) if by_length else ("quality", quality)
    known = _STATUSES.get(str(status).strip().upper())
    if known is None:
        raise NoAnswer(f"the program reported the status {shown(status)}; expected one of {_EXPECTED}: {shown(rest)}")
    seconds = _number(runtime)
    if seconds is None and runtime is not None:  # JSON may have no run time
        raise NoAnswer(f"the program reported {shown(runtime)} as its run time, which is not a number: {shown(rest)}")
    possible = seconds is None or 0 <= seconds < math.inf
    value = _number(quality)
    message = f"the program reported {known}{f': {more}' if more else ''}"
    if known in ("SAT", "UNSAT"):  # the value may be missing if the objective is the run time
        message = f"the program reported {shown(quality)} as its {what}, which is not a finite number: {shown(rest)}"
    return Report(
        known,
        value if value is not None and math.isfinite(value) else None,
        seconds if possible else None,
        message,
        odd_runtime="" if possible else f"{str(runtime).strip()} s",
        remark=""
        if _same(its_seed, seed)
        else f"the program's answer names the seed {shown(its_seed)}, but the program was called with the seed {seed}",
    )


def _of_cells(text: str) -> tuple[Any, Any, Any, Any, Any, str]:
    cells = [cell.strip() for cell in text.split(",", 5)]
    if len(cells) < 5:
        raise NoAnswer(f"expected {_FIELDS} as the answer of the program, got {shown(text)}")
    return cells[0], cells[1], cells[2], cells[3], cells[4], cells[5] if len(cells) > 5 else ""


def _of_json(text: str) -> tuple[Any, Any, Any, Any, Any, str]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise NoAnswer(f"the answer of the program is not a JSON object: {error}: {shown(text)}") from None
    if "status" not in found:
        raise NoAnswer(f"the answer of the program has no 'status': {shown(text)}")
    quality = next((found[name] for name in ("cost", "quality") if name in found), None)
    return found["status"], found.get("runtime"), None, quality, found.get("seed"), str(found.get("misc") or "")


def _number(value: Any) -> float | None:
    """Convert a number or its text to a float, which may be NaN or infinite; return None if it is not a number."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, float):
        return value
    text = str(value).strip()
    return float(text) if is_number(text) else _NOT_FINITE.get(text.lower().replace("infinity", "inf"))


def _same(its: Any, seed: str) -> bool:
    """Return whether the answer has this seed or no seed."""
    return its is None or _number(its) == float(seed)
