"""The methods. Each spends CPU seconds of MiniSat on the training formulas, and returns a configuration."""

from __future__ import annotations

import logging
import random
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pysmac_compat
from benchmarks.peers.smac3 import configuration_of, space_of
from benchmarks.problems.solvers import par10
from benchmarks.solver.irace import irace
from benchmarks.solver.minisat import CUTOFF, SPACE, SWITCHES, N, flags
from benchmarks.solver.solve import solve


class Spent(Exception):
    """The budget is used up."""


class Target:
    """MiniSat on some formulas, within a budget of CPU seconds.

    Attributes
    ----------
    paths : list of Path
    budget : float
    used : float
        The CPU seconds so far.
    calls : int
    """

    def __init__(self, paths: Sequence[Path], budget: float) -> None:
        self.paths, self.budget, self.used, self.calls = list(paths), budget, 0.0, 0

    def __call__(self, words: list[str], instance: int) -> tuple[bool, float]:
        """Run MiniSat; return whether it solved the formula, and its seconds.

        Raises
        ------
        Spent
            If the run uses up the budget; then its result is dropped.
        """
        left = self.budget - self.used
        solved, seconds = solve(words, str(self.paths[instance]), min(CUTOFF, left))
        self.used, self.calls = self.used + seconds, self.calls + 1
        if self.used >= self.budget:
            raise Spent
        return solved, seconds


def default(target: Target, seed: int) -> list[str]:
    """Return the default, without a search."""
    return flags(SPACE.default)


def at_random(target: Target, seed: int) -> list[str]:
    """Evaluate the default and random configurations on all formulas, and return the one with the best mean PAR10."""
    draw = random.Random(seed)
    best, least = flags(SPACE.default), float("inf")
    words = best
    try:
        while True:
            costs = [par10(target(words, instance)[1], CUTOFF) for instance in range(N)]
            if sum(costs) < least:
                best, least = words, sum(costs)
            words = flags(SPACE.sample(draw))
    except Spent:
        return best


def ours(target: Target, seed: int) -> list[str]:
    """Run our search as a user would, with the budget as ``cputime-limit``; a last call beyond it does not count."""
    solver = pysmac_compat.program(
        "minisat -verb=0 {flags} {instance}",
        instances=target.paths,
        flags={name: {True: f"-{name}", False: f"-no-{name}"} for name in SWITCHES},
        exit_codes={10: "SAT", 20: "UNSAT"},
    )
    opt = pysmac_compat.SMAC_optimizer()
    opt.smac_options.update({"run-obj": "RUNTIME", "overall-obj": "MEAN10", "cputime-limit": target.budget})
    opt.minimize(solver, 10**6, dict(SPACE.parameters), list(SPACE.conditions), seed=seed, t_limit_function_s=CUTOFF)
    assert opt.result is not None
    (run,) = opt.result.runs
    for evaluation in run.evaluations:
        if target.used + evaluation.cpu_time > target.budget:
            break
        target.used, target.calls = target.used + evaluation.cpu_time, target.calls + 1
    steps = [step.active_configuration for step in run.trajectory if step.evaluation <= target.calls]
    return flags(steps[-1] if steps else SPACE.default)


def smac3(target: Target, seed: int) -> list[str]:
    """Run SMAC3's AlgorithmConfigurationFacade by ask and tell; an incumbent may run on all formulas, not on three."""
    from smac import AlgorithmConfigurationFacade as Facade
    from smac import Scenario
    from smac.runhistory import StatusType, TrialValue

    space = space_of(SPACE, seed)
    with tempfile.TemporaryDirectory() as folder:
        scenario = Scenario(
            space,
            n_trials=10**6,
            deterministic=True,
            seed=seed,
            output_directory=Path(folder),
            instances=[str(i) for i in range(N)],
        )
        optimizer = Facade(
            scenario,
            lambda config, instance, seed=0: 0.0,  # it is never called
            overwrite=True,
            logging_level=logging.ERROR,
            initial_design=Facade.get_initial_design(scenario, additional_configs=[space.get_default_configuration()]),
            intensifier=Facade.get_intensifier(scenario, max_config_calls=2000),
        )
        try:
            while True:
                info = optimizer.ask()
                solved, seconds = target(flags(configuration_of(SPACE, info.config)), int(info.instance))
                status = StatusType.SUCCESS if solved else StatusType.TIMEOUT
                optimizer.tell(info, TrialValue(par10(seconds, CUTOFF), time=seconds, status=status))
        except Spent:
            pass
        found: Any = optimizer.intensifier.get_incumbent()
    return flags(SPACE.default if found is None else configuration_of(SPACE, found))


METHODS: dict[str, Callable[[Target, int], list[str]]] = {
    "default": default,
    "ours": ours,
    "random": at_random,
    "smac3": smac3,
    "irace": irace,
}
