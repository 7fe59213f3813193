"""Record the predictions of whole searches.

Each split of a task has four searches: over the loss for the area, over cross-entropy with Adam, over both together,
and with Optuna's TPE over the loss for the area. One file keeps the scores of every trial for the rows of val and test,
so a rule of selection can be applied later without further trainings.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from ConfigSpace import CategoricalHyperparameter, Configuration, UniformFloatHyperparameter

from automax import AutoMAX, load_predictions
from automax.commands import search_config
from automax.core.record import TrialRecord
from automax.core.trial import Training, seed_everything
from automax.file import check_settings
from automax.libauc.factory import TrainerFactory
from benchmarks.automax.tasks import TASKS

CE = "CrossEntropyLoss/Adam"
#: name of a search -> its losses, given the loss of the task
SEARCHES = ("auc", "ce", "both", "tpe")


def factory_of(task: str, split: int, kind: str, n_trials: int, folder: str) -> TrainerFactory:
    """Return the trainer factory of one search."""
    about = TASKS[task]
    loss = {"ce": CE, "both": [about.loss, CE]}.get(kind, about.loss)
    return TrainerFactory(
        check_settings(
            {
                "dataset": {
                    "name": about.data,
                    "eval_splits": ["val", "test"],
                    "kwargs": {"split_seed": split, **about.kwargs},
                },
                "model": {"name": "mlp", "hidden_sizes": [64, 64]},
                "metrics": [about.metric],
                "training": {
                    "loss": loss,
                    "epochs": 10,
                    "batch_size": 64,
                    "eval_batch_size": 4096,
                    "output_path": f"{folder}/output",
                },
                "automax": {"n_trials": n_trials, "SEED": split, "output_directory": folder, "name": kind},
            }
        )
    )


def searched(trainer: TrainerFactory) -> list[dict[str, Any]]:
    """Run our search, and return its trials."""
    tuner = AutoMAX(trainer, search_config(trainer.settings), trainer.target)
    tuner.smac_options["isolate"] = False
    tuner.optimize()
    return tuner.log


def tried_by_tpe(trainer: TrainerFactory, n_trials: int, seed: int) -> list[dict[str, Any]]:
    """Run Optuna's TPE, which also begins with the default, and return its trials."""
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    space = trainer.cs
    record = TrialRecord(Path(trainer.settings.automax["output_directory"]) / "tpe")
    training = Training(trainer, record, seed, True, n_trials)
    distributions: dict[str, Any] = {}
    for name, hp in dict(space).items():
        if isinstance(hp, CategoricalHyperparameter):
            distributions[name] = optuna.distributions.CategoricalDistribution(list(hp.choices))
        elif isinstance(hp, UniformFloatHyperparameter):
            distributions[name] = optuna.distributions.FloatDistribution(hp.lower, hp.upper, log=hp.log)
    study = optuna.create_study(direction="maximize", sampler=optuna.samplers.TPESampler(seed=seed))
    study.enqueue_trial(dict(space.get_default_configuration()))
    trials = []
    for number in range(1, n_trials + 1):
        asked = study.ask(distributions)
        trial = training.train(Configuration(space, values=asked.params), dict(asked.params), 0, None, number)
        if trial["val"] is None:
            study.tell(asked, state=optuna.trial.TrialState.FAIL)
        else:
            study.tell(asked, trial["val"])
        trials.append(trial)
    return trials


def record(task: str, split: int, n_trials: int, with_tpe: bool, kept: Path) -> None:
    """Run the searches of one split of a task, and write its file."""
    arrays: dict[str, Any] = {}
    about: dict[str, Any] = {"task": task, "split": split, "trials": n_trials, "seconds": {}}
    for kind in SEARCHES if with_tpe else SEARCHES[:-1]:
        start = time.process_time()
        with tempfile.TemporaryDirectory(dir=_memory()) as folder, contextlib.redirect_stdout(io.StringIO()):
            seed_everything(split)
            trainer = factory_of(task, split, kind, n_trials, folder)
            log = tried_by_tpe(trainer, n_trials, split) if kind == "tpe" else searched(trainer)
            finished = [trial for trial in log if trial["status"] == "finished"]
            saved = [load_predictions(trial["directory"]) for trial in finished]
            about[kind] = [_of(trial) for trial in finished]
        for part in ("val", "test"):
            arrays[f"{kind}_{part}"] = np.stack([each[f"{part}_scores"].ravel() for each in saved])
            arrays[f"{part}_labels"] = saved[0][f"{part}_labels"].ravel()
        about["seconds"][kind] = round(time.process_time() - start, 2)
        about[f"{kind}_failed"] = len(log) - len(finished)
    unfinished = kept.with_suffix(".part")
    with unfinished.open("wb") as file:
        np.savez_compressed(file, about=json.dumps(about), **arrays)
    unfinished.rename(kept)
    print(f"{kept.stem}: {about['seconds']}", flush=True)


def _of(trial: Mapping[str, Any]) -> dict[str, Any]:
    return {name: trial[name] for name in ("space", "val", "test", "epoch", "curve")}


def _memory() -> str | None:
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
