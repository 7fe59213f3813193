"""The evaluation of given configurations on test instances, without a search before it."""

from __future__ import annotations

import contextlib
import queue
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

from pysmac_compat.evaluation.drop import Drop
from pysmac_compat.evaluation.evaluator import Caller
from pysmac_compat.evaluation.outcome import Outcome
from pysmac_compat.events import Event, Tested
from pysmac_compat.plan import Plan
from pysmac_compat.results import Evaluation
from pysmac_compat.search.minimisation import start_callers
from pysmac_compat.search.run import Run


def evaluate_on_test_instances(
    plan: Plan,
    function: Callable[..., Any],
    configurations: Sequence[Mapping[str, Any]],
    take: Callable[[Evaluation], None] = lambda evaluation: None,
) -> list[Evaluation]:
    """Evaluate each configuration on the test instances of a plan, as a search does at its end.

    Parameters
    ----------
    plan : Plan
    function : callable
    configurations : sequence of dict
        The active values of each configuration.
    take : callable
        Called with each evaluation as soon as it has ended.

    Returns
    -------
    list of Evaluation
        The evaluations, in the order of the configurations, and not in the order in which they ended.
    """
    settings = replace(plan.validation, which="all", min_wall_time=0.0, min_cpu_time=0.0, with_default=False)
    plan = replace(plan, validation=settings)
    found: list[Evaluation] = []
    one_at_a_time = threading.Lock()

    def note(event: Event) -> None:
        assert isinstance(event, Tested)
        with one_at_a_time:
            found.append(event.evaluation)
            take(event.evaluation)

    with contextlib.ExitStack() as started:
        callers = start_callers(plan, function, started)
        idle: queue.SimpleQueue[Caller] = queue.SimpleQueue()
        for caller in callers:
            idle.put(caller)

        def call(arguments: Mapping[str, Any], cutoff: float | None, drop: Drop | None) -> Outcome:
            caller = idle.get()
            try:
                return caller(arguments, cutoff, drop)
            finally:
                idle.put(caller)

        pool = None if len(callers) == 1 else started.enter_context(ThreadPoolExecutor(len(callers)))
        run = Run(plan, 0, call, note, pool)
        run.evaluated = {repr(dict(each)): dict(each) for each in configurations}
        run.test(0.0)
    return sorted(found, key=lambda evaluation: evaluation.index)
