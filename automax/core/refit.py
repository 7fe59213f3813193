"""The best configuration, trained once more on the rows of train and val together."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from automax.core.best import MARKER
from automax.core.ready_space import key
from automax.core.record import TrialRecord, move_aside, storable
from automax.core.trial import SearchedTrainer, one_thread, seed_everything, trial_seed
from pysmac_compat.errors import ArgumentError
from pysmac_compat.evaluation.evaluator import Evaluator
from pysmac_compat.evaluation.rules import Rules


def refit(
    trainer: SearchedTrainer,
    space: Mapping[str, Any],
    record: TrialRecord,
    search_seed: int,
    memory_mb: float | None,
    cutoff: float | None,
) -> dict[str, Any]:
    """Train in a process of its own; see `AutoMAX.refit`."""
    if not hasattr(trainer, "refit"):
        raise ArgumentError(
            "trainer has no method refit(space, epochs), which gives a trainer for train and val together"
        )
    name = f"refit {key(space, 0, None)}"
    found = _find(record, name)
    if found is not None:
        return found
    mine = [t for t in record.trials() if key(t["space"], 0, None) == key(space, 0, None) and not t.get("by_hand")]
    epochs = _epochs(mine)

    def call() -> float:
        with one_thread():
            seed_everything(trial_seed(search_seed, name))
            made = trainer.refit(space=space, epochs=epochs)
            about = {"epochs": epochs, "space": dict(space)}
            directory = _own_directory(made)
            if directory is not None:
                (directory / MARKER).write_text(_mark(record, name))
                about["directory"] = str(directory.absolute())
            seed_everything(trial_seed(search_seed, name))
            made.train()
            record.append({**storable(made.state.train_summary), **about, "event": "refit", "key": name})
        return 0.0

    evaluator = Evaluator(call, Rules(memory_mb))
    try:
        outcome = evaluator({}, cutoff)
    finally:
        evaluator.close()
    found = _find(record, name)
    if found is None:
        raise RuntimeError(f"the training on train and val has failed: {outcome.message.strip() or outcome.status}")
    return found


def _own_directory(made: Any) -> Path | None:
    """Point a trainer with ``args`` to ``<experiment_name>_refit``, where nothing else is."""
    args = getattr(made, "args", None)
    if args is None or not hasattr(args, "output_path") or not hasattr(args, "experiment_name"):
        return None
    args.experiment_name += "_refit"
    directory = Path(args.output_path, args.experiment_name)
    move_aside(directory)
    directory.mkdir(parents=True)
    return directory


def _mark(record: TrialRecord, name: str) -> str:
    return json.dumps({"search": str(record.folder), "key": name}) + "\n"


def _find(record: TrialRecord, name: str) -> dict[str, Any] | None:
    """What is known of it, if its files are still there, and not those of another search or configuration."""
    lines = [line for line in record.lines() if line["event"] == "refit" and line["key"] == name]
    if not lines:
        return None
    if "directory" in lines[-1]:
        marker = Path(lines[-1]["directory"], MARKER)
        if not marker.exists() or marker.read_text() != _mark(record, name):
            return None
    return {k: v for k, v in lines[-1].items() if k not in ("event", "key")}


def _epochs(trials: Sequence[Mapping[str, Any]]) -> int:
    """As many as up to the best epoch, on average over the trainings of the configuration."""
    known = [t["epoch"] for t in trials if isinstance(t.get("epoch"), (int, float))]
    if not known:
        raise ArgumentError(
            "no training of the best configuration has told its best epoch: nothing says how long to train"
        )
    return max(1, round(sum(known) / len(known)))
