"""What a run wants to be evaluated, and what does that."""

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
    """An evaluation that is to be made.

    Attributes
    ----------
    index : int
        From 1; those on test instances are counted by themselves.
    configuration : dict
        The active values.
    instance, seed : int or None
    cutoff : float or None
        CPU seconds.
    test : bool
        Whether it is on a test instance, after the search.
    origin : str or None
        How SMAC3 has found the configuration.
    drop : Drop or None
        Stops it.
    """

    index: int
    configuration: dict[str, Any]
    instance: int | None
    seed: int | None
    cutoff: float | None
    test: bool = False
    origin: str | None = None
    drop: Drop | None = None


#: makes one call: arguments, cutoff in seconds, what stops it
Call: TypeAlias = Callable[[Mapping[str, Any], "float | None", "Drop | None"], Outcome]


class Pool(Protocol):
    """Does several jobs at a time, as ``ThreadPoolExecutor``."""

    def submit(self, function: Callable[[Job], Any], job: Job, /) -> Future[Any]:
        """Have it done soon: ``function(job)``."""


class EvaluationLost(SearchError):
    """A call will not come to an end, because what makes it is gone."""


def test_jobs(plan: Plan, run: int, configurations: Iterable[dict[str, Any]]) -> list[Job]:
    """The evaluations of some configurations on the test instances, after the run of this number."""
    rules, instances = plan.validation, plan.instances
    base = plan.seeds[run] if rules.seed is None else rules.seed
    jobs: list[Job] = []
    for configuration in configurations:
        for i, number in rules.runs(instances.n_test, plan.deterministic):
            instance = None if instances.n_train is None else instances.n_train + i
            seed = None if plan.deterministic else (base + number) * 7919 % 2**24
            jobs.append(Job(len(jobs) + 1, configuration, instance, seed, plan.objective.cutoff, test=True))
    return jobs
