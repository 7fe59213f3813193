"""What a person sees at the end of a search."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from automax.core.best import beside
from pysmac_compat.report import short


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
    mine = [t for t in log if t["status"] == "finished" and t["space"] == best and not t.get("by_hand")]
    lines = ["best configuration:", *(f"  {name}: {short(value)}" for name, value in best.items())]
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
        report["checkpoint"] = str(beside(Path(mine[0]["directory"]), "best"))
        lines.append(f"  model and predictions: {report['checkpoint']}")
    return lines, report


def refit_line(summary: Mapping[str, Any], target: str, metrics: Any) -> tuple[str, dict[str, Any]]:
    """The same of the training on train and val together."""
    report: dict[str, Any] = {"epochs": summary["epochs"], "checkpoint": summary["directory"]}
    text = f"trained again on train and val (epochs: {summary['epochs']})"
    if "test" in summary:
        low, high = interval(summary["directory"], "test", target, metrics)
        report["test"] = {"score": summary["test"], "interval": (low, high)}
        text += f": test {target} {summary['test']:.4f} [{low:.4f}, {high:.4f}]"
    return f"{text}\n  model and predictions: {summary['directory']}", report


def interval(directory: str, split: str, target: str, metrics: Any, n: int = 500) -> tuple[float, float]:
    """A 95 % bootstrap interval of a metric, from the predictions of a trial.

    Rows are drawn within the rows of the same labels, so that each draw has both classes of each label. It tells
    what other rows would do to the score of this model; not what other trainings would.
    """
    import numpy as np

    from automax.libauc.checkpoints import load_predictions

    saved = load_predictions(directory)
    labels, scores = saved[f"{split}_labels"], saved[f"{split}_scores"]
    rng = np.random.RandomState(0)
    kinds = np.unique(labels, axis=0, return_inverse=True)[1].ravel()
    groups = [np.flatnonzero(kinds == kind) for kind in range(kinds.max() + 1)]
    values = []
    for _ in range(n):
        rows = np.concatenate([rng.choice(group, len(group)) for group in groups])
        values.append(metrics(labels[rows], scores[rows])[target])
    low, high = np.percentile(values, [2.5, 97.5])
    return float(low), float(high)
