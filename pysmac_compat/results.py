"""What a minimisation came to: `SMAC_optimizer.result`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from pysmac_compat.evaluation.outcome import FAILURES, SUCCESSES, Status


@dataclass(frozen=True)
class Evaluation:
    """One call of the function.

    Attributes
    ----------
    index : int
        Its number within the run, from 1.
    configuration : dict
        The active parameters, sorted by name.
    instance : int or None
    seed : int or None
        What the function got as ``seed``.
    status : Status
    value : float
    cutoff : float or None
        Its CPU limit, seconds.
    cpu_time, wall_time : float
        Seconds.
    message : str
        Why it failed; empty if it did not.
    runtime : float or None
        Seconds: what the function reported, else its CPU time; of a TIMEOUT the limit.
    quality : float or None
        The function's own value, where ``value`` is a run time.
    """

    index: int
    configuration: dict[str, Any]
    instance: int | None
    seed: int | None
    status: Status
    value: float
    cutoff: float | None
    cpu_time: float
    wall_time: float
    message: str = ""
    runtime: float | None = None
    quality: float | None = None

    @property
    def succeeded(self) -> bool:
        """Whether the value is the function's own."""
        return self.status in SUCCESSES


@dataclass(frozen=True)
class Incumbent:
    """A step of a trajectory: from this evaluation on, this was the best configuration.

    Attributes
    ----------
    evaluation : int
        The index of the evaluation.
    value : float
    active_configuration : dict
    """

    evaluation: int
    value: float
    active_configuration: dict[str, Any]


@dataclass(repr=False)
class RunResult:
    """One of the independent runs.

    Attributes
    ----------
    seed : int
    value : float
    configuration : dict
        Every parameter, sorted by name; inactive ones carry their default.
    active_configuration : dict
        The active ones only.
    trajectory : list of Incumbent
    evaluations : list of Evaluation
    test_evaluations : list of Evaluation
        Those of the final incumbent on test instances.
    incumbent_runs : int
        On how many (instance, seed) pairs the incumbent was run: ``value`` is their mean.
    """

    seed: int
    value: float
    configuration: dict[str, Any]
    active_configuration: dict[str, Any]
    trajectory: list[Incumbent] = field(default_factory=list)
    evaluations: list[Evaluation] = field(default_factory=list)
    test_evaluations: list[Evaluation] = field(default_factory=list)
    incumbent_runs: int = 0

    @property
    def n_crashed(self) -> int:
        """How many evaluations have failed (a TIMEOUT is no failure)."""
        return sum(e.status in FAILURES for e in self.evaluations)

    @property
    def n_timed_out(self) -> int:
        """How many evaluations have the status TIMEOUT."""
        return sum(e.status == "TIMEOUT" for e in self.evaluations)

    def __repr__(self) -> str:
        return (
            f"<RunResult: seed={self.seed}, value={self.value!r}, configuration={self.configuration!r}, "
            f"evaluations={len(self.evaluations)}, crashed={self.n_crashed}, timed out={self.n_timed_out}>"
        )


@dataclass(repr=False)
class Result:
    """The result of one ``minimize()``.

    Attributes
    ----------
    value : float
        The best value found.
    configuration : dict
        Its configuration: every parameter, sorted by name; inactive ones carry their default.
    active_configuration : dict
        The active parameters only.
    runs : list of RunResult
    n_crashed : int
        How many evaluations of all runs have failed.
    stopped_because : str
        Why the search ended.
    """

    value: float
    configuration: dict[str, Any]
    active_configuration: dict[str, Any]
    runs: list[RunResult]
    n_crashed: int
    stopped_because: str

    @property
    def n_evaluations(self) -> int:
        """How many evaluations all runs have had."""
        return sum(len(run.evaluations) for run in self.runs)

    @property
    def n_timed_out(self) -> int:
        """How many evaluations of all runs have the status TIMEOUT."""
        return sum(run.n_timed_out for run in self.runs)

    def __repr__(self) -> str:
        return (
            f"<Result: value={self.value!r}, configuration={self.configuration!r}, runs={len(self.runs)}, "
            f"evaluations={self.n_evaluations}, crashed={self.n_crashed}, timed out={self.n_timed_out}, "
            f"stopped because: {self.stopped_because}>"
        )
