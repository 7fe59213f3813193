"""Options of the evaluations on test instances."""

from __future__ import annotations

import pytest

from .option_helpers import minimise, quadratic

pytestmark = pytest.mark.slow


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
