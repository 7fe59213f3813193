"""What one minimisation is to do, checked and complete, as plain data."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pysmac_compat import arguments
from pysmac_compat._errors import ArgumentError, ParameterError
from pysmac_compat._warn import warn
from pysmac_compat.configurations import read_configuration, read_subspace
from pysmac_compat.evaluation.rules import TIMEOUT_QUALITY, Rules
from pysmac_compat.objective import Objective
from pysmac_compat.settings import Settings
from pysmac_compat.space.definition import Definition
from pysmac_compat.space.parameters import Value
from pysmac_compat.validation import Validation

if TYPE_CHECKING:
    from pysmac_compat.transform import Transform
    from pysmac_compat.warmstart import Known


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
    use_model : bool
        Without it the configurations are drawn at random.
    max_incumbent_runs, initial_incumbent_runs : int
    cpu_time : float or None
        Seconds that the calls of a run may use together.
    seed_offset : int
        Added to a run's seed for the search, not for its name.
    first : list of dict or None, or None
        The active values of the first configurations, None for a random one; without it, the default.
    subspace : dict
        Values of some parameters: what is drawn at random or proposed by the model has these.
    retries : int
        Further calls after a crash.
    crashed_quality : float or None
        The value of a crash, if it is not that of a time-out.
    check_consistency : {'', 'warn', 'raise'}
        What happens where an instance is called SAT and UNSAT in one run.
    validation : Validation
    penalise_imputed : bool
        Whether imputed costs are penalised for the model, too.
    calls : Rules
        What holds for each call of the function.
    known : list of Known
        Evaluations of an earlier run.
    parts : dict of str to dict
        Further keyword arguments of the parts of the engine, of the 'session', ...; see `Settings`.
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
    use_model: bool = True
    max_incumbent_runs: int = 2000
    initial_incumbent_runs: int = 1
    cpu_time: float | None = None
    seed_offset: int = 0
    first: list[dict[str, Any] | None] | None = None
    subspace: Mapping[str, Value] = field(default_factory=dict)
    retries: int = 0
    crashed_quality: float | None = None
    check_consistency: str = ""
    validation: Validation = field(default_factory=Validation)
    penalise_imputed: bool = False
    calls: Rules = field(default_factory=Rules)
    known: Sequence[Known] = ()
    parts: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

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
    mem_limit_function_mb: Any = None,
    resumed: str | None = None,
) -> Plan:
    """Check the arguments of ``minimize`` and join them with the options.

    Where an argument and an option set the same limit, the smaller one holds. ``resumed`` is the folder of the
    results of an earlier call that is resumed.

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
    n_test = _instances("num_test_instances", num_test_instances, least=0) or 0
    features = _features(train_instance_features, n_train)
    if not settings.use_instances:
        n_train, n_test, features = None, 0, None
    if settings.skip_features:
        features = None
    for name, needed in (("seed", not deterministic), ("instance", n_train is not None)):
        if needed and name in definition.parameters:
            raise ParameterError(f"parameter {name!r}: the function gets its own {name!r} in this run; rename it")
    if features is None and "n_components" in settings.parts.get("surrogate", {}):
        warn("smac_options['num-pca'] (numPCA) has no effect here: there are no instance features")
    seeds = arguments.seeds(seed if settings.seed is None else settings.seed, arguments.integer("num_runs", num_runs))
    cutoff = _least(arguments.limit("t_limit_function_s", t_limit_function_s), settings.cutoff)
    crashed_quality = None if settings.runtime_objective else settings.crashed_quality
    failure_value = TIMEOUT_QUALITY if settings.timeout_quality is None else settings.timeout_quality
    failure_value = failure_value if crashed_quality is None else crashed_quality
    plan = Plan(
        definition=definition,
        n_evaluations=min(arguments.evaluations(max_evaluations), settings.max_evaluations or 2**63),
        seeds=seeds,
        failure_value=failure_value,
        objective=_objective(settings, cutoff, failure_value),
        total_time=_least(t_limit_total_s, settings.wall_time),
        deterministic=deterministic,
        n_train=n_train,
        n_test=n_test,
        features=features,
        use_model=settings.use_model,
        max_incumbent_runs=settings.max_incumbent_runs,
        initial_incumbent_runs=settings.initial_incumbent_runs,
        cpu_time=settings.cpu_time,
        seed_offset=settings.seed_offset,
        first=_first(settings, definition),
        subspace=_subspace(settings, definition),
        retries=settings.retries,
        crashed_quality=crashed_quality,
        check_consistency=_check_consistency(settings),
        validation=Validation(**settings.parts.get("validation", {})),
        penalise_imputed=settings.penalise_imputed,
        calls=Rules(
            memory_mb=arguments.limit("mem_limit_function_mb", mem_limit_function_mb, zero_is_none=True),
            crash_value=settings.timeout_quality,
            runtime_objective=settings.runtime_objective,
            cutoff=cutoff,
            wall_factor=settings.wall_limit_factor,
            kill_file=settings.parts.get("session", {}).get("kill_file"),
        ),
        parts=settings.parts,
    )
    return replace(plan, known=_known(settings.parts.get("warmstart", {}), plan, resumed))


def _known(options: Mapping[str, Any], plan: Plan, resumed: str | None) -> list[Known]:
    if "folder" in options:
        from pysmac_compat.warmstart import read_known, read_known_before  # the readers of files know the plan

        return read_known(options, plan) if resumed is None else read_known_before(options, plan, resumed)
    if options:
        warn("smac_options['warmstart-iteration'] has no effect without 'warmstart'")
    return []


def _first(settings: Settings, definition: Definition) -> list[dict[str, Any] | None] | None:
    """The configurations that come first, if it is not just the default."""
    if settings.initial_incumbent is None and not settings.initial_challengers:
        return None
    incumbent = "DEFAULT" if settings.initial_incumbent is None else settings.initial_incumbent
    first = [read_configuration("smac_options['initial-incumbent']", incumbent, definition)]
    if settings.run_default:
        first.append(definition.default)
    for challenger in settings.initial_challengers:
        first.append(read_configuration("smac_options['initial-challengers']", challenger, definition))
    return [c for i, c in enumerate(first) if c is None or c not in first[:i]]


def _subspace(settings: Settings, definition: Definition) -> dict[str, Value]:
    values: dict[str, Value] = {}
    if settings.subspace_file is not None:
        name = "smac_options['search-subspace-file']"
        try:
            lines = Path(settings.subspace_file).read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise ArgumentError(f"{name} cannot be read: {error}") from error
        for line in lines:
            values.update(read_subspace(name, line, definition))
    values.update(read_subspace("smac_options['search-subspace']", settings.subspace, definition))
    return values


def _check_consistency(settings: Settings) -> str:
    if settings.check_consistency is False:
        return ""
    return "raise" if settings.forbid_inconsistency else "warn" if settings.check_consistency else ""


def _objective(settings: Settings, cutoff: float | None, failure_value: float) -> Objective:
    on_crash = "any" if settings.stop_on_crash else "first" if settings.stop_on_first_crash else ""
    plain = Objective(
        cutoff=cutoff,
        stop_on_abort=settings.stop_on_abort,
        stop_on_crash=on_crash,
        transform=_transform(settings.parts.get("transform", {}), failure_value),
    )
    if not settings.runtime_objective:
        return plain
    capping = (settings.capping_factor, settings.capping_summand)
    return replace(
        plain,
        runtime=True,
        penalty=settings.penalty,
        instance_penalty=settings.instance_penalty,
        capping=None if settings.capping is False else capping,
    )


def _transform(options: Mapping[str, Any], failure_value: float) -> Transform | None:
    enabled = options.get("enabled")
    if options and enabled is None:
        warn("smac_options: the other options tae-transform-... have no effect without 'tae-transform' = True")
    if not enabled:
        return None
    from pysmac_compat.transform import Transform  # needs NumPy, see `define`

    return Transform(
        failure_value=failure_value, **{name: value for name, value in options.items() if name != "enabled"}
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
