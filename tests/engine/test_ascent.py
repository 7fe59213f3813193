"""What the derivatives of the acquisition function find, and how costs are warped."""

from __future__ import annotations

import numpy as np
import pytest
from smac import Scenario

from pysmac_compat.engine.acquisition import LogEI
from pysmac_compat.engine.ascent import ascend
from pysmac_compat.engine.costs import log_gaps, standardised, warped
from pysmac_compat.engine.gaussian import GaussianProcess
from pysmac_compat.engine.maximizer import LocalAndRandomSearch
from pysmac_compat.engine.portfolio import Portfolio
from pysmac_compat.space import parameter_space, vectors

REAL = {"x": ("real", [0, 1], 0.5), "y": ("real", [0, 1], 0.5), "z": ("real", [0, 1], 0.5)}
MIXED = {
    "x": ("real", [1e-3, 1e3], 1.0, "log"),
    "c": ("categorical", ["a", "b", "c"], "a"),
    "n": ("integer", [0, 9], 3),
    "y": ("real", [0, 1], 0.5),
}
CONDITIONS, FORBIDDEN = ["y | n > 4"], ["{n > 7 && c == a}"]


def learnt(space, model=GaussianProcess, n=40):
    """A model of a smooth function of the first and the last parameter, and what it has learnt from."""
    of = model(Scenario(space, deterministic=True, n_trials=100, seed=3))
    x = vectors.draw(space, n, np.random.RandomState(1)).T
    costs = (x[:, 0] - 0.3) ** 2 + 2 * (np.nan_to_num(x[:, -1]) - 0.6) ** 2
    of.train(x, costs[:, None])
    return of, x, costs


def improvement(model, x):
    function = LogEI()
    function.update(model=model, eta=float(model.predict_marginalized(x)[0].min()))
    return function


def derivatives(function, rows, columns, step=1e-6):
    found = np.zeros_like(rows)
    for column in columns:
        ahead, behind = rows.copy(), rows.copy()
        ahead[:, column] += step
        behind[:, column] -= step
        found[:, column] = (function(ahead) - function(behind)).ravel() / (2 * step)
    return found


@pytest.mark.parametrize("space", [parameter_space(REAL), parameter_space(MIXED, CONDITIONS, FORBIDDEN)])
def test_slopes_are_the_derivatives_of_what_is_predicted(space):
    process, x, _ = learnt(space)
    rows = vectors.draw(space, 5, np.random.RandomState(2)).T
    numeric = process._coding.numeric[0]
    found = process.slopes(rows)
    mean, variance = process.predict_marginalized(rows)
    assert found.mean == pytest.approx(mean.ravel())
    assert found.variance == pytest.approx(variance.ravel())
    for which, of in enumerate((found.of_mean, found.of_variance)):
        expected = derivatives(lambda moved, which=which: process.predict_marginalized(moved)[which], rows, numeric)
        active = ~np.isnan(rows)
        assert of[active] == pytest.approx(expected[active], rel=1e-4, abs=1e-6)
    function = improvement(process, x)
    values, slopes = function.slopes(rows)
    assert values == pytest.approx(function._compute(rows).ravel())
    expected = derivatives(function._compute, rows, numeric)
    assert slopes[active] == pytest.approx(expected[active], rel=1e-2, abs=1e-3)


def test_an_ascent_ends_at_the_maximum_in_the_box():
    inside, outside = np.array([0.5, 0.2, 0.7]), np.array([0.5, 0.2, 1.7])
    weights = np.array([1.0, 30.0, 4.0])
    starts = np.random.RandomState(1).uniform(size=(4, 3))
    for top, expected in ((inside, inside), (outside, [0.5, 0.2, 1.0])):

        def function(points, top=top):
            away = points - top
            return -(weights * away**2).sum(axis=1), -2 * weights * away

        found = ascend(function, starts, np.zeros(3), np.ones(3))
        best = found[function(found)[0].argmax()]
        assert best == pytest.approx(expected, abs=0.02)
        assert (function(found)[0] >= function(starts)[0]).all()


@pytest.mark.parametrize("space", [parameter_space(REAL), parameter_space(MIXED, CONDITIONS, FORBIDDEN)])
@pytest.mark.parametrize("model", [GaussianProcess, Portfolio])
def test_what_is_proposed_first_can_hardly_be_bettered_nearby(space, model):
    process, x, costs = learnt(space, model)
    function = improvement(process, x)
    maximizer = LocalAndRandomSearch(Scenario(space, deterministic=True, n_trials=100, seed=3))
    maximizer._acquisition_function = function
    first = next(maximizer.propose(x[np.argsort(costs)[:10]]))
    assert vectors.legal(space, first[:, None]).all()
    lengths = process.lengths()
    rng = np.random.RandomState(2)
    moved = np.repeat(first[None], 50, axis=0)
    moved[:, 0] = np.clip(first[0] + rng.normal(size=50) * 0.05 * lengths[0], 0, 1)
    assert function._compute(moved).max() < function._compute(first[None])[0] + 0.02


def test_a_forest_has_no_slopes():
    space = parameter_space(REAL)
    portfolio, x, costs = learnt(space, Portfolio)
    assert portfolio.lengths() is not None
    while portfolio._current is portfolio._process:
        portfolio.train(x, costs[:, None])
    assert portfolio.lengths() is None


# -- costs ----------------------------------------------------------------------------------------------------------


def test_without_a_quantile_costs_are_standardised():
    costs = np.random.RandomState(1).normal(size=20)
    assert warped(costs, None).values == pytest.approx(standardised(costs))


@pytest.mark.parametrize("quantile", [0.25, 0.9, None])
def test_the_slopes_of_warped_costs(quantile):
    costs = np.sort(np.random.RandomState(1).gamma(2, size=20_000))
    values, log_slopes, slope = warped(costs, quantile)
    between = np.diff(values) / (np.diff(costs) / np.ptp(costs))
    # the means of the slopes to the left and to the right of each, which are those of a smooth function
    assert log_slopes / len(costs) == pytest.approx(np.log(between).mean(), abs=0.01)


def test_what_is_learnt_is_what_is_more_likely():
    space = parameter_space(REAL)
    x = vectors.draw(space, 60, np.random.RandomState(1)).T
    plain = x[:, 0] + 2 * x[:, 1] - x[:, 2] ** 2
    chosen = []
    for costs in (plain, np.exp(8 * plain)):
        process = GaussianProcess(Scenario(space, deterministic=True, n_trials=100, seed=3))
        process.train(x, costs[:, None])
        chosen.append(process._fits[0].quantile)
    assert chosen[0] is None
    assert chosen[1] is not None


def test_every_third_fit_is_of_what_is_less_likely():
    space = parameter_space(REAL)
    process, x, costs = learnt(space)
    known = [log_gaps(costs), standardised(costs)]
    turns = []
    for _ in range(6):
        process.train(x, costs[:, None])
        mean = process.predict_marginalized(x)[0].ravel()
        misses = [np.abs(mean - values).max() for values in (warped(costs, process._fits[0].quantile).values, *known)]
        turns.append(misses[0] < 0.05)
    assert turns == [True, False, True, True, False, True]
