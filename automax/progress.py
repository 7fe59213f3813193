"""The lines that a search prints while it is running, and the table of its trials."""

from __future__ import annotations

import contextlib
import itertools
import warnings
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pysmac_compat.report import duration, last_line, one_line

_WIDTH = 40


def progress_line(
    trial: Mapping[str, Any], number: int | None, best: float, n_trials: int, target: str, left: float | None = None
) -> str:
    """Return a line about a trial that has just ended.

    ``number`` is None if the trial was trained by hand. ``best`` is the best score so far. ``left`` is the estimated
    time in seconds until the end of the search.

    >>> trial = {"val": 0.9, "status": "finished", "seconds": 1.5, "space": {"lr": 0.1}}
    >>> progress_line(trial, 1, 0.9, 10, "AUROC", 90.0)
    'trial 1/10: val AUROC 0.9000 (best 0.9000), 1.5 s, about 2 min left; lr=0.1'
    """
    head = trial_label(number, n_trials)
    if trial.get("instance") is not None:
        head += f" (fold {trial['instance']})"
    rest = "" if left is None else f"about {duration(left)} left"
    if trial["status"] == "failed":
        return one_line(head, [f"failed: {last_line(trial.get('message', ''))}", rest], trial["space"])
    parts = [f"val {target} {trial['val']:.4f} (best {best:.4f})"]
    if "epoch" in trial and isinstance(trial.get("curve"), (list, tuple)):
        parts.append(f"epoch {trial['epoch']} of {len(trial['curve'])}")
    if trial.get("pruned"):
        parts.append("stopped early")
    if "seconds" in trial:
        parts.append(f"{trial['seconds']:.1f} s")
    return one_line(head, [*parts, rest], trial["space"])


def described(parameter: Any) -> str:
    """Return a parameter of a ConfigurationSpace with its range or choices.

    >>> from ConfigSpace import Categorical, Constant, Float
    >>> described(Float("lr", (0.001, 0.1), log=True)), described(Categorical("margin", [1.0, 0.6], ordered=False))
    ('lr from 0.001 to 0.1 (log)', 'margin one of 1.0, 0.6')
    >>> described(Constant("k", 1))
    'k = 1'
    """
    if hasattr(parameter, "lower"):
        log = " (log)" if parameter.log else ""
        return f"{parameter.name} from {parameter.lower:g} to {parameter.upper:g}{log}"
    if hasattr(parameter, "choices"):
        return f"{parameter.name} one of {', '.join(map(str, parameter.choices))}"
    return f"{parameter.name} = {parameter.value}"


def trial_label(number: int | None, n_trials: int) -> str:
    """Return the name of a trial. ``number`` is None if the trial was trained by hand.

    >>> trial_label(2, 10), trial_label(None, 10)
    ('trial 2/10', 'trial by hand')
    """
    return "trial by hand" if number is None else f"trial {number}/{n_trials}"


@contextlib.contextmanager
def plain_warnings() -> Iterator[None]:
    """Print each warning in one line inside this context, without the line of source code that Python adds."""
    form = warnings.formatwarning
    warnings.formatwarning = lambda message, *about, **more: f"warning: {message}\n"
    try:
        yield
    finally:
        warnings.formatwarning = form


def stopped(log: Sequence[Mapping[str, Any]], n_trials: int, target: str) -> str:
    r"""Return the message of the ``KeyboardInterrupt`` that ends a search.

    >>> print(stopped([{"val": 0.9, "status": "finished"}], 10, "AUROC").replace("; ", ";\n"))
    stopped after 1 of 10 trials, best val AUROC 0.9000;
    overwrite=False continues the same search (AUCClassifier: resume=True, if search_directory was given)
    """
    scores = [trial["val"] for trial in log if trial["status"] == "finished"]
    best = f"best val {target} {max(scores):.4f}" if scores else "no trial has finished"
    end = "overwrite=False continues the same search (AUCClassifier: resume=True, if search_directory was given)"
    return f"stopped after {len(log)} of {n_trials} trials, {best}; {end}"


def table(log: Sequence[Mapping[str, Any]], target: str) -> str:
    """Return a table of all trials with their validation scores, and with test scores if there are any.

    A trial that was trained by hand has no number.

    >>> print(table([{"val": 0.9, "status": "finished"}, {"val": -1.0, "status": "failed"}], "AUROC"))
    ----------------------------------------
    Trial   Val AUROC
    ----------------------------------------
    1       0.900000
    2       failed
    ----------------------------------------
    """
    numbers = itertools.count(1)
    columns = {"Trial": ["-" if trial.get("by_hand") else str(next(numbers)) for trial in log]}
    if any(trial.get("instance") is not None for trial in log):
        columns["Fold"] = [str(trial.get("instance")) for trial in log]
    ended = [trial["status"] != "failed" for trial in log]
    columns[f"Val {target}"] = [f"{t['val']:.6f}" if good else "failed" for t, good in zip(log, ended, strict=True)]
    if any(_is_number(trial.get("test")) for trial in log):
        tests = [trial.get("test") if good else None for trial, good in zip(log, ended, strict=True)]
        columns[f"Test {target}"] = [f"{test:.6f}" if _is_number(test) else "" for test in tests]
    widths = [max(len(cell) for cell in (name, *cells)) + 3 for name, cells in columns.items()]
    line = "-" * max(_WIDTH, sum(widths))
    rows = [columns, *zip(*columns.values(), strict=True)]
    head, *body = ("".join(map(str.ljust, row, widths)).rstrip() for row in rows)
    return "\n".join([line, head, line, *body, line])


def _is_number(value: Any) -> bool:
    """Return whether a score is a number; a trainer may give no score, or another object."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)
