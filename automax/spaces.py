"""The pairs of loss and optimizer, and the search space of each pair, as data.

The names and the defaults are those of LibAUC 2.0.1. If a range differs from LibAUC's own ("stock") range, a comment
beside it gives the reason.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pysmac_compat.errors import ArgumentError
from pysmac_compat.suggestions import nearest

Space = dict[str, dict[str, Any]]


@dataclass(frozen=True)
class Pair:
    """A loss with the optimizer that it was made for.

    Attributes
    ----------
    loss, optimizer : str
        LibAUC's names.
    loss_space, optimizer_space : dict
        Specifications as `parse_hyperparameters_from_dict` takes them.
    multilabel : str
        The name of LibAUC's form of the loss for several labels; empty if LibAUC has none.
    modes : tuple of str
        The values of pAUCLoss's argument ``mode`` that select this pair.
    aliases : tuple of str
        Other names of the loss.
    """

    loss: str
    optimizer: str
    loss_space: Space = field(default_factory=dict)
    optimizer_space: Space = field(default_factory=dict)
    multilabel: str = ""
    modes: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """All names of the loss."""
        return (self.loss, *self.aliases, *([self.multilabel] if self.multilabel else []))


_LR = {"val": (0.0001, 0.1), "default": 0.001, "log": True}
# The stock range is (0.0001, 0.1), and its upper end is the default. On small networks the optimum is at 0.3 to 1.
_WIDE_LR = {"val": (0.001, 3.0), "default": 0.1, "log": True}
# In 2.0.1 this is the weight of the NEW gradient in the moving average. The stock range from 0.8 to 0.99 means almost
# no momentum, so this range also has small weights, which mean a long memory.
_NEW_GRADIENT = {"val": (0.05, 1.0), "default": 0.9, "log": True}
_EPOCH_DECAY = {"val": (0.0, 0.01), "default": 0.002}
_DECAY = {"val": (0.0, 0.0002), "default": 1e-5}
_NO_DECAY = {"val": (0.0, 0.0002), "default": 0.0}
_MARGIN = {"val": [0.6, 0.8, 1.0], "default": 1.0}
_PARTIAL_MARGIN = {"val": [0.1, 0.3, 0.5, 0.7, 0.9, 1.0], "default": 1.0}
# The stock range starts at 0.0. With this value the moving average stays 0, and the loss is 0/0.
_GAMMA = {"val": (0.01, 1.0), "default": 0.9}
_SCALE = {"val": (0.1, 10.0), "default": 1.0, "log": True}
_STEP = {"val": (0.0001, 0.1), "default": 0.1, "log": True}
_RATE = {"val": [0.3, 0.5, 0.7], "default": 0.5}
# SOAP, SOPA, SOPAs, SOTAs and STACO run in their Adam mode, in which the stock `momentum` does nothing.
_ADAM_MODE = {"lr": _LR, "weight_decay": _DECAY}
_ADAM_MODE_PLAIN = {"lr": _LR, "weight_decay": _NO_DECAY}
_BETA2 = {"val": (0.05, 1.0), "default": 0.999, "log": True}  # PDSCA's weight of the new gradient

PAIRS: tuple[Pair, ...] = (
    Pair(
        "AUCMLoss",
        "PESG",
        {"margin": _MARGIN},
        {"lr": _WIDE_LR, "epoch_decay": _EPOCH_DECAY, "weight_decay": _DECAY, "momentum": _NEW_GRADIENT},
        multilabel="MultiLabelAUCMLoss",
        aliases=("mAUCMLoss",),
    ),
    Pair(
        "CompositionalAUCLoss",
        "PDSCA",
        {"margin": _MARGIN, "k": {"val": [1, 2, 4], "default": 1}},
        {"lr": _WIDE_LR, "epoch_decay": _EPOCH_DECAY, "weight_decay": _DECAY, "beta2": _BETA2},
    ),
    Pair(
        "APLoss",
        "SOAP",
        {"gamma": _GAMMA, "margin": _MARGIN},
        _ADAM_MODE,
        multilabel="mAPLoss",
        aliases=("AveragePrecisionLoss", "meanAveragePrecisionLoss"),
    ),
    Pair(
        "pAUC_CVaR_Loss",
        "SOPA",
        {"beta": {"val": 0.2}, "eta": {"val": (0.01, 10.0), "default": 0.1, "log": True}, "margin": _PARTIAL_MARGIN},
        _ADAM_MODE_PLAIN,
        multilabel="MultiLabelpAUCLoss",
        modes=("SOPA",),
    ),
    Pair(
        "pAUC_DRO_Loss",
        "SOPAs",
        {"gamma": _GAMMA, "Lambda": _SCALE, "margin": _PARTIAL_MARGIN},
        _ADAM_MODE,
        multilabel="MultiLabelpAUCLoss",
        modes=("SOPAs", "1w"),
    ),
    Pair(
        "tpAUC_KL_Loss",
        "SOTAs",
        {
            "tau": _SCALE,
            "gammas": {"val": [(0.1, 0.1), (0.5, 0.5), (0.9, 0.9)], "default": (0.9, 0.9)},
            "Lambda": _SCALE,
            "margin": _PARTIAL_MARGIN,
        },
        _ADAM_MODE_PLAIN,
        multilabel="MultiLabelpAUCLoss",
        modes=("SOTAs", "2w"),
    ),
    Pair(
        "tpAUC_CVaR_loss",
        "STACO",
        {
            "threshold": _RATE,
            "alpha": _STEP,
            "beta_0": _STEP,
            "beta_1": _STEP,
            "theta_0": _RATE,
            "theta_1": _RATE,
        },
        {"lr": {"val": (0.0001, 0.01), "default": 0.001, "log": True}, "weight_decay": _NO_DECAY},
        modes=("STACO",),
    ),
    Pair(
        "CrossEntropyLoss",
        "SGD",
        {},
        {
            # the stock range ends at 0.1, which is also the default
            "lr": {"val": (0.001, 1.0), "default": 0.1, "log": True},
            "momentum": {"val": [0.0, 0.9], "default": 0.0},
            "weight_decay": _NO_DECAY,
        },
        multilabel="CrossEntropyLoss",
    ),
    Pair("CrossEntropyLoss", "Adam", {}, _ADAM_MODE_PLAIN, multilabel="CrossEntropyLoss"),
    Pair("BCELoss", "Adam", {}, _ADAM_MODE_PLAIN, multilabel="BCELoss"),
)
# The stock space of BCELoss names no optimizer. Here both optimizers of cross-entropy can be used with BCELoss.
PAIRS = (*PAIRS, replace(PAIRS[7], loss="BCELoss", multilabel="BCELoss"))

#: names that are refused -> the reason
REFUSED = {
    name: (
        f"{name}: NDCGLoss with SONG ranks the items of each user, and LibAUC's trainer has no data of users and "
        "items; for classification take another pair"
    )
    for name in ("NDCGLoss", "SONG", "ListwiseCELoss")
}

#: for a loss with one of these names, the argument `mode` determines the pair; its default is '1w', as in LibAUC
_WRAPPERS = ("pAUCLoss", "MultiLabelpAUCLoss", "mPAUCLoss")


def find_pair(loss: str, optimizer: str | None = None, kwargs: Mapping[str, Any] | None = None) -> Pair:
    """Return the pair with these names.

    Parameters
    ----------
    loss : str
        The name of a loss, or of a pair, for example 'CrossEntropyLoss/Adam'.
    optimizer : str or None
        The name of an optimizer. None: the optimizer in the first pair with this loss.
    kwargs : dict or None
        Arguments of the loss. For 'pAUCLoss', ``mode`` determines the pair.

    Raises
    ------
    ArgumentError
        A ``ValueError``. For an unknown name, its message gives the nearest known name; for a loss and an optimizer
        that do not match, the right partners; for a loss that LibAUC's trainer cannot train, the reason.
    """
    loss, slash, within = loss.partition("/")
    if slash and optimizer not in (None, within):
        raise ArgumentError(f"the loss is {loss}/{within}, so the optimizer must be {within!r}, got {optimizer!r}")
    optimizer = within if slash else optimizer
    for name in (loss, optimizer):
        if name in REFUSED:
            raise ArgumentError(REFUSED[name])
    candidates = _by_mode(loss, (kwargs or {}).get("mode")) if loss in _WRAPPERS else _by_loss(loss)
    if optimizer is None:
        return candidates[0]
    optimizers = [pair.optimizer for pair in candidates]
    if optimizer in optimizers:
        return candidates[optimizers.index(optimizer)]
    known = list(dict.fromkeys(pair.optimizer for pair in PAIRS))
    if optimizer not in known:
        raise ArgumentError(f"unknown optimizer {optimizer!r}{nearest(optimizer, known)}")
    partners = list(dict.fromkeys(pair.loss for pair in PAIRS if pair.optimizer == optimizer))
    raise ArgumentError(
        f"the loss {loss!r} does not go with the optimizer {optimizer!r}: use the optimizer "
        f"{' or '.join(optimizers)}, or the loss {' or '.join(partners)}"
    )


def _by_loss(loss: str) -> list[Pair]:
    found = [pair for pair in PAIRS if loss in pair.names]
    if not found:
        known = [*_WRAPPERS[:2], *(name for pair in PAIRS for name in pair.names)]
        raise ArgumentError(f"unknown loss {loss!r}{nearest(loss, set(known))}")
    return found


def _by_mode(loss: str, mode: Any) -> list[Pair]:
    modes = {m: pair for pair in PAIRS for m in pair.modes}
    mode = "1w" if mode is None else mode
    if not isinstance(mode, str) or mode not in modes:
        raise ArgumentError(f"{loss}: mode must be one of {', '.join(modes)}, got {mode!r}")
    return [modes[mode]]


def for_labels(pair: Pair, multilabel: bool) -> Pair:
    """Return the pair for one label or for several labels.

    Raises
    ------
    ArgumentError
        If LibAUC has no form of the loss for several labels.
    """
    if not multilabel:
        return pair
    if not pair.multilabel:
        raise ArgumentError(
            f"{pair.loss} has no form for several labels in LibAUC; use one of "
            f"{', '.join(dict.fromkeys(p.loss for p in PAIRS if p.multilabel))}"
        )
    space = dict(pair.loss_space)
    if pair.multilabel == "MultiLabelAUCMLoss":
        space.pop("margin")  # margin has no effect in version v1 of this loss, the default
    if pair.multilabel == "MultiLabelpAUCLoss":
        space = {"mode": {"val": pair.modes[0]}, **space}
    return replace(pair, loss=pair.multilabel, loss_space=space)


def parse_defaultconfig(name: str, multilabel: bool = False, kwargs: Mapping[str, Any] = {}) -> dict[str, Any]:  # noqa: B006 (the documented default; it is only read)
    """Return the default search spaces of a loss and its optimizer, given the name of the loss or the optimizer.

    Parameters
    ----------
    name : str
        The name of a loss or an optimizer.
    multilabel : bool
        Whether there are several labels.
    kwargs : dict
        Arguments of the loss. For 'pAUCLoss', ``mode`` determines the pair.

    Returns
    -------
    dict
        ``{"optimizer": {"type", "space"}, "loss": {"type", "space"}}``. The spaces are copies.

    Raises
    ------
    ArgumentError
        A ``ValueError``, for the same reasons as in `find_pair`.

    Examples
    --------
    >>> found = parse_defaultconfig("AUCMLoss")
    >>> found["optimizer"]["type"], found["loss"]
    ('PESG', {'type': 'AUCMLoss', 'space': {'margin': {'val': [0.6, 0.8, 1.0], 'default': 1.0}}})
    """
    if name in REFUSED:
        raise ArgumentError(REFUSED[name])
    by_optimizer = [pair for pair in PAIRS if pair.optimizer == name]
    pair = by_optimizer[0] if by_optimizer else find_pair(name, kwargs=kwargs)
    pair = for_labels(pair, multilabel or name in _MULTILABEL_NAMES)
    return {
        "optimizer": {"type": pair.optimizer, "space": copy.deepcopy(pair.optimizer_space)},
        "loss": {"type": pair.loss, "space": copy.deepcopy(pair.loss_space)},
    }


_MULTILABEL_NAMES = ("MultiLabelAUCMLoss", "mAUCMLoss", "mAPLoss", "meanAveragePrecisionLoss", *_WRAPPERS[1:])


def check_loss_kwargs(pair: Pair, kwargs: Mapping[str, Any]) -> str:
    """Return a warning about the arguments of a loss, or an empty text."""
    if kwargs.get("version") == "v2" and pair.loss in ("AUCMLoss", "CompositionalAUCLoss"):
        return (
            f"{pair.loss} with version 'v2': LibAUC 2.0.1 divides the sum over the negatives by the size of the "
            "whole batch in this version, so it is not the loss of the paper; use 'v1' for that loss"
        )
    return ""


def table() -> str:
    """Return the pairs and their spaces as a Markdown table for the documentation."""
    rows = ["| loss | optimizer | of the optimizer | of the loss | several labels |", "|---|---|---|---|---|"]
    for pair in PAIRS:
        cells = [_describe(pair.optimizer_space), _describe(pair.loss_space), pair.multilabel or "no"]
        name = pair.loss + (f", or pAUCLoss with mode {' or '.join(pair.modes)}" if pair.modes else "")
        rows.append(f"| {name} | {pair.optimizer} | {' | '.join(cells)} |")
    return "\n".join(rows)


def _describe(space: Space) -> str:
    return "; ".join(f"{name} {_describe_one(specification)}" for name, specification in space.items()) or "-"


def _describe_one(specification: dict[str, Any]) -> str:
    value = specification["val"]
    if isinstance(value, tuple):
        log = " log" if specification.get("log") else ""
        return f"{value[0]:g} to {value[1]:g}{log} ({specification['default']:g})"
    if isinstance(value, list):
        return f"one of {', '.join(map(str, value))} ({specification['default']})"
    return f"= {value}"
