"""The complete and checked plan of one minimisation: frozen data; it opens no files and starts no processes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from pysmac_compat.engine.settings import EngineSettings
from pysmac_compat.evaluation.rules import TIMEOUT_QUALITY, WALL_FACTOR, Rules
from pysmac_compat.plan.known import Known
from pysmac_compat.plan.objective import Objective
from pysmac_compat.plan.settings import CallSettings, LimitSettings
from pysmac_compat.plan.shell import ShellCommands
from pysmac_compat.plan.validation import Validation
from pysmac_compat.space.definition import Definition
from pysmac_compat.space.parameters import Value


@dataclass(frozen=True)
class Budget(LimitSettings):
    """The limits at which each run ends.

    Attributes
    ----------
    evaluations : int
    total_time : float or None
        The wall clock limit of a run, seconds.
    """

    evaluations: int
    total_time: float | None = None


@dataclass(frozen=True)
class Instances:
    """The instances on which the function is called.

    Attributes
    ----------
    n_train : int or None
        The number of training instances. If it is not None, the user's function gets the argument ``instance``.
    n_test : int
        The number of test instances.
    features : sequence of sequence of float, or None
        The features of the training instances.
    names : sequence of str, or None
        The names that the files use for the training instances. None means id_0, id_1, ...
    """

    n_train: int | None = None
    n_test: int = 0
    features: Sequence[Sequence[float]] | None = None
    names: Sequence[str] | None = None


@dataclass(frozen=True)
class Start:
    """What the search starts with.

    Attributes
    ----------
    first : list of dict or None, or None
        The active values of the configurations to evaluate first; an element None is a random configuration. If the
        list itself is None, the default configuration is evaluated first, unless ``known`` has evaluations.
    subspace : dict
        Fixed values for some parameters; every random or proposed configuration has them.
    known : sequence of Known
        Evaluations that are known before the search.
    seed_offset : int
        The search uses a run's seed plus this number; the names of the run's files have the seed alone.
    """

    first: list[dict[str, Any] | None] | None = None
    subspace: Mapping[str, Value] = field(default_factory=dict)
    known: Sequence[Known] = ()
    seed_offset: int = 0


@dataclass(frozen=True)
class Calls(CallSettings):
    """The settings of the calls of the user's function; their CPU limit is in `Objective`.

    Attributes
    ----------
    memory_mb : float or None
        The memory limit, MB: memory that a call may use beyond the memory of its process before the call.
    wall_factor : float
        The wall clock limit as a multiple of the CPU limit; infinity means that there is no wall clock limit.
    crashed_quality : float or None
        The value of a crash, if it differs from the value of a time-out.
    workers : int
        The number of calls that a run makes at the same time.
    in_order : bool
        Whether the search uses results in the order in which the calls began; otherwise, in the order in which they
        ended.
    lag : int or None
        The largest number of calls that may have begun while the search has not used their results. For None, see
        `most_unlearnt`.
    cluster : dask.distributed.Client or None
        The client of the cluster that makes the calls.
    numbered : bool
        Whether the user's function gets the argument ``evaluation_index``.
    worst : float
        The value of a failed call if no option sets one.
    """

    memory_mb: float | None = None
    wall_factor: float = WALL_FACTOR
    crashed_quality: float | None = None
    workers: int = 1
    in_order: bool = False
    lag: int | None = None
    cluster: Any = None
    numbered: bool = False
    worst: float = TIMEOUT_QUALITY

    def most_unlearnt(self, workers: int) -> int:
        """Return the largest number of calls that may have begun while the search has not used their results.

        With two workers, one more call than there are workers may begin, so that a worker need not wait for the next
        proposal. Without that call, half of a worker's waiting time after each result is the time that the engine takes
        for the proposal. With more workers, this time is shared among them, and a further call would make the search's
        results worse.
        """
        return self.lag or (3 if workers == 2 else workers)

    @property
    def failure_value(self) -> float:
        """The value that `minimize` returns if all evaluations have failed."""
        values = (self.crashed_quality, self.crash_value, self.worst)
        return next(value for value in values if value is not None)


@dataclass(frozen=True)
class Plan:
    """The plan of one minimisation.

    Attributes
    ----------
    definition : Definition
    seeds : list of int
        One seed per run.
    budget : Budget
    objective : Objective
    deterministic : bool
        Whether the user's function is deterministic. If it is not, it gets the argument ``seed``.
    instances : Instances
    start : Start
    calls : Calls
    engine : EngineSettings
    validation : Validation
    check_consistency : {'', 'warn', 'raise'}
        What to do if one instance has both results, SAT and UNSAT, in one run.
    processes : int
        The number of runs that are carried out at the same time.
    shell : ShellCommands
    """

    definition: Definition
    seeds: list[int]
    budget: Budget
    objective: Objective = field(default_factory=Objective)
    deterministic: bool = True
    instances: Instances = field(default_factory=Instances)
    start: Start = field(default_factory=Start)
    calls: Calls = field(default_factory=Calls)
    engine: EngineSettings = field(default_factory=EngineSettings)
    validation: Validation = field(default_factory=Validation)
    check_consistency: Literal["", "warn", "raise"] = ""
    processes: int = 1
    shell: ShellCommands = field(default_factory=ShellCommands)

    @property
    def needs_racing(self) -> bool:
        """Whether a configuration can have more than one evaluation."""
        return self.instances.n_train is not None or not self.deterministic

    @property
    def rules(self) -> Rules:
        """The rules for the process that makes the calls."""
        return Rules(
            memory_mb=self.calls.memory_mb,
            crash_value=self.calls.crash_value,
            runtime_objective=self.objective.runtime,
            cutoff=self.objective.cutoff,
            wall_factor=self.calls.wall_factor,
            kill_file=self.calls.kill_file,
            worst=self.calls.worst,
            calls_per_process=self.calls.calls_per_process,
        )
