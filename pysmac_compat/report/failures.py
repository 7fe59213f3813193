"""The failed calls of a search, grouped by what their messages say."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

from pysmac_compat.errors import cut
from pysmac_compat.evaluation.outcome import FAILURES, was_cut_short
from pysmac_compat.report.words import last_line

if TYPE_CHECKING:
    from pysmac_compat.results import Evaluation, Result

#: a number in a message: two messages that differ only in numbers are of the same kind
_NUMBER = re.compile(r"0x[0-9a-fA-F]+|[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?")
_MOST_KINDS = 5


def kinds(result: Result, time_outs: bool = True) -> list[list[tuple[int, Evaluation]]]:
    """Return the calls that failed or timed out, grouped by status and message; the most frequent group comes first.

    Parameters
    ----------
    result : Result
    time_outs : bool
        Whether time-outs are included.

    Returns
    -------
    list of list of (int, Evaluation)
        Each group has at least one pair: the index of a run, from 0, and one of the run's evaluations.
    """
    statuses = (*FAILURES, "TIMEOUT") if time_outs else FAILURES
    groups: dict[tuple[str, str], list[tuple[int, Evaluation]]] = defaultdict(list)
    for i, run in enumerate(result.runs):
        for each in run.evaluations:
            if each.status in statuses:
                groups[each.status, _NUMBER.sub("#", last_line(each.message))].append((i, each))
    return sorted(groups.values(), key=lambda members: -len(members))


def counted(result: Result) -> str:
    """Return the lines that sum up the failures at the end of a search; empty if there is nothing to report.

    A single failure is not reported again, because its message was shown when it occurred. If there are several kinds
    of failures, each of the most frequent kinds has its own line. Calls that the end of the search stopped do not count
    as time-outs.
    """
    failed = result.n_crashed
    late = sum(each.status == "TIMEOUT" and not was_cut_short(each.message) for each in result)
    if not failed:  # if run times are minimised, time-outs are normal
        show = late and not result.search.runtime
        return f"{late} of {result.n_evaluations} evaluations timed out" if show else ""
    if failed == 1 and not late:
        return ""
    timed_out = f", {late} timed out" if late else ""
    lines = [f"{failed} of {result.n_evaluations} evaluations failed{timed_out}"]
    found = kinds(result, time_outs=False)
    if len(found) > 1:
        lines += [f"  {len(members)}: {cut(_text(members[0][1]))}" for members in found[:_MOST_KINDS]]
        if len(found) > _MOST_KINDS:
            lines.append(f"  and {len(found) - _MOST_KINDS} more kinds")
    return "\n".join(lines)


def _text(evaluation: Evaluation) -> str:
    return last_line(evaluation.message) or str(evaluation.status)
