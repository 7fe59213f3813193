"""Options of the evaluations on test instances."""

from __future__ import annotations

import time

import pytest

from pysmac_compat.plan.validation import Step, Validation

from .searches import quadratic, search


def validated(options, function, n=4, **keywords):
    return search(options, function, n, num_test_instances=3, num_train_instances=2, **keywords).runs[0]


def on_instance(x, y, instance):
    return quadratic(x, y)


def test_without_validation_there_are_no_test_evaluations():
    assert len(validated([("validation", True)], on_instance).test_evaluations) == 3
    assert validated([("validation", False)], on_instance).test_evaluations == []


def test_validate_default():
    run = validated([("validate-default", True)], on_instance)
    default = run.evaluations[0].configuration
    assert [e.instance for e in run.test_evaluations if e.configuration == default] == [2, 3, 4]
    assert [e.instance for e in run.test_evaluations if e.configuration == run.active_configuration] == [2, 3, 4]


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


@pytest.mark.slow
def test_more_than_the_last_incumbent_is_validated():
    run = validated([("validate-only-last-incumbent", False)], on_instance, n=20)
    steps = [step.active_configuration for step in run.trajectory]
    assert len(steps) > 1
    assert [e.configuration for e in run.test_evaluations[::3]] == steps
    assert [e.index for e in run.test_evaluations] == list(range(1, 3 * len(steps) + 1))
    run = validated([("validate-all", True)], on_instance, n=8)
    assert {str(e.configuration) for e in run.test_evaluations} == {str(e.configuration) for e in run.evaluations}


STEPS = [Step(0.1, 10.0, {"x": 0}), Step(4, 20, {"x": 1}), Step(5, 30, {"x": 2}), Step(30, 40, {"x": 3})]


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ({"which": "last"}, [3]),
        ({"which": "last", "max_time": 29.9}, [2]),
        ({"which": "last", "max_time": 4}, [1]),
        ({"which": "last", "max_time": 25, "by_wall_time": False}, [1]),
        ({"which": "last", "max_time": 0}, [0]),
        ({"which": "incumbents"}, [0, 1, 2, 3]),
        ({"factor": 2.0}, [0, 2, 3]),  # at 40, 20, 10, 5, 2.5 s
        ({"factor": 9.0}, [0, 1, 3]),  # at 40, 4.4, 0.5 s
        ({"min_time": 5.0}, [2, 3]),
        ({"min_time": 5.1}, [2, 3]),
        ({"min_time": 41.0}, []),
        ({"max_time": 9.0}, [0, 1, 2]),  # at 9, 4.5, 2.25 s
        ({"max_time": 9.0, "factor": 3.0}, [0, 2]),
        ({"max_time": 80.0, "factor": 2.0, "by_wall_time": False}, [0, 1, 3]),  # at 80, 40, 20, 10 s
        ({"by_wall_time": False, "min_time": 0.0}, [0, 2, 3]),  # at 60, 30, 15 s
    ],
)
def test_incumbents_of_certain_times(rules, expected):
    chosen = Validation(**{"which": "incumbents", **rules}).choose(STEPS, 40.0, 60.0)
    assert [configuration["x"] for configuration in chosen] == expected


def test_the_progression_ends_where_no_time_passes():
    steps = [Step(0.0, 0.0, {"x": i}) for i in range(3)]
    assert Validation(which="incumbents", factor=2.0).choose(steps, 1.0, 1.0) == [{"x": 2}]


@pytest.mark.slow
def test_options_of_the_times_of_incumbents():
    calls = []

    def function(x, y, instance):
        time.sleep(0.03)
        calls.append(x)
        return -len(calls)

    def tested(*options):
        run = validated([*options, ("num-test-instances", 1)], function, n=14)
        steps = [step.active_configuration for step in run.trajectory]
        assert len(steps) > 3
        return steps, [e.configuration for e in run.test_evaluations]

    several = ("validate-only-last-incumbent", False)
    steps, found = tested(("maxTimestamp", -1), ("minTimestamp", 0), ("multFactor", 1e9), several)
    assert found == [steps[0], steps[-1]]
    steps, found = tested(("max-timestamp", 0.2))
    assert found[0] in steps[:-1]
    steps, found = tested(("max-timestamp", 0.2), ("validate-by-wallclock-time", False))
    assert found == steps[-1:]


@pytest.mark.parametrize(("name", "value"), [("max-timestamp", -2), ("min-timestamp", -1), ("mult-factor", 1)])
def test_illegal_times_are_refused(name, value):
    with pytest.raises(ValueError, match=name):
        validated([(name, value)], on_instance)


@pytest.mark.parametrize("name", ["validate-only-if-walltime-reached", "validate-only-if-tunertime-reached"])
def test_short_searches_need_not_be_validated(name):
    assert validated([(name, 3600)], on_instance).test_evaluations == []
    assert len(validated([(name, 0)], on_instance).test_evaluations) == 3
