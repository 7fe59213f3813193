"""The labels of two classes, and the choice of the positive class."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.utils import check_array, column_or_1d
from sklearn.utils.multiclass import check_classification_targets

from pysmac_compat.errors import ArgumentError, shown

#: pairs of labels, as texts in lower case, of which one is positive by its name (see `_POSITIVE`)
_BY_NAME = (
    {"0", "1"},
    {"-1", "1"},
    {"no", "yes"},
    {"n", "y"},
    {"false", "true"},
    {"f", "t"},
    {"negative", "positive"},
    {"neg", "pos"},
    {"control", "case"},
    {"absent", "present"},
)
_POSITIVE = {"1", "yes", "y", "true", "t", "positive", "pos", "case", "present"}


def checked_labels(y: Any) -> npt.NDArray[Any]:
    """Check labels of classes, and return them as an array of shape (n,). No label may be missing."""
    if y is None:
        raise ArgumentError("AUCClassifier requires y to be passed, but the target y is None")
    gaps = np.asarray(y.isna()) if hasattr(y, "isna") else np.array([label is None for label in np.asarray(y).ravel()])
    if gaps.any():
        raise ArgumentError(f"the labels y: Input contains NaN or None, in {gaps.sum()} of {len(y)} rows")
    try:
        y = check_array(y, ensure_2d=False, dtype=None, ensure_min_samples=0, input_name="y")
        y = column_or_1d(y, warn=True)
        check_classification_targets(y)
    except ValueError as error:  # not all of these messages name y
        raise ArgumentError(f"the labels y: {error}") from error
    return np.asarray(y)


def divided_rows(
    positive: npt.NDArray[np.bool_], fraction: float, seed: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Divide rows at random, and return the training rows and the validation rows.

    The same share of the rows of each class, but at least one row, becomes validation rows.

    Parameters
    ----------
    positive : array of bool of shape (n,)
        Whether each row is positive.
    fraction : float
        The share of the rows that become validation rows.
    seed : int

    Raises
    ------
    ArgumentError
        If no row of a class would be left for training.
    """
    rng = np.random.RandomState(seed)
    parts: list[list[npt.NDArray[Any]]] = [[], []]
    for kind, rows in (("positive", np.flatnonzero(positive)), ("negative", np.flatnonzero(~positive))):
        n_val = max(1, round(fraction * len(rows)))
        if n_val == len(rows):
            raise ArgumentError(
                f"too few {kind} rows: {len(rows)} of {len(positive)} samples; training and validation need one each"
            )
        taken, kept = np.split(rng.permutation(rows), [len(rows) - n_val])
        parts[0].append(np.resize(taken, max(2, len(taken))))  # LibAUC's sampler needs two: a single row is repeated
        parts[1].append(kept)
    train, val = (np.sort(np.concatenate(part)) for part in parts)
    return train, val


def positive_class(classes: npt.NDArray[Any], counts: npt.NDArray[Any], wanted: Any = None) -> tuple[int, str]:
    """Choose the positive one of two classes.

    Parameters
    ----------
    classes : array of shape (2,)
    counts : array of shape (2,)
        The number of rows of each class.
    wanted : object
        The label that the user gives for the positive class, or the label as text. None: the names decide (1 if the
        labels are 0 and 1, 'yes' if they are 'no' and 'yes', and so on); if they do not, the class with fewer rows is
        positive.

    Returns
    -------
    int, str
        The index of the positive class, and the reason for the choice.

    Raises
    ------
    ArgumentError
        If there is no such class.
    """
    texts = [label_text(label) for label in classes]
    if wanted is not None:
        for fits in ([label == wanted for label in classes], [text == label_text(wanted) for text in texts]):
            if any(fits):
                return fits.index(True), "as given"
        raise ArgumentError(f"positive must be one of the classes {' and '.join(texts)}, got {shown(wanted)}")
    folded = [text.casefold() for text in texts]
    if set(folded) in _BY_NAME:
        return int(folded[1] in _POSITIVE), "chosen by its name"
    index = int(counts[1] <= counts[0])
    return index, "the rarer class" if counts[0] != counts[1] else "the later in order, because both are equally large"


def label_text(label: Any) -> str:
    """Return a label as a person writes it: 1.0 becomes 1."""
    if isinstance(label, (float, np.floating)) and float(label).is_integer():
        return str(int(label))
    return str(label)
