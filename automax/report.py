"""What a person sees of a search."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

_WIDTH = 40


def progress_line(
    trial: Mapping[str, Any], number: int, others: Sequence[Mapping[str, Any]], n_trials: int, target: str
) -> str:
    """One line on a trial that has just ended.

    >>> progress_line({"val": 0.9, "status": "finished", "seconds": 1.5, "space": {"lr": 0.1}}, 1, [], 10, "AUROC")
    'trial 1/10: val AUROC 0.9000 (best 0.9000), 1.5 s; lr=0.1'
    """
    head = f"trial {number}/{n_trials}"
    if trial.get("instance") is not None:
        head += f" (fold {trial['instance']})"
    space = ", ".join(f"{name}={_short(value)}" for name, value in trial["space"].items())
    if trial["status"] == "failed":
        return f"{head}: failed: {trial.get('message', '')}; {space}"
    best = max([trial["val"], *(t["val"] for t in others if t["val"] is not None)])
    test = f", test {trial['test']:.4f}" if isinstance(trial.get("test"), float) else ""
    seconds = f", {trial['seconds']:.1f} s" if "seconds" in trial else ""
    return f"{head}: val {target} {trial['val']:.4f} (best {best:.4f}){test}{seconds}; {space}"


def _short(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def table(log: Sequence[Mapping[str, Any]], target: str) -> str:
    """All trials with their validation and, if there are any, test scores.

    >>> print(table([{"val": 0.9, "status": "finished"}, {"val": -1.0, "status": "failed"}], "AUROC"))
    ----------------------------------------
    Trial   Val AUROC
    ----------------------------------------
    1       0.900000
    2       failed
    ----------------------------------------
    """
    with_test = any("test" in trial for trial in log)
    with_fold = any(trial.get("instance") is not None for trial in log)
    header = ["Trial", *(["Fold"] if with_fold else []), f"Val {target}", *([f"Test {target}"] if with_test else [])]
    rows = []
    for number, trial in enumerate(log, 1):
        failed = trial["status"] == "failed"
        row = [str(number), *([str(trial.get("instance"))] if with_fold else [])]
        row.append("failed" if failed else f"{trial['val']:.6f}")
        if with_test:
            row.append("" if failed or "test" not in trial else f"{trial['test']:.6f}")
        rows.append(row)
    widths = [max(len(row[i]) for row in [header, *rows]) + 3 for i in range(len(header))]
    line = "-" * max(_WIDTH, sum(widths))
    body = ["".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    head = "".join(cell.ljust(width) for cell, width in zip(header, widths, strict=True)).rstrip()
    return "\n".join([line, head, line, *body, line])
