"""What the entries of ``smac_options`` mean: a field for each, with its default."""

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

#: value of a crash where ``transform-crashed-quality`` says no other, as in SMAC v2
CRASHED_QUALITY = 1e9


@dataclass(frozen=True)
class ObjectiveOptions:
    """What is minimised.

    Attributes
    ----------
    runtime : bool
    penalty, instance_penalty : float
        Factors of overall-obj and of inter-obj: 1, 10 or 1000.
    capping : bool or None
    capping_factor, capping_summand : float
    stop_on_abort, stop_on_crash, stop_on_first_crash : bool
    check_consistency : bool or None
        Whether SAT and UNSAT on one instance are noticed.
    forbid_inconsistency : bool
        Whether they are an error.
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
    """When a run ends, as far as arguments of `minimize` do not say so.

    Attributes
    ----------
    evaluations : int or None
    wall_time : float or None
        Seconds.
    """

    evaluations: int | None = None
    wall_time: float | None = None


@dataclass(frozen=True)
class CallOptions(CallSettings):
    """The calls of the function.

    Attributes
    ----------
    cutoff : float or None
        CPU seconds.
    wall_factor : float
        The wall clock limit in units of ``cutoff``.
    kill_at_wall_limit : bool
        Without it there is no such limit.
    transform_crashes : bool or None
    crashed_quality : float or None
    workers : int or None
        How many calls of a run go on at the same time.
    order : {'ended', 'begun'}
        In which their results are learnt.
    lag : int or None
        At most so many calls have been begun whose results are not learnt; more than there are workers wait for one.
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
        """The wall clock limit of a call in units of its CPU limit; infinite, if it has none."""
        return self.wall_factor if self.kill_at_wall_limit else math.inf

    @property
    def quality_of_crashes(self) -> float | None:
        """The value of a crash, if it is not that of a time-out."""
        if self.transform_crashes is False or (self.transform_crashes is None and self.crashed_quality is None):
            return None
        return CRASHED_QUALITY if self.crashed_quality is None else self.crashed_quality


@dataclass(frozen=True)
class StartOptions:
    """Where the search begins.

    Attributes
    ----------
    incumbent : object
        A configuration as a str or a dict; None: the default.
    challengers : tuple
        More of them.
    run_default : bool
        Whether the default is run early where there is another initial incumbent.
    subspace : object
        Values of some parameters as a str or a dict.
    subspace_file : str or None
        A file that holds such a str in each line.
    seed : int or None
    seed_offset : int
    warm_folder : str or None
        A state-run folder whose evaluations are known at the start.
    warm_iteration : int or None
        The number in the names of its files.
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
    """What the function is called on.

    Attributes
    ----------
    deterministic : bool or None
    use : bool
        Without it there are no instances.
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
    """What is told and written.

    Attributes
    ----------
    scenario : str
        The name of the folder of the results.
    result_folder : str
        The same, if it has a name of its own; ``%SCENARIO_NAME`` stands for that of the scenario.
    console_level, file_level : int or None
        Logging levels; 0: off.
    """

    scenario: str = "scenario"
    result_folder: str = "%SCENARIO_NAME"
    console_level: int | None = None
    file_level: int | None = None

    @property
    def log_level(self) -> int | None:
        """Of the lines on stderr."""
        return self.file_level if self.console_level is None else self.console_level


@dataclass(frozen=True)
class Options:
    """What all entries of ``smac_options`` mean."""

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
