"""What a person sees of a search while it goes on, and the table of its trials."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pysmac_compat.report import duration, last_line, one_line

_WIDTH = 40


def progress_line(
    trial: Mapping[str, Any], number: int | None, best: float, n_trials: int, target: str, left: float | None = None
) -> str:
    """One line on a trial that has just ended.

    Parameters
    ----------
    trial : dict
        An entry of the log.
    number : int or None
        None for one that was trained by hand.
    n_trials : int
    best : float
        The best score so far.
    target : str
    left : float or None
        Seconds that the rest of the search will take.

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


def trial_label(number: int | None, n_trials: int) -> str:
    """What a trial is called; ``number``: None for one that was trained by hand.

    >>> trial_label(2, 10), trial_label(None, 10)
    ('trial 2/10', 'trial by hand')
    """
    return "trial by hand" if number is None else f"trial {number}/{n_trials}"


def table(log: Sequence[Mapping[str, Any]], target: str) -> str:
    """All trials with their validation and, if there are any, test scores; those trained by hand have no number.

    >>> print(table([{"val": 0.9, "status": "finished"}, {"val": -1.0, "status": "failed"}], "AUROC"))
    ----------------------------------------
    Trial   Val AUROC
    ----------------------------------------
    1       0.900000
    2       failed
    ----------------------------------------
    """
    with_test = any(_is_number(trial.get("test")) for trial in log)
    with_fold = any(trial.get("instance") is not None for trial in log)
    header = ["Trial", *(["Fold"] if with_fold else []), f"Val {target}", *([f"Test {target}"] if with_test else [])]
    rows: list[list[str]] = []
    number = 0
    for trial in log:
        failed = trial["status"] == "failed"
        number += not trial.get("by_hand")
        row = ["-" if trial.get("by_hand") else str(number), *([str(trial.get("instance"))] if with_fold else [])]
        row.append("failed" if failed else f"{trial['val']:.6f}")
        if with_test:
            row.append(f"{trial['test']:.6f}" if not failed and _is_number(trial.get("test")) else "")
        rows.append(row)
    widths = [max(len(row[i]) for row in [header, *rows]) + 3 for i in range(len(header))]
    line = "-" * max(_WIDTH, sum(widths))
    body = ["".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    head = "".join(cell.ljust(width) for cell, width in zip(header, widths, strict=True)).rstrip()
    return "\n".join([line, head, line, *body, line])


def _is_number(value: Any) -> bool:
    """Whether a score can be shown; a trainer may have none, or several."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)
