"""SMAC3's AlgorithmConfigurationFacade; an incumbent may run on all instances, and not on three only."""

from __future__ import annotations

from smac import AlgorithmConfigurationFacade

from benchmarks.evaluations import Evaluations
from benchmarks.peers.smac3 import DISTRIBUTIONS, search
from benchmarks.problems import Configuration, Problem

__all__ = ["DISTRIBUTIONS", "minimise"]


def minimise(problem: Problem, seed: int, evaluations: Evaluations) -> Configuration | None:
    facade = AlgorithmConfigurationFacade
    return search(
        problem,
        seed,
        evaluations,
        facade,
        intensifier=lambda scenario: facade.get_intensifier(scenario, max_config_calls=2000),
    )
