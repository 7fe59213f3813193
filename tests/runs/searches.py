"""A small function, and searches for its least value: with all their processes, and without any.

What the options and arguments come to is asked of a `Plan`, and what the engine makes of a plan of a search in this
process; it proposes what a search with processes proposes, in a fraction of the time.
"""

from __future__ import annotations

import warnings

import threadpoolctl

import pysmac_compat
from pysmac_compat.evaluation.limits import failed
from pysmac_compat.evaluation.outcome import describe, judge
from pysmac_compat.events import RunEnded, RunStarted
from pysmac_compat.options.smac_options import resolve
from pysmac_compat.planning.planner import make_plan
from pysmac_compat.search.result_builder import ResultBuilder
from pysmac_compat.search.run import Run
from pysmac_compat.space.definition import define

PARAMETERS = {"x": ("real", [-5, 5], 4), "y": ("integer", [0, 8], 7)}


def quadratic(x, y):
    return (x - 1) ** 2 + y


def minimise(options, function=quadratic, n=12, **keywords):
    """As the user does it."""
    optimizer = pysmac_compat.SMAC_optimizer()
    for name, value in options:
        optimizer.smac_options[name] = value
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        optimizer.minimize(function, n, PARAMETERS, **keywords)
    return optimizer.result


def plan_of(options=(), n=12, parameters=PARAMETERS, clauses=(), deterministic=True, **keywords):
    """What is to be done."""
    definition = define(parameters, list(clauses))
    return make_plan(
        resolve(dict(options)), definition=definition, max_evaluations=n, deterministic=deterministic, **keywords
    )


def search(options=(), function=quadratic, n=12, cpu_time=lambda arguments: 0.0, **keywords):
    """The first run that these options and arguments plan, in this process.

    What a call uses is simulated: ``cpu_time`` of its arguments, in seconds.
    """
    plan = plan_of(options, n, **keywords)
    builder = ResultBuilder(plan)

    def call(arguments, cutoff, drop):
        used = cpu_time(arguments)
        try:
            report = describe(function(**arguments))
        except Exception as error:
            report = failed(error, memory_limited=False)
        return judge(report, plan.rules, cpu_time=used, wall_time=used, cutoff=cutoff)

    builder.take(RunStarted(0))
    with threadpoolctl.threadpool_limits(1):  # as in the engine's own process
        run = Run(plan, 0, call, builder.take)
        session = run.session(1)
        reason = session.run()
        run.test(session.cpu_used)
    builder.take(RunEnded(0, reason))
    return builder.result


def configurations(result):
    return [e.configuration for e in result.runs[0].evaluations]
