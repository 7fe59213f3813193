"""Hierarchical spaces: which parameter makes branches, which branch is next, and that the search stays in it."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from smac import Scenario

from pysmac_compat.engine.acquisition import Greedy
from pysmac_compat.engine.branches import Branch, Branches
from pysmac_compat.engine.gaussian import GaussianProcess
from pysmac_compat.engine.maximizer import LocalAndRandomSearch
from pysmac_compat.space import parameter_space, vectors

PARAMETERS = {
    "u": ("real", [0, 1], 0.5),
    "algo": ("categorical", ["a", "b", "c"], "a"),
    "x": ("real", [0, 1], 0.5),
    "y": ("real", [0, 1], 0.5),
    "depth": ("integer", [1, 9], 3),
    "z": ("real", [0, 1], 0.5),
}
REALS = {"a": ("real", [0, 1], 0), "b": ("real", [0, 1], 0)}
CONDITIONS = ["x | algo == a", "y | algo == b", "depth | algo == b", "z | depth > 4"]


def space():
    return parameter_space(PARAMETERS, CONDITIONS)


def known(hierarchy, *choices):
    """Vectors of configurations in these branches."""
    drawn = vectors.draw(hierarchy, 200, np.random.RandomState(0)).T
    position = list(hierarchy).index("algo")
    return np.array([next(v for v in drawn if v[position] == choice) for choice in choices])


def chosen(branches, configurations, costs, n):
    return [
        None if found is None else found.value for found in (branches.next(configurations, costs) for _ in range(n))
    ]


def test_two_proposals_of_four_are_for_other_branches_by_the_ranks_of_their_best():
    hierarchy = space()
    configurations, costs = known(hierarchy, 0, 1, 2, 1), np.array([3.0, 2.0, 1.0, 9.0])  # the best is 2, then 1, 0
    found = chosen(Branches(hierarchy), configurations, costs, 25)
    assert found[::4] == found[3::4] + [None] == [None] * 7
    assert Counter(found) == {None: 13, 1: 8, 0: 4}


def test_what_is_best_may_change():
    hierarchy, configurations = space(), known(space(), 0, 1)
    branches = Branches(hierarchy)
    assert chosen(branches, configurations, np.array([1.0, 2.0]), 4) == [None, 1, 1, None]
    assert chosen(branches, configurations, np.array([2.0, 1.0]), 4) == [None, 0, 0, None]


def test_branches_without_a_known_configuration_are_left_out():
    hierarchy = space()
    assert set(chosen(Branches(hierarchy), known(hierarchy, 1, 1), np.array([1.0, 2.0]), 8)) == {None}
    assert set(chosen(Branches(hierarchy), known(hierarchy, 1, 0), np.array([1.0, 2.0]), 8)) == {None, 0}


@pytest.mark.parametrize(
    ("parameters", "conditions", "expected"),
    [
        (PARAMETERS, CONDITIONS, "algo"),  # four of the other five
        (PARAMETERS, CONDITIONS[:2], None),  # two of five
        (PARAMETERS, ["y | algo == b", "depth | algo == b", "z | algo == c"], "algo"),
        (REALS | {"u": ("ordinal", [1, 2, 3], 1)}, ["a | u > 1", "b | u > 2"], "u"),
        (REALS | {"u": ("integer", [1, 3], 1)}, ["a | u > 1", "b | u > 2"], None),
        (REALS | {"u": ("categorical", [0, 1], 1)}, ["a | u == 1"], None),  # one alone is no branch
        (REALS, [], None),
    ],
)  # fmt: skip
def test_what_makes_branches(parameters, conditions, expected):
    hierarchy = parameter_space(parameters, conditions)
    drawn = vectors.draw(hierarchy, 100, np.random.RandomState(0)).T
    branches = Branches(hierarchy)
    places = {b.parameter for b in (branches.next(drawn, np.arange(len(drawn))) for _ in range(8)) if b is not None}
    assert places == ({list(hierarchy).index(expected)} if expected else set())


@pytest.mark.slow
@settings(max_examples=10)
@given(st.integers(0, 2**31), st.sampled_from([0, 1, 2]))
def test_all_that_is_proposed_is_in_the_branch(seed, value):
    hierarchy = space()
    scenario = Scenario(hierarchy, deterministic=True, n_trials=50, seed=seed)
    maximizer = LocalAndRandomSearch(scenario)
    evaluated = vectors.draw(hierarchy, 20, np.random.RandomState(seed)).T
    model = GaussianProcess(scenario)
    model.train(evaluated, np.nan_to_num(evaluated).sum(axis=1).reshape(-1, 1))
    maximizer.acquisition_function = Greedy()
    maximizer.acquisition_function.update(model=model)
    branch = Branch(list(hierarchy).index("algo"), float(value))
    found = list(maximizer.propose(evaluated, branch))
    assert len(found) > 10
    assert all(branch.holds(vector) for vector in found)
    values = model.predict_marginalized(np.array(found))[0].ravel()
    assert (np.diff(values) > -1e-9).all()
    assert len({v[branch.parameter] for v in maximizer.propose(evaluated)}) == 3  # and of the next ones all again


@pytest.mark.slow
def test_a_branch_that_gets_better_late_is_found(search):
    """All of `a` is better than nearly all of `b`, whose best is the best of all."""

    def cost(configuration, *_):
        if configuration["algo"] == "a":
            return 0.3 + 0.1 * (configuration["x"] - 0.2) ** 2
        if configuration["algo"] == "c":
            return 0.9
        values = configuration["y"], configuration["depth"] / 10, configuration.get("z", 1.0)
        return min(1.0, sum(8 * (value - best) ** 2 for value, best in zip(values, (0.8, 0.7, 0.3), strict=True)))

    least = []
    for seed in range(1, 4):
        calls = search(space(), cost, 50, seed=seed)[1]
        assert Counter(configuration["algo"] for configuration, *_ in calls)["b"] >= 10
        least.append(min(cost(configuration) for configuration, *_ in calls))
    assert sorted(least)[1] < 0.1


@pytest.mark.slow
def test_a_branch_that_is_used_up_does_not_end_the_search(search):
    parameters = {"algo": ("categorical", ["a", "b"], "a"), "x": ("integer", [1, 40], 1), "y": ("integer", [1, 2], 1)}
    hierarchy = parameter_space(parameters, ["x | algo == a", "y | algo == b"])
    calls = search(hierarchy, lambda c, *_: math.sqrt(c.get("x", 60)), 100)[1]
    assert len({tuple(sorted(dict(configuration).items())) for configuration, *_ in calls}) == len(calls) == 42
