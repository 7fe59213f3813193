"""Optuna's CMA-ES with its defaults."""

from __future__ import annotations

import optuna

from benchmarks.evaluations import Evaluations
from benchmarks.peers.optuna_tpe import search
from benchmarks.problems import Problem

DISTRIBUTIONS = ("optuna", "cmaes")


def minimise(problem: Problem, seed: int, evaluations: Evaluations) -> None:
    search(problem, evaluations, optuna.samplers.CmaEsSampler(seed=seed))
