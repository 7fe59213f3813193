"""Make a trainer for each configuration from the settings in a file.

This module needs torch and LibAUC: import it with `automax._extra.need`.
"""

from __future__ import annotations

import copy
import inspect
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, cast

import libauc.losses.auc
import libauc.optimizers
import numpy as np
from ConfigSpace import CategoricalHyperparameter, ConfigurationSpace, Constant, EqualsCondition
from ConfigSpace.hyperparameters import Hyperparameter

from automax.core.helpers import is_search, parse_hyperparameters_from_dict
from automax.data.arrays import ArrayDataset, check_labels, joined, standardized, stratified_rows
from automax.data.registry import load_dataset
from automax.file import Settings
from automax.libauc import models
from automax.libauc.before import check_before
from automax.libauc.metrics import Metrics
from automax.libauc.trainers import make_trainer
from automax.spaces import Pair, check_loss_kwargs, find_pair, for_labels
from pysmac_compat.errors import ArgumentError, warn
from pysmac_compat.suggestions import nearest

#: settings of the training section that change the trained model
_OF_TRAINING = (
    "loss",
    "loss_kwargs",
    "optimizer",
    "optimizer_kwargs",
    "epochs",
    "batch_size",
    "sampling_rate",
    "decay_epochs",
    "pretrain_epochs",
)
_SEARCHABLE = ("epochs", "batch_size", "sampling_rate", "pretrain_epochs")
#: arguments of losses and optimizers that AutoMAX passes itself
_GIVEN = ("self", "params", "loss_fn", "device", "data_len", "data_length", "pos_len", "num_labels", "kwargs")
#: optimizers that run in their mode 'adam', in which `momentum` has no effect
_ADAM_MODE = ("SOAP", "SOPA", "SOPAs", "SOTAs", "STACO")
#: data sets whose loader can scale the columns -> whether it does so by default
_SCALED = {"digits": False, "breast_cancer": True, "wine": True}


class TrainerFactory:
    """Makes a trainer for each configuration. It is the ``trainer`` of an `AutoMAX`.

    Parameters
    ----------
    settings : Settings
    graph : bool
        Whether the examples are graphs.

    Attributes
    ----------
    cs : ConfigurationSpace
        The parameters ``optimizer:lr``, ``loss:margin``, ``training:batch_size``, ``model:width``, ... With several
        losses there is a parameter ``loss``, and a parameter such as ``APLoss:optimizer:lr`` is active only if its loss
        is chosen.
    metrics : Metrics
    n_instances : int or None
        The number of folds times the number of repeats. None if there are neither folds nor repeats.
    """

    def __init__(self, settings: Settings, graph: bool = False) -> None:
        # a copy, because the factory changes the training section
        self.settings, self.graph = replace(settings, training=copy.deepcopy(settings.training)), graph
        settings = self.settings
        self.metrics = Metrics(settings.metrics, settings.metric_kwargs)
        self.target = self.metrics.find(settings.target)
        self.folds, self.repeats = settings.automax["folds"], settings.automax["repeats"]
        self.n_instances = (self.folds or 1) * self.repeats if self.folds or self.repeats > 1 else None
        self._load()
        self.n_labels = check_labels(self.train.targets, len(self.train)).shape[1]
        self.choices = {label: _Choice(label, pair, self) for label, pair in self._pairs().items()}
        self.cs = self._space()

    def __call__(self, space: Mapping[str, Any], instance: int | None = None) -> Any:
        """Return a trainer for this configuration; see `make_trainer`."""
        return self._make(space, *self.split(instance))

    def refit(self, space: Mapping[str, Any], epochs: int) -> Any:
        """Return a trainer for train and val together. It trains for ``epochs`` epochs, and keeps the final model."""
        train = joined(self.train, self.evals["val"])
        evals = {name: data for name, data in self.evals.items() if name != "val"}
        if self._standardize:
            train, scaled = standardized(train, list(evals.values()))
            evals = dict(zip(evals, scaled, strict=True))
        return self._make(space, train, evals or {"train": train}, epochs)

    def _make(self, space: Mapping[str, Any], train: Any, evals: Mapping[str, Any], epochs: int | None = None) -> Any:
        values = {name: _plain(value) for name, value in dict(space).items()}
        choice = self.choices[values.get("loss", next(iter(self.choices)))]
        training = {k: v for k, v in self.settings.training.items() if k not in ("loss", "optimizer")}
        training.update(_under("training:", values))
        training["optimizer"], training["loss"] = choice.pair.optimizer, choice.pair.loss
        training["optimizer_kwargs"] = {**choice.fixed["optimizer"], **_under(f"{choice.prefix}optimizer:", values)}
        training["loss_kwargs"] = {**choice.fixed["loss"], **_under(f"{choice.prefix}loss:", values)}
        training["prune"] = self.settings.automax["prune"]
        if epochs is not None:
            # the learning rate is decayed at the same epochs as in the trial, although the trial had more epochs
            decay = [int(e * training["epochs"]) if isinstance(e, float) else e for e in training["decay_epochs"]]
            training.update(decay_epochs=decay, epochs=epochs, prune=False)
        return make_trainer(
            graph=self.graph,
            training=training,
            model={**self.settings.model, **_under("model:", values)},
            train=train,
            evals=evals,
            metrics=self.metrics,
            target=self.target,
        )

    @property
    def first(self) -> list[dict[str, Any]]:
        """The default configurations of the losses, with which a search begins; empty if there is only one loss."""
        default = dict(self.cs.get_default_configuration())
        if len(self.choices) == 1:
            return []
        common = {k: v for k, v in default.items() if not k.startswith(f"{default['loss']}:")}
        own = {label: {hp.name: hp.default_value for hp in choice.searched} for label, choice in self.choices.items()}
        return [{**common, "loss": label, **values} for label, values in own.items()]

    @property
    def identity(self) -> dict[str, Any]:
        """The settings besides the search space that identify a training. To resume a search, they must be equal."""
        training = {key: self.settings.training[key] for key in _OF_TRAINING}
        if self.settings.training["decay_factor"] != 10:  # the records of earlier versions do not have this entry
            training["decay_factor"] = self.settings.training["decay_factor"]
        about = {key: getattr(self.settings, key) for key in ("dataset", "model", "metrics", "metric_kwargs")}
        about |= {"training": training, "folds": self.folds, "repeats": self.repeats}
        return cast("dict[str, Any]", json.loads(json.dumps(about, default=repr)))

    def check(self) -> None:
        """Test the settings before a search; see `check_before`.

        Raises
        ------
        ArgumentError
        """
        check_before(self)

    def _load(self) -> None:
        dataset = self.settings.dataset
        kwargs, self._standardize = dict(dataset["kwargs"]), False
        scaled = _SCALED.get(dataset["name"].lower())
        if self.folds and scaled is not None:
            # the training rows of each fold determine the scale, not all rows
            self._standardize = kwargs.pop("standardize", scaled)
            kwargs["standardize"] = False
        self.train, evals = load_dataset(dataset["name"], dataset["eval_splits"], kwargs)
        self.evals = dict(zip(dataset["eval_splits"], evals, strict=True))
        if self.folds and not (isinstance(self.train, ArrayDataset) and isinstance(self.evals["val"], ArrayDataset)):
            raise ArgumentError("automax.folds needs data sets that are ArrayDataset objects")

    def split(self, instance: int | None) -> tuple[Any, dict[str, Any]]:
        """Return the training data and the evaluation data of an instance (a fold or a repeat)."""
        if not self.folds or instance is None:
            return self.train, self.evals
        whole = joined(self.train, self.evals["val"])
        repeat, fold = divmod(instance, self.folds)
        parts = stratified_rows(whole.targets, [1 / self.folds] * self.folds, repeat)
        rest = np.sort(np.concatenate([part for i, part in enumerate(parts) if i != fold]))
        train, evals = whole.take(rest), {**self.evals, "val": whole.take(parts[fold])}
        if self._standardize:
            train, scaled = standardized(train, list(evals.values()))
            evals = dict(zip(evals, scaled, strict=True))
        return train, evals

    def _pairs(self) -> dict[str, Pair]:
        training = self.settings.training
        losses = training["loss"] if isinstance(training["loss"], list) else [training["loss"]]
        if not losses:
            raise ArgumentError("training.loss must name at least one loss")
        if len(losses) > 1 and training["optimizer"] is not None:
            raise ArgumentError(
                "training.optimizer: with several losses, each loss has its own optimizer; leave this key out"
            )
        found = {}
        for loss in losses:
            optimizer = training["optimizer"] or ("Adam" if self.graph and loss == "BCELoss" else None)
            pair = find_pair(loss, optimizer, self.kwargs_of("loss", loss))
            if loss.partition("/")[0] in ("pAUCLoss", "MultiLabelpAUCLoss", "mPAUCLoss"):
                self.kwargs_of("loss", loss).pop("mode", None)  # the pair determines the mode
            found[loss] = for_labels(pair, self.n_labels > 1)
        pairs = [(pair.loss, pair.optimizer, pair.modes) for pair in found.values()]
        if len(set(losses)) < len(losses) or len(set(pairs)) < len(pairs):
            raise ArgumentError(f"training.loss names a loss twice: {losses!r}")
        return found

    def kwargs_of(self, kind: str, loss: str) -> dict[str, Any]:
        """Return the ``loss_kwargs`` or ``optimizer_kwargs`` that the file gives for a loss.

        If the file has a list of losses, the section has an entry for each loss, under the name of the loss.
        """
        section = f"{kind}_kwargs"
        given: dict[str, Any] = self.settings.training[section]
        losses = self.settings.training["loss"]
        if not isinstance(losses, list):
            return given
        for key in given:
            if key not in losses or not isinstance(given[key], dict):
                raise ArgumentError(
                    f"training.{section}.{key}: with a list of losses, each key must be the name of a loss "
                    f"({', '.join(losses)}), and its value a section"
                )
        mine: dict[str, Any] = given.setdefault(loss, {})
        return mine

    def _space(self) -> ConfigurationSpace:
        space = ConfigurationSpace()
        common = {f"training:{k}": v for k, v in self.settings.training.items() if k in _SEARCHABLE}
        common.update({f"model:{k}": v for k, v in self.settings.model.items()})
        searched = {name: value for name, value in common.items() if isinstance(value, Mapping) and "val" in value}
        #: the hyperparameters of `training` and `model`
        self.common = [hp for hp in parse_hyperparameters_from_dict(searched).values() if not isinstance(hp, Constant)]
        space.add(*parse_hyperparameters_from_dict(searched).values())
        if models.registered(self.settings.model["name"]) and not self.graph:
            models.check_keys(self.settings.model["name"], self.settings.model)
        if len(self.choices) == 1:
            space.add(*next(iter(self.choices.values())).searched)
        else:
            loss = CategoricalHyperparameter("loss", list(self.choices), default_value=next(iter(self.choices)))
            space.add(loss)
            for label, choice in self.choices.items():
                space.add(*choice.searched, *(EqualsCondition(hp, loss, label) for hp in choice.searched))
        if len(space) == 0:  # there is one configuration, but a search needs at least one parameter
            space.add(Constant("training:epochs", self.settings.training["epochs"]))
        return space


class _Choice:
    """A pair of loss and optimizer with its hyperparameters and its fixed arguments."""

    def __init__(self, label: str, pair: Pair, factory: TrainerFactory) -> None:
        several = isinstance(factory.settings.training["loss"], list) and len(factory.settings.training["loss"]) > 1
        self.pair, self.prefix = pair, f"{label}:" if several else ""
        self.fixed: dict[str, dict[str, Any]] = {}
        self.searched: list[Hyperparameter] = []
        self.given: list[Hyperparameter] = []  #: those of `searched` that the file gives
        kinds = (("optimizer", pair.optimizer, pair.optimizer_space), ("loss", pair.loss, pair.loss_space))
        for kind, name, default in kinds:
            given = factory.kwargs_of(kind, label)
            _check_arguments(kind, name, given, extra=list(default))
            found = parse_hyperparameters_from_dict(
                {f"{self.prefix}{kind}:{key}": value for key, value in {**default, **given}.items()}
            )
            start = len(f"{self.prefix}{kind}:")
            self.fixed[kind] = {n[start:]: hp.value for n, hp in found.items() if isinstance(hp, Constant)}
            self.searched += [hp for hp in found.values() if not isinstance(hp, Constant)]
            self.given += [hp for hp in self.searched if hp.name[start:] in given and hp.name in found]
        text = check_loss_kwargs(pair, self.fixed["loss"])
        if text:
            warn(text)
        dead = "momentum" in factory.kwargs_of("optimizer", label) and pair.optimizer in _ADAM_MODE
        if dead and self.fixed["optimizer"].get("mode", "adam") == "adam":
            warn(f"training.optimizer_kwargs.momentum has no effect: {pair.optimizer} runs in its mode 'adam'")


def _check_arguments(kind: str, name: str, given: Mapping[str, Any], extra: Sequence[str]) -> None:
    """Raise an error for an argument that LibAUC would silently ignore, and for a value of a wrong type."""
    owner = libauc.optimizers if kind == "optimizer" else libauc.losses.auc
    known = list(extra)
    parameters = inspect.signature(getattr(owner, name)).parameters if hasattr(owner, name) else {}
    known += [p for p in parameters if p not in _GIVEN]
    for key, value in given.items():
        default = parameters[key].default if key in parameters else None
        if isinstance(default, (int, float)):
            for each in _values(value):
                if not isinstance(each, (int, float)) or (isinstance(each, bool) and not isinstance(default, bool)):
                    wanted = "true or false" if isinstance(default, bool) else "a number"
                    raise ArgumentError(f"training.{kind}_kwargs.{key}: {name} takes {wanted}, got {each!r}")
                if not math.isfinite(each):
                    raise ArgumentError(f"training.{kind}_kwargs.{key}: expected a finite number, got {each!r}")
        if key not in known:
            end = nearest(key, known) if known else f"; {name} has none"
            raise ArgumentError(f"training.{kind}_kwargs.{key}: {name} has no such argument{end}")


def _values(specification: Any) -> list[Any]:
    """Return the values in a specification: its bounds, its choices or its single value."""
    if isinstance(specification, Hyperparameter):
        return []
    found = specification["val"] if is_search(specification) and isinstance(specification, Mapping) else specification
    return list(found) if isinstance(found, (list, tuple)) else [found]


def _under(prefix: str, values: Mapping[str, Any]) -> dict[str, Any]:
    return {name[len(prefix) :]: value for name, value in values.items() if name.startswith(prefix)}


def _plain(value: Any) -> Any:
    return value.item() if hasattr(value, "item") else value
