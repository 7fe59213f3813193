"""Optuna's Gaussian process. It draws parameters at random if they are not in every trial."""

from __future__ import annotations

import optuna
import torch

from benchmarks.evaluations import Evaluations
from benchmarks.peers.optuna_tpe import search
from benchmarks.problems import Problem

DISTRIBUTIONS = ("optuna", "torch")
torch.set_num_threads(1)


def minimise(problem: Problem, seed: int, evaluations: Evaluations) -> None:
    exact = not problem.name.startswith("nois")
    search(problem, evaluations, optuna.samplers.GPSampler(seed=seed, deterministic_objective=exact))
