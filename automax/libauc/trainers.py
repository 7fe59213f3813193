"""LibAUC's trainers on the device of this machine, with corrected labels, losses, metrics and checkpoints.

This module imports torch and LibAUC: import it with `automax._extra.need`.
"""

from __future__ import annotations

import contextlib
import io
import math
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import libauc.losses.auc
import numpy as np
import torch
from libauc.trainer.config.args import TrainingArguments
from libauc.trainer.core.callbacks import TrainerCallback
from libauc.trainer.core.graph_trainer import GraphTrainer
from libauc.trainer.core.image_trainer import Trainer

from automax.libauc import checkpoints, models
from automax.libauc.checks import check_evaluation_data, check_training_data, refused
from automax.libauc.device import cuda_means_device, device
from automax.libauc.metrics import Metrics
from pysmac_compat.errors import ArgumentError
from pysmac_compat.suggestions import nearest

#: least seconds between two lines about the progress of a training; ``verbose`` prints a line for each epoch
_SILENCE = 10.0
#: with fewer earlier trials, no training is ended early
_FEWEST = 3


class TrainingDiverged(RuntimeError):
    """The loss or the scores of a training are no longer finite."""


class Pruned(Exception):
    """Ends a training whose best score is below the median of the earlier trials' best scores up to the same epoch."""


class Rows(torch.utils.data.Dataset):
    """A data set with the examples of another data set and with labels in float columns, as LibAUC needs them.

    Parameters
    ----------
    data : data set
        The other data set. The first entry of each item is the example.
    labels : array of shape (n, n_labels)
    """

    def __init__(self, data: Any, labels: Any) -> None:
        self.data, self.targets = data, labels
        self._labels = torch.from_numpy(labels)

    def __len__(self) -> int:
        return len(self.data)

    def __getitem__(self, index: Any) -> tuple[Any, Any, Any]:
        if isinstance(index, (tuple, list)):  # LibAUC's sampler of several labels passes (row, label)
            return self.data[int(index[0])][0], self._labels[int(index[0])], index
        return self.data[int(index)][0], self._labels[int(index)], int(index)


class _Adapted(Trainer):
    """The changes that both trainers of LibAUC need; LibAUC's `GraphTrainer` is a subclass of its `Trainer`."""

    pretrain_epochs = 0

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        #: the labels and scores of the latest evaluation, as one pair for each evaluation data set
        self.predictions: list[tuple[Any, Any]] = []
        with cuda_means_device():
            super().__init__(*args, **kwargs)

    def train(self) -> Any:
        with cuda_means_device():
            if self.pretrain_epochs:
                self._pretrain()
            try:
                return super().train()
            except Pruned:
                self.callback_handler.on_train_end(self.args, self.state)
                return self.state.train_log

    def prepare(self, label: str, curves: Sequence[Sequence[float]]) -> None:
        """Pass the trial's name, and the earlier trials' validation scores after each epoch, to the callbacks."""
        for callback in self.callback_handler.callbacks:
            callback.label, callback.others = label, curves

    def evaluate_loop(self, model: Any) -> Any:
        self.predictions = []
        return super().evaluate_loop(model)

    def evaluate(self, loader: Any, model: Any) -> Any:
        """Return the metrics, and labels and scores with a column for each label; LibAUC's own method flattens both."""
        labels, scores = [], []
        with torch.no_grad():
            for data, targets, _ in loader:
                labels.append(targets.numpy())
                scores.append(self._probabilities(model, data).cpu().numpy())
        y_true, y_score = np.concatenate(labels), np.concatenate(scores)
        if not np.isfinite(y_score).all():
            raise TrainingDiverged("the scores of the model are no longer finite: a lower lr may help")
        self.predictions.append((y_true, y_score))
        return self.metric(y_true, y_score), y_true, y_score

    def _probabilities(self, model: Any, data: Any) -> Any:
        raise NotImplementedError  # each kind of trainer calls its model in its own way

    @staticmethod
    def _get_loss(name: str) -> Any:
        if name == "tpAUC_CVaR_loss":  # libauc.losses does not export this loss
            return libauc.losses.auc.tpAUC_CVaR_loss
        return Trainer._get_loss(name)

    def _construct_optimizer_and_loss(self, model: Any, args: Any) -> Any:
        # PDSCA's default device is cuda; all optimizers print a line when the rate is decayed
        args.optimizer_kwargs = {"device": device(), "verbose": False, **args.optimizer_kwargs}
        args.loss_kwargs = dict(args.loss_kwargs)
        try:
            return super()._construct_optimizer_and_loss(model, args)
        except Exception as error:
            raise refused(args, error) from error

    def try_model(self) -> None:
        """Evaluate the model once, and raise an ``ArgumentError`` if it does not fit the data."""
        with cuda_means_device():
            model = self.model.cuda().eval()
            shape = tuple(getattr(self.evalloaders[0][0][0], "shape", ()))
            try:
                self.evaluate_loop(model)
            except RuntimeError as error:
                raise ArgumentError(f"model: the model fails on a batch of the shape {shape}: {error}") from error
        y_true, y_score = self.predictions[0]
        if y_score.reshape(len(y_score), -1).shape != y_true.shape:
            raise ArgumentError(
                f"model: the output for a batch of {len(y_true)} rows must have the shape {y_true.shape}, with a logit "
                f"for each label, got {y_score.shape}"
            )

    def _pretrain(self) -> None:
        """Train with cross-entropy first, which is a usual start for AUC losses."""
        optimizer = torch.optim.Adam(self.model.parameters(), lr=0.001)
        loss_fn = torch.nn.BCEWithLogitsLoss()
        self.model.train()
        for _ in range(self.pretrain_epochs):
            for data, targets, _ in self.trainloader:
                optimizer.zero_grad()
                loss_fn(self._logits(self.model, data), targets.to(device())).backward()
                optimizer.step()

    def _logits(self, model: Any, data: Any) -> Any:
        raise NotImplementedError  # see _probabilities


class ArrayTrainer(_Adapted):
    """LibAUC's `Trainer` for tables and images."""

    def _build_model(self, model_cfg: Mapping[str, Any]) -> None:
        name = str(model_cfg.get("name", ""))
        example = self.train_dataset[0][0]
        if models.registered(name) is None:
            if "/" not in name and np.ndim(example) < 3:
                raise ArgumentError(
                    f"model.name: {name!r} is not a registered model{nearest(name, models.registered_names())} "
                    f"(LibAUC's own models take images; these examples have the shape {tuple(np.shape(example))}; "
                    "import the module that registers a model of your own first)"
                )
            super()._build_model(dict(model_cfg))
            return
        self.image_processor = self._hf_processor = None
        self._expand_to_rgb = False
        n_outputs = self.train_dataset.targets.shape[1]
        self.model = models.build(name, model_cfg, np.shape(example), n_outputs).to(device())
        if model_cfg.get("pretrained"):
            checkpoints.load_weights(self.model, model_cfg.get("pretrained_path"))

    def _logits(self, model: Any, data: Any) -> Any:
        return model(data.to(device()))

    def _probabilities(self, model: Any, data: Any) -> Any:
        return torch.sigmoid(self._logits(model, data))


class GraphsTrainer(_Adapted, GraphTrainer):
    """LibAUC's `GraphTrainer`."""

    def _build_model(self, model_cfg: Mapping[str, Any]) -> None:
        # LibAUC would pass arguments that only images need, and bond_features_dims to models without edge features
        cfg = {key: value for key, value in model_cfg.items() if key not in ("num_classes", "in_channels")}
        if str(cfg.get("name", "")).lower() in ("gcn", "gin", "graphsage"):
            cfg.pop("bond_features_dims", None)
        if str(cfg.get("name", "")).lower() == "pna" and "deg" not in cfg:
            raise ArgumentError("model.deg: 'pna' needs the histogram of the degrees of the training graphs")
        super()._build_model(cfg)

    def _probabilities(self, model: Any, data: Any) -> Any:
        return self._forward(model, data.to(device()))

    def _logits(self, model: Any, data: Any) -> Any:
        return torch.logit(self._probabilities(model, data), eps=1e-6)


class Watch(TrainerCallback):
    """Decays the learning rate, records the scores, keeps the model of the best epoch and fills the summary.

    It replaces LibAUC's own callback. That callback starts wandb if wandb is installed, does not keep the model of
    the epoch that it reports, and reports the first metric whatever the target is.

    Parameters
    ----------
    splits : list of str
        The names of the evaluation data sets, 'val' first. Without 'val', the last epoch is taken as the best one.
    target : str
        The key of the metric.
    model_cfg : dict
        The settings of the model, for the checkpoint.
    prune : bool
        Whether to end a training early if its best score so far is below the median of the best scores of the earlier
        trials up to the same epoch, as in Golovin et al. (2017). This needs at least `_FEWEST` earlier trials.
    """

    def __init__(self, splits: list[str], target: str, model_cfg: Mapping[str, Any], prune: bool = False) -> None:
        super().__init__()
        self.decay_factor = 10.0
        self.prune, self.others = prune, list[Sequence[float]]()
        self.label, self.said = "training", time.monotonic()
        self.splits, self.target, self.model_cfg = splits, target, dict(model_cfg)
        self.trainer: Any = None
        self.curve: list[float] = []
        self.best: dict[str, Any] = {}

    def on_epoch_begin(self, args: Any, state: Any, **kwargs: Any) -> None:
        optimizer = kwargs["optimizer"]
        if state.epoch in args.decay_epochs:
            if getattr(optimizer, "model_ref", None) is not None:
                optimizer.update_regularizer(decay_factor=self.decay_factor)
            else:
                with contextlib.redirect_stdout(io.StringIO()):  # some optimizers print a line whatever `verbose` is
                    optimizer.update_lr(decay_factor=self.decay_factor)

    def on_step_end(self, args: Any, state: Any, **kwargs: Any) -> None:
        state.step += 1

    def on_epoch_end(self, args: Any, state: Any, **kwargs: Any) -> None:
        state.epoch += 1
        loss, metrics = kwargs["train_loss"], kwargs["metrics"]
        if not math.isfinite(loss):
            raise TrainingDiverged(f"the training loss is {loss} in epoch {state.epoch}: a lower lr may help")
        state.train_log.append({"metrics": metrics, "epoch": state.epoch, "lr": kwargs["lr"], "train_loss": loss})
        value = metrics[0][self.target]
        self.curve.append(value)
        if not self.best or value > self.best["score"] or self.splits[0] != "val":
            self.best = {
                "score": value,
                "epoch": state.epoch,
                "metrics": dict(zip(self.splits, metrics, strict=True)),
                "weights": {k: v.detach().cpu().clone() for k, v in kwargs["model"].state_dict().items()},
                "predictions": dict(zip(self.splits, self.trainer.predictions, strict=True)),
            }
        self._say(args, state, loss)
        before = [max(curve[: state.epoch]) for curve in self.others if len(curve) >= state.epoch]
        if (
            self.prune
            and len(before) >= _FEWEST
            and state.epoch < args.epochs
            and self.best["score"] < np.median(before)
        ):
            raise Pruned

    def _say(self, args: Any, state: Any, loss: float) -> None:
        """Print a line about a long training."""
        if not args.verbose and time.monotonic() - self.said < _SILENCE:
            return
        self.said = time.monotonic()
        line = f"{self.label}, epoch {state.epoch}/{args.epochs}: {self.splits[0]} {self.target} {self.curve[-1]:.4f}"
        print(f"{line} (best {self.best['score']:.4f}), training loss {loss:.4g}", flush=True)

    def on_train_end(self, args: Any, state: Any, **kwargs: Any) -> None:
        best = self.best
        summary = {"epoch": best["epoch"], "metrics": best["metrics"], "curve": self.curve}
        if "val" in self.splits:
            summary["val"] = best["score"]
        if len(self.curve) < args.epochs:
            summary["pruned"] = True
        if "test" in self.splits:
            summary["test"] = best["metrics"]["test"][self.target]
        state.train_summary = summary
        folder = Path(args.output_path) / args.experiment_name
        folder.mkdir(parents=True, exist_ok=True)
        checkpoints.save(
            folder,
            best["weights"],
            {
                "model": self.model_cfg,
                "graph": isinstance(self.trainer, GraphsTrainer),
                "input_shape": list(getattr(self.trainer.train_dataset[0][0], "shape", ())),
                "num_classes": int(self.trainer.train_dataset.targets.shape[1]),
                "epoch": best["epoch"],
                "target": self.target,
                "val": summary.get("val"),
            },
        )
        checkpoints.save_predictions(folder, best["predictions"])


class _Example(torch.utils.data.Dataset):
    """A placeholder for the training data of a model that is built again."""

    def __init__(self, shape: Sequence[int], n_labels: int) -> None:
        self.example, self.targets = torch.zeros(tuple(shape)), np.zeros((1, n_labels), np.float32)

    def __getitem__(self, index: Any) -> tuple[Any]:
        return (self.example,)


def rebuilt(about: Mapping[str, Any]) -> Any:
    """Return the model that a checkpoint describes, on the CPU and without its weights."""
    kind = GraphsTrainer if about.get("graph") else ArrayTrainer
    trainer: Any = kind.__new__(kind)  # only the method that builds models is needed
    trainer.args = SimpleNamespace(num_tasks=about["num_classes"])
    trainer.train_dataset = _Example(about["input_shape"], about["num_classes"])
    with cuda_means_device():
        trainer._build_model({**about["model"], "pretrained": False, "pretrained_remote": False})
    return trainer.model.cpu()


def make_trainer(
    *,
    graph: bool,
    training: Mapping[str, Any],
    model: Mapping[str, Any],
    train: Any,
    evals: Mapping[str, Any],
    metrics: Metrics,
    target: str,
) -> Any:
    """Return a trainer that is ready to train.

    Parameters
    ----------
    graph : bool
        Whether the examples are graphs.
    training : dict
        The arguments of LibAUC's `TrainingArguments`, and ``pretrain_epochs``, ``prune`` and ``decay_factor``.
    model : dict
        The ``name`` and the arguments of the model.
    train : data set
    evals : dict of str to data set
        The evaluation data set of each split. Without 'val', the model of the last epoch is kept.
    metrics : Metrics
    target : str
        A key of ``metrics``.

    Returns
    -------
    libauc Trainer
        It has ``train()``, ``state.train_summary`` and ``args``.
    """
    arguments = dict(training)
    prune = arguments.pop("prune", False)
    pretrain_epochs = arguments.pop("pretrain_epochs", 0)
    labels = check_training_data(train.targets, len(train), arguments["batch_size"], arguments["sampling_rate"])
    n_labels = labels.shape[1]
    if graph and (n_labels > 1 or arguments["loss"] == "CrossEntropyLoss"):
        raise ArgumentError(
            "LibAUC's GraphTrainer takes only one label, and needs BCELoss in place of CrossEntropyLoss"
        )
    arguments["num_tasks"] = n_labels
    arguments["decay_epochs"] = list(arguments["decay_epochs"])  # LibAUC rewrites the list in place
    if n_labels > 1 and arguments["loss"].startswith(("MultiLabel", "mA")):
        arguments["loss_kwargs"] = {"num_labels": n_labels, **arguments["loss_kwargs"]}
    model = dict(model)
    for key, dims in (("atom_features_dims", "node_dims"), ("bond_features_dims", "edge_dims")):
        if graph and getattr(train, dims, None):
            model.setdefault(key, getattr(train, dims))
    splits = sorted(evals, key=lambda name: name != "val")
    data = [Rows(evals[name], check_evaluation_data(evals[name].targets, len(evals[name]), name)) for name in splits]
    watch = Watch(splits, target, model, prune)
    watch.decay_factor = arguments.pop("decay_factor", 10)
    trainer = (GraphsTrainer if graph else ArrayTrainer)(
        train_args=TrainingArguments(**arguments),
        model_cfg=model,
        train_dataset=Rows(train, labels),
        eval_dataset=data,
        metric=metrics,
        callbacks=[watch],
    )
    watch.trainer = trainer
    trainer.pretrain_epochs = pretrain_epochs
    return trainer
