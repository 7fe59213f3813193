"""A support vector machine under limits: what takes too long or too much memory costs one evaluation only.

Usage: python svm_limits.py [number of evaluations]
"""

import sys
from collections import Counter

from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PolynomialFeatures
from sklearn.svm import SVC

import pysmac_compat as pysmac

X, y = load_breast_cancer(return_X_y=True)

parameter_definition = {
    "degree": ("integer", [1, 5], 1),  # 30 features become 324,631 with degree 5: more than fits
    "kernel": ("categorical", ["rbf", "linear"], "rbf"),  # a linear one takes very long on features of all sizes
    "C": ("real", [1e-3, 1e3], 1.0, "log"),
    "gamma": ("real", [1e-12, 1.0], 1e-3, "log"),
}
conditional_clauses = ["gamma | kernel == rbf"]


def error(degree, **settings):
    """Cross-validated share of wrong answers."""
    features = PolynomialFeatures(degree, include_bias=False)
    return 1 - cross_val_score(make_pipeline(features, SVC(**settings)), X, y, cv=3, error_score="raise").mean()


if __name__ == "__main__":
    evaluations = int(sys.argv[1]) if len(sys.argv) > 1 else 30
    opt = pysmac.SMAC_optimizer()
    value, parameters = opt.minimize(
        error,
        evaluations,
        parameter_definition,
        conditional_clauses,
        t_limit_function_s=1,  # seconds of CPU time
        mem_limit_function_mb=1000,
    )
    for evaluation in opt.result.runs[0].evaluations:
        shown = f"{evaluation.value:.4f}" if evaluation.succeeded else "-"
        print(f"{evaluation.index:3d} {evaluation.status:8s} {shown:>8s}  {evaluation.configuration}")
    print(f"statuses: {dict(Counter(e.status for e in opt.result.runs[0].evaluations))}")
    print(f"least value found: {value:.4f}")
    print(f"parameters: {opt.result.active_configuration}")
