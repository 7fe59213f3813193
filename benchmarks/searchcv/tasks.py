"""Tasks: an estimator, the ranges of its parameters in the form of `RandomizedSearchCV`, and data.

The data of the six `SMALL` tasks leave few rows for the test, so their test scores show small differences badly. The
six `LARGE` tasks are those of ten candidates on which a longer random search gains the most: the expected test score of
the best of 30 random configurations minus that of the best of 8, in standard deviations of the latter, on two splits
that the benchmark does not use. No other search had been run on them then.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from scipy.stats import loguniform, randint, uniform
from sklearn import datasets
from sklearn.decomposition import PCA
from sklearn.ensemble import (
    GradientBoostingClassifier,
    GradientBoostingRegressor,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
)
from sklearn.kernel_approximation import Nystroem
from sklearn.kernel_ridge import KernelRidge
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

#: number of folds
CV = 5


class Task(NamedTuple):
    """An estimator to tune.

    Attributes
    ----------
    estimator : callable
        Makes the estimator.
    space : dict of str to distribution or list
    load : callable
        Returns the data, X and y.
    rows : int
        The number of rows for the search, at most three fifths of all rows; the other rows are for the test.
    """

    estimator: Callable[[], Any]
    space: dict[str, Any]
    load: Callable[[], tuple[Any, Any]]
    rows: int = 400

    def split(self, seed: int) -> list[Any]:
        """Return X and y for the search and for the test, in the order of ``train_test_split``."""
        X, y = self.load()
        # all remaining rows are for the test, which has to show small differences
        return list(train_test_split(X, y, train_size=min(self.rows, len(y) * 3 // 5), random_state=seed))


def _data(name: str) -> Callable[[], tuple[Any, Any]]:
    return lambda: getattr(datasets, name)(return_X_y=True)


def _made(kind: str, rows: int, **settings: Any) -> Callable[[], tuple[Any, Any]]:
    return lambda: getattr(datasets, f"make_{kind}")(rows, random_state=0, **settings)


_CLUSTERS = _made("classification", 8000, n_informative=8, n_clusters_per_class=4, flip_y=0.05)
_FOREST = {
    "max_depth": randint(1, 30),
    "max_features": uniform(0.05, 0.9),
    "min_samples_leaf": randint(1, 30),
    "criterion": ["gini", "entropy"],
    "bootstrap": [True, False],
}
SMALL = {
    "svm_digits": Task(
        lambda: make_pipeline(StandardScaler(), SVC()),
        {
            "svc__C": loguniform(1e-3, 1e4),
            "svc__gamma": loguniform(1e-6, 10),
            "svc__kernel": ["rbf", "sigmoid", "poly"],
        },
        _data("load_digits"),
    ),
    "svm_cancer": Task(
        lambda: make_pipeline(StandardScaler(), SVC()),
        {
            "svc__C": loguniform(1e-3, 1e4),
            "svc__gamma": loguniform(1e-6, 10),
            "svc__kernel": ["rbf", "sigmoid", "poly"],
        },
        _data("load_breast_cancer"),
    ),
    "forest_made": Task(
        lambda: RandomForestClassifier(n_estimators=30, random_state=0),
        _FOREST,
        _made("classification", 5000, n_informative=6, n_clusters_per_class=3, flip_y=0.1),
    ),
    "boosting_diabetes": Task(
        lambda: GradientBoostingRegressor(random_state=0),
        {
            "n_estimators": randint(10, 150),
            "learning_rate": loguniform(1e-3, 1),
            "max_depth": randint(1, 9),
            "subsample": uniform(0.2, 0.8),
            "min_samples_leaf": randint(1, 40),
        },
        _data("load_diabetes"),
    ),
    "ridge_diabetes": Task(
        lambda: make_pipeline(StandardScaler(), KernelRidge()),
        {
            "kernelridge__alpha": loguniform(1e-5, 1e3),
            "kernelridge__gamma": loguniform(1e-5, 10),
            "kernelridge__kernel": ["rbf", "laplacian", "linear"],
        },
        _data("load_diabetes"),
    ),
    "mlp_wine": Task(
        lambda: make_pipeline(StandardScaler(), MLPClassifier(max_iter=60, random_state=0)),
        {
            "mlpclassifier__hidden_layer_sizes": randint(2, 60),
            "mlpclassifier__alpha": loguniform(1e-6, 10),
            "mlpclassifier__learning_rate_init": loguniform(1e-4, 0.3),
            "mlpclassifier__activation": ["relu", "tanh", "logistic"],
        },
        _data("load_wine"),
    ),
}
LARGE = {
    "boosting_hastie": Task(
        lambda: GradientBoostingClassifier(random_state=0),
        {
            "n_estimators": randint(10, 150),
            "learning_rate": loguniform(1e-3, 1),
            "max_depth": randint(1, 9),
            "subsample": uniform(0.2, 0.8),
            "min_samples_leaf": randint(1, 60),
            "max_features": uniform(0.1, 0.9),
        },
        _made("hastie_10_2", 8000),
        rows=600,
    ),
    "forest_clusters": Task(
        lambda: RandomForestClassifier(n_estimators=30, random_state=0),
        _FOREST,
        _CLUSTERS,
        rows=800,
    ),
    "histogram_friedman3": Task(
        lambda: HistGradientBoostingRegressor(random_state=0),
        {
            "learning_rate": loguniform(1e-3, 1),
            "max_iter": randint(10, 200),
            "max_leaf_nodes": randint(2, 64),
            "l2_regularization": loguniform(1e-6, 100),
            "min_samples_leaf": randint(1, 100),
            "max_features": uniform(0.1, 0.9),
            "max_bins": randint(8, 255),
        },
        _made("friedman3", 8000, noise=0.1),
        rows=800,
    ),
    "nystroem_clusters": Task(
        lambda: make_pipeline(StandardScaler(), Nystroem(random_state=0), LogisticRegression(max_iter=200)),
        {
            "nystroem__gamma": loguniform(1e-4, 10),
            "nystroem__n_components": randint(10, 300),
            "nystroem__kernel": ["rbf", "laplacian", "sigmoid"],
            "logisticregression__C": loguniform(1e-4, 1e4),
        },
        _CLUSTERS,
        rows=800,
    ),
    "ridge_friedman1": Task(
        lambda: make_pipeline(StandardScaler(), KernelRidge()),
        {
            "kernelridge__alpha": loguniform(1e-5, 1e3),
            "kernelridge__gamma": loguniform(1e-5, 10),
            "kernelridge__kernel": ["rbf", "laplacian", "polynomial", "sigmoid"],
            "kernelridge__degree": randint(1, 6),
            "kernelridge__coef0": uniform(0, 3),
        },
        _made("friedman1", 8000, noise=1),
        rows=600,
    ),
    "svm_pca_digits": Task(
        lambda: make_pipeline(StandardScaler(), PCA(), SVC()),
        {
            "pca__n_components": randint(2, 64),
            "pca__whiten": [True, False],
            "svc__C": loguniform(1e-3, 1e4),
            "svc__gamma": loguniform(1e-6, 10),
            "svc__kernel": ["rbf", "poly", "sigmoid"],
            "svc__degree": randint(2, 6),
            "svc__coef0": uniform(-1, 2),
        },
        _data("load_digits"),
        rows=600,
    ),
}
TASKS = SMALL | LARGE
