"""Optuna's multivariate TPE, with groups of parameters that occur together."""

from __future__ import annotations

import optuna

from benchmarks.evaluations import Evaluations
from benchmarks.peers.optuna_tpe import DISTRIBUTIONS, search
from benchmarks.problems import Problem

__all__ = ["DISTRIBUTIONS", "minimise"]


def minimise(problem: Problem, seed: int, evaluations: Evaluations) -> None:
    search(problem, evaluations, optuna.samplers.TPESampler(seed=seed, multivariate=True, group=True))
