"""What one minimisation is to do, checked and complete, as plain data."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from pysmac_compat import arguments
from pysmac_compat._errors import ArgumentError, ParameterError
from pysmac_compat.evaluation.outcome import TIMEOUT_QUALITY
from pysmac_compat.objective import Objective
from pysmac_compat.options import Settings
from pysmac_compat.space.definition import Definition


@dataclass(frozen=True)
class Plan:
    """What is to be done.

    Attributes
    ----------
    definition : Definition
    n_evaluations : int
        Of each run.
    seeds : list of int
        One a run.
    failure_value : float
        What is returned where all evaluations have failed.
    objective : Objective
    total_time : float or None
        Seconds, for each run.
    deterministic : bool
        Without it the function gets a ``seed``.
    n_train, n_test : int or None
        Instances; with ``n_train`` the function gets an ``instance``.
    features : sequence of sequence of float, or None
        Of the training instances.
    n_trees : int
        Of the surrogate.
    use_model : bool
        Without it the configurations are drawn at random.
    max_incumbent_runs, initial_incumbent_runs : int
    cpu_time : float or None
        Seconds that the calls of a run may use together.
    """

    definition: Definition
    n_evaluations: int
    seeds: list[int]
    failure_value: float
    objective: Objective = field(default_factory=Objective)
    total_time: float | None = None
    deterministic: bool = True
    n_train: int | None = None
    n_test: int = 0
    features: Sequence[Sequence[float]] | None = None
    n_trees: int = 10
    use_model: bool = True
    max_incumbent_runs: int = 2000
    initial_incumbent_runs: int = 1
    cpu_time: float | None = None

    @property
    def needs_racing(self) -> bool:
        """Whether a configuration can be run more than once."""
        return self.n_train is not None or not self.deterministic


def make_plan(
    settings: Settings,
    *,
    definition: Definition,
    max_evaluations: Any,
    deterministic: bool,
    num_train_instances: Any,
    num_test_instances: Any,
    train_instance_features: Any,
    num_runs: Any,
    seed: Any,
    t_limit_function_s: Any,
    t_limit_total_s: float | None,
) -> Plan:
    """Check the arguments of ``minimize`` and join them with the options.

    Where an argument and an option set the same limit, the smaller one holds.

    Raises
    ------
    ArgumentError
        Naming the argument.
    ParameterError
        For a parameter called ``seed`` or ``instance`` where the function gets that keyword.
    """
    if settings.deterministic is not None:
        deterministic = settings.deterministic
    n_train = _instances("num_train_instances", num_train_instances, least=1)
    for name, needed in (("seed", not deterministic), ("instance", n_train is not None)):
        if needed and name in definition.parameters:
            raise ParameterError(f"parameter {name!r}: the function gets its own {name!r} in this run; rename it")
    cutoff = _least(arguments.limit("t_limit_function_s", t_limit_function_s), settings.cutoff)
    features = _features(train_instance_features, n_train)
    return Plan(
        definition=definition,
        n_evaluations=min(arguments.evaluations(max_evaluations), settings.max_evaluations or 2**63),
        seeds=arguments.seeds(seed, arguments.integer("num_runs", num_runs)),
        failure_value=TIMEOUT_QUALITY if settings.timeout_quality is None else settings.timeout_quality,
        objective=_objective(settings, cutoff),
        total_time=_least(t_limit_total_s, settings.wall_time),
        deterministic=deterministic,
        n_train=n_train,
        n_test=_instances("num_test_instances", num_test_instances, least=0) or 0,
        features=None if settings.skip_features else features,
        n_trees=settings.n_trees,
        use_model=settings.use_model,
        max_incumbent_runs=settings.max_incumbent_runs,
        initial_incumbent_runs=settings.initial_incumbent_runs,
        cpu_time=settings.cpu_time,
    )


def _objective(settings: Settings, cutoff: float | None) -> Objective:
    if not settings.runtime_objective:
        return Objective(cutoff=cutoff, stop_on_abort=settings.stop_on_abort)
    capping = (settings.capping_factor, settings.capping_summand)
    return Objective(
        runtime=True,
        cutoff=cutoff,
        penalty=1.0 if settings.penalty is None else settings.penalty,
        capping=None if settings.capping is False else capping,
        stop_on_abort=settings.stop_on_abort,
    )


def _least(*limits: float | None) -> float | None:
    return min((limit for limit in limits if limit is not None), default=None)


def _instances(name: str, value: Any, least: int) -> int | None:
    return None if value is None else arguments.integer(name, value, least=least, truncate=True)


def _features(features: Any, n_train: int | None) -> list[list[float]] | None:
    """The features as lists, one row for each training instance."""
    if features is None:
        return None
    if n_train is None:
        raise ArgumentError("train_instance_features needs num_train_instances")
    try:
        rows = [[float(value) for value in row] for row in features]
    except (TypeError, ValueError):
        raise ArgumentError(
            f"train_instance_features must hold one list of numbers for each instance, got {features!r:.200}"
        ) from None
    if len(rows) != n_train:
        raise ArgumentError(f"train_instance_features must have {n_train} rows, one an instance, got {len(rows)}")
    lengths = {len(row) for row in rows}
    if len(lengths) != 1 or lengths == {0}:
        raise ArgumentError(f"train_instance_features: all rows must have the same length, got {sorted(lengths)}")
    if not all(math.isfinite(value) for row in rows for value in row):
        raise ArgumentError("train_instance_features must be finite numbers")
    return rows
