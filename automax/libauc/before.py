"""Test the settings of a search before it begins, so that a mistake in a file costs no trial."""

from __future__ import annotations

import contextlib
import math
import os
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ConfigSpace import CategoricalHyperparameter
from libauc.trainer.core.callbacks import TrainerCallback

from automax.libauc.checks import check_training_data
from automax.libauc.device import one_thread
from automax.libauc.trainers import TrainingDiverged
from pysmac_compat.errors import ArgumentError
from pysmac_compat.isolated import call_isolated

if TYPE_CHECKING:
    from automax.libauc.factory import TrainerFactory

_DEFAULT = "the default configuration"


def check_before(factory: TrainerFactory) -> None:
    """Train the default configuration of each loss on one batch, and make trainers for the ends of the file's ranges.

    This is done in a separate process, because if this process used CUDA, the processes of the trials could not use it.

    Raises
    ------
    ArgumentError
    """
    with tempfile.TemporaryFile("w+") as said:

        def work() -> float:
            with open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere), one_thread():
                said.write(_mistake(factory))
            said.flush()
            return 0.0

        outcome = call_isolated(work)
        said.seek(0)
        text = said.read()
    if not text and outcome.status != "SAT":
        text = f"the process that makes a trainer for {_DEFAULT} ended without a result: {outcome.message}"
    if text:
        raise ArgumentError(text)
    _check_folder(factory.settings.training)


def _mistake(factory: TrainerFactory) -> str:
    """Return a message about the first mistake, or an empty text."""
    for called, space in _tried(factory):
        try:
            trainer = factory(space, None if factory.n_instances is None else 0)
            if called == _DEFAULT:
                _one_batch(trainer)
        except ArgumentError as error:
            return str(error) if called == _DEFAULT else f"{called}: {error}"
        except Exception as error:
            return f"no trainer can be made for {called}: {type(error).__name__}: {error}"
    for instance in range(factory.n_instances or 0):
        train, _ = factory.split(instance)
        try:
            check_training_data(train.targets, len(train), 2, 0.5)
        except ArgumentError as error:
            return f"automax.folds: fold {instance}: {error}"
    return ""


def _tried(factory: TrainerFactory) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the name and the values of each configuration to test."""
    default = dict(factory.cs.get_default_configuration())
    own = {hp.name for choice in factory.choices.values() for hp in choice.searched}
    common = {name: value for name, value in default.items() if name not in own}
    for label, choice in factory.choices.items():
        loss = {"loss": label} if "loss" in common else {}
        base = {**common, **loss, **{hp.name: hp.default_value for hp in choice.searched}}
        yield _DEFAULT, base
        for hp in (*factory.common, *choice.given):
            for value in _ends(hp):
                yield f"{hp.name} = {value!r}", {**base, hp.name: value}
    fullest = {hp.name: _ends(hp)[which] for hp in factory.common for name, which in _FULLEST if hp.name == name}
    yield ", ".join(f"{name} = {value!r}" for name, value in fullest.items()) or _DEFAULT, {**base, **fullest}


#: the index in `_ends` of the value with which a batch takes the most negatives
_FULLEST = (("training:batch_size", -1), ("training:sampling_rate", 0))


def _ends(hp: Any) -> list[Any]:
    return sorted(hp.choices, key=str) if isinstance(hp, CategoricalHyperparameter) else [hp.lower, hp.upper]


class _Finite(TrainerCallback):
    def on_epoch_end(self, args: Any, state: Any, **kwargs: Any) -> None:
        if not math.isfinite(kwargs["train_loss"]):
            raise ArgumentError(
                f"training.loss_kwargs: the loss of the first batch must be finite, got {kwargs['train_loss']} "
                f"({args.loss} with {args.loss_kwargs}, {args.optimizer} with {args.optimizer_kwargs})"
            )


def _one_batch(trainer: Any) -> None:
    """Evaluate and train on one batch, and save nothing."""
    trainer.trainloader = [next(iter(trainer.trainloader))]
    trainer.evalloaders = [[next(iter(loader))] for loader in trainer.evalloaders]
    trainer.callback_handler.callbacks = [_Finite()]
    trainer.save_checkpoint = trainer.metric = lambda *args: {}
    trainer.args.epochs, trainer.pretrain_epochs = 1, 0
    trainer.try_model()
    with contextlib.suppress(TrainingDiverged):  # such a trial fails in the search; others may not
        trainer.train()


def _check_folder(training: Mapping[str, Any]) -> None:
    folder = Path(training["output_path"], training["experiment_name"])
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except (OSError, ValueError) as error:
        raise ArgumentError(
            f"training.output_path: the folder {str(folder)!r:.200} cannot be written: "
            f"{getattr(error, 'strerror', None) or error}"
        ) from None
