"""Data sets that need no download: tables of scikit-learn, and synthetic graphs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy.typing as npt

from automax.data.arrays import ArrayDataset, Loader, split_arrays
from pysmac_compat.errors import ArgumentError


def _bunch(function: str) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    from sklearn import datasets

    bunch = getattr(datasets, function)()
    return bunch.data, bunch.target


def _digits(
    splits: Sequence[str], positive: int = 8, standardize: bool = False, **kwargs: Any
) -> tuple[ArrayDataset, list[ArrayDataset]]:
    X, y = _bunch("load_digits")
    labels = y == _one_of(positive, range(10))
    # pixels lie between 0 and 1, as is usual for images
    return split_arrays(X / 16, labels, splits, (0.6, 0.2, 0.2), standardize=standardize, **kwargs)


def _breast_cancer(splits: Sequence[str], **kwargs: Any) -> tuple[ArrayDataset, list[ArrayDataset]]:
    X, y = _bunch("load_breast_cancer")
    return split_arrays(X, y == 0, splits, (0.5, 0.25, 0.25), **kwargs)  # 0: malignant


def _wine(splits: Sequence[str], positive: int = 0, **kwargs: Any) -> tuple[ArrayDataset, list[ArrayDataset]]:
    X, y = _bunch("load_wine")
    return split_arrays(X, y == _one_of(positive, range(3)), splits, (0.6, 0.2, 0.2), **kwargs)


def _one_of(positive: int, classes: range) -> int:
    if positive not in classes:
        raise ArgumentError(f"dataset.kwargs.positive must be one of {', '.join(map(str, classes))}, got {positive!r}")
    return positive


def _graphs(splits: Sequence[str], **kwargs: Any) -> tuple[Any, list[Any]]:
    from automax.data.graphs import synthetic_graphs

    return synthetic_graphs(splits, **kwargs)


#: the loaders; the keys are the names for ``dataset.name``
BUILTIN: Mapping[str, Loader] = MappingProxyType(
    {"digits": _digits, "breast_cancer": _breast_cancer, "wine": _wine, "synthetic_graphs": _graphs}
)
