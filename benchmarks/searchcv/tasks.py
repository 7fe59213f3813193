"""Six tasks: an estimator, the ranges of its parameters in the form of `RandomizedSearchCV`, and data."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from scipy.stats import loguniform, randint, uniform
from sklearn import datasets
from sklearn.ensemble import GradientBoostingRegressor, RandomForestClassifier
from sklearn.kernel_ridge import KernelRidge
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
    """

    estimator: Callable[[], Any]
    space: dict[str, Any]
    load: Callable[[], tuple[Any, Any]]

    def split(self, seed: int) -> list[Any]:
        """Return X and y for the search and for the test, in the order of ``train_test_split``."""
        X, y = self.load()
        # all remaining rows are for the test, which has to show small differences
        return list(train_test_split(X, y, train_size=min(400, len(y) * 3 // 5), random_state=seed))


def _data(name: str) -> Callable[[], tuple[Any, Any]]:
    return lambda: getattr(datasets, name)(return_X_y=True)


def _made() -> tuple[Any, Any]:
    made: tuple[Any, Any] = datasets.make_classification(
        5000, 20, n_informative=6, n_clusters_per_class=3, flip_y=0.1, random_state=0
    )
    return made


TASKS = {
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
        {
            "max_depth": randint(1, 30),
            "max_features": uniform(0.05, 0.9),
            "min_samples_leaf": randint(1, 30),
            "criterion": ["gini", "entropy"],
            "bootstrap": [True, False],
        },
        _made,
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
