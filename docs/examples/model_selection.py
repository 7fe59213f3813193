"""Choose a classifier and its settings at once: a space with conditional parameters.

Usage: python model_selection.py [number of evaluations]
"""

import sys

from sklearn.datasets import load_breast_cancer
from sklearn.ensemble import ExtraTreesClassifier, RandomForestClassifier
from sklearn.model_selection import cross_val_score
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import pysmac_compat as pysmac

X, y = load_breast_cancer(return_X_y=True)
FORESTS = {"random_forest": RandomForestClassifier, "extra_trees": ExtraTreesClassifier}

parameter_definition = {
    "model": ("categorical", ["random_forest", "extra_trees", "neighbours"], "random_forest"),
    "n_estimators": ("integer", [5, 100], 10, "log"),
    "max_features": ("real", [0.05, 1.0], 0.5),
    "bootstrap": ("categorical", [True, False], True),
    "pruning": ("ordinal", ["none", "light", "strong"], "none"),
    "min_samples_leaf": ("integer", [2, 20], 5, "log"),
    "ccp_alpha": ("real", [1e-4, 1e-1], 1e-2, "log"),
    "n_neighbors": ("integer", [1, 30], 5),
    "weights": ("categorical", ["uniform", "distance"], "uniform"),
}

conditional_clauses = [
    "n_estimators     | model in {random_forest, extra_trees}",
    "max_features     | model != neighbours",
    "bootstrap        | model == extra_trees || n_estimators < 50",  # a large random forest always does
    "pruning          | model != neighbours",
    "min_samples_leaf | pruning > none",  # the order of the list: none, light, strong
    "ccp_alpha        | pruning == strong && max_features > 0.1",
    "n_neighbors      | model == neighbours",
    "weights          | model == neighbours && n_neighbors > 1",  # one neighbour needs no weight
]


def error(model, pruning=None, **settings):
    """Cross-validated share of wrong answers; only the active parameters come in."""
    if model in FORESTS:
        classifier = FORESTS[model](random_state=0, **settings)
    else:
        classifier = make_pipeline(StandardScaler(), KNeighborsClassifier(**settings))
    return 1 - cross_val_score(classifier, X, y, cv=5).mean()


if __name__ == "__main__":
    evaluations = int(sys.argv[1]) if len(sys.argv) > 1 else 40
    opt = pysmac.SMAC_optimizer()
    value, parameters = opt.minimize(error, evaluations, parameter_definition, conditional_clauses)
    print(f"the default has: {opt.result.runs[0].evaluations[0].value:.4f}")
    print(f"least value found: {value:.4f}")
    print(f"parameters: {opt.result.active_configuration}")
