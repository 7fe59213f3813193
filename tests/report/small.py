"""Results to look at, made by hand and by small searches."""

import warnings

from pysmac_compat import Evaluation, Incumbent, Result, RunResult, Search, SMAC_optimizer
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
    about = Search(space=space, max_evaluations=3, **search)
    best = runs[1]
    return Result(best.value, best.configuration, best.active_configuration, runs, 1, "interrupted", about)


def minimise(function, n, space, *clauses, folder=None, options=(), **keywords):
    """The result of a search; without warnings, which other tests are about."""
    optimizer = SMAC_optimizer(working_directory=folder, persistent_files=folder is not None)
    optimizer.smac_options.update(options)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        optimizer.minimize(function, n, space, *clauses, **keywords)
    return optimizer.result
