"""The evaluations that a run requests, and the interfaces of the objects that make them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

from pysmac_compat.errors import SearchError
from pysmac_compat.evaluation.drop import Drop
from pysmac_compat.evaluation.outcome import Outcome
from pysmac_compat.plan import Plan


@dataclass(frozen=True)
class Job:
    """An evaluation to make.

    Attributes
    ----------
    index : int
        The index of the evaluation, from 1; evaluations on test instances have their own indices.
    configuration : dict
        The active values.
    instance, seed : int or None
    cutoff : float or None
        Limit in CPU seconds.
    test : bool
        Whether the evaluation is on a test instance, after the search.
    origin : str or None
        How SMAC3 found the configuration.
    drop : Drop or None
        An order with which the run can stop the evaluation; None: the run cannot stop it.
    """

    index: int
    configuration: dict[str, Any]
    instance: int | None
    seed: int | None
    cutoff: float | None
    test: bool = False
    origin: str | None = None
    drop: Drop | None = None


#: a function that calls the user's function once; it gets the keyword arguments, the cutoff in seconds, and the `Drop`
#: that can stop the call
Call: TypeAlias = Callable[[Mapping[str, Any], "float | None", "Drop | None"], Outcome]


class Pool(Protocol):
    """An executor that runs several jobs at the same time, such as ``ThreadPoolExecutor``."""

    def submit(self, function: Callable[[Job], Any], job: Job, /) -> Future[Any]:
        """Schedule ``function(job)``, and return its future."""


class EvaluationLost(SearchError):
    """A call will have no outcome: the process that makes it has ended, or the search has been stopped."""


def test_jobs(plan: Plan, run: int, configurations: Iterable[dict[str, Any]]) -> list[Job]:
    """Return the evaluations of these configurations on the test instances, after the run with the index ``run``."""
    rules, instances = plan.validation, plan.instances
    base = plan.seeds[run] if rules.seed is None else rules.seed
    jobs: list[Job] = []
    for configuration in configurations:
        for i, number in rules.runs(instances.n_test, plan.deterministic):
            instance = None if instances.n_train is None else instances.n_train + i
            seed = None if plan.deterministic else (base + number) * 7919 % 2**24
            jobs.append(Job(len(jobs) + 1, configuration, instance, seed, plan.objective.cutoff, test=True))
    return jobs
