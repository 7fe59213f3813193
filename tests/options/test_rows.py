"""Each option with an effect sets one field, as data: no search is needed to see that it arrives."""

import logging
import os
from operator import attrgetter

import pytest

from pysmac_compat.errors import ArgumentError
from pysmac_compat.options.meaning import Options
from pysmac_compat.options.names import canonical_names
from pysmac_compat.options.row import Row
from pysmac_compat.options.rows import NO_EFFECT, ROWS
from pysmac_compat.options.smac_options import resolve
from pysmac_compat.options.table import options

HERE = os.path.dirname(__file__)

#: option, value, field, what the field becomes
CASES = [
    ("timeout_quality", 5, "calls.crash_value", 5.0),
    ("timeout_quality", None, "calls.crash_value", None),
    ("scenario_fn", "mine.dat", "output.scenario", "mine"),
    ("rungroup", "here", "output.result_folder", "here"),
    ("stop-on-abort", True, "objective.stop_on_abort", True),
    ("workers-order", "begun", "calls.order", "begun"),
    ("workers-lag", 8, "calls.lag", 8),
    ("stop-when-hopeless", False, "limits.stop_when_hopeless", False),
    ("isolate", False, "calls.isolate", False),
    ("calls-per-process", 20, "calls.calls_per_process", 20),
    ("workers", 3, "calls.workers", 3),
    ("run-obj", "RUNTIME", "objective.runtime", True),
    ("overall-obj", "MEAN10", "objective.penalty", 10.0),
    ("inter-obj", "mean1000", "objective.instance_penalty", 1000.0),
    ("deterministic", "false", "instances.deterministic", False),
    ("runcount-limit", "7", "limits.evaluations", 7),
    ("wallclock-limit", "2.5", "limits.wall_time", 2.5),
    ("cputime-limit", 3, "limits.cpu_time", 3.0),
    ("use-cpu-time-in-tunertime", True, "limits.count_own_time", True),
    ("iteration-limit", 4, "engine.selector.max_iterations", 4),
    ("terminate-on-delete", "file", "limits.stop_file", "file"),
    ("num-run", 0, "start.seed", 0),
    ("seed-offset", 9, "start.seed_offset", 9),
    ("cutoff-time", 1.5, "calls.cutoff", 1.5),
    ("kill-run-exceeding-captime", False, "calls.kill_at_wall_limit", False),
    ("kill-run-exceeding-captime-factor", 3, "calls.wall_factor", 3.0),
    ("kill-runs-on-file-delete", "file", "calls.kill_file", "file"),
    ("abort-on-crash", True, "objective.stop_on_crash", True),
    ("abort-on-first-run-crash", True, "objective.stop_on_first_crash", True),
    ("retry-crashed-count", 2, "calls.retries", 2),
    ("transform-crashed-quality", False, "calls.transform_crashes", False),
    ("transform-crashed-quality-value", 77, "calls.crashed_quality", 77.0),
    ("check-sat-consistency", True, "objective.check_consistency", True),
    ("check-sat-consistency-exception", True, "objective.forbid_inconsistency", True),
    ("tae-transform", True, "transform.enabled", True),
    ("tae-transform-valid-values-only", False, "transform.valid_only", False),
    ("pre-scenario-command", "true", "shell.before", "true"),
    ("post-scenario-command", "false", "shell.after", "false"),
    ("prepost-exec-dir", HERE, "shell.folder", HERE),
    ("prepost-log-output", True, "shell.log_output", True),
    ("exception-on-prepost-command", True, "shell.must_succeed", True),
    ("use-instances", False, "instances.use", False),
    ("deterministic-instance-ordering", True, "engine.racing.ordered", True),
    ("max-incumbent-runs", 50, "engine.racing.max_runs", 50),
    ("max-configurations", 7, "engine.racing.max_configurations", 7),
    ("initial-incumbent-runs", 2, "engine.racing.initial_runs", 2),
    ("initial-challenger-runs", 4, "engine.racing.first_batch", 4),
    ("initial-incumbent", "RANDOM", "start.incumbent", "RANDOM"),
    ("initial-challengers", ["-x '1'"], "start.challengers", ("-x '1'",)),
    ("initial-challengers", '[{"x": 1}]', "start.challengers", ({"x": 1},)),
    ("initial-challengers-intensification-time", 0, "engine.racing.initial_time", 0.0),
    ("always-run-initial-config", True, "start.run_default", True),
    ("adaptive-capping", False, "objective.capping", False),
    ("ac-mult-slack", 1.5, "objective.capping_factor", 1.5),
    ("ac-add-slack", 0.5, "objective.capping_summand", 0.5),
    ("treat-censored-data-as-uncensored", True, "engine.encoder.censored", "keep"),
    ("mask-censored-data-as-kappa-max", True, "engine.encoder.censored", "cutoff"),
    ("search-subspace", "x=1", "start.subspace", "x=1"),
    ("search-subspace-file", "file", "start.subspace_file", "file"),
    ("warmstart", HERE, "start.warm_folder", HERE),
    ("restore-scenario", HERE, "start.warm_folder", HERE),
    ("restore-state-from", HERE, "start.warm_folder", HERE),
    ("warmstart-iteration", 3, "start.warm_iteration", 3),
    ("restore-iteration", 3, "start.warm_iteration", 3),
    ("exec-mode", "ROAR", "engine.selector.use_model", False),
    ("skip-features", True, "instances.skip_features", True),
    ("intensification-percentage", 0.8, "engine.selector.retrain_after", 4),
    ("model", "gp", "engine.surrogate.model", "gp"),
    ("rf-num-trees", 4, "engine.forest.n_trees", 4),
    ("rf-log-model", True, "engine.forest.log_model", True),
    ("rf-penalize-imputed-values", True, "engine.encoder.penalise_imputed", True),
    ("rf-split-min", 5, "engine.forest.split_min", 5),
    ("rf-ratio-features", 0.5, "engine.forest.ratio_features", 0.5),
    ("rf-min-variance", 0.25, "engine.forest.min_variance", 0.25),
    ("rf-full-tree-bootstrap", True, "engine.forest.bootstrap", False),
    ("rf-ignore-conditionality", True, "engine.forest.inactive_as_default", True),
    ("mask-inactive-conditional-parameters-as-default-value", True, "engine.forest.inactive_as_default", True),
    ("num-pca", 3, "engine.forest.n_components", 3),
    ("acq-func", "lcb", "engine.acquisition.function", "LCB"),
    ("num-ei-random", 0, "engine.maximizer.n_random", 0),
    ("num-challengers", 5, "engine.maximizer.n_known_starts", 5),
    ("num-ls-random", 0, "engine.maximizer.n_random_starts", 0),
    ("continous-neighbours", 9, "engine.maximizer.n_neighbours", 9),
    ("validation", False, "validation.enabled", False),
    ("validate-default", True, "validation.with_default", True),
    ("num-validation-runs", 0, "validation.n_runs", 0),
    ("validation-rounding-mode", "NONE", "validation.round_up", False),
    ("num-test-instances", 2, "validation.n_instances", 2),
    ("num-seeds-per-test-instance", 2, "validation.n_seeds", 2),
    ("validation-seed", 0, "validation.seed", 0),
    ("validate-only-last-incumbent", False, "validation.which", "incumbents"),
    ("validate-all", True, "validation.which", "all"),
    ("max-timestamp", 5, "validation.max_time", 5.0),
    ("max-timestamp", -1, "validation.max_time", None),
    ("min-timestamp", 0, "validation.min_time", 0.0),
    ("mult-factor", 1.5, "validation.factor", 1.5),
    ("validate-by-wallclock-time", False, "validation.by_wall_time", False),
    ("validate-only-if-walltime-reached", 3, "validation.min_wall_time", 3.0),
    ("validate-only-if-tunertime-reached", 3, "validation.min_cpu_time", 3.0),
    ("console-log-level", "WARN", "output.console_level", logging.WARNING),
    ("log-level", "OFF", "output.file_level", 0),
]
FORMULAS = [f"tae-transform-{k}-{q}" for k in ("SAT", "UNSAT", "TIMEOUT", "other") for q in ("quality", "runtime")]
#: what is no plain data
OTHERS = [*FORMULAS, "dask-client"]


@pytest.mark.parametrize(("name", "value", "field", "meaning"), CASES)
def test_an_option_sets_its_field_and_no_other(name, value, field, meaning):
    found = resolve({name: value})
    assert attrgetter(field)(found) == meaning
    row = ROWS[canonical_names().get(name, name)]
    assert row.path == tuple(field.split("."))
    default = attrgetter(field)(Options())
    assert row.set(found, default) == Options()


def test_every_option_with_an_effect_has_a_case():
    named = {canonical_names().get(name, name) for name, *_ in CASES}
    assert named | {canonical_names().get(name, name) for name in OTHERS} == set(ROWS)


def test_every_option_of_smac_v2_has_an_effect_or_a_reason():
    with_effect = {name for name, option in options().items() if option.category == "effect"}
    assert with_effect == ROWS.keys() & options().keys()
    assert NO_EFFECT.keys() == options().keys() - with_effect
    assert all(option.text for option in options().values())


@pytest.mark.parametrize("name", FORMULAS)
def test_formulas(name):
    _, _, kind, quantity = name.split("-")
    found = resolve({name: "2 * Q"}).transform
    assert [field for field, value in vars(found).items() if value is not None and field not in ("valid_only",)] == [
        f"{kind}_{quantity}"
    ]


def test_a_row_without_a_field_is_found_at_import(monkeypatch):
    from pysmac_compat.options import rows

    monkeypatch.setitem(rows._ROWS, "new", Row(lambda options: options.engine.racing.most_runs, int))
    with pytest.raises(AttributeError, match="'new': RacingSettings has no field 'most_runs'"):
        rows.check_rows()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("runcount-limit", 0),
        ("runcount-limit", 2.5),
        ("cutoff-time", -1),
        ("cutoff-time", "soon"),
        ("deterministic", "perhaps"),
        ("execution-mode", "PSEL"),
        ("rf-num-trees", 0),
        ("rf-ratio-features", 1.5),
        ("intensification-percentage", 1),
        ("kill-run-exceeding-captime-factor", 1),
        ("adaptive-capping", 7),
        ("ac-mult-slack", None),
        ("scenario_fn", ""),
        ("timeout_quality", "bad"),
        ("prepost-exec-dir", "no such folder"),
        ("dask-client", 3),
    ],
)
def test_illegal_values_are_refused(name, value):
    with pytest.raises(ArgumentError, match=name):
        resolve({name: value})


def test_the_level_of_the_console_wins():
    assert resolve({"log-level": "DEBUG"}).output.log_level == logging.DEBUG
    assert resolve({"log-level": "DEBUG", "console-log-level": "WARN"}).output.log_level == logging.WARNING
    assert resolve({"log-level": "DEBUG", "console-log-level": "OFF"}).output.log_level == 0


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("n_jobs", 4, "unknown option 'n_jobs'; did you mean 'workers'"),
        ("dask", "s.json", "unknown option 'dask'; did you mean 'dask-client'"),
        ("workers", -1, "must be at least 1, got -1; for all cores of this machine, give os.cpu_count"),
        ("workers", 0, "must be at least 1, got 0$"),
        ("dask-client", "no-such.json", "there is no such file; a scheduler writes its file when it starts"),
        ("dask-client", "tcp://host", "got 'tcp://host'$"),
    ],
)
def test_a_message_names_what_is_meant(name, value, words):
    with pytest.raises(ArgumentError, match=words):
        resolve({name: value})
