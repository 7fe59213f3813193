"""What the original's recorded runs with seeds, instances, run times and several runs promise."""

from __future__ import annotations

import os
import time
import warnings
from collections import defaultdict

import numpy as np
import pytest

import pysmac_compat

from .searches import PARAMETERS, search

FINITE = {"c": ("categorical", ["a", "b", "c"], "a"), "d": ("ordinal", [1, 2], 2)}


def minimise(function, n, options=None, total=None, **keywords):
    """As the user does it."""
    optimizer = pysmac_compat.SMAC_optimizer(t_limit_total_s=total)
    optimizer.smac_options.update(options or {})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        returned = optimizer.minimize(function, n, PARAMETERS, **keywords)
    return returned, optimizer.result


def searched(function, n, options=(), **keywords):
    """The same without processes."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        result = search(options, function, n, **keywords)
    return (result.value, result.configuration), result


def groups_of(run):
    groups = defaultdict(list)
    for e in run.evaluations:
        groups[str(e.configuration)].append((e.instance, e.seed))
    return groups


def noisy(x, y, seed):
    return (x - 1) ** 2 + (y - 2) ** 2 + np.random.RandomState(seed).normal(0, 0.5)


def on_instance(x, y, instance):
    return (x - instance) ** 2 + (y - 2) ** 2 + instance


def noisy_on_instance(x, y, instance, seed):
    return on_instance(x, y, instance) + np.random.RandomState(seed).normal(0, 0.5)


def run_time(x, y, instance=0):
    return {"value": 7.0, "runtime": 0.2 + (x - 1) ** 2 / 4 + y * 0.2 + instance * 0.3}


@pytest.mark.slow
def test_nondeterministic():
    (value, best), result = searched(noisy, 16, deterministic=False, seed=3)
    (run,) = result.runs
    assert len(run.evaluations) == 16
    assert all(type(e.seed) is int and e.instance is None for e in run.evaluations)
    mine = [e for e in run.evaluations if e.configuration == run.active_configuration]
    assert run.incumbent_runs == len(mine)
    assert value == pytest.approx(np.mean([e.value for e in mine]))
    assert value == pytest.approx(np.mean([noisy(**best, seed=e.seed) for e in mine]))
    seeds = [s for pairs in groups_of(run).values() for _, s in pairs]
    assert set(seeds) == {e.seed for e in mine}  # one list of seeds for all configurations


@pytest.mark.slow
def test_seeds_are_the_same_for_the_same_seed_and_differ_for_another():
    runs = [searched(noisy, 5, deterministic=False, seed=s)[1].runs[0] for s in (1, 1, 2)]
    calls = [[(e.configuration, e.seed, e.value) for e in run.evaluations] for run in runs]
    assert calls[0] == calls[1] != calls[2]


@pytest.mark.slow
@pytest.mark.parametrize("features", [None, np.arange(15.0).reshape(5, 3)])
def test_instances(features):
    (value, best), result = searched(on_instance, 35, num_train_instances=5, train_instance_features=features)
    (run,) = result.runs
    assert len(run.evaluations) == 35
    assert {e.instance for e in run.evaluations} == {0, 1, 2, 3, 4}
    assert all(type(e.instance) is int and e.seed is None for e in run.evaluations)
    assert all(len(pairs) == len(set(pairs)) for pairs in groups_of(run).values())
    assert run.incumbent_runs == 5
    assert value == pytest.approx(np.mean([on_instance(**best, instance=i) for i in range(5)]))
    assert value < 31.0 / 2


@pytest.mark.slow
def test_features_change_the_search_unless_they_are_skipped():
    features = [[0.0], [1.0], [10.0], [11.0]]
    keywords = {"num_train_instances": 4, "train_instance_features": features}
    used = searched(on_instance, 16, **keywords)[1].runs[0].evaluations
    skipped = searched(on_instance, 16, options={"skip-features": True}, **keywords)[1].runs[0].evaluations
    without = searched(on_instance, 16, num_train_instances=4)[1].runs[0].evaluations
    assert [e.configuration for e in skipped] == [e.configuration for e in without]
    assert [e.configuration for e in used] != [e.configuration for e in without]


@pytest.mark.slow
def test_more_instances_than_a_configuration_sees():
    (value, _), result = searched(on_instance, 20, num_train_instances=20)
    (run,) = result.runs
    seen = [e for e in run.evaluations if e.configuration == run.active_configuration]
    assert run.incumbent_runs == len(seen) < 20
    assert value == pytest.approx(np.mean([e.value for e in seen]))


@pytest.mark.slow
def test_instances_and_seeds():
    (value, _), result = searched(noisy_on_instance, 40, num_train_instances=4, deterministic=False)
    (run,) = result.runs
    assert all(type(e.seed) is int and type(e.instance) is int for e in run.evaluations)
    of_incumbent = groups_of(run)[str(run.active_configuration)]
    assert {i for i, _ in of_incumbent} == {0, 1, 2, 3}
    assert run.incumbent_runs == len(of_incumbent)
    everything = {pair for pairs in groups_of(run).values() for pair in pairs}
    assert set(of_incumbent) == everything


@pytest.mark.slow
def test_test_instances_are_validated_after_the_budget():
    (value, best), result = searched(
        on_instance, 20, num_train_instances=3, num_test_instances=4, train_instance_features=[[1, 2], [2, 3], [3, 4]]
    )
    (run,) = result.runs
    assert len(run.evaluations) == 20
    assert [e.instance for e in run.test_evaluations] == [3, 4, 5, 6]
    assert all(e.configuration == run.active_configuration for e in run.test_evaluations)
    assert [e.value for e in run.test_evaluations] == [on_instance(**best, instance=i) for i in (3, 4, 5, 6)]
    assert value == pytest.approx(np.mean([on_instance(**best, instance=i) for i in range(3)]))


@pytest.mark.slow
def test_validation_happens_in_every_run():
    _, result = minimise(on_instance, 2, num_train_instances=2, num_test_instances=2, num_runs=2)
    assert [[e.instance for e in run.test_evaluations] for run in result.runs] == [[2, 3], [2, 3]]


@pytest.mark.slow
def test_several_runs_have_consecutive_seeds_and_share_nothing():
    _, three = minimise(noisy_quadratic, 3, num_runs=3, num_procs=2, seed=5)
    assert [run.seed for run in three.runs] == [5, 6, 7]
    assert [len(run.evaluations) for run in three.runs] == [3, 3, 3]
    _, alone = searched(noisy_quadratic, 3, seed=6)
    assert [e.configuration for e in alone.runs[0].evaluations] == [e.configuration for e in three.runs[1].evaluations]


def noisy_quadratic(x, y):
    return (x - 1) ** 2 + y


@pytest.mark.slow
def test_runs_overlap_with_two_processes(tmp_path):
    """The call of each run ends only when that of the other one has begun, in another process."""

    def function(x, y):
        (tmp_path / str(os.getppid())).touch()
        end = time.monotonic() + 60
        while len(list(tmp_path.iterdir())) < 2:
            assert time.monotonic() < end
            time.sleep(0.01)
        return x

    _, result = minimise(function, 1, num_runs=2, num_procs=2)
    assert [e.status for e in result] == ["SAT", "SAT"]


def rule(incumbent, limit):
    return min(limit, 1.3 * (incumbent + 0.002) + 1.0)


@pytest.mark.slow
@pytest.mark.parametrize(("how", "n", "limit", "cutoff"), [(minimise, 4, 5, 5.0), (searched, 12, None, float("inf"))])
def test_run_time_objective(how, n, limit, cutoff):
    (value, best), result = how(run_time, n, options={"run-obj": "RUNTIME"}, t_limit_function_s=limit)
    (run,) = result.runs
    incumbent = run.evaluations[0].value
    assert run.evaluations[0].cutoff == limit
    for e in run.evaluations[1:]:
        assert e.cutoff == pytest.approx(rule(incumbent, cutoff), abs=0.005)
        true = run_time(**e.configuration)["runtime"]
        if true >= e.cutoff - 0.02:
            assert (e.status, e.value) == ("TIMEOUT", e.cutoff)
        else:
            assert (e.status, e.value) == ("SAT", pytest.approx(true))
            incumbent = min(incumbent, e.value)
    assert value == incumbent == pytest.approx(run_time(**best)["runtime"])


@pytest.mark.slow
def test_run_time_objective_on_instances():
    (value, best), result = searched(
        run_time, 40, options={"run-obj": "RUNTIME"}, t_limit_function_s=10, num_train_instances=4
    )
    (run,) = result.runs
    assert run.incumbent_runs == 4
    assert value == pytest.approx(np.mean([run_time(**best, instance=i)["runtime"] for i in range(4)]))
    assert {e.status for e in run.evaluations} == {"SAT", "TIMEOUT"}
    capped = [e for e in run.evaluations if e.status == "TIMEOUT"]
    assert all(e.value == e.cutoff for e in capped)


@pytest.mark.slow
def test_capping_saves_time_and_can_be_switched_off():
    def used(**options):
        _, result = searched(
            run_time,
            25,
            options={"run-obj": "RUNTIME", **options},
            t_limit_function_s=10,
            num_train_instances=4,
        )
        return sum(e.value for e in result.runs[0].evaluations), {e.cutoff for e in result.runs[0].evaluations}

    with_capping, cutoffs = used()
    without, same = used(**{"adaptive-capping": False})
    assert len(cutoffs) > 1
    assert same == {10.0}
    assert with_capping < without


def test_the_slack_of_capping_can_be_set():
    _, result = searched(
        run_time,
        4,
        options={"run-obj": "RUNTIME", "ac-mult-slack": 2.0, "capAddSlack": 0.5},
        t_limit_function_s=100,
    )
    first, second = result.runs[0].evaluations[:2]
    assert second.cutoff == pytest.approx(2.0 * (first.value + 0.002) + 0.5)


@pytest.mark.slow
def test_run_time_is_measured_where_the_function_reports_none():
    def burn(x, y):
        end = time.process_time() + (0.15 if x == 4 else 0.02)
        while time.process_time() < end:
            pass
        return 1.0

    (value, best), result = minimise(burn, 3, options={"run-obj": "RUNTIME"}, t_limit_function_s=5)
    assert 0.14 <= result.runs[0].evaluations[0].value < 2
    assert best["x"] != 4
    assert value < 0.14


@pytest.mark.parametrize(("limit", "cost"), [(2.0, 2.0), (None, 3600.0)])
def test_a_crash_costs_the_limit(limit, cost):
    def function(x, y):
        if (x, y) == (4.0, 7):
            return {"runtime": 0.5}
        raise ValueError

    _, result = searched(function, 3, options={"run-obj": "RUNTIME"}, t_limit_function_s=limit)
    assert [(e.status, e.value) for e in result.runs[0].evaluations] == [("SAT", 0.5), *[("CRASHED", cost)] * 2]
    assert result.configuration == {"x": 4.0, "y": 7}


@pytest.mark.parametrize(("name", "factor"), [("MEAN", 1), ("MEAN10", 10)])
def test_time_outs_count_more_in_means_only(name, factor):
    def function(x, y, instance):
        return {"runtime": 5.0 if instance else 0.5}

    (value, _), result = searched(
        function,
        2,
        options={"run-obj": "RUNTIME", "overall_obj": name},
        t_limit_function_s=2,
        num_train_instances=2,
    )
    assert sorted(e.value for e in result.runs[0].evaluations) == [0.5, 2.0]
    assert value == pytest.approx((0.5 + 2.0 * factor) / 2)


def test_an_illegal_objective_is_refused():
    with pytest.raises(ValueError, match=r"overall.obj.*MEDIAN"):
        searched(on_instance, 5, options={"overall_obj": "MEDIAN"}, num_train_instances=3)


def test_a_finite_space_with_instances_ends_early():
    def function(c, d, instance):
        return ord(c) + d + instance

    _, result = searched(function, 40, parameters=FINITE, num_train_instances=3)
    assert len(result.runs[0].evaluations) == 18
    assert result.stopped_because == "search space exhausted"


@pytest.mark.slow
def test_a_finite_noisy_space_uses_the_budget():
    def function(c, d, seed):
        return {"a": 3.0, "b": 1.0, "c": 2.0}[c] + d + seed % 7 / 100

    (value, best), result = searched(function, 40, parameters=FINITE, deterministic=False)
    assert len(result.runs[0].evaluations) == 40
    assert best == {"c": "b", "d": 1}


@pytest.mark.slow
def test_a_noisy_function_that_is_called_deterministic_is_sane():
    def function(x, y):
        return (x - 1) ** 2 + y + np.random.default_rng().normal(0, 0.3)

    (value, best), result = searched(function, 25)
    assert len({str(e.configuration) for e in result.runs[0].evaluations}) == 25
    assert value == min(e.value for e in result.runs[0].evaluations)
    assert (best["x"] - 1) ** 2 + best["y"] < 6


@pytest.mark.parametrize("name", ["seed", "instance"])
def test_a_parameter_must_not_have_the_name_of_a_keyword(name):
    keywords = {"deterministic": False} if name == "seed" else {"num_train_instances": 2}
    with pytest.raises(ValueError, match=name):
        searched(lambda **k: 1.0, 3, parameters={name: ("real", [0, 1], 0.5)}, **keywords)


@pytest.mark.parametrize(
    ("features", "message"),
    [
        ([[1.0]], "3 rows"),
        ([[1.0], [2.0], [3.0, 4.0]], "same length"),
        ([1.0, 2.0, 3.0], "list of numbers"),
        ([["a"], ["b"], ["c"]], "list of numbers"),
        ([[1.0], [2.0], [float("nan")]], "finite"),
        ([[], [], []], "same length"),
    ],
)
def test_features_are_checked(features, message):
    with pytest.raises(ValueError, match=message):
        searched(on_instance, 3, num_train_instances=3, train_instance_features=features)


def test_features_need_instances():
    with pytest.raises(ValueError, match="num_train_instances"):
        searched(noisy_quadratic, 3, train_instance_features=[[1.0]])


@pytest.mark.slow
def test_a_run_with_a_total_limit_ends_in_time():
    def function(x, y):
        time.sleep(0.2)
        return (x - 1) ** 2

    _, result = minimise(function, 1000, total=1.0, num_runs=2)
    for run in result.runs:
        assert 1 <= len(run.evaluations) <= 6
    assert result.stopped_because == "t_limit_total_s reached"


@pytest.mark.slow
def test_a_call_that_outlasts_the_total_time_is_stopped_and_learns_nothing():
    def function(x, y):
        time.sleep(0.05 if x == 4 else 30)
        return 100.0 if x == 4 else 0.0

    (value, best), result = minimise(function, 5, total=1.0)
    assert [e.status for e in result.runs[0].evaluations] == ["SAT", "TIMEOUT"]
    assert (value, best) == (100.0, {"x": 4.0, "y": 7})


@pytest.mark.slow
def test_a_running_call_may_use_its_own_limit_beyond_the_total_time():
    def function(x, y):
        time.sleep(0.05 if x == 4 else 2.5)
        return 100.0 if x == 4 else 1.0

    (value, _), result = minimise(function, 5, total=1.5, t_limit_function_s=5)
    assert [e.status for e in result.runs[0].evaluations] == ["SAT", "SAT"]
    assert value == 1.0
