"""ROAR made from SMAC3's own parts: random configurations race against the incumbent."""

from __future__ import annotations

from smac import RandomFacade

from benchmarks.evaluations import Evaluations
from benchmarks.peers.smac3 import DISTRIBUTIONS, search
from benchmarks.problems import Configuration, Problem

__all__ = ["DISTRIBUTIONS", "minimise"]


def minimise(problem: Problem, seed: int, evaluations: Evaluations) -> Configuration | None:
    return search(
        problem,
        seed,
        evaluations,
        RandomFacade,
        intensifier=lambda scenario: RandomFacade.get_intensifier(scenario, max_config_calls=2000),
    )
