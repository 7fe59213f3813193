"""What one minimisation is to do, checked and complete: frozen data, no files, no processes."""

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
    """When each run ends.

    Attributes
    ----------
    evaluations : int
    total_time : float or None
        Seconds of the wall clock.
    """

    evaluations: int
    total_time: float | None = None


@dataclass(frozen=True)
class Instances:
    """What the function is called on.

    Attributes
    ----------
    n_train : int or None
        With it the function gets an ``instance``.
    n_test : int
    features : sequence of sequence of float, or None
        Of the training instances.
    names : sequence of str, or None
        Of the training instances in the files; None: id_0, id_1, ...
    """

    n_train: int | None = None
    n_test: int = 0
    features: Sequence[Sequence[float]] | None = None
    names: Sequence[str] | None = None


@dataclass(frozen=True)
class Start:
    """Where the search begins.

    Attributes
    ----------
    first : list of dict or None, or None
        The active values of the first configurations, None for a random one; without it, the default.
    subspace : dict
        Fixed values for some parameters; every random or proposed configuration uses them.
    known : sequence of Known
        Evaluations of an earlier run.
    seed_offset : int
        Added to a run's seed for the search, not for its name.
    """

    first: list[dict[str, Any] | None] | None = None
    subspace: Mapping[str, Value] = field(default_factory=dict)
    known: Sequence[Known] = ()
    seed_offset: int = 0


@dataclass(frozen=True)
class Calls(CallSettings):
    """What holds for the calls of the function, beside the objective's limit.

    Attributes
    ----------
    memory_mb : float or None
        MB of memory that a call may use on top of what its process has before.
    wall_factor : float
        The wall clock limit in units of the CPU limit; infinite: none.
    crashed_quality : float or None
        The value of a crash, if it is not that of a time-out.
    workers : int
        How many calls of a run go on at the same time.
    in_order : bool
        Whether results are learnt in the order in which the calls were begun, not as they end.
    lag : int or None
        At most so many calls have been begun whose results are not learnt; None: see `most_unlearnt`.
    cluster : dask.distributed.Client or None
        Of the cluster that makes the calls.
    numbered : bool
        Whether the function gets ``evaluation_index``.
    worst : float
        The value of a call that failed, where no option says it.
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
        """How many calls may have been begun whose results are not learnt, with so many workers.

        Two workers find the next call proposed, as what the engine needs for a proposal is then half of what each
        result makes a worker wait. More of them share that time, and what is found would suffer.
        """
        return self.lag or (3 if workers == 2 else workers)

    @property
    def failure_value(self) -> float:
        """What is returned where all evaluations have failed."""
        values = (self.crashed_quality, self.crash_value, self.worst)
        return next(value for value in values if value is not None)


@dataclass(frozen=True)
class Plan:
    """What is to be done.

    Attributes
    ----------
    definition : Definition
    seeds : list of int
        One seed per run.
    budget : Budget
    objective : Objective
    deterministic : bool
        Without it the function gets a ``seed``.
    instances : Instances
    start : Start
    calls : Calls
    engine : EngineSettings
    validation : Validation
    check_consistency : {'', 'warn', 'raise'}
        What happens where an instance is called SAT and UNSAT in one run.
    processes : int
        How many runs go on at the same time.
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
        """Whether a configuration can be run more than once."""
        return self.instances.n_train is not None or not self.deterministic

    @property
    def rules(self) -> Rules:
        """What the process that makes the calls has to know."""
        return Rules(
            memory_mb=self.calls.memory_mb,
            crash_value=self.calls.crash_value,
            runtime_objective=self.objective.runtime,
            cutoff=self.objective.cutoff,
            wall_factor=self.calls.wall_factor,
            kill_file=self.calls.kill_file,
            worst=self.calls.worst,
        )
