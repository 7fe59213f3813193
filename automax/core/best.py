"""The folder ``<experiment_name>_best``: a copy of that of the best trial."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from automax.core.record import move_aside
from automax.core.space import key

#: written into the folder of a trial, says which one it is
MARKER = "trial.json"


def keep_if_best(trial: Mapping[str, Any], others: Sequence[Mapping[str, Any]]) -> None:
    """Keep the folder of a trial that has just ended, if none before was as good."""
    scores = [t["val"] for t in others if t["val"] is not None]
    if "directory" in trial and trial["val"] is not None and trial["val"] > max(scores, default=float("-inf")):
        _keep(Path(trial["directory"]), {"key": trial["key"], "val": trial["val"]}, fresh=not scores)


def mend_best(trials: Sequence[Mapping[str, Any]], best: Mapping[str, Any] | None) -> None:
    """Put right what a kill between two steps, or the mean over several trainings, has left to do.

    Parameters
    ----------
    trials : list of dict
        Of the record.
    best : dict or None
        The best configuration; None: that of the trial with the best score.
    """
    scored = [t for t in trials if t["val"] is not None and "directory" in t]
    if best is not None:
        name = key(best, 0, None)
        mine = [t for t in scored if key(t["space"], 0, None) == name]
        if mine:
            _keep(folder_of(Path(mine[0]["directory"])), {"key": name}, fresh=False)
    elif scored:
        trial = max(scored, key=lambda t: t["val"])
        directory = Path(trial["directory"])
        marker = beside(directory, "best") / MARKER
        if not marker.exists() or json.loads(marker.read_text())["key"] != trial["key"]:
            _keep(directory, {"key": trial["key"], "val": trial["val"]}, fresh=False)


def folder_of(directory: Path) -> Path:
    """The folder of a configuration, from that of one of its trainings."""
    return next(path for path in (directory, *directory.parents) if path.name.startswith("trial-"))


def beside(directory: Path, name: str) -> Path:
    """``<experiment_name>_<name>``, from the folder of a training."""
    experiment = folder_of(directory).parent
    return experiment.with_name(f"{experiment.name}_{name}")


def _keep(directory: Path, about: Mapping[str, Any], fresh: bool) -> None:
    """Copy the folder of a trial; ``fresh``: what is there belongs to an older search, and is moved aside."""
    if not directory.is_dir():
        return
    (directory / MARKER).write_text(json.dumps(about) + "\n")
    best = beside(directory, "best")
    if fresh:
        move_aside(best)
    new = best.with_name(best.name + ".new")
    shutil.rmtree(new, ignore_errors=True)
    shutil.copytree(directory, new)
    shutil.rmtree(best, ignore_errors=True)
    new.rename(best)
