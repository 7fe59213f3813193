"""Random search: the default, then uniform draws of legal configurations."""

from __future__ import annotations

import random

from benchmarks.evaluations import Evaluations
from benchmarks.problems import Problem

DISTRIBUTIONS: tuple[str, ...] = ()


def minimise(problem: Problem, seed: int, evaluations: Evaluations) -> None:
    generator = random.Random(seed)
    evaluations(problem.default)
    while True:
        evaluations(problem.sample(generator))
