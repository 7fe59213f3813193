"""The files of an ensemble: the models of several trials in one folder, and the numbers that scale their logits.

::

    best.pt, best.json          the model of the best trial, as in the folder of each trial
    members/2, members/3, ...   the models of the other trials, with their predictions
    ensemble.json               the members, and the mean and deviation of their logits on the validation rows
    predictions.npz             the predictions of the ensemble
"""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from automax.selection import rules

ABOUT, PREDICTIONS = "ensemble.json", "predictions.npz"
#: the files without which the folder of a trial has no model that `load_model` can read
_NEEDED = ("best.pt", "best.json", PREDICTIONS)

Trial = Mapping[str, Any]


def members_of(trials: Sequence[Trial], incumbent: Trial, k: int, metrics: Any, target: str) -> list[Trial]:
    """Return the trials of the ensemble, the incumbent first; an empty list if one model is returned alone.

    Parameters
    ----------
    trials : sequence of dict
        The trials that have ended.
    incumbent : dict
        The trial with the best score.
    k : int
        The largest number of members.
    metrics : callable
        Maps labels and scores to a dict with the score of each metric.
    target : str
    """
    others = [t for t in trials if t["val"] is not None and t["key"] != incumbent["key"] and not t.get("by_hand")]
    if k < 2 or not callable(metrics):
        return []
    kept = {trial["key"]: saved for trial in (incumbent, *others) if (saved := _saved(trial)) is not None}
    if incumbent["key"] not in kept:
        return []
    labels = kept[incumbent["key"]]["val_labels"]
    found = [
        t for t in (incumbent, *others) if t["key"] in kept and np.array_equal(kept[t["key"]]["val_labels"], labels)
    ]
    chosen = rules.members(
        [trial["val"] for trial in found],
        labels,
        [kept[trial["key"]]["val_scores"] for trial in found],
        lambda y, score: float(metrics(y, score)[target]),
        k,
    )
    return [found[i] for i in chosen] if len(chosen) > 1 and chosen[0] == 0 else []


def _saved(trial: Trial) -> dict[str, Any] | None:
    """Return the predictions of a trial; None if they cannot be read or `load_model` cannot read the model."""
    if "directory" not in trial or not all(Path(trial["directory"], name).is_file() for name in _NEEDED):
        return None
    return predictions(Path(trial["directory"]))


def predictions(folder: Path) -> dict[str, Any] | None:
    """Return the predictions in a folder; None if it has no readable predictions of the validation rows."""
    try:
        saved = load(folder)
    except (OSError, ValueError, EOFError, zipfile.BadZipFile):
        return None
    return saved if {"val_labels", "val_scores"} <= saved.keys() else None


def assemble(folder: Path, trials: Sequence[Trial]) -> None:
    """Add the files of an ensemble to a folder that has the files of the first trial."""
    kept = [load(Path(trial["directory"])) for trial in trials]
    scales, about = [], []
    for number, (trial, saved) in enumerate(zip(trials, kept, strict=True), 1):
        scales.append(rules.scale(rules.logits(saved["val_scores"])))
        place = "." if number == 1 else f"members/{number}"
        if number > 1:
            (folder / place).mkdir(parents=True)
            for name in _NEEDED:
                shutil.copyfile(Path(trial["directory"], name), folder / place / name)
        mean, deviation = (values.tolist() for values in scales[-1])
        own = {"trial": trial["number"], "configuration": trial["space"], "val": trial["val"]}
        about.append({"folder": place, **own, "mean": mean, "deviation": deviation})
    arrays = {}
    for split in [name.removesuffix("_scores") for name in kept[0] if name.endswith("_scores")]:
        together = rules.mean_of([rules.logits(saved[f"{split}_scores"]) for saved in kept], scales)
        arrays[f"{split}_labels"] = kept[0][f"{split}_labels"]
        arrays[f"{split}_scores"] = (1 / (1 + np.exp(-together))).astype(np.float32)
    np.savez_compressed(folder / PREDICTIONS, **arrays)
    (folder / ABOUT).write_text(json.dumps({"members": about}, indent=2) + "\n")


def load(folder: Path) -> dict[str, Any]:
    """Return the labels and scores of each split."""
    with np.load(folder / PREDICTIONS) as arrays:
        return dict(arrays)
