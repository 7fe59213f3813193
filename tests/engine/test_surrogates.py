"""The models and what they learn from."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import check_grad
from scipy.stats import norm
from smac import Scenario
from smac.runhistory import StatusType

from pysmac_compat.engine import acquisition, parts
from pysmac_compat.engine.coding import Coding
from pysmac_compat.engine.costs import log_gaps, normal_scores, row_effects, warped, without_penalty
from pysmac_compat.engine.encoder import CENSORED
from pysmac_compat.engine.facade import History
from pysmac_compat.engine.forest import Forest
from pysmac_compat.engine.gaussian import GaussianProcess, _distances_by_scale
from pysmac_compat.engine.neighbours import Neighbourhood
from pysmac_compat.engine.portfolio import Portfolio
from pysmac_compat.engine.settings import EncoderSettings, ForestSettings, SurrogateSettings
from pysmac_compat.space import parameter_space, vectors

MIXED = {
    "x": ("real", [1e-3, 1e3], 1.0, "log"),
    "n": ("integer", [0, 9], 3),
    "c": ("categorical", ["a", "b", "c"], "a"),
    "v": ("categorical", [4, 1, 16], 4),
    "z": ("real", [0, 1], 0.5),
    "o": ("ordinal", ["low", "mid", "high"], "mid"),
}
CONDITIONS, FORBIDDEN = ["z | c == b"], ["{n > 7 && c == a}"]

costs = st.lists(st.floats(-1e300, 1e300), min_size=1, max_size=40).map(np.array)


def space():
    return parameter_space(MIXED, CONDITIONS, FORBIDDEN)


def scenario(of=None):
    return Scenario(of or space(), deterministic=True, n_trials=50, seed=3)


def seen(process, costs):
    """Costs as a process that has been trained once learns them."""
    return warped(costs, process._fits[0].quantile).values


def quadratic(x):
    """Of the first two parameters of the vectors."""
    return (x[:, 0] - 0.3) ** 2 + 2 * (x[:, 1] - 0.6) ** 2


# -- costs ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ([1, 1e10, 3, 2, 1e10], [1, 3, 3, 2, 3]),
        ([1, 2.0**127, 3, 2, 2.0**127], [1, 3, 3, 2, 3]),
        ([-1e300, 1.7e308, -2e300, 1.7e308, 0], [-1e300, 0, -2e300, 0, 0]),
        ([1, 203, 3, 2, 203], [1, 3, 3, 2, 3]),
        ([1, 202, 3, 2, 202], [1, 202, 3, 2, 202]),  # not 100 times as far as the range of the others
        ([1, 1e5, 3, 2, 2], [1, 1e5, 3, 2, 2]),  # only once
        ([1, 1e7, 3, 2, 2], [1, 3, 3, 2, 2]),
        ([1, 1e9, 2e9, 3, 2], [1, 1e9, 2e9, 3, 2]),
        ([-999, -1, -997, -998, -1], [-999, -997, -997, -998, -997]),  # as of a function that is maximised
        ([1, 1, 1e10, 1e10], [1, 1, 1e10, 1e10]),  # the difference is all there is to learn
        ([1, 1e10, 1e10], [1, 1e10, 1e10]),
        ([5, 5, 5], [5, 5, 5]),
        ([], []),
    ],
)
def test_a_penalty_becomes_the_greatest_other_cost(given, expected):
    assert without_penalty(np.array(given, dtype=float)).tolist() == expected


@pytest.mark.slow
@given(costs)
@pytest.mark.parametrize("transform", [normal_scores, log_gaps])
def test_transformed_costs_are_tame_and_keep_their_order(transform, values):
    found = transform(values)
    assert np.isfinite(found).all()
    assert np.abs(found).max() < 50
    order = np.argsort(values, kind="stable")
    assert (np.diff(found[order]) >= -1e-12).all()


def test_small_gaps_stay_as_they_are():
    values = np.append([0.0, 1e-6, 3e-6], np.linspace(1, 9, 30))
    found = log_gaps(values)
    assert (found[2] - found[0]) / (found[1] - found[0]) == pytest.approx(3, rel=1e-4)


# -- coding ---------------------------------------------------------------------------------------------------------


def test_coding():
    coding = Coding(space())
    names = list(space())
    assert coding.n_scales == len(MIXED) + 1  # categories that are numbers have two
    one, other = (np.array([vectors.default(space()).get_array()]) for _ in range(2))
    other[0, names.index("c")] = 2
    assert np.square(coding(one) - coding(other)).sum() == pytest.approx(1)
    other = one.copy()
    other[0, names.index("v")] = 2  # from 4 to 16: another category, and half of the range of positions
    assert np.square(coding(one) - coding(other)).sum() == pytest.approx(1 + 0.25)
    inactive, middle = one.copy(), one.copy()
    inactive[0, names.index("z")], middle[0, names.index("z")] = np.nan, 0.5
    assert (coding(inactive) == coding(middle)).all()


# -- the Gaussian process -------------------------------------------------------------------------------------------


def test_the_gradient_of_the_likelihood():
    drawn = vectors.draw(space(), 25, np.random.RandomState(1)).T
    process = GaussianProcess(scenario())
    coding = Coding(space())
    y = log_gaps(np.nan_to_num(drawn).sum(axis=1))
    distances = _distances_by_scale(coding(drawn), coding)
    share = 1 / np.random.RandomState(2).randint(1, 5, size=25)
    for shift in (0.0, 0.7):
        logs = process._prior + shift
        error = check_grad(
            lambda v: process._loss(v, distances, y, share)[0],
            lambda v: process._loss(v, distances, y, share)[1],
            logs,
        )
        assert error < 1e-3


def test_a_smooth_function_is_learnt():
    of = parameter_space({"x": ("real", [0, 1], 0.5), "y": ("real", [0, 1], 0.5)})
    drawn = vectors.draw(of, 140, np.random.RandomState(1)).T
    known, new = drawn[:40], drawn[40:]
    process = GaussianProcess(scenario(of))
    process.train(known, quadratic(known)[:, None])
    mean, variance = process.predict_marginalized(np.vstack([known, new]))
    assert np.corrcoef(mean[40:, 0], seen(process, quadratic(new)))[0, 1] > 0.99
    assert np.abs(mean[:40, 0] - seen(process, quadratic(known))).max() < 0.05
    assert (variance[:40] < variance[40:].max() / 10).all()
    assert (variance > 0).all()


def test_noise_is_found():
    of = parameter_space({"x": ("real", [0, 1], 0.5), "y": ("real", [0, 1], 0.5)})
    rng = np.random.RandomState(1)
    drawn = vectors.draw(of, 60, rng).T
    misses = []
    for noise in (0.0, 0.2):
        process, costs = GaussianProcess(scenario(of)), quadratic(drawn) + rng.normal(0, noise, 60)
        process.train(drawn, costs[:, None])
        misses.append(np.abs(process.predict_marginalized(drawn)[0][:, 0] - seen(process, costs)).mean())
    assert misses[1] > 10 * misses[0]  # what is noise is not believed


def test_it_learns_from_the_best_of_many_rows():
    drawn = vectors.draw(space(), 300, np.random.RandomState(1)).T
    process = GaussianProcess(scenario(), max_rows=50)
    y = np.arange(300.0)
    process.train(drawn, y[:, None])
    assert len(process._squares) == 50
    assert set(range(37)) <= set(process._chosen(y))


def test_equal_costs_and_equal_rows_do_no_harm():
    drawn = vectors.draw(space(), 10, np.random.RandomState(1)).T
    for x, y in ((drawn, np.ones(10)), (np.repeat(drawn[:1], 10, axis=0), np.arange(10.0)), (drawn[:1], np.ones(1))):
        for model in (GaussianProcess(scenario()), Forest(scenario()), Portfolio(scenario())):
            model.train(x, y[:, None])
            mean, variance = model.predict_marginalized(drawn)
            assert np.isfinite(mean).all()
            assert (variance > 0).all()


# -- which model ----------------------------------------------------------------------------------------------------


def test_which_model_is_chosen():
    assert isinstance(parts.surrogate(scenario()), Portfolio)
    assert isinstance(parts.surrogate(scenario(), SurrogateSettings("gp")), GaussianProcess)
    assert isinstance(parts.surrogate(scenario(), SurrogateSettings("rf")), Forest)
    assert isinstance(parts.surrogate(scenario(), forest=ForestSettings(n_trees=3)), Forest)
    features = Scenario(space(), instances=["0", "1"], instance_features={"0": [1.0], "1": [2.0]}, n_trials=9)
    assert isinstance(parts.surrogate(features), Portfolio)


def test_very_many_parameters_and_choices():
    many = parameter_space({f"b{i}": ("categorical", [False, True], False) for i in range(120)})
    assert isinstance(parts.surrogate(scenario(many)), Forest)
    of = parameter_space({"c": ("categorical", [f"w{i}" for i in range(3000)], "w0")})
    points = Coding(of)(np.arange(3000.0)[:, None])
    assert points.shape[1] < 100
    distances = np.sqrt(np.square(points[0] - points[1:]).sum(axis=1))
    assert 0.5 < distances.min() < 1 < distances.max() < 1.5


@pytest.mark.slow
def test_process_and_forest_take_turns():
    portfolio, turns, judges = Portfolio(scenario()), [], []
    drawn = vectors.draw(space(), 20, np.random.RandomState(1)).T
    for _ in range(20):
        portfolio.train(drawn, np.arange(20.0)[:, None])
        turns.append(type(portfolio._current).__name__)
        judges.append((turns[-1], portfolio.judges))
    assert turns.count("Forest") == 4
    # the process has two ways to transform costs; no configuration is ranked by the less likely way, or by the forest
    assert set(judges) == {("Forest", False), ("GaussianProcess", False), ("GaussianProcess", True)}
    many = vectors.draw(space(), 150, np.random.RandomState(1)).T
    turns = []
    for _ in range(4):
        portfolio.train(many, np.arange(150.0)[:, None])
        turns.append(type(portfolio._current).__name__)
    assert turns.count("Forest") == 2


# -- acquisition ----------------------------------------------------------------------------------------------------


@pytest.mark.slow
@given(st.floats(-30, 8))
def test_the_logarithm_of_the_expected_improvement(z):
    found = acquisition._log_unit_improvement(np.array([z]))[0]
    if z > -8:
        assert found == pytest.approx(np.log(norm.pdf(z) + z * norm.cdf(z)), rel=1e-5, abs=1e-5)
    else:  # by its asymptotic series
        series = 1 / z**2 - 3 / z**4 + 15 / z**6 - 105 / z**8
        assert found == pytest.approx(norm.logpdf(z) + np.log(series), rel=1e-4)


def test_it_never_underflows_and_grows():
    z = np.concatenate([np.linspace(-1e6, 10, 4001), np.linspace(11, 100, 90)])
    found = acquisition._log_unit_improvement(z)
    assert np.isfinite(found).all()
    assert (np.diff(found) > 0).all()


# -- effects of configurations --------------------------------------------------------------------------------------


def test_the_effects_of_the_rows_of_a_table_with_few_cells():
    rng = np.random.RandomState(0)
    of_rows, of_columns = rng.normal(size=60), 1e4 * rng.normal(size=30)
    # a chain: alternating between rows and columns would take thousands of rounds
    rows = np.concatenate([np.arange(60), np.arange(1, 60)])
    columns = np.concatenate([np.arange(60) // 2, np.arange(59) // 2])
    found = row_effects(rows, columns, of_rows[rows] + of_columns[columns])
    assert found - found.mean() == pytest.approx(of_rows - of_rows.mean(), abs=1e-5)


@settings(max_examples=30)
@given(costs, st.integers(0, 100))
def test_effects_of_any_costs_are_finite(y, seed):
    rng = np.random.RandomState(seed)
    rows, columns = (np.unique(rng.randint(5, size=len(y)), return_inverse=True)[1] for _ in range(2))
    assert np.isfinite(row_effects(rows, columns, y / 4)).all()


def test_a_mean_of_many_runs_is_trusted_more():
    of = parameter_space({"x": ("real", [0, 1], 0.5)})
    x, rng = np.linspace(0, 1, 24)[:, None], np.random.RandomState(0)
    y = rng.normal(size=24)
    errors = []
    for runs in (1, 1000):
        process = GaussianProcess(Scenario(of))
        process.n_runs = np.ones(24)
        process.n_runs[12] = runs
        process.train(x, y[:, None])
        errors.append(abs(process.predict_marginalized(x)[0][12, 0] - seen(process, y)[12]))
    assert errors[1] < 0.2 * errors[0]


def test_a_process_frees_costs_from_the_effects_of_instances():
    of = parameter_space({"x": ("real", [0, 1], 0.5)})
    names = [str(i) for i in range(8)]
    features = {name: [float(i), 0.0] for i, name in enumerate(names)}
    rng = np.random.RandomState(0)
    x, instances = np.repeat(rng.uniform(size=20), 3), rng.randint(8, size=60)
    offsets = 100 * rng.normal(size=8)
    rows = np.column_stack([x, instances, np.zeros(60)])
    process = GaussianProcess(Scenario(of, instances=names, instance_features=features))
    process.train(rows, ((x - 0.3) ** 2 + offsets[instances])[:, None])
    grid = np.linspace(0, 1, 101)[:, None]
    assert abs(grid[process.predict_marginalized(grid)[0].argmin(), 0] - 0.3) < 0.05


# -- neighbours -----------------------------------------------------------------------------------------------------


@pytest.mark.slow
@settings(max_examples=30)
@given(st.integers(0, 2**31))
def test_neighbours_are_legal_and_differ_in_one_value_or_in_all_numeric_ones(seed):
    of, rng = space(), np.random.RandomState(seed)
    points = vectors.draw(of, 6, rng)
    neighbours, origins = Neighbourhood(of, 4)(points, rng)
    assert vectors.legal(of, neighbours).all()
    names = list(of)
    numeric = {"x", "n", "z"}
    for neighbour, origin in zip(neighbours.T, points[:, origins].T, strict=True):
        changed = {
            names[i] for i in np.flatnonzero(~((neighbour == origin) | (np.isnan(neighbour) & np.isnan(origin))))
        }
        if "c" in changed:
            changed -= {"z"}  # it comes and goes with it
        assert len(changed) <= 1 or changed <= numeric
        of_columns = vectors.configuration(of, neighbour)
        of_columns.check_valid_configuration()


def test_every_other_choice_is_a_neighbour():
    of = parameter_space({"c": ("categorical", list("abcd"), "a"), "o": ("ordinal", [1, 2, 3], 2)})
    point = np.array([[0.0], [1.0]])
    neighbours, _ = Neighbourhood(of, 4)(point, np.random.RandomState(0))
    assert sorted(map(tuple, neighbours.T.tolist())) == [(0, 0), (0, 2), (1, 1), (2, 1), (3, 1)]


def test_steps_of_all_sizes():
    of = parameter_space({"x": ("real", [0, 1], 0.5)})
    neighbours, _ = Neighbourhood(of, 2000)(np.array([[0.5]]), np.random.RandomState(0))
    steps = np.abs(neighbours[0] - 0.5)
    for low in (1e-5, 1e-4, 1e-3, 1e-2, 1e-1):
        assert ((steps > low / 3) & (steps < low * 3)).sum() > 20


# -- what is imputed ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("penalty", "expected"), [(1.0, [3.0, 12.0, 1.0]), (10.0, [3.0, 120.0, 1.0])])
def test_imputed_costs_beyond_the_limit_are_penalised_on_request(penalty, expected):
    drawn = [vectors.configuration(space(), v) for v in vectors.draw(space(), 3, np.random.RandomState(0)).T]
    settings = EncoderSettings(penalise_imputed=True)
    encoder, history = parts.encoder(scenario(), settings, cutoff=10.0, penalty=penalty), History()
    encoder.runhistory = history
    for configuration, cost, censored in zip(drawn, [3.0, 6.0, 1.0], [False, True, False], strict=True):
        history.add(configuration, cost=cost, seed=0, additional_info={CENSORED: True} if censored else {})
    assert encoder.transform()[1].ravel().tolist() == expected


def test_a_crash_counts_as_much_as_the_worst_that_has_not_crashed():
    drawn = [vectors.configuration(space(), v) for v in vectors.draw(space(), 3, np.random.RandomState(0)).T]
    encoder, history = parts.encoder(scenario()), History()
    encoder.runhistory = history
    for configuration, cost in zip(drawn, [3.0, 2.0**127, 1.0], strict=True):
        status = StatusType.SUCCESS if cost < 4 else StatusType.CRASHED
        history.add(configuration, cost=cost, seed=0, status=status)
    assert encoder.transform()[1].ravel().tolist() == [3.0, 3.0, 1.0]


@pytest.mark.parametrize(("instances", "is_noise"), [(None, True), (["0"], True), (["0", "1"], False)])
def test_differences_between_seeds_are_noise_but_differences_between_instances_are_not(instances, is_noise):
    drawn = [vectors.configuration(space(), v) for v in vectors.draw(space(), 4, np.random.RandomState(0)).T]
    of = Scenario(space(), deterministic=False, n_trials=50, seed=3, instances=instances)
    encoder, history = parts.encoder(of), History()
    encoder.runhistory = history
    noise = np.random.RandomState(1).normal(0, 0.1, (4, 6))
    for i, configuration in enumerate(drawn):
        for seed in range(6):
            instance = None if instances is None else instances[seed % len(instances)]
            history.add(configuration, cost=float(i + noise[i, seed]), instance=instance, seed=seed)
    means = encoder.transform()[1].ravel()
    assert (encoder.noise is not None) == is_noise
    assert means.argsort().tolist() == [0, 1, 2, 3]


# -- what the model is asked ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("seeds", "rows"), [([0] * 6, [4, 1, 3]), ([0, 0, 0, 0, 0, 1], range(6))])
def test_of_many_configurations_the_best_ones_are_asked(seeds, rows):
    """Where all have been run once, alike."""
    drawn = [vectors.configuration(space(), v) for v in vectors.draw(space(), 6, np.random.RandomState(0)).T]
    encoder, history = parts.encoder(scenario()), History()
    encoder.runhistory = history
    for configuration, cost, seed in zip(drawn, [7.0, 2.0, 9.0, 3.0, 1.0, 8.0], seeds, strict=True):
        history.add(configuration, cost=cost, seed=seed)
    known = encoder.get_configurations()
    np.testing.assert_array_equal(known[encoder.best_rows(3)], [drawn[row].get_array() for row in rows])
    np.testing.assert_array_equal(known[encoder.best_rows(6)], known)
