"""Train the best configuration once more, on the rows of train and val together."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from automax.core.best import mark_of
from automax.core.keys import key
from automax.core.record import TrialRecord, move_aside, read, storable, write
from automax.core.trial import SearchedTrainer, own_directory, seed_everything, trial_seed
from automax.libauc.device import cuda_means_device, one_thread
from automax.selection.folder import MARKER, is_of
from pysmac_compat.errors import ArgumentError
from pysmac_compat.isolated import call_isolated


def refit(
    trainer: SearchedTrainer,
    space: Mapping[str, Any],
    record: TrialRecord,
    search_seed: int,
    memory_mb: float | None,
    cutoff: float | None,
) -> dict[str, Any]:
    """Train in a separate process, and return the summary; see `AutoMAX.refit`."""
    if not hasattr(trainer, "refit"):
        raise ArgumentError(
            "refit() needs a trainer with a method refit(space, epochs), which returns an object that trains on "
            "train and val together"
        )
    name = f"refit {key(space, 0, None)}"
    mark = {**mark_of(record), "key": name}
    found = _find(record, mark)
    if found is not None:
        return found
    mine = [t for t in record.trials() if key(t["space"], 0, None) == key(space, 0, None) and not t.get("by_hand")]
    epochs = _epochs(mine)

    def call() -> float:
        with one_thread(), cuda_means_device():
            seed_everything(trial_seed(search_seed, name))
            made = trainer.refit(space=space, epochs=epochs)
            about = {"epochs": epochs, "space": dict(space)}
            directory = own_directory(made, "_refit", move_aside)
            if directory is not None:
                (directory / MARKER).write_text(json.dumps(mark) + "\n")
                about["directory"] = str(directory.absolute())
            seed_everything(trial_seed(search_seed, name))
            made.train()
            write(record.folder / "refit.json", {**storable(made.state.train_summary), **about, "key": name})
        return 0.0

    outcome = call_isolated(call, memory_mb=memory_mb, cutoff=cutoff)
    found = _find(record, mark)
    if found is None:
        raise RuntimeError(f"the training on train and val failed: {outcome.message.strip() or outcome.status}")
    return found


def _find(record: TrialRecord, mark: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the summary of an earlier refit, or None.

    It is None if the files of that refit are missing, or if they belong to another search or configuration.
    """
    found = read(record.folder / "refit.json")
    if found.pop("key", None) != mark["key"]:
        return None
    if "directory" in found:
        directory = Path(found["directory"])
        if not (directory / MARKER).exists() or not is_of(directory, mark):
            return None
    return found


def _epochs(trials: Sequence[Mapping[str, Any]]) -> int:
    """Return the best epoch, averaged over the trainings of the configuration and rounded."""
    known = [t["epoch"] for t in trials if isinstance(t.get("epoch"), (int, float))]
    if not known:
        raise ArgumentError("refit() needs the best epoch, but no training of the best configuration reported an epoch")
    return max(1, round(sum(known) / len(known)))
