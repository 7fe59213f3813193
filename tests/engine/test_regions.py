"""Boxes around good configurations."""

from __future__ import annotations

import numpy as np
import pytest
from smac import Scenario

from pysmac_compat.engine.acquisition import LogEI
from pysmac_compat.engine.gaussian import _FEWEST_NEAR, GaussianProcess
from pysmac_compat.engine.maximizer import LocalAndRandomSearch
from pysmac_compat.engine.neighbours import Neighbourhood
from pysmac_compat.engine.portfolio import Portfolio
from pysmac_compat.engine.regions import Region, Regions
from pysmac_compat.space import parameter_space, vectors

MIXED = {
    "x": ("real", [0, 1], 0.5),
    "n": ("integer", [0, 9], 3),
    "c": ("categorical", ["a", "b", "c"], "a"),
    "y": ("real", [0, 1], 0.5),
}


def half(region):
    """Half the sides of a box, which the bounds of the space may cut off."""
    assert (region.low >= 0).all()
    assert (region.high <= 1).all()
    centre = region.centre[region.rows]
    return np.maximum(region.high - centre, centre - region.low)


@pytest.fixture
def plane():
    """Three configurations of two parameters, and the boxes of their space."""
    space = parameter_space({"x": ("real", [0, 1], 0.5), "y": ("real", [0, 1], 0.5)})
    return Regions(space), np.array([[0.2, 0.2], [0.25, 0.25], [0.8, 0.7]])


LENGTHS, COSTS = np.ones(2), np.array([1.0, 2.0, 3.0])


def test_a_box_grows_with_success_and_shrinks_without(plane):
    boxes, known = plane
    first = boxes.next(known, COSTS, LENGTHS, 1)
    assert first.centre == pytest.approx(known[0])
    assert half(first) == pytest.approx(0.4)
    assert half(boxes.next(known, COSTS, LENGTHS, 4)) == pytest.approx(0.2)  # four proposals were no better
    assert half(boxes.next(known, COSTS, LENGTHS, 2)) == pytest.approx(0.2 / 2**0.5)
    better = boxes.next(known, np.array([1.0, 0.5, 3.0]), LENGTHS, 1)
    assert better.centre == pytest.approx(known[1])
    assert half(better) == pytest.approx(1.5 * 0.2 / 2**0.5)


def test_a_box_is_wider_along_what_changes_less(plane):
    boxes, known = plane
    x, y = half(boxes.next(known, COSTS, np.array([4.0, 1.0]), 1))
    assert (x, y) == pytest.approx((0.8, 0.2))  # to the other bound, which is as far away


def test_the_next_box_is_around_another_good_configuration(plane):
    boxes, known = plane
    boxes.next(known, COSTS, LENGTHS, 1)
    for _ in range(7):
        region = boxes.next(known, COSTS, LENGTHS, 4)
    assert region.centre == pytest.approx(known[0])
    region = boxes.next(known, COSTS, LENGTHS, 4)
    assert region.centre == pytest.approx(known[2])  # the second one is close to the first
    assert half(region) == pytest.approx(0.4)
    for _ in range(8):
        region = boxes.next(known, COSTS, LENGTHS, 4)
    assert region.centre == pytest.approx(known[0])  # all have had their turn


def test_a_box_that_was_given_up_leaves_the_other_branch_alone():
    space = parameter_space(
        {"c": ("categorical", ["a", "b"], "a"), "p": ("real", [0, 1], 0.5), "q": ("real", [0, 1], 0.5)},
        conditional_clauses=["p | c == a", "q | c == b"],
    )
    names = list(space)
    rows = []
    for values in ({"c": "a", "p": 0.3}, {"c": "a", "p": 0.9}, {"c": "b", "q": 0.3}):
        rows.append(vectors.from_values(space, values).get_array())
    boxes = Regions(space)
    boxes._given_up.append(rows[0])
    assert boxes._best_of_the_others(np.array(rows), np.array([0.0, 5.0, 1.0])) == 2
    region = boxes.next(np.array(rows), np.array([0.0, 5.0, 1.0]), np.ones(3), 1)
    inactive = list(region.rows).index(names.index("p"))
    assert (region.low[inactive], region.high[inactive]) == (0, 1)


def test_the_derivatives_lead_nowhere_out_of_the_box():
    space = parameter_space({"x": ("real", [0, 1], 0.5), "y": ("real", [0, 1], 0.5)})
    scenario = Scenario(space, deterministic=True, n_trials=200, seed=3)
    process, x = GaussianProcess(scenario), vectors.draw(space, 60, np.random.RandomState(1)).T
    process.train(x, x.sum(axis=1)[:, None])
    maximizer, function = LocalAndRandomSearch(scenario), LogEI()
    centre = np.array([0.6, 0.7])
    function.update(model=process, eta=float(process.predict_marginalized(centre[None])[0][0, 0]))
    maximizer._acquisition_function = function
    region = Region(centre, np.array([0, 1]), centre - 0.1, centre + 0.1)
    risen = maximizer._ascend(process.lengths(), centre[:, None], region)
    assert risen[:, 0] == pytest.approx(centre - 0.1)
    first = next(maximizer.propose(np.array([centre]), region))
    assert region.holds(first)


@pytest.mark.slow
def test_an_optimum_at_the_bounds_is_evaluated_once(search):
    space = parameter_space({"x": ("real", [-5, 5], 0.0), "y": ("real", [-5, 5], 0.0)})
    _, calls, *_ = search(space, lambda configuration, *_: configuration["x"] + configuration["y"], 130)
    values = [tuple(configuration.values()) for configuration, *_ in calls]
    assert len(set(values)) == 130
    assert min(map(sum, values)) == pytest.approx(-10)


def test_lengths_are_found_anew_where_the_rows_are_others():
    space = parameter_space({"x": ("real", [0, 1], 0.5), "y": ("real", [0, 1], 0.5)})
    process = GaussianProcess(Scenario(space, deterministic=True, n_trials=400, seed=3))
    x = vectors.draw(space, 300, np.random.RandomState(1)).T
    costs = np.where(x[:, 0] < 0.5, x.sum(axis=1), np.sin(60 * x).sum(axis=1))
    lengths = []
    for centre in ([0.1, 0.5], [0.9, 0.5]):
        process.centre = np.array(centre)
        process.train(x, costs[:, None])
        lengths.append(process._fits[0].logs)
        assert not process._are_new(process._fitted_rows)
    assert (lengths[1][:2] < lengths[0][:2] - 1).all()  # shorter where the costs oscillate


def test_what_is_drawn_is_in_the_box():
    space = parameter_space(MIXED, conditional_clauses=["y | c == b"], forbidden_clauses=["{n > 7 && c == a}"])
    boxes, neighbourhood, rng = Regions(space), Neighbourhood(space, 4), np.random.RandomState(1)
    assert {list(space)[row] for row in boxes.rows} == {"x", "n", "y"}
    drawn = vectors.draw(space, 30, rng).T
    for _ in range(12):
        region = boxes.next(drawn, np.arange(30.0), np.ones(len(space)), 5)
        found = neighbourhood.settled(region.draw(200, rng))
        assert found.shape[1] > 20
        assert vectors.legal(space, found).all()
        held = region.holds(found)
        n = list(space).index("n")
        assert len(np.unique(found[n, held])) > 1  # the next integers are always in it
        assert region.holds(region.centre)
        assert held.mean() > 0.5


def test_the_process_of_a_box_learns_from_what_is_near():
    space = parameter_space({"x": ("real", [0, 1], 0.5), "y": ("real", [0, 1], 0.5)})
    model = Portfolio(Scenario(space, deterministic=True, n_trials=200, seed=3))
    x = vectors.draw(space, 150, np.random.RandomState(1)).T
    costs = np.where(x[:, 0] < 0.5, (x[:, 0] - 0.25) ** 2 + (x[:, 1] - 0.5) ** 2, np.sin(40 * x.sum(axis=1)))
    model.centre = np.array([0.25, 0.5])
    model.train(x, costs[:, None])
    rows = model._local._nearest(x, model.centre)
    assert len(rows) == _FEWEST_NEAR
    assert x[rows, 0].max() < 0.75
    model.centre = None
    model.train(x, costs[:, None])
    assert model._current is not model._local
