"""Run one trial: set its seed, make the trainer for its configuration, give the trainer a folder, and train."""

from __future__ import annotations

import hashlib
import inspect
import json
import math
import random
import shutil
import sys
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from ConfigSpace import Configuration, ConfigurationSpace

from automax.core.best import trial_folder
from automax.core.keys import key
from automax.core.record import TrialRecord, storable
from automax.libauc.device import cuda_means_device, one_thread
from automax.progress import trial_label
from pysmac_compat.errors import ArgumentError, ParameterError, warn
from pysmac_compat.suggestions import nearest

#: entries of the log that AutoMAX writes itself; the summary of a trainer cannot have these names
_OURS = ("key", "number", "began", "space", "seed", "instance", "status", "by_hand", "directory")


class SearchedTrainer(Protocol):
    """A callable with a search space. Given a configuration, it returns an object with ``train()``; see `AutoMAX`."""

    @property
    def cs(self) -> ConfigurationSpace:
        """The search space."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Return an object with ``train()``; `AutoMAX` calls ``trainer(space=configuration)``."""


class TrialFailed(RuntimeError):
    """A training ended without a score."""


def trial_seed(search_seed: int, key: str) -> int:
    """Return the seed of a trial. It differs between trials, and depends on the seed of the search and the key only."""
    return int.from_bytes(hashlib.sha256(f"{search_seed}/{key}".encode()).digest()[:4], "big") % 2**31


def seed_everything(seed: int) -> None:
    """Seed the random number generators of Python, NumPy and, if it is imported, torch."""
    random.seed(seed)
    np.random.seed(seed)
    torch = sys.modules.get("torch")
    if torch is not None:
        torch.manual_seed(seed)
        torch.backends.cudnn.deterministic = True
        torch.backends.cudnn.benchmark = False


@dataclass(frozen=True)
class Training:
    """Trains the trials of a search, in any process, and writes their summaries.

    Attributes
    ----------
    trainer : callable
    record : TrialRecord
    search_seed : int
    deterministic : bool
        Whether each configuration is trained with one seed only.
    n_trials : int
    """

    trainer: SearchedTrainer
    record: TrialRecord
    search_seed: int
    deterministic: bool
    n_trials: int

    def __call__(self, evaluation_index: int, **values: Any) -> float:
        """Train a trial, unless its result is recorded, and return its score.

        The search calls this in a separate process for each trial.
        """
        seed = 0 if self.deterministic else values.pop("seed")
        instance = None if getattr(self.trainer, "n_instances", None) is None else values.pop("instance")
        trial = self.record.find(key(values, seed, instance))
        if trial is None:
            with one_thread():
                space = Configuration(self.trainer.cs, values=values)
                trial = self.train(space, values, seed, instance, evaluation_index)
        elif trial.get("number") != evaluation_index:  # trained by hand, or by a search that could not be resumed
            trial = {name: value for name, value in trial.items() if name != "by_hand"} | {"number": evaluation_index}
            self.record.write(trial)
        if trial["val"] is None:
            raise TrialFailed(trial["message"])
        return float(trial["val"])

    def train(
        self,
        space: Mapping[str, Any],
        values: dict[str, Any],
        seed: int,
        instance: int | None,
        number: int | None = None,
    ) -> dict[str, Any]:
        """Train a trial, and return its summary.

        ``values`` are the values of ``space`` as Python's own types. If ``number`` is None, the trial is marked as
        trained by hand.
        """
        name = key(values, seed, instance)
        folder = trial_folder(self.record, values)
        if not self.deterministic:
            folder += f"/seed-{seed}"
        elif seed != 0:  # by hand: the folder must not lie in the folder of the search's own trial
            folder += f"-seed-{seed}"
        if instance is not None:
            folder += f"/{instance}"
        trial = new_trial(values, seed, instance, **({"by_hand": True} if number is None else {"number": number}))
        start, own_seed = time.monotonic(), trial_seed(self.search_seed, name)
        try:
            seed_everything(own_seed)
            with cuda_means_device():
                made = self.trainer(space=space) if instance is None else self.trainer(space=space, instance=instance)
                directory = own_directory(made, f"/{folder}", lambda path: shutil.rmtree(path, ignore_errors=True))
                seed_everything(own_seed)  # LibAUC's samplers have changed numpy's seed
                if hasattr(made, "prepare"):
                    curves = [t["curve"] for t in self.record.trials() if t["instance"] == instance and "curve" in t]
                    made.prepare(trial_label(number, self.n_trials), curves)
                made.train()
            trial |= _summary(made) | {"seconds": round(time.monotonic() - start, 3)}
            if directory is not None:
                trial["directory"] = str(directory)
        except Exception as error:
            message = "".join(traceback.format_exception_only(error)).strip() + _place(error)
            trial.update(status="failed", message=message, traceback=traceback.format_exc()[-4000:])
        self.record.write(trial)
        return trial


def _place(error: Exception) -> str:
    """Return the file, line and function of the user's code that an exception comes from, or an empty text."""
    ours, frames = str(Path(__file__).parents[1]), traceback.extract_tb(error.__traceback__)
    own = [f for f in frames if not f.filename.startswith((ours, "<")) and "site-packages" not in f.filename]
    return f" ({Path(own[-1].filename).name}, line {own[-1].lineno}, in {own[-1].name})" if own else ""


def new_trial(values: Mapping[str, Any], seed: int, instance: int | None, **more: Any) -> dict[str, Any]:
    """Return the summary of a trial with the entries that are known before it begins, and with ``more``."""
    about = {"key": key(values, seed, instance), "began": time.time(), "space": dict(values), "seed": seed}
    return {**about, "instance": instance, "status": "finished", "val": None, **more}


def _summary(made: Any) -> dict[str, Any]:
    """Return the summary of a trainer after its training, in a form that JSON can hold."""
    summary = made.state.train_summary
    if not isinstance(summary, Mapping) or "val" not in summary:
        raise TrialFailed(
            "train_summary has no 'val': the trainer needs a validation split (and a trainer of LibAUC needs a "
            "callback, too)"
        )
    value = float(summary["val"])
    if not math.isfinite(value):
        raise TrialFailed(f"the validation score is {value}")
    taken = [name for name in summary if name in _OURS]
    if taken:
        warn(f"train_summary: {', '.join(taken)} left out, because the log has its own entries of these names")
    return {**storable({name: entry for name, entry in summary.items() if name not in _OURS}), "val": value}


def own_directory(made: Any, suffix: str, clear: Callable[[Path], object]) -> Path | None:
    """Make an empty folder for a trainer, and append ``suffix`` to the trainer's ``args.experiment_name``.

    ``clear`` removes an earlier folder. The result is None if the trainer's ``args`` have no ``output_path`` or no
    ``experiment_name``.
    """
    args = getattr(made, "args", None)
    if args is None or not hasattr(args, "output_path") or not hasattr(args, "experiment_name"):
        return None
    args.experiment_name = f"{args.experiment_name}{suffix}"
    directory = Path(args.output_path, args.experiment_name)
    clear(directory)
    directory.mkdir(parents=True)
    return directory


def identity_of(trainer: Any) -> dict[str, Any] | None:
    """Return the identity of a trainer, as JSON changes it in the record; None if the trainer has no identity."""
    identity = getattr(trainer, "identity", None)
    if identity is None:
        return None
    try:
        return dict(json.loads(json.dumps(dict(identity), default=lambda value: value.tolist())))
    except (AttributeError, TypeError, ValueError) as error:
        raise ArgumentError(f"trainer.identity must be a dict that JSON can hold, got {identity!r:.200}") from error


def check_trainer(trainer: Any, target: str) -> str:
    """Check that a trainer follows the protocol of `AutoMAX`, and return its own name for the target metric."""
    if not callable(trainer):
        raise ArgumentError(f"trainer must be callable as trainer(space=configuration), got {trainer!r:.200}")
    if not hasattr(trainer, "cs"):
        raise ArgumentError(f"trainer must have its search space as the attribute cs; {trainer!r:.200} has none")
    if not isinstance(trainer.cs, ConfigurationSpace) or len(trainer.cs) == 0:
        raise ParameterError(
            f"trainer.cs must be a ConfigurationSpace; there is nothing to search in {trainer.cs!r:.200}"
        )
    if not isinstance(target, str) or not target:
        raise ArgumentError(f"target must be the name of a metric, got {target!r}")
    if getattr(trainer, "n_instances", None) is not None and "instance" not in inspect.signature(trainer).parameters:
        raise ArgumentError("trainer has n_instances, so it must take the keyword instance")
    metrics = getattr(trainer, "metrics", None)
    if metrics is None:
        return target
    if hasattr(metrics, "find"):
        return str(metrics.find(target))
    if target not in metrics:
        raise ArgumentError(f"target {target!r} is not one of the trainer's metrics{nearest(target, metrics)}")
    return target
