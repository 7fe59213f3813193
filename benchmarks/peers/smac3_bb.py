"""SMAC3's BlackBoxFacade with its defaults: a Gaussian process, for spaces without conditions."""

from __future__ import annotations

from smac import BlackBoxFacade

from benchmarks.evaluations import Evaluations
from benchmarks.peers.smac3 import DISTRIBUTIONS, search
from benchmarks.problems import Problem

__all__ = ["DISTRIBUTIONS", "minimise"]


def minimise(problem: Problem, seed: int, evaluations: Evaluations) -> None:
    search(problem, seed, evaluations, BlackBoxFacade)
