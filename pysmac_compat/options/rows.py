"""The table of the options with an effect: the field of `Options` that each option sets, and the reader of its value.

An option of SMAC v2 has one row here, and one line in smac_v2_effects.json, which describes its effect.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any, Generic, TypeVar

from pysmac_compat.options import readers as r
from pysmac_compat.options.meaning import Options
from pysmac_compat.options.table import canonical_names

T = TypeVar("T")

_PENALTIES = {"MEAN": 1.0, "MEAN10": 10.0, "MEAN1000": 1000.0}


@dataclass(frozen=True)
class Row(Generic[T]):
    """An option with an effect.

    Attributes
    ----------
    field : callable
        A function that returns the option's field of an `Options` object. So mypy checks the names, and an import of
        this module checks that the field exists.
    read : callable
        A function that converts the user's value to the value of the field. Its arguments are the option's name, for
        messages, and the user's value.
    """

    field: Callable[[Options], T]
    read: Callable[[str, Any], T]

    @property
    def path(self) -> tuple[str, ...]:
        """The names of the attributes that lead to the field."""
        asked = _Asked()
        self.field(asked)  # type: ignore[arg-type]
        return tuple(asked.names)

    def set(self, options: Options, value: T) -> Options:
        """Return the options with another value of the field."""
        changed: Options = _replaced(options, self.path, value)
        return changed


class _Asked:
    """An object that records the chain of attributes that are read from it."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def __getattr__(self, name: str) -> _Asked:
        self.names.append(name)
        return self


def _replaced(instance: Any, path: tuple[str, ...], value: Any) -> Any:
    name, *rest = path
    return replace(instance, **{name: _replaced(getattr(instance, name), tuple(rest), value) if rest else value})


_ROWS: dict[str, Row[Any]] = {
    "timeout_quality": Row(lambda o: o.calls.crash_value, r.quality),
    "scenario_fn": Row(lambda o: o.output.scenario, r.scenario),
    "rungroup": Row(lambda o: o.output.result_folder, r.file),
    "stop-on-abort": Row(lambda o: o.objective.stop_on_abort, r.flag),
    "stop-when-hopeless": Row(lambda o: o.limits.stop_when_hopeless, r.flag),
    "isolate": Row(lambda o: o.calls.isolate, r.flag),
    "calls-per-process": Row(lambda o: o.calls.calls_per_process, r.count()),
    "workers": Row(lambda o: o.calls.workers, r.workers),
    "workers-order": Row(lambda o: o.calls.order, r.mapped({"ended": "ended", "begun": "begun"})),
    "workers-lag": Row(lambda o: o.calls.lag, r.count()),
    "dask-client": Row(lambda o: o.calls.cluster, r.cluster),
    # the objective and the limits
    "run-obj": Row(lambda o: o.objective.runtime, r.mapped({"QUALITY": False, "RUNTIME": True})),
    "overall-obj": Row(lambda o: o.objective.penalty, r.penalty),
    "inter-obj": Row(lambda o: o.objective.instance_penalty, r.mapped(_PENALTIES)),
    "deterministic": Row(lambda o: o.instances.deterministic, r.flag),
    "runcount-limit": Row(lambda o: o.limits.evaluations, r.count()),
    "wallclock-limit": Row(lambda o: o.limits.wall_time, r.seconds),
    "cputime-limit": Row(lambda o: o.limits.cpu_time, r.seconds),
    "use-cpu-time-in-tunertime": Row(lambda o: o.limits.count_own_time, r.flag),
    "iteration-limit": Row(lambda o: o.engine.selector.max_iterations, r.count()),
    "terminate-on-delete": Row(lambda o: o.limits.stop_file, r.file),
    "num-run": Row(lambda o: o.start.seed, r.count(0)),
    "seed-offset": Row(lambda o: o.start.seed_offset, r.count(0)),
    # calls
    "cutoff-time": Row(lambda o: o.calls.cutoff, r.seconds),
    "kill-run-exceeding-captime": Row(lambda o: o.calls.kill_at_wall_limit, r.flag),
    "kill-run-exceeding-captime-factor": Row(lambda o: o.calls.wall_factor, r.factor),
    "kill-runs-on-file-delete": Row(lambda o: o.calls.kill_file, r.file),
    "abort-on-crash": Row(lambda o: o.objective.stop_on_crash, r.flag),
    "abort-on-first-run-crash": Row(lambda o: o.objective.stop_on_first_crash, r.flag),
    "retry-crashed-count": Row(lambda o: o.calls.retries, r.count(0)),
    "transform-crashed-quality": Row(lambda o: o.calls.transform_crashes, r.flag),
    "transform-crashed-quality-value": Row(lambda o: o.calls.crashed_quality, r.finite),
    "check-sat-consistency": Row(lambda o: o.objective.check_consistency, r.flag),
    "check-sat-consistency-exception": Row(lambda o: o.objective.forbid_inconsistency, r.flag),
    "tae-transform": Row(lambda o: o.transform.enabled, r.flag),
    "tae-transform-valid-values-only": Row(lambda o: o.transform.valid_only, r.flag),
    "tae-transform-SAT-quality": Row(lambda o: o.transform.SAT_quality, r.formula),
    "tae-transform-SAT-runtime": Row(lambda o: o.transform.SAT_runtime, r.formula),
    "tae-transform-UNSAT-quality": Row(lambda o: o.transform.UNSAT_quality, r.formula),
    "tae-transform-UNSAT-runtime": Row(lambda o: o.transform.UNSAT_runtime, r.formula),
    "tae-transform-TIMEOUT-quality": Row(lambda o: o.transform.TIMEOUT_quality, r.formula),
    "tae-transform-TIMEOUT-runtime": Row(lambda o: o.transform.TIMEOUT_runtime, r.formula),
    "tae-transform-other-quality": Row(lambda o: o.transform.other_quality, r.formula),
    "tae-transform-other-runtime": Row(lambda o: o.transform.other_runtime, r.formula),
    # commands around the search
    "pre-scenario-command": Row(lambda o: o.shell.before, r.text("a shell command")),
    "post-scenario-command": Row(lambda o: o.shell.after, r.text("a shell command")),
    "prepost-exec-dir": Row(lambda o: o.shell.folder, r.folder),
    "prepost-log-output": Row(lambda o: o.shell.log_output, r.flag),
    "exception-on-prepost-command": Row(lambda o: o.shell.must_succeed, r.flag),
    # racing
    "use-instances": Row(lambda o: o.instances.use, r.flag),
    "deterministic-instance-ordering": Row(lambda o: o.engine.racing.ordered, r.flag),
    "max-incumbent-runs": Row(lambda o: o.engine.racing.max_runs, r.count()),
    "initial-incumbent-runs": Row(lambda o: o.engine.racing.initial_runs, r.count()),
    "max-configurations": Row(lambda o: o.engine.racing.max_configurations, r.count()),
    "initial-challenger-runs": Row(lambda o: o.engine.racing.first_batch, r.count()),
    "initial-incumbent": Row(lambda o: o.start.incumbent, r.configuration),
    "initial-challengers": Row(lambda o: o.start.challengers, r.configurations),
    "initial-challengers-intensification-time": Row(lambda o: o.engine.racing.initial_time, r.span),
    "always-run-initial-config": Row(lambda o: o.start.run_default, r.flag),
    "adaptive-capping": Row(lambda o: o.objective.capping, r.flag),
    "ac-mult-slack": Row(lambda o: o.objective.capping_factor, r.positive),
    "ac-add-slack": Row(lambda o: o.objective.capping_summand, r.positive),
    "treat-censored-data-as-uncensored": Row(lambda o: o.engine.encoder.censored, r.either("keep", "impute")),
    "mask-censored-data-as-kappa-max": Row(lambda o: o.engine.encoder.censored, r.either("cutoff", "impute")),
    "search-subspace": Row(lambda o: o.start.subspace, r.subspace),
    "search-subspace-file": Row(lambda o: o.start.subspace_file, r.file),
    # an earlier run
    **dict.fromkeys(
        ("warmstart", "restore-scenario", "restore-state-from"), Row(lambda o: o.start.warm_folder, r.folder)
    ),
    **dict.fromkeys(("warmstart-iteration", "restore-iteration"), Row(lambda o: o.start.warm_iteration, r.count(0))),
    # the model and its proposals
    "execution-mode": Row(lambda o: o.engine.selector.use_model, r.mapped({"SMAC": True, "ROAR": False})),
    "skip-features": Row(lambda o: o.instances.skip_features, r.flag),
    "intensification-percentage": Row(lambda o: o.engine.selector.retrain_after, r.proposals),
    "model": Row(lambda o: o.engine.surrogate.model, r.choice("auto", "rf", "gp")),
    "rf-num-trees": Row(lambda o: o.engine.forest.n_trees, r.count()),
    "rf-log-model": Row(lambda o: o.engine.forest.log_model, r.flag),
    "rf-penalize-imputed-values": Row(lambda o: o.engine.encoder.penalise_imputed, r.flag),
    "rf-split-min": Row(lambda o: o.engine.forest.split_min, r.count(0)),
    "rf-ratio-features": Row(lambda o: o.engine.forest.ratio_features, r.share),
    "rf-min-variance": Row(lambda o: o.engine.forest.min_variance, r.positive),
    "rf-full-tree-bootstrap": Row(lambda o: o.engine.forest.bootstrap, r.either(False, True)),
    "rf-ignore-conditionality": Row(lambda o: o.engine.forest.inactive_as_default, r.flag),
    "mask-inactive-conditional-parameters-as-default-value": Row(lambda o: o.engine.forest.inactive_as_default, r.flag),
    "num-pca": Row(lambda o: o.engine.forest.n_components, r.count()),
    "acq-func": Row(lambda o: o.engine.acquisition.function, r.choice("EXPONENTIAL", "SIMPLE", "LCB", "EI", "LCBEIRR")),
    "num-ei-random": Row(lambda o: o.engine.maximizer.n_random, r.count(0)),
    "num-challengers": Row(lambda o: o.engine.maximizer.n_known_starts, r.count()),
    "num-ls-random": Row(lambda o: o.engine.maximizer.n_random_starts, r.count(0)),
    "continous-neighbours": Row(lambda o: o.engine.maximizer.n_neighbours, r.count()),
    # the test instances
    "validation": Row(lambda o: o.validation.enabled, r.flag),
    "num-validation-runs": Row(lambda o: o.validation.n_runs, r.count(0)),
    "validation-rounding-mode": Row(lambda o: o.validation.round_up, r.mapped({"UP": True, "NONE": False})),
    "num-test-instances": Row(lambda o: o.validation.n_instances, r.count()),
    "num-seeds-per-test-instance": Row(lambda o: o.validation.n_seeds, r.count()),
    "validation-seed": Row(lambda o: o.validation.seed, r.count(0)),
    "validate-only-last-incumbent": Row(lambda o: o.validation.which, r.either("last", "incumbents")),
    "validate-all": Row(lambda o: o.validation.which, r.either("all", "last")),
    "max-timestamp": Row(lambda o: o.validation.max_time, r.timestamp),
    "min-timestamp": Row(lambda o: o.validation.min_time, r.span),
    "mult-factor": Row(lambda o: o.validation.factor, r.factor),
    "validate-by-wallclock-time": Row(lambda o: o.validation.by_wall_time, r.flag),
    "validate-only-if-walltime-reached": Row(lambda o: o.validation.min_wall_time, r.span),
    "validate-only-if-tunertime-reached": Row(lambda o: o.validation.min_cpu_time, r.span),
    # the log
    "console-log-level": Row(lambda o: o.output.console_level, r.level),
    "log-level": Row(lambda o: o.output.file_level, r.level),
}
#: the same rows; the keys are the first names of the options in SMAC v2, or pysmac's own names
ROWS = {canonical_names().get(name, name): row for name, row in _ROWS.items()}


def check_rows() -> None:
    """Check that the target of each row is a field.

    Raises
    ------
    AttributeError
    """
    for name, row in _ROWS.items():
        at: Any = Options()
        for step in row.path:
            if step not in {each.name for each in fields(at)}:
                raise AttributeError(f"option {name!r}: {type(at).__name__} has no field {step!r}")
            at = getattr(at, step)
        if is_dataclass(at):
            raise AttributeError(f"option {name!r} sets all of {type(at).__name__}")


check_rows()
