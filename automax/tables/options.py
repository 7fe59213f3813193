"""Turn the arguments of a classifier into the settings of a search."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from sklearn.utils import check_random_state

from automax.core.record import TrialRecord
from automax.tables.calibration import CRITERIA, METHODS
from automax.tables.network import NAME, settings_of
from pysmac_compat import arguments
from pysmac_compat.errors import ArgumentError, shown
from pysmac_compat.suggestions import nearest

_METRICS = ("AUROC", "AUPRC")
#: metric -> the loss that is searched besides cross-entropy
_LOSSES = {"AUPRC": "APLoss", "AUROC": "AUCMLoss", "one-way": "pAUC_DRO_Loss", "two-way": "tpAUC_KL_Loss"}
#: cross-entropy on balanced batches is often the best loss
_CROSS_ENTROPY = "CrossEntropyLoss/Adam"


def sections_of(classifier: Any) -> dict[str, Any]:
    """Return the sections of a settings file, without the data set, for the arguments of an `AUCClassifier`.

    Raises
    ------
    ArgumentError
        For the first argument that is not allowed.
    """
    content: dict[str, Any] = settings_of(classifier.settings)
    if not isinstance(classifier.metric, str) or classifier.metric.upper() not in ("AUROC", "AUPRC"):
        raise ArgumentError(
            f"metric: unknown {shown(classifier.metric)}{nearest(classifier.metric, ['AUROC', 'AUPRC'])}"
        )
    metric = classifier.metric.upper()
    bounds = {"max_fpr": classifier.max_fpr, "min_tpr": classifier.min_tpr}
    bounds = {name: value for name, value in bounds.items() if value is not None}
    if bounds and metric != "AUROC":
        raise ArgumentError(f"{next(iter(bounds))} needs metric='AUROC', which it makes partial, got {metric!r}")
    kind = metric if not bounds else "one-way" if classifier.min_tpr is None else "two-way"
    n_trials, epochs = (
        arguments.integer("n_trials", classifier.n_trials),
        arguments.integer("epochs", classifier.epochs),
    )
    workers, limit = (
        arguments.integer("workers", classifier.workers),
        arguments.limit("time_limit", classifier.time_limit),
    )
    fraction = classifier.validation_fraction
    if isinstance(fraction, bool) or not isinstance(fraction, (int, float)) or not 0 < fraction < 1:
        raise ArgumentError(f"validation_fraction must be a number between 0 and 1, got {shown(fraction)}")
    if classifier.calibration is not None and classifier.calibration not in METHODS:
        raise ArgumentError(
            f"calibration: unknown {shown(classifier.calibration)}{nearest(classifier.calibration, METHODS)}"
        )
    if isinstance(classifier.threshold, str):
        if classifier.threshold not in CRITERIA:
            raise ArgumentError(
                f"threshold: unknown {shown(classifier.threshold)}{nearest(classifier.threshold, CRITERIA)}"
            )
    elif (
        isinstance(classifier.threshold, bool)
        or not isinstance(classifier.threshold, (int, float))
        or not 0 < classifier.threshold < 1
    ):
        raise ArgumentError(
            f"threshold must be one of {', '.join(CRITERIA)}, or a probability between 0 and 1, got "
            f"{shown(classifier.threshold)}"
        )
    if arguments.flag("resume", classifier.resume) and classifier.search_directory is None:
        raise ArgumentError("resume=True needs search_directory, the folder of the search to continue")
    content["model"] = {"name": "mlp", **content["model"]}
    content["training"] = {
        "loss": [_LOSSES[kind], _CROSS_ENTROPY],
        "epochs": epochs,
        # if the learning rate is decayed before the first step, PESG divides by zero
        "decay_epochs": sorted({epochs // 2, 3 * epochs // 4} - {0}),
        **content["training"],
    }
    content["automax"] |= {
        "n_trials": n_trials,
        "SEED": _seed(classifier),
        "workers": workers,
        "total_time_limit": limit,
        "overwrite": not classifier.resume,
    }
    return {"metrics": [metric], "metric_kwargs": [bounds], **content}


def _seed(classifier: Any) -> int:
    random_state = classifier.random_state
    if random_state is None and classifier.resume:
        random_state = TrialRecord(Path(classifier.search_directory, NAME)).description.get("SEED")
    if isinstance(random_state, (int, np.integer)) and not isinstance(random_state, bool):
        return arguments.integer("random_state", random_state, least=0)
    return int(check_random_state(random_state).randint(arguments.LARGEST))
