"""Our own search. Calls are isolated only if the run time is minimised, since limits need a process."""

from __future__ import annotations

import itertools

import pysmac_compat
import pysmac_compat.engine.session
import pysmac_compat.space.configspace  # noqa: F401 (imported before the clock starts)
from benchmarks.evaluations import Evaluations
from benchmarks.problems import Configuration, Problem

DISTRIBUTIONS = ("pysmac-compat", "smac", "ConfigSpace", "scikit-learn", "numpy", "scipy")


def minimise(problem: Problem, seed: int, evaluations: Evaluations, capping: bool = True) -> Configuration:
    optimizer = pysmac_compat.SMAC_optimizer()
    runtime = problem.cutoff is not None
    if runtime:
        optimizer.smac_options["run-obj"] = "RUNTIME"
        optimizer.smac_options["overall-obj"] = "MEAN10"
        optimizer.smac_options["adaptive-capping"] = capping
    else:
        optimizer.smac_options["isolate"] = False
    optimizer.minimize(
        problem.function if runtime else evaluations.call,
        evaluations.budget,
        dict(problem.parameters),
        list(problem.conditions),
        list(problem.forbidden),
        deterministic=problem.deterministic,
        num_train_instances=problem.n_instances,
        train_instance_features=problem.features,
        seed=seed,
        t_limit_function_s=problem.cutoff,
    )
    assert optimizer.result is not None
    (run,) = optimizer.result.runs
    optimizer.__del__()  # removes its folder now, since the process ends without exit handlers
    if not runtime:
        return run.active_configuration
    # The function cannot know when a call was stopped, so the sum of the used times decides where the budget ends.
    for evaluation in run.evaluations:
        if evaluations.seconds + evaluation.value > problem.seconds:
            break
        evaluations.seconds += evaluation.value
        evaluations.calls += 1
    used = list(itertools.accumulate(evaluation.value for evaluation in run.evaluations[: evaluations.calls]))
    steps = [step for step in run.trajectory if step.evaluation <= evaluations.calls]
    for step in steps:
        evaluations.incumbents.append((used[step.evaluation - 1], problem.judged(step.active_configuration)))
    return steps[-1].active_configuration
