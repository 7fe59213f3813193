"""Data sets of arrays, and functions that split their rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from pysmac_compat.errors import ArgumentError
from pysmac_compat.suggestions import nearest

#: loader(splits, **kwargs) -> (train, [one data set for each split])
Loader = Callable[..., tuple[Any, Sequence[Any]]]


class ArrayDataset:
    """A data set of arrays: rows of features, and their labels.

    Parameters
    ----------
    X : array of shape (n, ...)
        Numbers, with one row (or image) for each example.
    y : array of shape (n,), (n, 1) or (n, n_labels)
        Labels 0 and 1.

    Attributes
    ----------
    X : array of float32
    targets : array of float32, of shape (n, 1) or (n, n_labels)

    Raises
    ------
    ArgumentError
        If the shapes of X and y do not match, if a number is missing or infinite, or if a label is not 0 or 1.
    """

    def __init__(self, X: Any, y: Any) -> None:
        try:
            # torch warns about arrays that are not writable, such as those of a DataFrame
            self.X = np.require(X, np.float32, "W")
        except (TypeError, ValueError) as error:
            raise ArgumentError(f"X must hold numbers only ({error}); encode categories as numbers first") from None
        if self.X.ndim < 2:
            raise ArgumentError(
                f"X must have a row for each example and a column for each feature, got the shape {self.X.shape}"
            )
        if not np.isfinite(self.X).all():
            raise ArgumentError("X holds numbers that are missing or infinite; impute them first")
        self.targets = check_labels(y, len(self.X))

    def __len__(self) -> int:
        return len(self.X)

    def __getitem__(self, index: Any) -> tuple[Any, Any, Any]:
        """Return a row, its labels and the index; LibAUC's sampler for several labels passes (row, label) as index."""
        row = index[0] if isinstance(index, (tuple, list)) else index
        return self.X[row], self.targets[row], index

    def take(self, rows: Any) -> ArrayDataset:
        """Return a data set of some of the rows."""
        return ArrayDataset(self.X[rows], self.targets[rows])


class _Joined:
    """The examples of two data sets of the same kind, one after the other."""

    def __init__(self, first: Any, second: Any) -> None:
        self._first, self._second = first, second
        self.targets = np.concatenate([check_labels(data.targets, len(data)) for data in (first, second)])

    def __len__(self) -> int:
        return len(self._first) + len(self._second)

    def __getitem__(self, index: int) -> Any:
        n = len(self._first)
        return self._first[index] if index < n else self._second[index - n]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._first, name)  # such as `node_dims` of graphs


def joined(first: Any, second: Any) -> Any:
    """Return one data set with the rows of both."""
    if isinstance(first, ArrayDataset) and isinstance(second, ArrayDataset):
        return ArrayDataset(np.concatenate([first.X, second.X]), np.concatenate([first.targets, second.targets]))
    return _Joined(first, second)


def check_labels(y: Any, n: int) -> npt.NDArray[np.float32]:
    """Check labels, and return them as LibAUC needs them: 0 and 1 in columns.

    Parameters
    ----------
    y : array of shape (n,), (n, 1) or (n, n_labels)
    n : int

    Returns
    -------
    array of shape (n, 1) or (n, n_labels)
    """
    labels = np.asarray(y)
    if labels.ndim == 1:
        labels = labels[:, None]
    if labels.ndim != 2 or len(labels) != n:
        raise ArgumentError(
            f"y must have one label, or one row of labels, for each of the {n} rows, got the shape {labels.shape}"
        )
    if labels.shape[1] == 2:
        raise ArgumentError(
            "y must have one column, or one for each of at least three labels, got two columns, which LibAUC takes for "
            "one label: for one label, give only the column of the positive class"
        )
    found = np.unique(labels)
    if not np.isin(found, (0, 1)).all():
        shown = ", ".join(map(str, found[:5]))
        raise ArgumentError(f"y must hold 0 and 1 only, got {shown}{', ...' if len(found) > 5 else ''}")
    return labels.astype(np.float32)


def stratified_rows(y: npt.NDArray[Any], fractions: Sequence[float], seed: int) -> list[npt.NDArray[np.int64]]:
    """Divide rows at random into parts in which each class has the same share.

    Parameters
    ----------
    y : array of shape (n,) or (n, n_labels)
        The labels. With several labels, each combination of labels is a class.
    fractions : sequence of float
        The share of the rows in each part.
    seed : int

    Returns
    -------
    list of array of int
        The sorted row indices of each part.
    """
    rng = np.random.RandomState(seed)
    _, classes = np.unique(y.reshape(len(y), -1), axis=0, return_inverse=True)
    bounds = np.cumsum(fractions)[:-1]
    parts: list[list[int]] = [[] for _ in fractions]
    before = 0
    for each in np.unique(classes):
        rows = rng.permutation(np.flatnonzero(classes.ravel() == each))
        after = before + len(rows)
        # bounds are rounded for all classes so far together, so that rounding errors do not add up
        cuts = np.floor(bounds * after + 0.5) - np.floor(bounds * before + 0.5)
        for part, found in zip(parts, np.split(rows, np.maximum.accumulate(cuts).astype(int)), strict=True):
            part.extend(found)
        before = after
    return [np.sort(np.array(part, dtype=np.int64)) for part in parts]


def imbalanced_rows(y: npt.NDArray[Any], imratio: float, seed: int) -> npt.NDArray[np.int64]:
    """Drop random rows of the too frequent class, so that a share ``imratio`` is positive; return the other rows.

    Raises
    ------
    ArgumentError
        If ``imratio`` is not between 0 and 1, if there are several labels, or if no row of a class would be left.
    """
    if isinstance(imratio, bool) or not isinstance(imratio, (int, float)) or not 0 < imratio < 1:
        raise ArgumentError(f"imratio must be a number between 0 and 1, got {imratio!r}")
    labels = y.reshape(len(y), -1)
    if labels.shape[1] != 1:
        raise ArgumentError(f"imratio needs data with one label, got {labels.shape[1]} labels")
    rng = np.random.RandomState(seed)
    positive, negative = (rng.permutation(np.flatnonzero(labels[:, 0] == label)) for label in (1, 0))
    odds = imratio / (1 - imratio)
    positive = positive[: round(odds * len(negative))]
    negative = negative[: round(len(positive) / odds)]
    if len(positive) == 0 or len(negative) == 0:
        raise ArgumentError(f"imratio={imratio} removes every row of one class (the data has {len(y)} rows)")
    return np.sort(np.concatenate([positive, negative]))


def standardized(train: ArrayDataset, others: Sequence[ArrayDataset]) -> tuple[ArrayDataset, list[ArrayDataset]]:
    """Scale the columns of all data sets to mean 0 and deviation 1 on the training rows; return train and others."""
    mean, deviation = train.X.mean(axis=0), train.X.std(axis=0)
    deviation[deviation == 0] = 1.0
    scaled = [ArrayDataset((d.X - mean) / deviation, d.targets) for d in (train, *others)]
    return scaled[0], scaled[1:]


def split_arrays(
    X: npt.NDArray[Any],
    y: npt.NDArray[Any],
    splits: Sequence[str],
    fractions: Sequence[float],
    imratio: float | None = None,
    split_seed: int = 0,
    standardize: bool = True,
) -> tuple[ArrayDataset, list[ArrayDataset]]:
    """Divide arrays into train, val and test, and return the data sets of train and of ``splits``.

    Parameters
    ----------
    X : array of shape (n, n_features)
    y : array of shape (n,) or (n, n_labels)
    splits : sequence of {'val', 'test'}
    fractions : sequence of three float
        The shares of train, val and test.
    imratio : float or None
        The share of positives in train. The shares in val and test do not change.
    split_seed : int
        The seed of the division.
    standardize : bool
        Whether to scale the columns to mean 0 and deviation 1 on the training rows.
    """
    check_splits(splits)
    if not isinstance(standardize, bool):
        raise ArgumentError(f"dataset.kwargs.standardize must be true or false, got {standardize!r}")
    train_rows, *eval_rows = stratified_rows(y, fractions, split_seed)
    if imratio is not None:
        train_rows = train_rows[imbalanced_rows(y[train_rows], imratio, split_seed)]
    train = ArrayDataset(X[train_rows], y[train_rows])
    by_name = dict(zip(("val", "test"), eval_rows, strict=True))
    evals = [ArrayDataset(X[by_name[name]], y[by_name[name]]) for name in splits]
    return standardized(train, evals) if standardize else (train, evals)


def check_splits(splits: Sequence[str], known: Sequence[str] = ("val", "test")) -> None:
    """Raise an ``ArgumentError`` for an unknown split."""
    for name in splits:
        if name not in known:
            raise ArgumentError(f"dataset.eval_splits: unknown split {name!r}{nearest(name, known)}")
