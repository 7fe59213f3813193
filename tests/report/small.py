"""Results to look at, made by hand and by small searches."""

import dataclasses
import math
import random
import warnings

from pysmac_compat import Evaluation, Incumbent, Result, RunResult, Searched, SMAC_optimizer
from pysmac_compat.space.definition import define

SPACE = {
    "x": ("real", [-5, 5], 4),
    "n": ("integer", [1, 9], 3),
    "c": ("categorical", ["a", "b", None], "a"),
    "seed": ("real", [0, 1], 0.5),
}
CLAUSES = ["n | c == b"]


def evaluation(index, value, status="SAT", **configuration):
    about = {"instance": None, "seed": None, "cutoff": None, "cpu_time": 0.5, "wall_time": 1.0}
    message = "" if status == "SAT" else f"Traceback ...\nValueError: <script>alert({index})</script>"
    about |= {"message": message, "runtime": 0.5, "quality": value}
    return Evaluation(index=index, configuration=configuration, status=status, value=value, **about)


def handmade(**search):
    """Two runs of a small space; nothing of it is by chance."""
    first = [
        evaluation(1, 4.0, x=4.0, c="a", seed=0.5),
        evaluation(2, 3.0, x=3.0, c="b", n=7, seed=0.5),
        evaluation(3, 2.0**127, "CRASHED", x=2.0, c="a", seed=0.5),
    ]
    second = [evaluation(1, 4.0, x=4.0, c="a", seed=0.5), evaluation(2, 1.5, x=1.5, c=None, seed=0.25)]
    runs = []
    for seed, evaluations in enumerate((first, second)):
        steps = [Incumbent(e.index, e.value, e.configuration) for e in evaluations if e.status == "SAT"]
        last = steps[-1]
        complete = {"n": 3, **last.active_configuration}
        runs.append(RunResult(seed, last.value, complete, last.active_configuration, steps, evaluations, [], 1))
    space = define(SPACE, CLAUSES)
    about = Searched(space=space, max_evaluations=3, num_runs=2, **search)
    best = runs[1]
    return Result(best.value, best.configuration, best.active_configuration, runs, 1, "interrupted", about)


def minimise(function, n, space, *clauses, folder=None, options=(), **keywords):
    """The result of a search; without warnings, and without processes that nothing asks for: other tests have these."""
    optimizer = SMAC_optimizer(working_directory=folder, persistent_files=folder is not None)
    optimizer.smac_options["isolate"] = "workers" in options or not {"num_procs", "t_limit_function_s"}.isdisjoint(
        keywords
    )
    optimizer.smac_options.update(options)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        optimizer.minimize(function, n, space, *clauses, **keywords)
    return optimizer.result


def sampled(function, n, space, clauses=(), n_runs=1, instances=1, early=0, **search):
    """Random configurations of a space and their values, without a search; the last run ends some evaluations early.

    ``function`` takes the parameters and, with several instances, ``instance``; it returns a value, or a status.
    """
    definition, rng = define(space, list(clauses)), random.Random(7)
    sign = -1 if search.get("maximize") else 1
    runs = []
    for seed in range(n_runs):
        evaluations, steps = [], []
        for index in range(1, n + 1 - early * (seed == n_runs - 1)):
            values = {
                name: rng.choice(p.values)
                if not p.numeric
                else rng.randint(*p.values)
                if p.kind == "integer"
                else math.exp(rng.uniform(*map(math.log, p.values)))
                if p.log
                else rng.uniform(*p.values)
                for name, p in definition.parameters.items()
            }
            active = definition.default if index == 1 else definition.restrict(values)
            given = {"instance": index % instances} if instances > 1 else {}
            value = function(**active, **given)
            status, value = (value, sign * 2.0**127) if isinstance(value, str) else ("SAT", value)
            found = dataclasses.replace(evaluation(index, value, status), configuration=active, **given)
            evaluations.append(found)
            if status == "SAT" and (not steps or sign * value < sign * steps[-1].value):
                steps.append(Incumbent(index, value, active))
        last = steps[-1] if steps else Incumbent(0, sign * 2.0**127, definition.default)
        complete = definition.complete(last.active_configuration)
        runs.append(RunResult(seed, last.value, complete, last.active_configuration, steps, evaluations, [], 1))
    best = min(runs, key=lambda run: sign * run.value)
    n_instances = instances if instances > 1 else None
    about = Searched(space=definition, max_evaluations=n, num_runs=n_runs, n_instances=n_instances, **search)
    n_crashed = sum(run.n_crashed for run in runs)
    return Result(best.value, best.configuration, best.active_configuration, runs, n_crashed, "interrupted", about)
