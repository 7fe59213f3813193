"""SMAC3's AlgorithmConfigurationFacade, where an incumbent may see all instances and not three only."""

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
