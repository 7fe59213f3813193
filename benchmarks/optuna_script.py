"""The search of docs/examples/rosenbrock_4d.py, written for Optuna; `cost` runs it.

Usage: python -m benchmarks.optuna_script [number of evaluations]
"""

from __future__ import annotations

import sys
from itertools import pairwise

import optuna

NUMBERS = [-5, -4, -3, -2, -1, 0, 1, 2, 3, 4, 5]


def rosenbrock(trial: optuna.Trial) -> float:
    """The least value, 0, is at x1 = x2 = x3 = x4 = 1."""
    x = [
        trial.suggest_float("x1", -5, 5),
        trial.suggest_int("x2", -5, 5),
        trial.suggest_categorical("x3", NUMBERS),
        trial.suggest_int("x4", -5, 5),
    ]
    return sum(100 * (b - a**2) ** 2 + (a - 1) ** 2 for a, b in pairwise(x))


if __name__ == "__main__":
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=0))
    study.enqueue_trial({"x1": 5, "x2": 5, "x3": 5, "x4": 5})
    study.optimize(rosenbrock, n_trials=int(sys.argv[1]) if len(sys.argv) > 1 else 150)
    print(f"least value found: {study.best_value:.4f}")
    print(f"parameters: {study.best_params}")
