"""What the entries of ``smac_options`` come to."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pysmac_compat.evaluation.rules import TIMEOUT_QUALITY, WALL_FACTOR

#: value of a crash where ``transform-crashed-quality`` says no other, as in SMAC v2
CRASHED_QUALITY = 1e9


@dataclass(frozen=True)
class Settings:
    """What the options come to; None where the user has assigned nothing.

    Attributes
    ----------
    timeout_quality : float or None
    runtime_objective : bool
    penalty : float
        Factor of overall-obj: 1, 10 or 1000.
    instance_penalty : float
        The same of inter-obj.
    scenario : str
        The name of the folder of the results.
    result_folder : str
        The same, if it has a name of its own; ``%SCENARIO_NAME`` stands for that of the scenario.
    penalise_imputed : bool
        Whether to the model imputed costs count as often as in a mean.
    max_evaluations : int or None
    cutoff, wall_time, cpu_time : float or None
        Limits in seconds: of a call; of a run's wall clock; of a run's calls.
    wall_factor : float
        The wall clock limit of a call in units of ``cutoff``.
    kill_at_wall_limit : bool
        Without it there is no such limit.
    deterministic : bool or None
    seed : int or None
    seed_offset : int
    use_instances : bool
    max_incumbent_runs : int
    initial_incumbent_runs : int
    initial_incumbent : object
        A configuration as a str or a dict.
    initial_challengers : tuple
        More of them.
    subspace : object
        Values of some parameters as a str or a dict.
    subspace_file : str or None
        A file that holds such a str in each line.
    run_default : bool
        Whether the default is run early where there is another initial incumbent.
    capping : bool or None
    capping_factor, capping_summand : float
    skip_features : bool
    use_model : bool
        False in execution mode ROAR.
    stop_on_abort, stop_on_crash, stop_on_first_crash : bool
    retries : int
        Further calls after a crash.
    transform_crashes : bool or None
    crash_value : float or None
    check_consistency : bool or None
        Whether SAT and UNSAT on one instance are noticed.
    forbid_inconsistency : bool
        Whether they are an error.
    isolate : bool
        Whether calls happen in child processes.
    workers : int or None
        How many calls of a run go on at the same time.
    dask_client : dask.distributed.Client or None
        Of the cluster that makes the calls.
    console_level, file_level : int or None
        Logging levels; 0: off.
    parts : dict of str to dict
        What is handed as it is, by keyword, to a part of `pysmac_compat.engine` (by its name there), to the
        'session', to the rules of the 'validation', to the 'transform' of outcomes, or to the 'commands'
        around the search.
    """

    timeout_quality: float | None = TIMEOUT_QUALITY
    runtime_objective: bool = False
    penalty: float = 1.0
    instance_penalty: float = 1.0
    scenario: str = "scenario"
    result_folder: str = "%SCENARIO_NAME"
    penalise_imputed: bool = False
    max_evaluations: int | None = None
    cutoff: float | None = None
    wall_time: float | None = None
    cpu_time: float | None = None
    wall_factor: float = WALL_FACTOR
    kill_at_wall_limit: bool = True
    deterministic: bool | None = None
    seed: int | None = None
    seed_offset: int = 0
    use_instances: bool = True
    max_incumbent_runs: int = 2000
    initial_incumbent_runs: int = 1
    initial_incumbent: Any = None
    initial_challengers: tuple[Any, ...] = ()
    subspace: Any = ""
    subspace_file: str | None = None
    run_default: bool = False
    capping: bool | None = None
    capping_factor: float = 1.3
    capping_summand: float = 1.0
    skip_features: bool = False
    use_model: bool = True
    stop_on_abort: bool = False
    stop_on_crash: bool = False
    stop_on_first_crash: bool = False
    retries: int = 0
    transform_crashes: bool | None = None
    crash_value: float | None = None
    check_consistency: bool | None = None
    forbid_inconsistency: bool = False
    isolate: bool = True
    workers: int | None = None
    dask_client: Any = None
    console_level: int | None = None
    file_level: int | None = None
    parts: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def wall_limit_factor(self) -> float:
        """The wall clock limit of a call in units of its CPU limit; infinite, if it has none."""
        return self.wall_factor if self.kill_at_wall_limit else math.inf

    @property
    def log_level(self) -> int | None:
        """Of the lines on stderr."""
        return self.file_level if self.console_level is None else self.console_level

    @property
    def crashed_quality(self) -> float | None:
        """The value of a crash, if it is not that of a time-out."""
        if self.transform_crashes is False or (self.transform_crashes is None and self.crash_value is None):
            return None
        return CRASHED_QUALITY if self.crash_value is None else self.crash_value
