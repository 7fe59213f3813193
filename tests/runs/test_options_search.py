"""Options of the racing, of the model, and of what it proposes."""

from __future__ import annotations

from collections import Counter
from functools import cache

import pytest

import pysmac_compat
from pysmac_compat.options.meaning import Options
from pysmac_compat.options.smac_options import resolve

from .searches import PARAMETERS, configurations, minimise, plan_of, quadratic, search


@pytest.mark.slow
def test_execution_mode_roar_uses_no_model():
    smac, roar = (search([("execution-mode", mode)], n=30) for mode in ("SMAC", "ROAR"))
    assert configurations(smac)[0] == configurations(roar)[0] == {"x": 4.0, "y": 7}
    assert len({str(c) for c in configurations(roar)}) == 30
    assert sum(c["y"] == 0 for c in configurations(smac)) > 2 * sum(c["y"] == 0 for c in configurations(roar))


@pytest.mark.slow
def test_max_incumbent_runs():
    result = search([("max-incumbent-runs", 3)], lambda x, y, seed: x + seed % 10_007, n=60, deterministic=False)
    runs = Counter(map(str, configurations(result)))
    assert max(runs.values()) == 3


def test_initial_incumbent_runs():
    result = search([("initial-incumbent-runs", 4)], lambda x, y, seed: x, n=8, deterministic=False)
    assert configurations(result)[:4] == [{"x": 4.0, "y": 7}] * 4


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "value", "other"),
    [
        ("rf-split-min", 15, 2),
        ("rf-ratio-features", 0.5, 1),
        ("rf-min-variance", 0.5, 1e-6),
        ("rf-full-tree-bootstrap", True, False),
        ("num-ei-random", 3, 300),
        ("num-challengers", 1, 3),
        ("num-ls-random", 0, 2),
        ("continous-neighbours", 1, 4),
        ("continuousNeighbours", 9, 4),
        ("intensification-percentage", 0.9, 0.5),
        ("rf-num-trees", 5, 10),
        ("model", "rf", "auto"),
        ("model", "gp", "auto"),
        ("acq-func", "EXPONENTIAL", "EI"),
        ("acq-func", "SIMPLE", "EI"),
        ("acq-func", "LCB", "EI"),
        ("ei-func", "LCBEIRR", "EI"),
    ],
)
def test_settings_of_the_model_change_what_is_proposed(name, value, other):
    plain = plain_run()
    assert resolve({name: other}) == Options()  # this is what holds without the option
    changed = configurations(search([(name, value)], n=10))
    assert changed[0] == plain[0]
    assert changed != plain
    assert len({str(c) for c in changed}) == 10


@cache
def plain_run():
    return configurations(search(n=10))


@pytest.mark.slow
def test_a_search_in_this_process_proposes_what_one_with_all_its_processes_does():
    assert configurations(minimise([], n=10)) == plain_run()


@pytest.mark.slow
@pytest.mark.parametrize("name", ["rf-ignore-conditionality", "mask-inactive-conditional-parameters-as-default-value"])
def test_inactive_parameters_can_look_like_their_default(name):
    def function(c, z=None, x=0.0):
        return x**2 + (1 if z is None else z)

    parameters = {"c": ("categorical", ["a", "b"], "a"), "z": ("real", [0, 2], 1.9), "x": ("real", [-5, 5], 4)}
    results = [
        search([(name, value)], function, 18, parameters=parameters, clauses=["z | c == b"]) for value in (False, True)
    ]
    assert configurations(results[0]) != configurations(results[1])


def test_num_pca_reduces_the_features():
    features = [[i, i % 2, (7 * i) % 5] for i in range(6)]
    function, keywords = lambda x, y, instance: x * (instance - 2) + y, {"num_train_instances": 6}
    results = [search([("num-pca", n)], function, 25, train_instance_features=features, **keywords) for n in (1, 7)]
    assert configurations(results[0]) != configurations(results[1])
    with pytest.warns(UserWarning, match="no instance features"):
        plan_of([("numPCA", 3)])


@pytest.mark.slow
def test_an_initial_incumbent_in_place_of_the_default():
    found = configurations(search([("initial-incumbent", "-x 0.1 -y 3")], n=15))
    assert found[0] == {"x": 0.1, "y": 3}
    assert {"x": 4.0, "y": 7} not in found


def test_a_random_initial_incumbent():
    options = [("initialIncumbent", "RANDOM")]
    first = [configurations(search(options, n=1, seed=seed))[0] for seed in (1, 1, 2)]
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
        plan_of([("initial-incumbent", given)])
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
    found = configurations(search(options, n=8))
    assert found[:3] == [{"x": 4.0, "y": 7}, {"x": 1.0, "y": 3}, {"x": 2.5, "y": 0}]
    more = [("initial-incumbent", challengers[0]), ("initialChallengers", challengers[1]), *options[1:]]
    assert configurations(search(more, n=2)) == [{"x": 1.0, "y": 3}, {"x": 2.5, "y": 0}]
    more.append(("always-run-initial-config", True))
    assert configurations(search(more, n=2)) == [{"x": 1.0, "y": 3}, {"x": 4.0, "y": 7}]


@pytest.mark.parametrize(("seconds", "raced"), [(0, []), (0.35, [1, 2]), (None, [1, 2, 3, 4])])
def test_initial_challengers_intensification_time(seconds, raced):
    def cpu_time(arguments):
        return 0.2 if arguments["x"] == 0 else 0.0

    options = [("initial-challengers", [f"-x 0 -y {y}" for y in (1, 2, 3, 4)])]
    if seconds is not None:
        options.append(("initialChallengersIntensificationTime", seconds))
    found = configurations(search(options, lambda x, y: y, 7, cpu_time))
    assert found[0] == {"x": 4.0, "y": 7}
    assert [c["y"] for c in found if c["x"] == 0] == raced
    assert len(found) == 7


def test_initial_challenger_runs():
    def first_batch(options):
        options = [*options, ("initial-incumbent-runs", 4)]
        return configurations(search(options, lambda x, y, seed: -(x == 4), 9, deterministic=False))[5:9]

    assert len({str(c) for c in first_batch([("initial-challenger-runs", 4)])}) == 1
    assert len({str(c) for c in first_batch([])}) > 1


@pytest.mark.parametrize(
    ("options", "runs"),
    [
        ([], (0.5 + 0.5 + 2 + 2) / 4),
        ([("inter-obj", "MEAN10")], (0.5 + 20) / 2),
        ([("inter_instance_obj", "MEAN1000")], (0.5 + 2000) / 2),
        ([("overall-obj", "MEAN10"), ("inter-obj", "MEAN10")], (0.5 + 20) / 2),
        ([("overall-obj", "MEAN10"), ("inter-obj", "MEAN1000")], (0.5 + 2000) / 2),
    ],
)
@pytest.mark.parametrize("deterministic", [True, False])
def test_inter_obj(options, runs, deterministic):
    def function(x, y, instance, seed=0):
        return {"status": "TIMEOUT" if instance else "SAT", "runtime": 0.5}

    options = [*options, ("run-obj", "RUNTIME"), ("initial-incumbent-runs", 4), ("cutoff-time", 2)]
    n = 2 if deterministic else 4
    result = search(options, function, n, num_train_instances=2, deterministic=deterministic)
    assert {e.value for e in result.runs[0].evaluations} == {0.5, 2}
    assert result.value == pytest.approx(runs)


@pytest.mark.parametrize(
    ("options", "mean"),
    [
        ([], (2 + 0.2 + 0.2 + 0.2) / 4),
        ([("inter-obj", "MEAN10")], (2 + 0.2 + 0.2 + 0.2) / 4),
        ([("overall-obj", "MEAN10")], (20 + 0.2 + 0.2 + 0.2) / 4),
        ([("overall-obj", "MEAN10"), ("inter-obj", "MEAN1000")], (2000 + 0.2) / 2),
        ([("overall-obj", "MEAN1000"), ("inter-obj", "MEAN10")], (2000 + 0.2 + 0.2 + 0.2) / 4),
    ],
)
def test_inter_obj_is_about_the_mean_of_an_instance(options, mean):
    called = []

    def function(x, y, instance, seed):
        called.append(seed)
        return {"status": "SAT" if called[1:] else "TIMEOUT", "runtime": 0.2}

    options = [*options, ("run-obj", "RUNTIME"), ("initial-incumbent-runs", 4), ("cutoff-time", 2)]
    assert search(options, function, 4, num_train_instances=2, deterministic=False).value == pytest.approx(mean)


def test_deterministic_instance_ordering():
    def instances(options):
        result = search(options, lambda x, y, instance: x, 6, num_train_instances=6)
        return [e.instance for e in result.runs[0].evaluations]

    ordered = [("deterministic-instance-ordering", True), ("initial-incumbent-runs", 6)]
    assert instances(ordered) == [0, 1, 2, 3, 4, 5]
    assert instances(ordered[1:]) != [0, 1, 2, 3, 4, 5]


def capped(options):
    def function(x, y):
        return {"status": "SAT", "runtime": 1 + (x + 5) * 2 + y}

    return configurations(search([("run-obj", "RUNTIME"), ("cutoff-time", 1000), *options], function, 20))


@pytest.mark.slow
def test_what_the_model_makes_of_capped_runs():
    plain = capped([])
    kept = capped([("treat-censored-data-as-uncensored", True)])
    masked = capped([("mask-censored-data-as-kappa-max", True)])
    assert resolve({"treat-censored-data-as-uncensored": "false"}) == Options()
    assert plain[:5] == kept[:5] == masked[:5]
    assert plain != kept
    assert plain != masked


@pytest.mark.slow
def test_the_log_model():
    runs = [
        configurations(search([("model", "rf"), *options], n=12))
        for options in ([], [("rf-log-model", True)], [("rf-log-model", False)])
    ]
    assert runs[0] != runs[1] != runs[2] != runs[0]
    assert runs[0][:3] == runs[1][:3] == runs[2][:3]
