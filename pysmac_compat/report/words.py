"""Convert numbers, times and configurations to texts for a person."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pysmac_compat.errors import MOST_SHOWN, cut

if TYPE_CHECKING:
    from pysmac_compat.results import Ranked, Result

#: control characters except tabs and newlines, characters that change the direction, and halves of surrogate pairs
_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def short(value: Any) -> str:
    """Return a value as text; a float has four significant digits.

    >>> short(0.123456), short(1e300), short("rbf"), short(None)
    ('0.1235', '1e+300', 'rbf', 'None')
    """
    return f"{value:.4g}" if isinstance(value, float) else cut(str(value))


def precise(value: float) -> str:
    """Return a number as text, without the rounding error in its last digits.

    >>> precise(0.08999999999999997), precise(7.25), precise(1234567.891)
    ('0.09', '7.25', '1234567.891')
    """
    return f"{value:.12g}"


def duration(seconds: float) -> str:
    """Return a duration in seconds as text.

    >>> duration(7.4), duration(90), duration(5400)
    ('7 s', '2 min', '1.5 h')
    """
    if seconds < 60:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 3600 else f"{seconds / 3600:.1f} h"


def visible(text: str) -> str:
    r"""Return a text with escapes for invisible characters and for those that change its direction; line breaks stay.

    >>> visible("a\u202eb"), visible("two\nlines")
    ('a\\u202eb', 'two\nlines')
    """
    return _UNSEEN.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def last_line(text: str) -> str:
    """Return the last line of a message; if the message is a traceback, this line names the error."""
    return text.strip().rpartition("\n")[2]


def both_ends(text: str) -> str:
    """Cut out the middle of a long text but keep its end, which often names the error in a program's output.

    >>> both_ends("start " + "x" * 300 + " SyntaxError")[:8], both_ends("x" * 300 + " SyntaxError")[-13:]
    ('start xx', 'x SyntaxError')
    """
    return text if len(text) <= MOST_SHOWN else f"{text[:60]}...{text[-135:]}"


def assignments(configuration: Mapping[str, Any]) -> str:
    """Return a configuration as one line of text.

    >>> assignments({"lr": 0.123456, "kernel": "rbf"})
    'lr=0.1235, kernel=rbf'
    """
    return ", ".join(f"{name}={short(value)}" for name, value in configuration.items())


def one_line(head: str, parts: Iterable[str], configuration: Mapping[str, Any]) -> str:
    """Return the line about an evaluation that has ended; empty parts are left out.

    >>> one_line("trial 1/10", ["val AUROC 0.9", "", "1.5 s"], {"lr": 0.1})
    'trial 1/10: val AUROC 0.9, 1.5 s; lr=0.1'
    """
    return f"{head}: {', '.join(filter(None, parts))}; {assignments(configuration)}"


def count(number: int, noun: str) -> str:
    """Return a number and a noun in the singular or the plural.

    >>> count(1, "evaluation"), count(0, "run")
    ('1 evaluation', '0 runs')
    """
    return f"{number:,} {noun}{'s' * (number != 1)}"


def resumed(counts: Sequence[int]) -> str:
    """Return a message that counts the evaluations of the resumed runs; empty if no run is resumed.

    >>> resumed([30, 5]), resumed([])
    ('resume: 35 evaluations of 2 runs come from the journal', '')
    """
    if not counts:
        return ""
    of_runs = f" of {len(counts)} runs" if len(counts) > 1 else ""
    comes = "comes" if sum(counts) == 1 else "come"
    return f"resume: {count(sum(counts), 'evaluation')}{of_runs} {comes} from the journal"


def stopped(result: Result, with_files: bool) -> str:
    """Return the message about a search that Ctrl-C or SIGTERM has stopped; with files, it can be resumed."""
    of_total = "" if result.n_planned is None else f" of {result.n_planned:,}"
    found = any(run.trajectory for run in result.runs)
    best = f"best {short(result.value)}" if found else "none has succeeded"
    how = "minimize(..., resume=True), or python -m pysmac_compat --resume SCRIPT, continues the search"
    goes_on = f"; {how}" if with_files else ""
    return f"stopped after {result.n_evaluations:,}{of_total} evaluations, {best}{goes_on}"


def ranked(one: Ranked) -> str:
    """Return the line about one of the best configurations."""
    found = f"run {one.run}, evaluation {one.evaluation}" if one.evaluation else "known before"
    mean = f", a mean over {one.n_runs} calls" if one.n_runs > 1 else ""
    return f"{precise(one.value)} ({found}{mean}): {assignments(one.active_configuration)}"
