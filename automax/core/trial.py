"""One trial: a trainer is made for a configuration, with a seed and a folder of its own, and trained."""

from __future__ import annotations

import contextlib
import hashlib
import inspect
import json
import math
import random
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from automax.core.record import storable
from pysmac_compat._warn import warn
from pysmac_compat.errors import ArgumentError
from pysmac_compat.suggestions import nearest

if TYPE_CHECKING:
    from ConfigSpace import ConfigurationSpace

#: what the log says of a trial itself; the summary of a trainer cannot
_OURS = ("event", "key", "space", "seed", "instance", "status", "by_hand", "directory")


class SearchedTrainer(Protocol):
    """What `AutoMAX` searches; called with a configuration it returns an object that trains, see there."""

    @property
    def cs(self) -> ConfigurationSpace:
        """The search space."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Called as ``trainer(space=configuration)``."""


class TrialFailed(RuntimeError):
    """A training came to an end, but not to a score."""


def trial_seed(search_seed: int, key: str) -> int:
    """The seed of a trial: its own, and the same whenever the same search trains it."""
    return int.from_bytes(hashlib.sha256(f"{search_seed}/{key}".encode()).digest()[:4], "big") % 2**31


def seed_everything(seed: int) -> None:
    """Seed Python's, numpy's and, where it is in use, torch's random numbers."""
    random.seed(seed)
    np.random.seed(seed)
    torch = sys.modules.get("torch")
    if torch is not None:
        torch.manual_seed(seed)
        torch.backends.cudnn.deterministic = True
        torch.backends.cudnn.benchmark = False


@contextlib.contextmanager
def one_thread() -> Iterator[None]:
    """One torch thread inside this context.

    In a process that was forked after torch had used several, the next use of several hangs.
    """
    torch = sys.modules.get("torch")
    before = None if torch is None else torch.get_num_threads()
    if torch is not None:
        torch.set_num_threads(1)
    try:
        yield
    finally:
        if torch is not None and before is not None:
            torch.set_num_threads(before)


def run_trial(
    trainer: Callable[..., Any],
    space: Mapping[str, Any],
    seed: int,
    folder: str,
    instance: int | None,
    label: str = "",
    curves: Sequence[Sequence[float]] = (),
) -> dict[str, Any]:
    """Make a trainer and train it.

    Parameters
    ----------
    trainer : callable
    space : Configuration
    seed : int
        Of this trial.
    folder : str
        Of this trial, below the trainer's ``output_path``/``experiment_name``.
    instance : int or None
        Given to the trainer as ``instance`` if not None.
    label : str
        What to call the trial in lines on its progress.
    curves : list of list of float
        The ``curve`` of the trials before. Both are handed to trainers with a method ``prepare``.

    Returns
    -------
    dict
        The summary; with ``directory``, if the trainer has one, and ``seconds``. Arrays are lists, and what
        JSON cannot hold is described.

    Raises
    ------
    TrialFailed
        If there is no finite validation score.
    """
    start = time.monotonic()
    seed_everything(seed)
    made = trainer(space=space) if instance is None else trainer(space=space, instance=instance)
    directory = _own_directory(made, folder)
    seed_everything(seed)  # LibAUC's samplers have set numpy's seed to one of theirs
    if hasattr(made, "prepare"):
        made.prepare(label, curves)
    made.train()
    summary = made.state.train_summary
    if not isinstance(summary, Mapping) or "val" not in summary:
        raise TrialFailed("train_summary has no 'val': the trainer needs a validation split (and LibAUC's a callback)")
    value = float(summary["val"])
    if not math.isfinite(value):
        raise TrialFailed(f"the validation score is {value}")
    taken = [name for name in summary if name in _OURS]
    if taken:
        warn(f"train_summary: {', '.join(taken)}: left out, as the log has entries of that name")
    summary = storable({name: entry for name, entry in summary.items() if name not in _OURS})
    summary.update(val=value, seconds=round(time.monotonic() - start, 3))
    if directory is not None:
        summary["directory"] = str(directory)
    return summary


def _own_directory(made: Any, folder: str) -> Path | None:
    """Point a trainer with ``args`` to a folder in which nothing of another trial, or of a broken one, is left."""
    args = getattr(made, "args", None)
    if args is None or not hasattr(args, "output_path") or not hasattr(args, "experiment_name"):
        return None
    args.experiment_name = f"{args.experiment_name}/{folder}"
    directory = Path(args.output_path, args.experiment_name)
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    return directory


def identity_of(trainer: Any) -> dict[str, Any] | None:
    """What a trainer says it is, as it will be read from the record; None if it does not say it."""
    identity = getattr(trainer, "identity", None)
    if identity is None:
        return None
    try:
        return dict(json.loads(json.dumps(dict(identity), default=lambda value: value.tolist())))
    except (AttributeError, TypeError, ValueError) as error:
        raise ArgumentError(f"trainer.identity must be a dict that JSON can hold, got {identity!r:.200}") from error


def check_trainer(trainer: Any, target: str) -> str:
    """Check that a trainer keeps to the protocol of `AutoMAX`; the target as the trainer calls it."""
    if not callable(trainer):
        raise ArgumentError(f"trainer must be callable as trainer(space=configuration), got {trainer!r:.200}")
    if not hasattr(trainer, "cs"):
        raise ArgumentError(f"trainer must have its search space as the attribute cs; {trainer!r:.200} has none")
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
