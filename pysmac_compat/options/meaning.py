"""What the entries of ``smac_options`` set: a field for each entry, with its default."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from pysmac_compat.engine.capping import Capping
from pysmac_compat.engine.settings import EngineSettings
from pysmac_compat.evaluation.rules import WALL_FACTOR
from pysmac_compat.plan.settings import CallSettings, LimitSettings
from pysmac_compat.plan.shell import ShellCommands
from pysmac_compat.plan.validation import Validation

if TYPE_CHECKING:
    from pysmac_compat.space.formula import Formula

#: the value of a crash, as in SMAC v2, if ``transform-crashed-quality`` is true and the user gives no value
CRASHED_QUALITY = 1e9


@dataclass(frozen=True)
class ObjectiveOptions:
    """The options that define the objective.

    Attributes
    ----------
    runtime : bool
    penalty, instance_penalty : float
        The factors by which time-outs are penalised, from the options overall-obj and inter-obj, for example 1 or 10.
    capping : bool or None
    capping_factor, capping_summand : float
    stop_on_abort, stop_on_crash, stop_on_first_crash : bool
    check_consistency : bool or None
        Whether to check that no instance has the result SAT in one call and UNSAT in another.
    forbid_inconsistency : bool
        Whether such a contradiction is an error.
    """

    runtime: bool = False
    penalty: float = 1.0
    instance_penalty: float = 1.0
    capping: bool | None = None
    capping_factor: float = Capping.factor
    capping_summand: float = Capping.summand
    stop_on_abort: bool = False
    stop_on_crash: bool = False
    stop_on_first_crash: bool = False
    check_consistency: bool | None = None
    forbid_inconsistency: bool = False


@dataclass(frozen=True)
class LimitOptions(LimitSettings):
    """The options that limit a run, in addition to the limits in the arguments of `minimize`.

    Attributes
    ----------
    evaluations : int or None
    wall_time : float or None
        The limit on wall clock time, in seconds.
    """

    evaluations: int | None = None
    wall_time: float | None = None


@dataclass(frozen=True)
class CallOptions(CallSettings):
    """The options for the calls of the user's function.

    Attributes
    ----------
    cutoff : float or None
        The limit on the CPU time of a call, in seconds.
    wall_factor : float
        The wall clock limit of a call as a multiple of ``cutoff``.
    kill_at_wall_limit : bool
        Whether calls have a wall clock limit.
    transform_crashes : bool or None
    crashed_quality : float or None
    workers : int or None
        The largest number of calls that a run makes at the same time.
    order : {'ended', 'begun'}
        The order in which the search gets the results: the order in which the calls ended or in which they began.
    lag : int or None
        The largest number of calls that the search proposes without having their results yet. If it is larger than the
        number of workers, some of these calls wait for a worker.
    cluster : dask.distributed.Client, cluster object, str or None
    """

    cutoff: float | None = None
    wall_factor: float = WALL_FACTOR
    kill_at_wall_limit: bool = True
    transform_crashes: bool | None = None
    crashed_quality: float | None = None
    workers: int | None = None
    order: Literal["ended", "begun"] = "ended"
    lag: int | None = None
    cluster: Any = None

    @property
    def wall_limit_factor(self) -> float:
        """The wall clock limit of a call as a multiple of its CPU limit; infinite if there is no wall clock limit."""
        return self.wall_factor if self.kill_at_wall_limit else math.inf

    @property
    def quality_of_crashes(self) -> float | None:
        """The value of a crash; None if it is the same as the value of a time-out."""
        if self.transform_crashes is False or (self.transform_crashes is None and self.crashed_quality is None):
            return None
        return CRASHED_QUALITY if self.crashed_quality is None else self.crashed_quality


@dataclass(frozen=True)
class StartOptions:
    """The options that set how the search starts.

    Attributes
    ----------
    incumbent : object
        The initial incumbent, as a str or a dict; None means the default configuration.
    challengers : tuple
        The configurations to evaluate next after the initial incumbent, each as a str or a dict.
    run_default : bool
        Whether the default configuration is also evaluated early if the initial incumbent is another configuration.
    subspace : object
        Values at which some parameters are fixed, as a str or a dict.
    subspace_file : str or None
        A file in which each line is a str such as ``subspace``.
    seed : int or None
    seed_offset : int
    warm_folder : str or None
        A state-run folder whose evaluations the search uses from its start.
    warm_iteration : int or None
        The number K in the file names of ``warm_folder``, for example in ``runs_and_results-itK.csv``.
    """

    incumbent: Any = None
    challengers: tuple[Any, ...] = ()
    run_default: bool = False
    subspace: Any = ""
    subspace_file: str | None = None
    seed: int | None = None
    seed_offset: int = 0
    warm_folder: str | None = None
    warm_iteration: int | None = None


@dataclass(frozen=True)
class InstanceOptions:
    """The options for the instances.

    Attributes
    ----------
    deterministic : bool or None
    use : bool
        Whether the search uses instances.
    skip_features : bool
    """

    deterministic: bool | None = None
    use: bool = True
    skip_features: bool = False


@dataclass(frozen=True)
class TransformOptions:
    """Formulas that change the quality and the run time of each call; see `plan.transform`."""

    enabled: bool | None = None
    valid_only: bool = True
    SAT_quality: Formula | None = None
    SAT_runtime: Formula | None = None
    UNSAT_quality: Formula | None = None
    UNSAT_runtime: Formula | None = None
    TIMEOUT_quality: Formula | None = None
    TIMEOUT_runtime: Formula | None = None
    other_quality: Formula | None = None
    other_runtime: Formula | None = None


@dataclass(frozen=True)
class OutputOptions:
    """The options for the log and the files that a search writes.

    Attributes
    ----------
    scenario : str
        The name of the scenario.
    result_folder : str
        The name of the folder for the results, in which ``%SCENARIO_NAME`` stands for the name of the scenario.
    console_level, file_level : int or None
        The logging levels from console-log-level and file-log-level; 0 means off.
    """

    scenario: str = "scenario"
    result_folder: str = "%SCENARIO_NAME"
    console_level: int | None = None
    file_level: int | None = None

    @property
    def log_level(self) -> int | None:
        """The level of the log on stderr."""
        return self.file_level if self.console_level is None else self.console_level


@dataclass(frozen=True)
class Options:
    """What all entries of ``smac_options`` together set."""

    objective: ObjectiveOptions = field(default_factory=ObjectiveOptions)
    limits: LimitOptions = field(default_factory=LimitOptions)
    calls: CallOptions = field(default_factory=CallOptions)
    start: StartOptions = field(default_factory=StartOptions)
    instances: InstanceOptions = field(default_factory=InstanceOptions)
    transform: TransformOptions = field(default_factory=TransformOptions)
    output: OutputOptions = field(default_factory=OutputOptions)
    engine: EngineSettings = field(default_factory=EngineSettings)
    validation: Validation = field(default_factory=Validation)
    shell: ShellCommands = field(default_factory=ShellCommands)
