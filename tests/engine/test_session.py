from __future__ import annotations

import math
import time
from functools import partial

import numpy as np
import pytest
from smac.main.config_selector import ConfigSelector

from pysmac_compat.engine import parts
from pysmac_compat.engine.settings import ForestSettings, SelectorSettings
from pysmac_compat.space import parameter_space, vectors

NUMERIC = {"x": ("real", [-5, 5], 4), "n": ("integer", [0, 9], 3)}
MIXED = {**NUMERIC, "c": ("categorical", ["a", "b"], "a"), "z": ("real", [0, 1], 0.5), "o": ("ordinal", [1, 2, 4], 2)}


def quadratic(configuration, *_):
    return (configuration["x"] - 1) ** 2 + configuration["n"]


def test_the_default_comes_first_and_nothing_twice(search):
    space = parameter_space(MIXED, ["z | c == b"])
    reason, calls, standings, _ = search(space, quadratic, 24)
    assert reason == "max_evaluations reached"
    assert dict(calls[0][0]) == dict(space.get_default_configuration())
    assert len(calls) == 24
    assert len({str(c) for c, *_ in calls}) == 24
    assert standings[-1].cost == min(quadratic(c) for c, *_ in calls)


def test_one_evaluation_is_the_default(search):
    _, calls, standings, _ = search(parameter_space(NUMERIC), quadratic, 1)
    assert [dict(c) for c, *_ in calls] == [{"n": 3, "x": 4.0}]
    assert standings[-1].cost == 12.0


@pytest.mark.parametrize(
    ("parameters", "size"),
    [
        ({"c": ("categorical", ["a", "b", "c"], "a"), "d": ("ordinal", [1, 2], 2)}, 6),
        ({"c": ("categorical", ["a"], "a")}, 1),
        ({"c": ("categorical", [True, False], True), "n": ("integer", [0, 3], 1)}, 8),
    ],
)
def test_a_finite_space_is_evaluated_to_the_end(search, parameters, size):
    reason, calls, _, warnings = search(parameter_space(parameters), lambda c, *_: len(str(c)), 30)
    assert reason == "search space exhausted"
    assert len({str(c) for c, *_ in calls}) == len(calls) == size
    assert "exhausted" in warnings[-1]


@pytest.mark.slow
def test_a_finite_constrained_conditional_space_is_evaluated_to_the_end(search):
    parameters = {"a": ("categorical", ["x", "y"], "x"), "n": ("integer", [0, 4], 0), "m": ("integer", [0, 4], 0)}
    space = parameter_space(parameters, ["m | a == y"], ["{n > m}", "{n == 4}"])
    reason, calls, _, _ = search(space, lambda c, *_: c["n"], 100)
    expected = 4 + sum(1 for n in range(4) for m in range(5) if n <= m)
    assert reason == "search space exhausted"
    assert len({str(c) for c, *_ in calls}) == len(calls) == expected


def test_a_nearly_illegal_space_ends_early_with_a_warning(search):
    space = parameter_space(NUMERIC, (), ["{x != 4}"])
    reason, calls, _, warnings = search(space, quadratic, 20)
    assert reason == "no further configuration found"
    assert len(calls) == 1
    assert "10,000" in warnings[0]
    assert "exhausted" not in warnings[-1]  # nobody knows


def test_a_large_finite_space_that_is_hard_to_hit_is_not_called_exhausted(search):
    parameters = {name: ("integer", [0, 9999], 0) for name in "nm"}
    space = parameter_space(parameters, (), ["{n + m > 1}"])
    assert vectors.assignments(space) > vectors.MOST_ENUMERATED
    reason, calls, _, warnings = search(space, lambda c, *_: c["n"], 20)
    assert reason == "no further configuration found"
    assert len(calls) < 3  # of three that are legal
    assert "100,000 random draws in a row found no new" in warnings[-1]
    assert "exhausted" not in warnings[-1]


@pytest.mark.slow
def test_a_space_with_one_legal_configuration_in_a_thousand_uses_the_whole_budget(search):
    space = parameter_space(NUMERIC, (), ["{abs(x - 4) > 0.005}"])
    reason, calls, _, warnings = search(space, quadratic, 12)
    assert reason == "max_evaluations reached"
    assert all(abs(c["x"] - 4) <= 0.005 for c, *_ in calls)
    assert warnings == []


@pytest.mark.slow
def test_a_deadline_ends_the_search(search):
    def slow(configuration, *_):
        time.sleep(0.05)
        return quadratic(configuration)

    reason, calls, _, _ = search(parameter_space(NUMERIC), slow, 10_000, seconds=0.5)
    assert reason == "t_limit_total_s reached"
    assert 1 <= len(calls) <= 11


def test_the_largest_budget_is_legal(search):
    reason, _, _, _ = search(parameter_space(NUMERIC), quadratic, 2**31 - 1, seconds=0)
    assert reason == "t_limit_total_s reached"


@pytest.mark.slow
@pytest.mark.parametrize("bad", [2.0**127, 1.7e308, -1.7e308])
def test_however_bad_some_costs_are_the_search_goes_on(search, bad):
    def function(configuration, *_):
        return bad if configuration["x"] < -2 else quadratic(configuration)

    reason, calls, standings, _ = search(parameter_space(NUMERIC), function, 20)
    assert reason == "max_evaluations reached"
    assert standings[-1].cost < 3.0


@pytest.mark.slow
def test_crashes_are_never_the_incumbent(search):
    def function(configuration, *_):
        return None if configuration["x"] > 0 else quadratic(configuration)

    _, _, standings, _ = search(parameter_space(NUMERIC), function, 20)
    assert standings[0].failed  # the default crashes
    assert not standings[-1].failed
    assert standings[-1].configuration["x"] <= 0


@pytest.mark.slow
def test_all_crashed(search):
    reason, calls, standings, _ = search(parameter_space(NUMERIC), lambda *_: None, 25)
    assert reason == "max_evaluations reached"
    assert len(calls) == 25
    assert all(s.failed for s in standings)


@pytest.mark.slow
def test_ties_keep_the_default(search):
    _, _, standings, _ = search(parameter_space(NUMERIC), lambda *_: 5.0, 20)
    assert {str(s.configuration) for s in standings} == {str(parameter_space(NUMERIC).get_default_configuration())}


def test_parts_go_in_by_keyword(search):
    class Listed(ConfigSelector):
        def __iter__(self):
            yield self._scenario.configspace.get_default_configuration()
            self._scenario.configspace.seed(5)
            yield from self._scenario.configspace.sample_configuration(3)

    made = []

    def surrogate(scenario):
        made.append(scenario)
        return parts.surrogate(scenario, forest=ForestSettings(n_trees=3))

    reason, calls, _, _ = search(parameter_space(NUMERIC), quadratic, 9, selector=Listed, surrogate=surrogate)
    assert reason == "no further configuration found"
    assert len(calls) == 4
    assert len(made) == 1


@pytest.mark.parametrize("retrain_after", [1, 3])
def test_each_fit_of_the_model_brings_so_many_proposals(search, retrain_after):
    fitted = []

    def counting(scenario):
        model = parts.surrogate(scenario, forest=ForestSettings(n_trees=2))
        train = model.train
        model.train = lambda *data: fitted.append(len(data[0])) or train(*data)
        return model

    selector = partial(parts.selector, settings=SelectorSettings(retrain_after=retrain_after))
    _, calls, _, _ = search(parameter_space(NUMERIC), quadratic, 30, surrogate=counting, selector=selector)
    proposed = sum(c.origin == "Acquisition function maximizer" for c, *_ in calls)
    assert proposed > 15
    assert len(fitted) == math.ceil(proposed / retrain_after)


def test_without_a_model_random_configurations_are_proposed(search):
    from functools import partial

    _, calls, _, _ = search(
        parameter_space(NUMERIC),
        quadratic,
        15,
        selector=partial(parts.selector, settings=SelectorSettings(use_model=False)),
    )
    assert len({str(c) for c, *_ in calls}) == 15


@pytest.mark.slow
def test_the_same_seed_gives_the_same_calls(search):
    space = parameter_space(MIXED, ["z | c == b"], ["{x + n > 12}"])
    runs = [[str(c) for c, *_ in search(space, quadratic, 16, seed=s)[1]] for s in (3, 3, 4)]
    assert runs[0] == runs[1] != runs[2]


@pytest.mark.slow
def test_a_plain_configuration_space_will_do(search):
    from ConfigSpace import ConfigurationSpace, EqualsCondition, Float, Integer

    space = ConfigurationSpace({"x": (-5.0, 5.0), "n": (0, 9), "k": 7, "c": ["a", "b"]})
    space.add(Integer("m", (1, 100), log=True), Float("g", (0.1, 1.0)))
    space.add(EqualsCondition(space["m"], space["c"], "b"))
    reason, calls, standings, _ = search(space, quadratic, 16)
    assert reason == "max_evaluations reached"
    assert standings[-1].cost < quadratic(calls[0][0])


@pytest.mark.slow
def test_the_model_helps(search):
    space = parameter_space({f"x{i}": ("real", [-5, 5], 4.0) for i in range(4)})

    def sphere(configuration, *_):
        return sum((v - 1) ** 2 for v in configuration.values())

    found = search(space, sphere, 50)[2][-1].cost
    rng = np.random.RandomState(0)
    random = [min(sphere(dict(enumerate(p))) for p in rng.uniform(-5, 5, (50, 4))) for _ in range(20)]
    assert found < np.median(random)
