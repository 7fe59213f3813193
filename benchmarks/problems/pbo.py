"""Bit strings: the 25 problems of IOHprofiler's PBO, and the control of a contamination.

C. Doerr, F. Ye, N. Horesh, H. Wang, O. M. Shir, T. Bäck, "Benchmarking discrete optimization heuristics with
IOHprofiler", Applied Soft Computing 88, 2020. A seed selects one of the suite's instances 2 to 50, which flip a
random set of bits and change the scale of the values. PBO needs the wheel ``ioh``.
"""

from __future__ import annotations

import math
from functools import partial
from typing import Any

import numpy as np

from benchmarks.problems.families import Draw, enter, wheel
from benchmarks.problems.foreign import BUDGETS
from benchmarks.problems.problem import Problem

DIMENSIONS = 25, 50, 64, 100
_LABS, _TRAP = 18, 24
_SQUARES = {20, 21, 23}  # Ising torus, Ising triangular, queens: their bits form a square board
_N_INSTANCES = 49  # with the numbers 2 to 50
#: least energies of binary sequences (Packebusch, Mertens, "Low autocorrelation binary sequences", J. Phys. A 49, 2016)
_LABS_ENERGIES = {25: 36, 50: 153, 64: 208}


def is_legal(function: int, dimension: int) -> bool:
    """Return whether a problem of PBO has members of this dimension: a board is a square, and a trap has five bits."""
    if function in _SQUARES:
        return round(dimension**0.5) ** 2 == dimension
    return dimension % 5 == 0 if function == _TRAP else True


def _scale(instance: int) -> tuple[float, float]:
    """Return the factor and the offset of an instance's values, computed from two problems with known optima."""
    ioh = wheel("ioh")
    ten, twenty = (ioh.get_problem(1, instance, n, ioh.ProblemClass.PBO).optimum.y for n in (10, 20))
    return (twenty - ten) / 10, 2 * ten - twenty


def _optimum(function: int, dimension: int, instance: int) -> float | None:
    """Return the greatest value of an instance, or None if it is not known."""
    if function == _LABS:
        energy = _LABS_ENERGIES.get(dimension)
        most = dimension**2 / (2 * energy) if energy else math.inf
    else:
        ioh = wheel("ioh")
        most = float(ioh.get_problem(function, 1, dimension, ioh.ProblemClass.PBO).optimum.y)
    factor, offset = _scale(instance)
    return factor * most + offset if math.isfinite(most) else None


def _pbo(name: str, function: int, dimension: int, draw: Draw) -> Problem:
    ioh = wheel("ioh")
    instance = draw.seed % _N_INSTANCES + 2
    problem = ioh.get_problem(function, instance, dimension, ioh.ProblemClass.PBO)
    parameters: dict[str, tuple[Any, ...]] = {f"b{i}": ("categorical", [0, 1], 0) for i in range(dimension)}
    most = _optimum(function, dimension, instance)
    return Problem(
        name,
        lambda **b: -float(problem([b[parameter] for parameter in parameters])),
        parameters,
        optimum=None if most is None else -most,
        budgets=BUDGETS,
    )


for _function in range(1, 26):
    for _dimension in DIMENSIONS:
        if is_legal(_function, _dimension):
            _name = f"pbo-f{_function}-d{_dimension}"
            enter(_name, "bits", partial(_pbo, _name, _function, _dimension))


def quantiles(shares: np.ndarray, b: float) -> np.ndarray:
    """Return quantiles of the beta distribution with parameters 1 and ``b``."""
    return np.asarray(1 - (1 - shares) ** (1 / b))


def contamination(draw: Draw) -> Problem:
    """Return a problem that chooses the stages, out of 21, at which to prevent the contamination of food.

    Y. Hu, J. Hu, Y. Xu, F. Wang, R. Cao, "Contamination control in food supply chain", Winter Simulation Conference
    2010, with the numbers of C. Oh, J. Tomczak, E. Gavves, M. Welling, "Combinatorial Bayesian optimization using the
    graph Cartesian product", NeurIPS 2019. A seed draws the 100 simulated chains.
    """
    stages, chains, limit, share = 21, 100, 0.1, 0.05
    generator = np.random.default_rng(draw.random.getrandbits(64))
    first = quantiles(generator.random(chains), 30.0)
    spread = quantiles(generator.random((stages, chains)), 17 / 3)
    cleaned = quantiles(generator.random((stages, chains)), 3 / 7)
    parameters: dict[str, tuple[Any, ...]] = {f"b{i}": ("categorical", [0, 1], 0) for i in range(stages)}

    def cost(**b: int) -> float:
        part, total = first, 0.0
        for stage, name in enumerate(parameters):
            if b[name]:
                part = (1 - cleaned[stage]) * part
            else:
                part = spread[stage] * (1 - part) + part
            total += b[name] + float(np.mean(part > limit)) - share
        return total

    return Problem("contamination-d21", cost, parameters, budgets=BUDGETS)


enter("contamination-d21", "bits", contamination)
