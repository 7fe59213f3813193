"""Options of SMAC v2 with an effect here: each shows it."""

from __future__ import annotations

import runpy
import time
import warnings
from functools import cache
from pathlib import Path

import pytest

import pysmac_compat
from pysmac_compat import option_table
from pysmac_compat.option_readers import READERS

pytestmark = pytest.mark.slow

PARAMETERS = {"x": ("real", [-5, 5], 4), "y": ("integer", [0, 8], 7)}


def quadratic(x, y):
    return (x - 1) ** 2 + y


def minimise(options, function=quadratic, n=12, **keywords):
    optimizer = pysmac_compat.SMAC_optimizer()
    for name, value in options:
        optimizer.smac_options[name] = value
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        optimizer.minimize(function, n, PARAMETERS, **keywords)
    return optimizer.result


def configurations(result):
    return [e.configuration for e in result.runs[0].evaluations]


@pytest.mark.parametrize("name", ["runcount-limit", "runcount_limit", "totalNumRunsLimit"])
@pytest.mark.parametrize("value", [5, "5"])
def test_runcount_limit(name, value):
    assert len(configurations(minimise([(name, value)]))) == 5


def test_the_smaller_budget_holds():
    assert len(configurations(minimise([("runcount-limit", 50)]))) == 12


@pytest.mark.parametrize("name", ["cutoff_time", "cutoff-time", "cutoffTime", "algo-cutoff-time"])
def test_cutoff_time(name):
    assert {e.cutoff for e in minimise([(name, 3)], n=3).runs[0].evaluations} == {3.0}


def test_the_smaller_limit_of_a_call_holds():
    assert minimise([("cutoff-time", 3)], n=2, t_limit_function_s=2).runs[0].evaluations[0].cutoff == 2.0


def test_wallclock_limit():
    def slow(x, y):
        time.sleep(0.1)
        return x

    result = minimise([("wallclock-limit", 0.5)], slow, n=1000)
    assert result.stopped_because == "t_limit_total_s reached"
    assert len(configurations(result)) <= 6


def test_cputime_limit():
    def burn(x, y):
        end = time.process_time() + 0.1
        while time.process_time() < end:
            pass
        return x

    result = minimise([("cputime-limit", 0.35)], burn, n=1000)
    assert result.stopped_because == "cputime-limit reached"
    assert 1 <= len(configurations(result)) <= 4


def test_deterministic():
    result = minimise([("deterministic", "false")], lambda x, y, seed: x + seed % 3, n=6)
    assert all(type(e.seed) is int for e in result.runs[0].evaluations)


def test_execution_mode_roar_uses_no_model():
    smac, roar = (minimise([("execution-mode", mode)], n=30) for mode in ("SMAC", "ROAR"))
    assert configurations(smac)[0] == configurations(roar)[0] == {"x": 4.0, "y": 7}
    assert len({str(c) for c in configurations(roar)}) == 30
    assert sum(c["y"] == 0 for c in configurations(smac)) > 2 * sum(c["y"] == 0 for c in configurations(roar))


def test_rf_num_trees_changes_the_model():
    few, many = (configurations(minimise([("rf-num-trees", n)], n=25)) for n in (1, 40))
    assert few != many


def test_max_incumbent_runs():
    result = minimise([("max-incumbent-runs", 3)], lambda x, y, seed: x + seed % 3, n=20, deterministic=False)
    assert max(run.incumbent_runs for run in result.runs) == 3


def test_initial_incumbent_runs():
    result = minimise([("initial-incumbent-runs", 4)], lambda x, y, seed: x, n=8, deterministic=False)
    assert configurations(result)[:4] == [{"x": 4.0, "y": 7}] * 4


def test_stop_on_abort():
    optimizer = pysmac_compat.SMAC_optimizer()
    with pytest.warns(UserWarning, match="ABORT"):
        optimizer.minimize(lambda x, y: {"status": "ABORT"}, 3, PARAMETERS)
    assert len(configurations(optimizer.result)) == 3
    optimizer.smac_options["stop-on-abort"] = True
    with pytest.warns(UserWarning, match="ABORT"):
        optimizer.minimize(lambda x, y: {"status": b"ABORT"}, 3, PARAMETERS)
    assert optimizer.result.stopped_because == "the function reported ABORT"
    assert len(configurations(optimizer.result)) == 1


def test_without_isolation_calls_happen_here():
    seen = []

    def function(x, y):
        seen.append(x)
        if len(seen) == 3:
            raise ValueError("third")
        return quadratic(x, y)

    result = minimise([("isolate", False)], function)
    assert len(seen) == 12
    assert [e.status for e in result.runs[0].evaluations].count("CRASHED") == 1
    assert configurations(result)[:2] == configurations(minimise([]))[:2]


def test_of_two_aliases_the_one_assigned_last_wins():
    assert len(configurations(minimise([("runcount-limit", 7), ("runcount_limit", 4)]))) == 4
    assert len(configurations(minimise([("runcount-limit", 4), ("runcount_limit", 7), ("runcount-limit", 3)]))) == 3


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
        ("adaptive-capping", 7),
        ("ac-mult-slack", None),
        ("scenario_fn", ""),
        ("timeout_quality", "bad"),
    ],
)
def test_illegal_values_are_refused(name, value):
    with pytest.raises(ValueError, match=name.split("-")[0]):
        minimise([(name, value)])


def test_options_without_an_effect_say_so():
    optimizer = pysmac_compat.SMAC_optimizer()
    optimizer.smac_options["ipc-mechanism"] = "TCP"
    optimizer.smac_options["rf-log-model"] = True
    with pytest.warns(UserWarning, match="no effect here") as caught:
        optimizer.minimize(quadratic, 2, PARAMETERS)
    texts = sorted(str(each.message) for each in caught)
    assert len(texts) == 2
    assert texts[0].startswith("smac_options['ipc-mechanism'] has no effect here: the function is called directly")
    assert texts[1].startswith("smac_options['rf-log-model'] is not supported yet, it has no effect here: the model")


def test_the_initial_entries_do_not_warn():
    minimise([], n=1)  # warnings are errors


@pytest.mark.parametrize(
    ("name", "value", "other"),
    [
        ("rf-split-min", 15, 2),
        ("rf-ratio-features", 0.5, 1),
        ("rf-min-variance", 0.5, 1e-6),
        ("rf-full-tree-bootstrap", True, False),
        ("num-ei-random", 3, 1000),
        ("num-challengers", 1, 10),
        ("num-ls-random", 0, 10),
        ("continous-neighbours", 1, 4),
        ("continuousNeighbours", 9, 4),
        ("intensification-percentage", 0.2, 0.5),
        ("acq-func", "EXPONENTIAL", "EI"),
        ("acq-func", "SIMPLE", "EI"),
        ("acq-func", "LCB", "EI"),
        ("ei-func", "LCBEIRR", "EI"),
    ],
)
def test_settings_of_the_model_change_what_is_proposed(name, value, other):
    plain = plain_run()
    assert configurations(minimise([(name, other)], n=18)) == plain  # this is what holds without the option
    changed = configurations(minimise([(name, value)], n=18))
    assert changed[0] == plain[0]
    assert changed != plain
    assert len({str(c) for c in changed}) == 18


@cache
def plain_run():
    return configurations(minimise([], n=18))


@pytest.mark.parametrize("name", ["rf-ignore-conditionality", "mask-inactive-conditional-parameters-as-default-value"])
def test_inactive_parameters_can_look_like_their_default(name):
    def function(c, z=None, x=0.0):
        return x**2 + (1 if z is None else z)

    parameters = {"c": ("categorical", ["a", "b"], "a"), "z": ("real", [0, 2], 1.9), "x": ("real", [-5, 5], 4)}
    found = []
    for value in (False, True):
        optimizer = pysmac_compat.SMAC_optimizer()
        optimizer.smac_options[name] = value
        optimizer.minimize(function, 25, parameters, ["z | c == b"])
        found.append(configurations(optimizer.result))
    assert found[0] != found[1]


def test_num_pca_reduces_the_features():
    features = [[i, i % 2, (7 * i) % 5] for i in range(6)]
    function, keywords = lambda x, y, instance: x * (instance - 2) + y, {"num_train_instances": 6}
    results = [minimise([("num-pca", n)], function, 40, train_instance_features=features, **keywords) for n in (1, 7)]
    assert configurations(results[0]) != configurations(results[1])
    optimizer = pysmac_compat.SMAC_optimizer()
    optimizer.smac_options["numPCA"] = 3
    with pytest.warns(UserWarning, match="no instance features"):
        optimizer.minimize(quadratic, 2, PARAMETERS)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("-x '1.1' -y '3'", {"x": 1.1, "y": 3}),
        ('-y "0" -x -1e0', {"x": -1.0, "y": 0}),
        ("-x 0.1", {"x": 0.1, "y": 7}),
        ({"x": 0.3}, {"x": 0.3, "y": 7}),
        ("DEFAULT", {"x": 4.0, "y": 7}),
        ("<default>", {"x": 4.0, "y": 7}),
    ],
)
def test_initial_incumbent(given, expected):
    found = configurations(minimise([("initial-incumbent", given)], n=15))
    assert found[0] == expected
    default = {"x": 4.0, "y": 7}
    assert (default in found) == (expected == default)


def test_a_random_initial_incumbent():
    options = [("initialIncumbent", "RANDOM")]
    first = [configurations(minimise(options, n=1, seed=seed))[0] for seed in (1, 1, 2)]
    assert first[0] == first[1] != first[2]
    assert first[0] != {"x": 4.0, "y": 7}


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ("-x 1 -z 3", "no parameter 'z'"),
        ("-x 6", "'6' is not a value of the parameter 'x'"),
        ("-y 1.5", "'1.5' is not a value of the parameter 'y'"),
        ("-x '1.0", "'1.0"),
        ("x=1", "expected DEFAULT, RANDOM"),
        (7, "initial-incumbent"),
    ],
)
def test_an_illegal_initial_incumbent(given, complaint):
    with pytest.raises(ValueError, match="initial-incumbent") as caught:
        minimise([("initial-incumbent", given)])
    assert complaint in str(caught.value)


def test_a_forbidden_initial_challenger():
    optimizer = pysmac_compat.SMAC_optimizer()
    optimizer.smac_options["initial-challengers"] = ["-x 1 -y 1"]
    with pytest.raises(ValueError, match="initial-challengers.*forbidden.*x < 2"):
        optimizer.minimize(quadratic, 3, PARAMETERS, forbidden_clauses=["{x < 2}"])


@pytest.mark.parametrize("mode", ["SMAC", "ROAR"])
def test_initial_challengers(mode):
    challengers = ["-x '1.0' -y '3'", "-x '2.5' -y '0'"]
    options = [("initial-challengers", challengers), ("execution-mode", mode)]
    found = configurations(minimise(options, n=8))
    assert found[:3] == [{"x": 4.0, "y": 7}, {"x": 1.0, "y": 3}, {"x": 2.5, "y": 0}]
    more = [("initial-incumbent", challengers[0]), ("initialChallengers", challengers[1]), *options[1:]]
    assert configurations(minimise(more, n=2)) == [{"x": 1.0, "y": 3}, {"x": 2.5, "y": 0}]
    more.append(("always-run-initial-config", True))
    assert configurations(minimise(more, n=2)) == [{"x": 1.0, "y": 3}, {"x": 4.0, "y": 7}]


def test_initial_challenger_runs():
    def first_batch(options):
        options = [*options, ("initial-incumbent-runs", 4)]
        return configurations(minimise(options, lambda x, y, seed: -(x == 4), 9, deterministic=False))[5:9]

    assert len({str(c) for c in first_batch([("initial-challenger-runs", 4)])}) == 1
    assert len({str(c) for c in first_batch([])}) > 1


def test_deterministic_instance_ordering():
    def instances(options):
        result = minimise(options, lambda x, y, instance: x, 6, num_train_instances=6)
        return [e.instance for e in result.runs[0].evaluations]

    ordered = [("deterministic-instance-ordering", True), ("initial-incumbent-runs", 6)]
    assert instances(ordered) == [0, 1, 2, 3, 4, 5]
    assert instances(ordered[1:]) != [0, 1, 2, 3, 4, 5]


def test_use_instances():
    features = [[1], [2]]
    keywords = {"num_train_instances": 2, "num_test_instances": 2, "train_instance_features": features}
    result = minimise([("use-instances", False)], quadratic, 5, **keywords)
    assert {e.instance for e in result.runs[0].evaluations} == {None}
    assert result.runs[0].test_evaluations == []


@pytest.mark.parametrize("mode", ["SMAC", "ROAR"])
def test_iteration_limit(mode):
    counts = []
    for limit in (1, 3):
        result = minimise([("iteration-limit", limit), ("execution-mode", mode)], n=60)
        assert result.stopped_because == "iteration-limit reached"
        counts.append(len(configurations(result)))
    assert counts[1] - counts[0] == 2 * 4


def test_num_run_and_seed_offset():
    def run(options, **keywords):
        result = minimise(options, n=12, **keywords)
        return [r.seed for r in result.runs], configurations(result)

    assert run([("num-run", 5)], seed=1) == run([], seed=5)
    assert run([("numRun", 5)], num_runs=2)[0] == [5, 6]
    seeds, found = run([("seed-offset", 3)], seed=2)
    assert seeds == [2]
    assert found == run([], seed=5)[1]


def fails_after(good):
    def function(x, y):
        if (x, y) != (4, 7) or not good:
            raise ValueError("no")
        return 1.0

    return function


@pytest.mark.parametrize(
    ("name", "good", "expected"),
    [
        ("abort-on-crash", True, 2),
        ("abort-on-crash", False, 1),
        ("abort-on-first-run-crash", True, 5),
        ("abort-on-first-run-crash", False, 1),
    ],
)
@pytest.mark.filterwarnings("ignore")
def test_a_crash_can_end_the_run(name, good, expected):
    optimizer = pysmac_compat.SMAC_optimizer()
    optimizer.smac_options[name] = True
    optimizer.minimize(fails_after(good), 5, PARAMETERS)
    assert len(configurations(optimizer.result)) == expected
    assert (optimizer.result.stopped_because == "an evaluation has crashed") == (expected < 5)


def test_retry_crashed_count(tmp_path):
    def function(x, y):
        with open(tmp_path / "calls", "a") as calls:
            calls.write("x")
            n = calls.tell()
        if n % 3:
            raise ValueError("only every third call works")
        return x

    result = minimise([("retry-crashed-count", 2)], function, 4)
    assert [e.status for e in result.runs[0].evaluations] == ["SAT"] * 4
    assert len((tmp_path / "calls").read_text()) == 12


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ([("transform-crashed-quality", True)], 1e9),
        ([("transform-crashed-quality-value", 77)], 77.0),
        ([("transform-crashed-quality-value", "77"), ("transform-crashed-quality", False)], 2.0**127),
    ],
)
def test_transform_crashed_quality(options, expected):
    result = minimise(options, fails_after(True), 3)
    assert [e.value for e in result.runs[0].evaluations] == [1.0, expected, expected]
    assert result.value == 1.0


@pytest.mark.parametrize(
    ("options", "seconds", "status"),
    [
        ([], 0.8, "SAT"),
        ([("kill-run-exceeding-captime-factor", 2)], 0.8, "TIMEOUT"),
        ([("kill-run-exceeding-captime", False)], 2.3, "SAT"),
    ],
)
@pytest.mark.filterwarnings("ignore:all 1 evaluations")
def test_the_wall_limit_of_a_call(options, seconds, status):
    def function(x, y):
        time.sleep(seconds)
        return x

    optimizer = pysmac_compat.SMAC_optimizer()
    optimizer.smac_options.update([*options, ("cutoff-time", 0.2)])
    optimizer.minimize(function, 1, PARAMETERS)
    assert optimizer.result.runs[0].evaluations[0].status == status


def test_terminate_on_delete(tmp_path):
    flag = tmp_path / "go on"
    flag.touch()

    def function(x, y):
        if (x, y) != (4, 7):
            flag.unlink()
        return x

    result = minimise([("terminate-on-delete", str(flag))], function, 20)
    assert len(configurations(result)) == 2
    assert result.stopped_because.endswith("is gone")


def test_the_search_itself_can_count_as_cpu_time():
    options = [("cputime-limit", 0.2), ("use-cpu-time-in-tunertime", True)]
    result = minimise(options, lambda x, y: {"value": x}, n=2000)
    assert result.stopped_because == "cputime-limit reached"


def capped(options):
    def function(x, y):
        return {"status": "SAT", "runtime": 1 + (x + 5) * 2 + y}

    return configurations(minimise([("run-obj", "RUNTIME"), ("cutoff-time", 1000), *options], function, 30))


def test_what_the_model_makes_of_capped_runs():
    plain = capped([])
    kept = capped([("treat-censored-data-as-uncensored", True)])
    masked = capped([("mask-censored-data-as-kappa-max", True)])
    assert capped([("treat-censored-data-as-uncensored", "false")]) == plain
    assert plain[:5] == kept[:5] == masked[:5]
    assert plain != kept
    assert plain != masked


@pytest.mark.parametrize("name", ["console-log-level", "logLevel"])
@pytest.mark.parametrize(("level", "shown"), [("DEBUG", "DEBUG"), ("info", "INFO"), ("OFF", ""), ("ERROR", "")])
def test_log_levels(name, level, shown, capfd):
    minimise([(name, level)], n=2)
    lines = capfd.readouterr().err
    assert (shown in lines) if shown else lines == ""
    assert ("DEBUG" in lines) == (level == "DEBUG")


def validated(options, function, **keywords):
    result = minimise(options, function, num_test_instances=3, num_train_instances=2, **keywords)
    return result.runs[0]


def on_instance(x, y, instance):
    return quadratic(x, y)


def test_without_validation_there_are_no_test_evaluations():
    assert len(validated([("validation", True)], on_instance).test_evaluations) == 3
    assert validated([("validation", False)], on_instance).test_evaluations == []


def test_num_test_instances():
    run = validated([("num-test-instances", 2)], on_instance)
    assert [e.instance for e in run.test_evaluations] == [2, 3]


@pytest.mark.parametrize(
    ("options", "instances"),
    [
        ([("num-validation-runs", 4)], [2, 3, 4, 2, 3, 4]),
        ([("num-validation-runs", 4), ("validation-rounding-mode", "NONE")], [2, 3, 4, 2]),
        ([("num-validation-runs", 9), ("num-seeds-per-test-instance", 2)], [2, 3, 4, 2, 3, 4]),
        ([("num-validation-runs", 0)], []),
    ],
)
def test_num_validation_runs(options, instances):
    def function(x, y, instance, seed):
        return quadratic(x, y)

    evaluations = validated(options, function, deterministic=False).test_evaluations
    assert [e.instance for e in evaluations] == instances
    assert len({e.seed for e in evaluations}) == len(instances)
    repeated = validated(options, on_instance).test_evaluations
    assert [e.instance for e in repeated] == instances[:3]  # a second run would be the same as the first


def test_validation_seed():
    def function(x, y, instance, seed):
        return quadratic(x, y)

    def seeds(options, seed):
        return [e.seed for e in validated(options, function, deterministic=False, seed=seed).test_evaluations]

    assert seeds([("validation-seed", 4)], 1) == seeds([("validation-seed", 4)], 2) == seeds([], 4) != seeds([], 1)


def test_more_than_the_last_incumbent_is_validated():
    run = validated([("validate-only-last-incumbent", False)], on_instance, n=20)
    steps = [step.active_configuration for step in run.trajectory]
    assert len(steps) > 1
    assert [e.configuration for e in run.test_evaluations[::3]] == steps
    assert [e.index for e in run.test_evaluations] == list(range(1, 3 * len(steps) + 1))
    run = validated([("validate-all", True)], on_instance, n=8)
    assert {str(e.configuration) for e in run.test_evaluations} == {str(e.configuration) for e in run.evaluations}


@pytest.mark.parametrize("name", ["validate-only-if-walltime-reached", "validate-only-if-tunertime-reached"])
def test_short_searches_need_not_be_validated(name):
    assert validated([(name, 3600)], on_instance).test_evaluations == []
    assert len(validated([(name, 0)], on_instance).test_evaluations) == 3


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("rf-ratio-features", 1.5),
        ("rf-min-variance", 0),
        ("acq-func", "PI"),
        ("intensification-percentage", 1),
        ("kill-run-exceeding-captime-factor", 1),
        ("initial-challengers", 3),
        ("console-log-level", "LOUD"),
        ("num-run", -1),
        ("iteration-limit", 0),
        ("transform-crashed-quality-value", None),
        ("terminate-on-delete", 3),
        ("validate-only-if-walltime-reached", -1),
    ],
)
def test_more_illegal_values_are_refused(name, value):
    with pytest.raises(ValueError, match=name):
        minimise([(name, value)])


@pytest.mark.parametrize("name", ["acq-fun", "rf-split", "initial-challenger", "iterations-limit"])
def test_unknown_names_are_refused_with_the_nearest_ones(name):
    with pytest.raises(ValueError, match=f"unknown option '{name}'; did you mean"):
        minimise([(name, 1)])


def test_every_option_has_an_effect_or_a_reason():
    table = option_table.options()
    assert len(table) == 233 + len(option_table.UNLISTED)
    for name, option in table.items():
        assert (name in READERS) == (option.category == "effect"), name
        assert option.category in ("effect", "none", "not yet")
        assert option.text
        assert "\n" not in option.text
        assert len(option.text) < 160


def test_the_page_of_the_options_is_up_to_date():
    docs = Path(__file__).parents[2] / "docs"
    made = runpy.run_path(str(docs / "make_smac_options.py"))["page"]()
    assert (docs / "smac_options.md").read_text(encoding="utf-8") == made
