"""Checks before a training starts. Their messages say what to change."""

from __future__ import annotations

import traceback
from typing import Any

import numpy as np
import numpy.typing as npt

from automax.data.arrays import check_labels
from pysmac_compat.errors import ArgumentError


def check_training_data(targets: Any, n: int, batch_size: int, sampling_rate: float) -> npt.NDArray[np.float32]:
    """Check that LibAUC's samplers can fill their batches.

    Parameters
    ----------
    targets : array of shape (n,), (n, 1) or (n, n_labels)
    n : int
        The number of rows.
    batch_size : int
    sampling_rate : float
        The share of positives in a batch.

    Returns
    -------
    array of shape (n, 1) or (n, n_labels)

    Raises
    ------
    ArgumentError
    """
    labels = check_labels(targets, n)
    if batch_size < 2:
        raise ArgumentError(f"training.batch_size must be at least 2, one positive and one negative, got {batch_size}")
    if not 0 < sampling_rate < 1:
        raise ArgumentError(f"training.sampling_rate must lie between 0 and 1, got {sampling_rate!r}")
    positives = max(1, int(sampling_rate * batch_size))
    negatives = batch_size - positives
    n_labels = labels.shape[1]
    for j in range(n_labels):
        which = f"label {j}: " if n_labels > 1 else ""
        n_positive = int(labels[:, j].sum())
        n_negative = n - n_positive
        if n_positive == 0 or n_negative == 0:
            missing = "positive" if n_positive == 0 else "negative"
            raise ArgumentError(f"{which}the training data have no {missing} row; an AUC needs both classes")
        if n_positive == 1:
            raise ArgumentError(f"{which}the training data have a single positive row; at least two are needed")
        if n_negative < negatives:
            raise ArgumentError(
                f"{which}a batch takes {negatives} negatives, the training data have {n_negative}: "
                "lower training.batch_size or raise training.sampling_rate"
            )
    if n_labels > 1 and n < batch_size * n_labels:  # the sampler draws a batch for each label in turn
        raise ArgumentError(
            f"the {n} training rows do not fill one batch of {batch_size} for each of the {n_labels} labels: "
            f"set training.batch_size to at most {n // n_labels}"
        )
    return labels


def check_evaluation_data(targets: Any, n: int, split: str) -> npt.NDArray[np.float32]:
    """Check that a metric can be computed on a split, and return the labels."""
    labels = check_labels(targets, n)
    both = [0 < labels[:, j].sum() < n for j in range(labels.shape[1])]
    if not any(both):
        raise ArgumentError(f"the split {split!r} has rows of one class only ({n} rows): no AUC can be computed on it")
    return labels


def refused(args: Any, error: Exception) -> ArgumentError:
    """Return an error that names the arguments with which LibAUC failed to make a loss or an optimizer."""
    files = [frame.filename for frame in traceback.extract_tb(error.__traceback__)]
    kind = "optimizer" if any("optimizers" in file for file in files) else "loss"
    ours = ("device", "verbose", "num_labels")
    given = {key: value for key, value in getattr(args, f"{kind}_kwargs").items() if key not in ours}
    about = f"{type(error).__name__}: {error}"
    return ArgumentError(f"training.{kind}_kwargs: {getattr(args, kind)} refuses {given!r:.200}: {about:.300}")
