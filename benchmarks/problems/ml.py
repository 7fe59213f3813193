"""Two small problems of machine learning; they need scikit-learn, and all peers need the same version of it."""

from __future__ import annotations

from functools import cache
from typing import Any

from benchmarks.problems.families import Draw, family
from benchmarks.problems.problem import Problem


@cache
def _digits(split: int) -> tuple[Any, ...]:
    import numpy as np
    from sklearn.datasets import load_digits

    x, y = load_digits(return_X_y=True)
    rows = np.random.RandomState(split).permutation(len(y))[:700]
    x, y = x[rows] / 16.0, y[rows]
    return x[:300], y[:300], x[300:], y[300:]


@family("public")
def ml_svm_digits(draw: Draw) -> Problem:
    """Return the test error of a support vector machine on 700 digits; a seed sets the split, and shifts the scales."""
    split = draw.integer(1, 10**6, 0)
    factor_c, factor_gamma = draw.power(-2, 2, 0), draw.power(-1.5, 1.5, 0)

    def error(C: float, gamma: float) -> float:
        from sklearn.svm import SVC

        train, labels, test, answers = _digits(split)
        model = SVC(C=C * factor_c, gamma=gamma * factor_gamma, cache_size=50).fit(train, labels)
        return float(1 - model.score(test, answers))

    parameters = {"C": ("real", [1e-3, 1e4], 1.0, "log"), "gamma": ("real", [1e-6, 1e1], 1.0, "log")}
    return Problem("ml_svm_digits", error, parameters)


@cache
def _wine(split: int) -> tuple[Any, ...]:
    import numpy as np
    from sklearn.datasets import load_wine

    x, y = load_wine(return_X_y=True)
    rows = np.random.RandomState(split + 1).permutation(len(y))
    x, y = x[rows], y[rows]
    x = (x - x[:80].mean(0)) / x[:80].std(0)
    x = x + np.random.RandomState(split + 2).normal(0, 1.0, x.shape)  # wine without noise is too easy
    return x[:80], y[:80], x[80:], np.eye(3)[y[80:]]


@family("public")
def ml_cash_wine(draw: Draw) -> Problem:
    """Return the Brier score of a choice among three classifiers on noisy wine; a seed sets the split and the noise."""
    split = draw.integer(1, 10**6, 0)
    criterion = draw.renamed(["gini", "entropy"])
    weights = draw.renamed(["uniform", "distance"])

    def score(classifier: str, **x: Any) -> float:
        from sklearn.ensemble import ExtraTreesClassifier, RandomForestClassifier
        from sklearn.neighbors import KNeighborsClassifier

        train, labels, test, onehot = _wine(split)
        if classifier == "k_nearest_neighbors":
            model = KNeighborsClassifier(x["knn_n_neighbors"], weights=weights[x["knn_weights"]])
        else:
            kind = RandomForestClassifier if classifier == "random_forest" else ExtraTreesClassifier
            model = kind(
                x["trees_n_estimators"],
                criterion=criterion[x["trees_criterion"]],
                max_features=x["trees_max_features"],
                max_depth=x["trees_max_depth"],
                random_state=0,
            )
        predicted = model.fit(train, labels).predict_proba(test)
        return float(((predicted - onehot) ** 2).sum(1).mean())

    return Problem(
        "ml_cash_wine",
        score,
        {
            "trees_max_depth": ("integer", [1, 10], 4),
            "trees_max_features": ("integer", [1, 13], 10),
            "trees_n_estimators": ("integer", [1, 60], 10, "log"),
            "trees_criterion": ("categorical", ["gini", "entropy"], "entropy"),
            "knn_n_neighbors": ("integer", [1, 70], 10, "log"),
            "knn_weights": ("categorical", ["uniform", "distance"], "uniform"),
            "classifier": ("ordinal", ["random_forest", "extra_trees", "k_nearest_neighbors"], "random_forest"),
        },
        [
            "trees_max_depth    | classifier in {random_forest, extra_trees}",
            "trees_max_features | classifier in {random_forest} || classifier == extra_trees",
            "trees_n_estimators | classifier != k_nearest_neighbors",
            "trees_criterion    | classifier < k_nearest_neighbors",
            "knn_n_neighbors    | classifier > extra_trees",
            "knn_weights        | classifier == k_nearest_neighbors && classifier != extra_trees"
            " && classifier != random_forest",
        ],
    )
