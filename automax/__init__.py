"""Tune LibAUC models for an area under a curve, with the search of `pysmac_compat`.

Each name below is imported at its first use, so ``import automax`` is fast. Only the functions that train or load
models need torch and LibAUC.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from automax.core import AutoMAX, AutoMAXConfigration, AutoMAXConfiguration, parse_hyperparameters_from_dict
    from automax.core.autopartial import autopartial
    from automax.data.arrays import ArrayDataset
    from automax.data.registry import register_dataset
    from automax.libauc.checkpoints import load_model, load_predictions, load_weights
    from automax.libauc.models import register_model
    from automax.spaces import parse_defaultconfig
    from automax.tables.classifier import AUCClassifier, load_classifier

_HOMES = {
    "AUCClassifier": "automax.tables.classifier",
    "ArrayDataset": "automax.data.arrays",
    "AutoMAX": "automax.core",
    "AutoMAXConfigration": "automax.core",
    "AutoMAXConfiguration": "automax.core",
    "autopartial": "automax.core",
    "load_classifier": "automax.tables.classifier",
    "load_model": "automax.libauc.checkpoints",
    "load_predictions": "automax.libauc.checkpoints",
    "load_weights": "automax.libauc.checkpoints",
    "parse_defaultconfig": "automax.spaces",
    "parse_hyperparameters_from_dict": "automax.core",
    "register_dataset": "automax.data.registry",
    "register_model": "automax.libauc.models",
}

__all__ = [
    "AUCClassifier",
    "ArrayDataset",
    "AutoMAX",
    "AutoMAXConfigration",
    "AutoMAXConfiguration",
    "autopartial",
    "load_classifier",
    "load_model",
    "load_predictions",
    "load_weights",
    "parse_defaultconfig",
    "parse_hyperparameters_from_dict",
    "register_dataset",
    "register_model",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES])
