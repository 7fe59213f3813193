"""Two classes, and which of them is the positive one."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.utils import check_array, column_or_1d
from sklearn.utils.multiclass import check_classification_targets

from pysmac_compat.errors import ArgumentError, shown

#: pairs of labels, as texts in lower case, of which the second one is positive by its name
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
    """Labels of classes as an array of shape (n,), none of them missing."""
    if y is None:
        raise ArgumentError("AUCClassifier requires y to be passed, but the target y is None")
    y = check_array(y, ensure_2d=False, dtype=None, ensure_min_samples=0, input_name="y")
    y = column_or_1d(y, warn=True)
    check_classification_targets(y)
    return np.asarray(y)


def divided_rows(
    positive: npt.NDArray[np.bool_], fraction: float, seed: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Rows for training and, of each class the same share but at least one, for validation.

    Parameters
    ----------
    positive : array of bool of shape (n,)
    fraction : float
        Share of the rows for validation.
    seed : int

    Raises
    ------
    ArgumentError
        If a class has one row only.
    """
    rng = np.random.RandomState(seed)
    parts: list[list[npt.NDArray[Any]]] = [[], []]
    for kind, rows in (("positive", np.flatnonzero(positive)), ("negative", np.flatnonzero(~positive))):
        n_val = max(1, round(fraction * len(rows)))
        if n_val == len(rows):
            raise ArgumentError(
                f"too few {kind} rows: {len(rows)} of {len(positive)} samples; training and validation need one"
            )
        taken, kept = np.split(rng.permutation(rows), [len(rows) - n_val])
        parts[0].append(np.resize(taken, max(2, len(taken))))  # LibAUC's sampler wants two
        parts[1].append(kept)
    train, val = (np.sort(np.concatenate(part)) for part in parts)
    return train, val


def positive_class(classes: npt.NDArray[Any], counts: npt.NDArray[Any], wanted: Any = None) -> tuple[int, str]:
    """Which of two classes is positive, and why.

    Parameters
    ----------
    classes : array of shape (2,)
    counts : array of shape (2,)
        Rows of each.
    wanted : object
        The label that the user says is positive, or its text; None: 1 of 0 and 1, yes of no and yes and so on, else
        the class with fewer rows.

    Returns
    -------
    int, str

    Raises
    ------
    ArgumentError
        If there is no such class.
    """
    texts = [label_text(label) for label in classes]
    if wanted is not None:
        for fits in ([label == wanted for label in classes], [text == label_text(wanted) for text in texts]):
            if any(fits):
                return fits.index(True), "as you say"
        raise ArgumentError(f"positive must be one of the classes {' and '.join(texts)}, got {shown(wanted)}")
    folded = [text.casefold() for text in texts]
    if set(folded) in _BY_NAME:
        return int(folded[1] in _POSITIVE), "by its name"
    index = int(counts[1] <= counts[0])
    return index, "the rarer class" if counts[0] != counts[1] else "the later one of two of the same size"


def label_text(label: Any) -> str:
    """A label as a person writes it: 1.0 is 1."""
    if isinstance(label, (float, np.floating)) and float(label).is_integer():
        return str(int(label))
    return str(label)
