"""The planner makes a plan from the arguments of `minimize` and from the options."""

from __future__ import annotations

import math
from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pysmac_compat import arguments
from pysmac_compat._warn import warn
from pysmac_compat.engine.settings import ForestSettings
from pysmac_compat.errors import ArgumentError, ParameterError, cut, shown
from pysmac_compat.evaluation.rules import TIMEOUT_QUALITY
from pysmac_compat.options.meaning import ObjectiveOptions, Options, StartOptions, TransformOptions
from pysmac_compat.plan import Budget, Calls, Instances, Plan, Start
from pysmac_compat.plan.objective import Objective
from pysmac_compat.plan.settings import CallSettings, LimitSettings
from pysmac_compat.planning.initial import read_configuration, read_given, read_subspace
from pysmac_compat.planning.warm_start import read_known, read_known_before
from pysmac_compat.space.definition import Definition
from pysmac_compat.space.parameters import Value

if TYPE_CHECKING:
    from pysmac_compat.plan.transform import Transform


def make_plan(
    options: Options,
    *,
    definition: Definition,
    max_evaluations: Any,
    deterministic: bool,
    num_train_instances: Any = None,
    num_test_instances: Any = None,
    train_instance_features: Any = None,
    num_runs: Any = 1,
    num_procs: Any = 1,
    seed: Any = 0,
    t_limit_function_s: Any = None,
    t_limit_total_s: float | None = None,
    mem_limit_function_mb: Any = None,
    numbered: bool = False,
    maximize: bool = False,
    known: Any = (),
    read_warm_start: bool = True,
) -> Plan:
    """Check the arguments of ``minimize`` and join them with the options.

    If an argument and an option set the same limit, the smaller limit holds. If ``read_warm_start`` is False, the
    plan lacks the evaluations of an earlier run that the options name; `with_warm_start` adds them.

    Raises
    ------
    ArgumentError
        The message names the argument.
    ParameterError
        If a parameter is named ``seed``, ``instance`` or ``evaluation_index`` and the search itself passes this name.
    """
    if options.instances.deterministic is not None:
        deterministic = options.instances.deterministic
    instances = _instances(options, num_train_instances, num_test_instances, train_instance_features)
    requests = {"seed": not deterministic, "instance": instances.n_train is not None, "evaluation_index": numbered}
    for name, needed in requests.items():
        if needed and name in definition.parameters:
            raise ParameterError(
                f"parameter {name!r}: the search itself passes {name!r} to the function; rename the parameter"
            )
    if instances.features is None and options.engine.forest.n_components != ForestSettings.n_components:
        warn("smac_options['num-pca'] (numPCA) has no effect here: there are no instance features")
    start, limits = options.start, options.limits
    seeds = arguments.seeds(seed if start.seed is None else start.seed, arguments.integer("num_runs", num_runs))
    cutoff = _least(arguments.limit("t_limit_function_s", t_limit_function_s), options.calls.cutoff)
    asked_for = arguments.integer("num_procs", num_procs, truncate=True)
    processes = min(asked_for, len(seeds))
    memory_mb = arguments.limit("mem_limit_function_mb", mem_limit_function_mb, zero_is_none=True)
    calls = _calls(options, memory_mb, bool(numbered), bool(maximize))
    if maximize and options.objective.runtime:
        raise ArgumentError(
            "maximize=True cannot be combined with smac_options['run-obj'] = 'RUNTIME', because a run time can only be "
            "minimised"
        )
    objective = replace(_objective(options, cutoff, calls.failure_value), maximize=bool(maximize))
    plan = Plan(
        definition=definition,
        seeds=seeds,
        budget=Budget(
            evaluations=min(arguments.evaluations(max_evaluations), limits.evaluations or 2**63),
            total_time=_least(t_limit_total_s, limits.wall_time),
            **_shared(LimitSettings, limits),
        ),
        objective=objective,
        deterministic=deterministic,
        instances=instances,
        start=Start(_first(start, definition), _subspace(start, definition), seed_offset=start.seed_offset),
        calls=calls,
        engine=options.engine,
        validation=options.validation,
        check_consistency=_check_consistency(options.objective),
        processes=processes if calls.isolate else 1,
        shell=options.shell,
    )
    if asked_for > 1 == len(seeds) and options.calls.workers is None and calls.isolate:
        warn(
            f"num_procs={shown(asked_for)} has no effect on a single run: to make {shown(asked_for)} calls at the same "
            f"time, set smac_options['workers'] = {shown(asked_for)}"
        )
    if not calls.isolate and plan.rules.limited:
        warn("smac_options['isolate'] = False: the limits of calls have no effect")
    if start.warm_folder is None and start.warm_iteration is not None:
        warn("smac_options['warmstart-iteration'] has no effect without smac_options['warmstart']")
    given = read_given(known, plan)
    if given and start.warm_folder is not None:
        raise ArgumentError(
            "the argument known and smac_options['warmstart'] both give evaluations: use only one of them"
        )
    plan = replace(plan, start=replace(plan.start, known=given))
    return with_warm_start(plan, options) if read_warm_start else plan


def with_warm_start(plan: Plan, options: Options, resumed: str | None = None) -> Plan:
    """Add the evaluations of an earlier run to the plan, if the options name such a run.

    ``resumed`` is the folder of the results if the search is resumed; otherwise None.
    """
    folder, iteration = options.start.warm_folder, options.start.warm_iteration
    if folder is None:
        return plan
    if resumed is None:
        known = read_known(folder, iteration, plan)
    else:
        known = read_known_before(folder, iteration, plan, resumed)
    return replace(plan, start=replace(plan.start, known=known))


#: if the search uses results in the order in which the calls began, workers-lag is by default this number per worker
_LAG = 4


def _calls(options: Options, memory_mb: float | None, numbered: bool, maximize: bool) -> Calls:
    given = options.calls
    if not given.isolate and (given.cluster is not None or (given.workers or 1) > 1):
        needs = "'dask-client'] needs" if given.cluster is not None else "'workers'] > 1 needs"
        raise ArgumentError(f"smac_options[{needs} isolated calls: smac_options['isolate'] = True")
    workers = given.workers or 1
    if given.lag is not None and given.lag < workers:
        raise ArgumentError(
            f"smac_options['workers-lag'] must be at least the number of workers, {workers}, got {given.lag}"
        )
    in_order = given.order == "begun" and workers > 1
    lag = None if workers == 1 else given.lag or (_LAG * workers if in_order else None)
    shared, crashed = _shared(CallSettings, given), given.quality_of_crashes
    if maximize and crashed is not None and given.crashed_quality is None:
        crashed = -crashed
    if maximize and shared["crash_value"] == TIMEOUT_QUALITY:  # the worst value if larger values are better
        shared["crash_value"] = -TIMEOUT_QUALITY
    return Calls(
        memory_mb=memory_mb,
        wall_factor=given.wall_limit_factor,
        crashed_quality=None if options.objective.runtime else crashed,
        workers=workers,
        in_order=in_order,
        lag=lag,
        cluster=given.cluster,
        numbered=numbered,
        worst=-TIMEOUT_QUALITY if maximize else TIMEOUT_QUALITY,
        **shared,
    )


def _shared(kind: type, options: Any) -> dict[str, Any]:
    """Return the options that are fields of the dataclass ``kind``; they pass to the plan unchanged."""
    return {each.name: getattr(options, each.name) for each in fields(kind)}


def _first(start: StartOptions, definition: Definition) -> list[dict[str, Any] | None] | None:
    """Return the configurations to evaluate first; None if the options give none, so that the default one is first."""
    if start.incumbent is None and not start.challengers:
        return None
    incumbent = "DEFAULT" if start.incumbent is None else start.incumbent
    first = [read_configuration("smac_options['initial-incumbent']", incumbent, definition)]
    if start.run_default:
        first.append(definition.default)
    for challenger in start.challengers:
        first.append(read_configuration("smac_options['initial-challengers']", challenger, definition))
    return [c for i, c in enumerate(first) if c is None or c not in first[:i]]


def _subspace(start: StartOptions, definition: Definition) -> dict[str, Value]:
    values: dict[str, Value] = {}
    if start.subspace_file is not None:
        name = "smac_options['search-subspace-file']"
        try:
            lines = Path(start.subspace_file).read_text(encoding="utf-8").splitlines()
        except (OSError, ValueError) as error:
            raise ArgumentError(f"{name} cannot be read: {cut(str(error))}") from error
        for line in lines:
            values.update(read_subspace(name, line, definition))
    values.update(read_subspace("smac_options['search-subspace']", start.subspace, definition))
    return values


def _check_consistency(objective: ObjectiveOptions) -> Literal["", "warn", "raise"]:
    if objective.check_consistency is False:
        return ""
    return "raise" if objective.forbid_inconsistency else "warn" if objective.check_consistency else ""


def _objective(options: Options, cutoff: float | None, failure_value: float) -> Objective:
    given = options.objective
    plain = Objective(
        cutoff=cutoff,
        stop_on_abort=given.stop_on_abort,
        stop_on_crash="any" if given.stop_on_crash else "first" if given.stop_on_first_crash else "",
        transform=_transform(options.transform, failure_value),
    )
    if not given.runtime:
        return plain
    return replace(
        plain,
        runtime=True,
        penalty=given.penalty,
        instance_penalty=given.instance_penalty,
        capping=None if given.capping is False else (given.capping_factor, given.capping_summand),
    )


def _transform(options: TransformOptions, failure_value: float) -> Transform | None:
    if options != TransformOptions() and options.enabled is None:
        warn("smac_options: the options tae-transform-... have no effect without smac_options['tae-transform'] = True")
    if not options.enabled:
        return None
    from pysmac_compat.plan.transform import Transform  # needs NumPy, see `define`

    formulas = {name: value for name, value in vars(options).items() if name not in ("enabled", "valid_only")}
    given = {name: formula for name, formula in formulas.items() if formula is not None}
    return Transform(valid_only=options.valid_only, failure_value=failure_value, **given)


def _least(*limits: float | None) -> float | None:
    return min((limit for limit in limits if limit is not None), default=None)


def _instances(options: Options, n_train: Any, n_test: Any, features: Any) -> Instances:
    train = None if n_train is None else arguments.integer("num_train_instances", n_train, least=1, truncate=True)
    test = 0 if n_test is None else arguments.integer("num_test_instances", n_test, least=0, truncate=True)
    rows = _features(features, train)
    if not options.instances.use:
        return Instances()
    return Instances(train, test, None if options.instances.skip_features else rows)


def _features(features: Any, n_train: int | None) -> list[list[float]] | None:
    """Check the features, which need one row for each training instance, and convert them to lists."""
    if features is None:
        return None
    if n_train is None:
        raise ArgumentError("train_instance_features needs num_train_instances")
    try:
        rows = [[float(value) for value in row] for row in features]
    except Exception:  # a class of the user may raise anything
        raise ArgumentError(
            f"train_instance_features must hold one list of numbers for each instance, got {shown(features)}"
        ) from None
    if len(rows) != n_train:
        raise ArgumentError(f"train_instance_features must have {n_train} rows, one for each instance, got {len(rows)}")
    lengths = {len(row) for row in rows}
    if len(lengths) != 1 or lengths == {0}:
        raise ArgumentError(f"train_instance_features: all rows must have the same length, got {sorted(lengths)}")
    if not all(math.isfinite(value) for row in rows for value in row):
        raise ArgumentError("train_instance_features must be finite numbers")
    return rows
