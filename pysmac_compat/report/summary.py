"""A result in a few lines, as text and as HTML."""

from __future__ import annotations

from collections import Counter
from html import escape
from typing import TYPE_CHECKING

from pysmac_compat.evaluation.outcome import FAILURES
from pysmac_compat.report.comparison import mean_of, tests_of
from pysmac_compat.report.words import both_ends, count, duration, last_line, precise, short

if TYPE_CHECKING:
    from pysmac_compat.results import Result, RunResult


def entries(result: Result) -> list[tuple[str, str]]:
    """Return the lines of the summary: pairs of a name and a text."""
    search, runs = result.search, result.runs
    found = any(run.trajectory for run in runs)
    found_in = next((i for i, run in enumerate(runs) if run.value == result.value and run.trajectory), 0)
    mean = f"PAR{search.penalty:g}" if search.runtime and search.penalty != 1 else "mean"
    said = []
    if found:
        what = "the largest" if search.maximize else "the least"
        if search.runtime:
            what += f" {'mean run time' if mean == 'mean' else mean} in seconds"
        value = f"{precise(result.value)}, {what}"
        run = runs[found_in]
        if run.incumbent_runs > 1:
            value += f" (a mean over {run.incumbent_runs} calls)"
        found_by = found_by_evaluation(run)
        value += f", found by evaluation {found_by}" if found_by else ", known before the search"
        if len(runs) > 1:
            value += f" of run {found_in} (seed {run.seed})"
        said.append(("value", value))
    elif any(evaluation.succeeded for evaluation in result):
        said.append(("value", "none: each configuration has a failed evaluation"))
    else:
        said.append(("value", "none: no evaluation has succeeded"))
    inactive = result.configuration.keys() - result.active_configuration.keys()
    if found:
        said += [(f"  {name}", short(value)) for name, value in result.active_configuration.items()]
    if found and inactive:
        said.append(("  inactive", ", ".join(sorted(inactive))))
    statuses = Counter(evaluation.status for evaluation in result)
    spent = sum(evaluation.wall_time for evaluation in result)
    planned = "" if result.n_planned is None else f" of {result.n_planned:,}"
    shown = ", ".join(f"{number:,} {status}" for status, number in statuses.most_common())
    said.append(
        ("evaluations", f"{len(result):,}{planned}{f': {shown}' if shown else ''}; the calls took {duration(spent)}")
    )
    if result.known:
        said.append(("known before", count(len(result.known), "evaluation")))
    if len(runs) > 1:
        said.append(("runs", ", ".join(short(run.value) if run.trajectory else "none" for run in runs)))
    tests = tests_of(result.active_configuration, runs)
    if tests:
        said.append(("on test instances", f"{mean_of(tests, search)}, a {mean} over {count(len(tests), 'call')}"))
    default = search.space.default if search.space is not None else result.active_configuration
    if tests and default != result.active_configuration and (of_default := tests_of(default, runs)):
        said.append(("  the default", f"{mean_of(of_default, search)}, a {mean} over {count(len(of_default), 'call')}"))
    if len(runs) > 1 and any(run.test_evaluations for run in runs):
        of_runs = [tests_of(run.active_configuration, [run]) for run in runs]
        said.append(("tests of the runs", ", ".join(mean_of(each, search) for each in of_runs)))
    failure = next((e for e in result if e.status in FAILURES), None)
    if failure is not None:
        message = both_ends(last_line(failure.message) or failure.status)
        said.append(("first failure", f"evaluation {failure.index}: {message}"))
    if result.stopped_because:  # empty while a `Search` has not ended
        said.append(("stopped because", result.stopped_because))
    return said


def found_by_evaluation(run: RunResult) -> int:
    """Return the index of the best configuration's first evaluation; 0 if it was known before the search.

    If configurations race, it may have become the best configuration only after one of its later evaluations.
    """
    step = run.trajectory[-1]
    own = (each.index for each in run.evaluations if each.configuration == step.active_configuration)
    return min(step.evaluation, next(own, step.evaluation))


def summary(result: Result) -> str:
    """See `Result.summary`."""
    said = entries(result)
    width = max(len(name) for name, _ in said) + 2
    return "\n".join(f"{name.ljust(width)}{' '.join(text.split())}" for name, text in said)


def html(result: Result) -> str:
    """Return the HTML that a notebook shows, with special characters in names and values escaped."""
    rows = "".join(
        f'<tr><th scope="row" style="text-align:left">{escape(name.strip())}</th>'
        f'<td style="text-align:left">{escape(text)}</td></tr>'
        for name, text in entries(result)
    )
    return f"<table><caption>result of a search</caption><tbody>{rows}</tbody></table>"
