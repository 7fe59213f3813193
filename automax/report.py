"""What a person sees of a search."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
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
    test += ", stopped early" if trial.get("pruned") else ""
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


def best_lines(
    log: Sequence[Mapping[str, Any]], best: Mapping[str, Any], target: str, metrics: Any
) -> tuple[list[str], dict[str, Any]]:
    """What is known of the best configuration, for a person and as data.

    Parameters
    ----------
    log : list of dict
        Of an `AutoMAX`.
    best : dict
        The configuration.
    target : str
    metrics : Metrics
        Give the intervals.

    Returns
    -------
    list of str, dict
    """
    mine = [t for t in log if t["status"] == "finished" and t["space"] == best]
    lines = ["best configuration:", *(f"  {name}: {_short(value)}" for name, value in best.items())]
    report: dict[str, Any] = {"configuration": dict(best), "target": target, "trials": len(log)}
    if not mine:
        return [*lines, "no trial has finished"], report
    for split in mine[0].get("metrics", {"val": {}}):
        values = [t["metrics"][split][target] if "metrics" in t else t["val"] for t in mine]
        found: dict[str, Any] = {"score": sum(values) / len(values)}
        text = f"  {split} {target} {found['score']:.4f}"
        if len(values) > 1:
            text += f", the mean over {len(values)} trainings from {min(values):.4f} to {max(values):.4f}"
        elif "directory" in mine[0]:
            found["interval"] = interval(mine[0]["directory"], split, target, metrics)
            text += f" [{found['interval'][0]:.4f}, {found['interval'][1]:.4f}]"
        report[split] = found
        lines.append(text + (", by which it was chosen: too good" if split == "val" else ""))
    if "directory" in mine[0]:
        folder = Path(mine[0]["directory"])
        while not folder.name.startswith("trial-"):
            folder = folder.parent
        report["checkpoint"] = str(folder.parent.with_name(folder.parent.name + "_best"))
        lines.append(f"  model and predictions: {report['checkpoint']}")
    return lines, report


def interval(directory: str, split: str, target: str, metrics: Any, n: int = 500) -> tuple[float, float]:
    """A 95 % bootstrap interval of a metric, from the predictions of a trial.

    Rows are drawn within each class (of the first label), so that each draw has both. It tells what other rows would
    do to the score of this model; not what other trainings would.
    """
    import numpy as np

    from automax.checkpoints import load_predictions

    saved = load_predictions(directory)
    labels, scores = saved[f"{split}_labels"], saved[f"{split}_scores"]
    rng = np.random.RandomState(0)
    groups = [np.flatnonzero(labels[:, 0] == label) for label in (0, 1)]
    values = []
    for _ in range(n):
        rows = np.concatenate([rng.choice(group, len(group)) for group in groups if len(group)])
        values.append(metrics(labels[rows], scores[rows])[target])
    low, high = np.percentile(values, [2.5, 97.5])
    return float(low), float(high)
