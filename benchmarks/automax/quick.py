"""The steps of LibAUC's trainer in NumPy, for multi-layer perceptrons: the same numbers up to rounding, in less time.

A step of these small networks takes torch some milliseconds, mostly for the overhead of its calls. In NumPy a step
takes a tenth of that time. This module replaces only the loop over batches, for APLoss with SOAP, AUCMLoss with PESG
and cross-entropy with Adam. The network, the sampler, the settings of losses and optimizers, and the callbacks are
LibAUC's and ours. ``tests/auc/test_quick.py`` compares the two loops.
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from automax.libauc import trainers

Array = npt.NDArray[Any]
#: maps logits, labels and numbers of the rows to the loss and its derivative by each logit
Loss = Callable[[Array, Array, Array], tuple[float, Array]]


def train(trainer: Any) -> Any:
    """Train a model; replaces LibAUC's ``Trainer.train``."""
    args, state, call = trainer.args, trainer.state, trainer.callback_handler
    call.on_train_begin(args, state)
    network = _Network(trainer)
    evals = [(rows.data.X.reshape(len(rows), -1), rows.targets) for rows in trainer.eval_dataset]
    train_rows = trainer.train_dataset
    X, y = train_rows.data.X.reshape(len(train_rows), -1), train_rows.targets.ravel()
    sampler = trainer.trainloader.sampler
    for _ in range(args.epochs):
        call.on_epoch_begin(args, state)
        order = np.asarray(list(iter(sampler)))
        losses = []
        for start in range(0, len(order), args.batch_size):
            index = order[start : start + args.batch_size]
            losses.append(network.step(X[index], y[index], index))
        network.write_back()
        trainer.predictions = []
        for rows, labels in evals:
            scores = _sigmoid(network.forward(rows)[-1])
            if not np.isfinite(scores).all():
                raise trainers.TrainingDiverged("the scores of the model are no longer finite: a lower lr may help")
            trainer.predictions.append((labels, scores))
        metrics = [trainer.metric(labels, scores) for labels, scores in trainer.predictions]
        call.on_epoch_end(
            args, state, metrics=metrics, train_loss=float(np.mean(losses)), lr=trainer.optimizer.lr,
            test_true=None, test_pred=None,
        )  # fmt: skip
    call.on_train_end(args, state)
    return state.train_log


@contextlib.contextmanager
def quick_steps() -> Iterator[None]:
    """Return a context manager; inside it, trainings of tables use this module."""
    before = trainers.ArrayTrainer.train
    trainers.ArrayTrainer.train = train  # type: ignore[method-assign, assignment]
    try:
        yield
    finally:
        trainers.ArrayTrainer.train = before  # type: ignore[method-assign]


def _sigmoid(x: Array) -> Array:
    with np.errstate(over="ignore"):
        return (1 / (1 + np.exp(-x))).astype(np.float32)


class _Network:
    """The weights of a model as one vector, and the optimizer that changes them."""

    def __init__(self, trainer: Any) -> None:
        self.trainer = trainer
        self.parameters = list(trainer.model.parameters())
        flat = [p.detach().numpy().ravel() for p in self.parameters]
        extra = 2 if trainer.args.optimizer == "PESG" else 0
        self.w = np.concatenate([*flat, np.zeros(extra)]).astype(np.float32)
        self.gradient = np.zeros_like(self.w)
        self.layers, self.slopes = _views(self.w, self.parameters), _views(self.gradient, self.parameters)
        self.alpha = np.zeros(1, np.float32)
        self.move = _pesg(trainer.optimizer, self.alpha) if extra else _adam(trainer.optimizer)
        losses: dict[str, Loss] = {"APLoss": self._ap(), "AUCMLoss": self._aucm, "CrossEntropyLoss": _cross_entropy}
        self.loss = losses[trainer.args.loss]

    def forward(self, X: Array) -> list[Array]:
        outputs = [X]
        for i, (weight, bias) in enumerate(self.layers):
            outputs.append(outputs[-1] @ weight.T + bias)
            if i < len(self.layers) - 1:
                np.maximum(outputs[-1], 0, out=outputs[-1])
        return outputs

    def step(self, X: Array, y: Array, index: Array) -> float:
        outputs = self.forward(X)
        loss, slope = self.loss(outputs[-1].ravel(), y, index)
        slope = slope.astype(np.float32)[:, None]
        for i in range(len(self.layers) - 1, -1, -1):
            weight, bias = self.slopes[i]
            np.matmul(slope.T, outputs[i], out=weight)
            np.sum(slope, axis=0, out=bias)
            if i:
                slope = (slope @ self.layers[i][0]) * (outputs[i] > 0)
        self.move(self.w, self.gradient)
        return loss

    def write_back(self) -> None:
        with torch.no_grad():
            for pair, number in zip(self.layers, range(0, len(self.parameters), 2), strict=True):
                for values, parameter in zip(pair, self.parameters[number : number + 2], strict=True):
                    parameter.copy_(torch.from_numpy(values))

    def _ap(self) -> Any:
        about = self.trainer.loss_fn
        n = len(self.trainer.train_dataset)
        u_all, u_pos = np.zeros((n, 1), np.float32), np.zeros((n, 1), np.float32)

        def loss(logits: Array, y: Array, index: Array) -> tuple[float, Array]:
            gamma, scores, positive = about.gamma, _sigmoid(logits), y == 1
            mine = index[positive]
            short = np.maximum(about.margin - (scores[positive][:, None] - scores), 0)
            surrogate = short**2
            u_all[mine] = (1 - gamma) * u_all[mine] + gamma * surrogate.mean(1, keepdims=True)
            u_pos[mine] = (1 - gamma) * u_pos[mine] + gamma * (surrogate * positive).mean(1, keepdims=True)
            p = (u_pos[mine] - u_all[mine] * positive) / u_all[mine] ** 2
            slopes = p * (-2 * short) / short.size
            slope = -slopes.sum(0)
            slope[positive] += slopes.sum(1)
            return float((p * surrogate).mean()), slope * scores * (1 - scores)

        return loss

    def _aucm(self, logits: Array, y: Array, index: Array) -> tuple[float, Array]:
        scores, positive = _sigmoid(logits), y == 1
        p, n, margin = np.float32(positive.mean()), len(y), self.trainer.loss_fn.margin
        a, b, alpha = self.w[-2], self.w[-1], self.alpha[0]
        off_a, off_b = np.where(positive, scores - a, 0), np.where(positive, 0, scores - b)
        weights = np.where(positive, -(1 - p), p)
        loss = (1 - p) * (off_a**2).mean() + p * (off_b**2).mean() - p * (1 - p) * alpha**2
        loss += 2 * alpha * (p * (1 - p) * margin + (weights * scores).mean())
        slope = (2 * (1 - p) * off_a + 2 * p * off_b + 2 * alpha * weights) / n
        self.gradient[-2], self.gradient[-1] = -2 * (1 - p) * off_a.mean(), -2 * p * off_b.mean()
        return float(loss), slope * scores * (1 - scores)


def _views(flat: Array, parameters: list[Any]) -> list[tuple[Array, Array]]:
    found, start = [], 0
    for parameter in parameters:
        size = parameter.numel()
        found.append(flat[start : start + size].reshape(tuple(parameter.shape)))
        start += size
    return list(zip(found[::2], found[1::2], strict=True))


def _cross_entropy(logits: Array, y: Array, index: Array) -> tuple[float, Array]:
    scores = _sigmoid(logits)
    return float((np.logaddexp(0, logits) - y * logits).mean()), (scores - y) / len(y)


def _adam(optimizer: Any) -> Callable[[Array, Array], None]:
    """Make a step of LibAUC's Adam, with clipped gradients."""
    group = optimizer.param_groups[0]
    beta1, beta2 = group["betas"]
    state: dict[str, Any] = {"step": 0}

    def move(w: Array, gradient: Array) -> None:
        g = np.clip(gradient, -group["clip_value"], group["clip_value"]) + np.float32(group["weight_decay"]) * w
        if not state["step"]:
            state["mean"], state["square"] = np.zeros_like(w), np.zeros_like(w)
        state["step"] += 1
        mean, square = state["mean"], state["square"]
        mean *= beta1
        mean += (1 - beta1) * g
        square *= beta2
        square += (1 - beta2) * g * g
        root = np.sqrt(square) / math.sqrt(1 - beta2 ** state["step"]) + group["eps"]
        w -= group["lr"] / (1 - beta1 ** state["step"]) * mean / root

    if group["epoch_decay"]:
        raise ValueError("the quick steps have no Adam with epoch_decay; no task here uses it")
    return move


def _pesg(optimizer: Any, alpha: Array) -> Callable[[Array, Array], None]:
    """Make a step of LibAUC's PESG; the last two weights are the loss's a and b, and alpha is its third variable."""
    group = optimizer.param_groups[0]
    reference = group["model_ref"]
    start = None if reference is None else np.concatenate([r.numpy().ravel() for r in reference]).astype(np.float32)
    buffer: list[Array] = []

    def move(w: Array, gradient: Array) -> None:
        g = np.clip(gradient, -group["clip_value"], group["clip_value"]) + np.float32(group["weight_decay"]) * w
        if start is not None:
            g += np.float32(group["epoch_decay"]) * (w - start)
        momentum = np.float32(group["momentum"])
        if not buffer:
            buffer.append(g)
        elif momentum:
            buffer[0] *= 1 - momentum
            buffer[0] += momentum * g
        w -= np.float32(group["lr"]) * (buffer[0] if momentum else g)
        new = alpha + group["lr"] * (2 * (group["margin"] + w[-1] - w[-2]) - 2 * alpha)
        alpha[:] = np.clip(new, 0, 999)

    return move
