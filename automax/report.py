"""The report that is printed at the end of a search."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from automax.core.best import beside
from automax.selection.ensemble import ABOUT, load, predictions
from automax.selection.rules import draws
from pysmac_compat.report import short

#: a validation score is called uncertain if it may differ by more than this
_WIDE = 0.04
#: even if no row of the rarer class is ranked wrongly, up to three rows of another sample of this size may be (the rule
#: of three); each of these three rows costs half of its share of the score
_UNSEEN = 1.5


def best_lines(
    log: Sequence[Mapping[str, Any]],
    best: Mapping[str, Any],
    target: str,
    metrics: Any,
    default: Mapping[str, Any] | None = None,
    files: bool = True,
) -> tuple[list[str], dict[str, Any]]:
    """Report the scores of the best configuration, of the returned models and of the default configuration.

    Parameters
    ----------
    log : list of dict
        The log of an `AutoMAX`.
    best : dict
        The best configuration.
    target : str
    metrics : Metrics
        Computes the scores of the ensemble and of the bootstrap samples.
    default : dict or None
        The configuration to compare the best one with: on test, or on val if there is no test split.
    files : bool
        Whether there is a settings file, and the last lines name the folder of the returned models. If not, the search
        is that of an `AUCClassifier`.

    Returns
    -------
    list of str, dict
        The lines to print, and the same scores as data.
    """
    mine, ours = ([t for t in log if t["status"] == "finished" and t["space"] == space] for space in (best, default))
    mine = [t for t in mine if not t.get("by_hand")]
    lines = ["best configuration:", *(f"  {name}: {short(value)}" for name, value in best.items())]
    report: dict[str, Any] = {"configuration": dict(best), "target": target, "trials": len(log)}
    if not mine:
        return [*lines, "no trial has finished"], report
    known = scores(mine, target, metrics)
    splits = list(known)
    for split, found in known.items():
        text = f"  {split} {target} {found['score']:.4f}"
        if "range" in found:
            text += f", the mean over {len(mine)} trainings from {{:.4f}} to {{:.4f}}".format(*found["range"])
        elif "interval" in found:
            found["rarest"] = _rarest(mine[0]["directory"], split)
            text += " [{:.4f}, {:.4f}]".format(*found["interval"])
        report[split] = found
        end = " (too optimistic, because configuration and epoch were chosen by this score)" if split == "val" else ""
        lines.append(text + end)
    if "directory" in mine[0]:
        kept = beside(Path(mine[0]["directory"]), "best")
        alone = "automax.ensemble: 1" if files else "in Python, settings={'automax': {'ensemble': 1}}"
        lines += _of_ensemble(kept, splits, target, metrics, report, alone)
        report["checkpoint"] = str(kept)
        lines += [f"  model and predictions: {report['checkpoint']}"] * files
    if ours:
        split = "test" if "test" in splits else "val"
        score = sum(t["metrics"][split][target] for t in ours) / len(ours)
        report["default"] = {split: score}
        lines.append(f"the default configuration: {split} {target} {score:.4f}")
    return lines, report


def scores(trials: Sequence[Mapping[str, Any]], target: str, metrics: Any) -> dict[str, dict[str, Any]]:
    """Return the score of a configuration on each split: the mean over its trials.

    Returns
    -------
    dict
        For each split a dict with the ``score``. If there are several trials, the dict also has the ``range`` of their
        scores. If there is one trial, and its predictions can be read, the dict also has a 95 % ``interval``.
    """
    about = trials[0].get("metrics")
    found: dict[str, dict[str, Any]] = {}
    for split in about if isinstance(about, Mapping) else ("val", "test"):
        values = [_score(trial, split, target) for trial in trials]
        if any(value is None for value in values):
            continue
        found[split] = {"score": sum(values) / len(values)}
        if len(values) > 1:
            found[split]["range"] = min(values), max(values)
        elif callable(metrics) and f"{split}_scores" in (predictions(Path(trials[0].get("directory", ""))) or ()):
            found[split]["interval"] = interval(trials[0]["directory"], split, target, metrics)
    return found


def _score(trial: Mapping[str, Any], split: str, target: str) -> Any:
    """Return the score of a trial on a split, or None if the trial has no number there."""
    try:
        value = trial["metrics"][split][target]
    except (KeyError, TypeError):
        value = trial.get(split)
    return value if isinstance(value, (int, float)) else None


def _of_ensemble(
    folder: Path, splits: Sequence[str], target: str, metrics: Any, report: dict[str, Any], alone: str
) -> list[str]:
    """Return the lines about the ensemble in a folder, or an empty list; add the ensemble's scores to ``report``.

    ``alone`` is the setting that returns the best model alone.
    """
    if not (folder / ABOUT).is_file():
        return []
    members = json.loads((folder / ABOUT).read_text())["members"]
    saved = load(folder)
    found: dict[str, Any] = {"trials": [each["trial"] for each in members]}
    lines = [f"returned: the mean of the {len(members)} models of trials {', '.join(map(str, found['trials']))}"]
    lines[0] += f" ({alone} returns the best model alone)"
    for split in splits:
        score = float(metrics(saved[f"{split}_labels"], saved[f"{split}_scores"])[target])
        low, high = interval(str(folder), split, target, metrics)
        found[split] = {"score": score, "interval": (low, high)}
        lines.append(f"  {split} {target} {score:.4f} [{low:.4f}, {high:.4f}]")
    report["returned"] = found
    return lines


def _rarest(directory: str, split: str) -> int:
    """Return the number of rows of the rarest class."""
    labels = load(Path(directory))[f"{split}_labels"]
    positives = (labels == 1).sum(axis=0)
    return int(np.minimum(positives, len(labels) - positives).min())


def noisy(report: Mapping[str, Any]) -> str:
    """Return a warning about an uncertain validation score, or an empty text.

    A bootstrap interval is too narrow if few rows or none are ranked wrongly; its width is 0 if there are none. The
    warning therefore also takes rows into account that the sample does not contain (see `_UNSEEN`).
    """
    about = report.get("val", {})
    if "interval" not in about:
        return ""
    low, high = about["interval"]
    lower = min(about["score"], _UNSEEN / max(1, about["rarest"]))
    if max(high - low, lower) <= _WIDE:
        return ""
    shown = f"its interval [{low:.4f}, {high:.4f}]"
    why = f"as {shown} shows"
    if lower > high - low:
        rows = f"{about['rarest']} validation row{'s' * (about['rarest'] != 1)}"
        why = (
            f"{shown} is too narrow, because only {rows} of the rarer class decide it; with other rows the score can "
            f"be {lower:.3f} lower"
        )
    return (
        f"the validation score of the best trial is uncertain: {why}; do not rely on differences between trials "
        "that are smaller than that, and use more validation rows or automax.folds"
    )


def refit_line(summary: Mapping[str, Any], target: str, metrics: Any) -> tuple[str, dict[str, Any]]:
    """Return the text and the data about the training on train and val together."""
    report: dict[str, Any] = {"epochs": summary["epochs"], "checkpoint": summary["directory"]}
    text = f"trained again on train and val (epochs: {summary['epochs']})"
    if "test" in summary:
        low, high = interval(summary["directory"], "test", target, metrics)
        report["test"] = {"score": summary["test"], "interval": (low, high)}
        text += f": test {target} {summary['test']:.4f} [{low:.4f}, {high:.4f}]"
    return f"{text}\n  model and predictions: {summary['directory']}", report


def interval(directory: str, split: str, target: str, metrics: Any, n: int = 500) -> tuple[float, float]:
    """Return a 95 % bootstrap interval of a metric, from the predictions in a folder.

    The interval covers the variation of this model's score over samples of rows, not the variation over trainings.
    """
    saved = load(Path(directory))
    labels, scores = saved[f"{split}_labels"], saved[f"{split}_scores"]
    values = [metrics(labels[rows], scores[rows])[target] for rows in draws(labels, n)]
    low, high = np.percentile(values, [2.5, 97.5])
    return float(low), float(high)
