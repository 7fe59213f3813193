"""Cross-validation with the folds as instances: most configurations are given up after a fold or two.

Usage: python cross_validation.py [number of evaluations]
"""

import sys

import numpy as np
from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import StratifiedKFold
from sklearn.tree import DecisionTreeClassifier

import pysmac_compat as pysmac

data, target = load_breast_cancer(return_X_y=True)
folds = list(StratifiedKFold(10, shuffle=True, random_state=0).split(data, target))
# what a model may know of a fold: how large the tumours in its training part are, and how often they are benign
features = [[float(np.log(data[train, 3].mean())), float(target[train].mean())] for train, _ in folds]


def error(instance, criterion, max_depth, min_samples_leaf, ccp_alpha):
    train, test = folds[instance]
    tree = DecisionTreeClassifier(
        criterion=criterion,
        max_depth=max_depth,
        min_samples_leaf=min_samples_leaf,
        ccp_alpha=ccp_alpha,
        random_state=0,
    )
    return 1 - tree.fit(data[train], target[train]).score(data[test], target[test])


parameter_definition = {
    "criterion": ("categorical", ["gini", "entropy"], "gini"),
    "max_depth": ("integer", [1, 20], 3),
    "min_samples_leaf": ("integer", [1, 50], 1, "log"),
    "ccp_alpha": ("real", [1e-5, 1e-1], 1e-3, "log"),
}

if __name__ == "__main__":
    evaluations = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    opt = pysmac.SMAC_optimizer()
    value, parameters = opt.minimize(
        error,
        evaluations,
        parameter_definition,
        num_train_instances=len(folds),
        train_instance_features=features,
    )
    (run,) = opt.result.runs
    tried = len({str(e.configuration) for e in run.evaluations})
    print(f"{evaluations} calls were enough for {tried} configurations; the best has seen {run.incumbent_runs} folds")
    print(f"least value found: {value:.4f}")
    print(f"parameters: {parameters}")
