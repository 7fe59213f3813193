"""Without instances and with ever new seeds: each configuration runs once, and the best one again."""

from __future__ import annotations

from collections import defaultdict
from functools import partial

import numpy as np
import pytest
from ConfigSpace import ConfigurationSpace
from smac import Scenario

from pysmac_compat.engine import parts
from pysmac_compat.engine.capping import Capping
from pysmac_compat.engine.costs import columns_differ
from pysmac_compat.engine.encoder import _within
from pysmac_compat.engine.racing import Racing
from pysmac_compat.engine.repeating import Repeating
from pysmac_compat.engine.settings import RacingSettings
from pysmac_compat.space import parameter_space

PARAMETERS = {"x": ("real", [-5, 5], 4), "y": ("integer", [0, 8], 7)}


def true_cost(configuration):
    return 1 + (configuration["x"] - 1) ** 2 + (configuration["y"] - 2) ** 2


def noisy(share):
    def function(configuration, instance, seed, cutoff):
        generator = np.random.RandomState([seed, int(configuration["y"]), int(abs(configuration["x"]) * 1e6)])
        return true_cost(configuration) * (1 + share * generator.normal())

    return function


def runs_of(calls):
    """The seeds of each configuration, in the order of its runs."""
    found = defaultdict(list)
    for configuration, _, seed, _ in calls:
        found[str(configuration)].append(seed)
    return found


@pytest.mark.slow
def test_new_configurations_and_the_best_again(search):
    function = noisy(0.2)
    reason, calls, standings, _ = search(parameter_space(PARAMETERS), function, 80, deterministic=False)
    runs = runs_of(calls)
    assert reason == "max_evaluations reached"
    first = calls[0][2]
    assert {seeds[0] for seeds in runs.values()} == {first}  # all can be compared
    longest = max(runs.values(), key=len)
    assert all(seeds == longest[: len(seeds)] for seeds in runs.values())  # one list of seeds for all
    again = len(calls) - len(runs)
    assert 0.05 * 80 <= again <= 0.2 * 80 + 1
    assert len(longest) > 2
    for standing in standings:
        known = [function(c, i, s, t) for c, i, s, t in calls[: standing.number] if c == standing.configuration]
        assert standing.n_runs == len(known)
        assert standing.cost == pytest.approx(np.mean(known))
    assert true_cost(standings[-1].configuration) < 2


@pytest.mark.slow
def test_without_noise_nothing_runs_again_and_again(search):
    _, calls, _, _ = search(parameter_space(PARAMETERS), noisy(0.0), 110, deterministic=False)
    assert len(calls) - len(runs_of(calls)) == 5  # that showed it


@pytest.mark.slow
def test_the_luckiest_is_not_the_best(search):
    """The default's first run is far better than its true cost, and the surrogate learns that."""

    def function(configuration, instance, seed, cutoff):
        lucky = configuration["x"] == 4 and configuration["y"] == 7 and not seen
        seen.append(seed)
        return 0.5 if lucky else noisy(0.05)(configuration, instance, seed, cutoff)

    seen = []
    _, calls, standings, _ = search(parameter_space(PARAMETERS), function, 60, deterministic=False)
    assert len(runs_of(calls)[str(calls[0][0])]) > 1
    assert true_cost(standings[-1].configuration) < 3


def test_what_fails_never_leads(search):
    def function(configuration, instance, seed, cutoff):
        return None if configuration["x"] < 2 else true_cost(configuration)

    _, _, standings, _ = search(parameter_space(PARAMETERS), function, 24, deterministic=False)
    assert not standings[-1].failed
    assert standings[-1].configuration["x"] >= 2


def test_the_first_configuration_fails(search):
    _, _, standings, _ = search(
        parameter_space(PARAMETERS), lambda c, *_: None if c["x"] == 4 else true_cost(c), 12, deterministic=False
    )
    assert standings[0].failed
    assert not standings[-1].failed


def test_all_seeds_of_a_small_space(search):
    """Where nothing new is left all run again, equally often, and the least mean wins."""
    space = parameter_space({"c": ("categorical", ["a", "b", "c"], "a"), "d": ("ordinal", [1, 2], 2)})

    def function(configuration, instance, seed, cutoff):
        away = np.random.RandomState([seed, ord(configuration["c"]), configuration["d"]]).normal(0, 0.5)
        return ord(configuration["c"]) - ord("a") + configuration["d"] + away

    reason, calls, standings, _ = search(space, function, 60, deterministic=False)
    runs = runs_of(calls)
    assert (reason, len(calls), len(runs)) == ("max_evaluations reached", 60, 6)
    assert min(map(len, runs.values())) >= 7
    assert dict(standings[-1].configuration) == {"c": "a", "d": 1}
    of_best = [function(*call) for call in calls if call[0] == standings[-1].configuration]
    assert standings[-1].cost == pytest.approx(np.mean(of_best))


@pytest.mark.slow
def test_the_numbers_of_runs_are_bounded(search):
    settings = RacingSettings(max_runs=3, initial_runs=2)
    _, calls, _, _ = search(
        parameter_space(PARAMETERS),
        noisy(0.3),
        50,
        deterministic=False,
        intensifier=partial(parts.intensifier, settings=settings),
    )
    assert max(map(len, runs_of(calls).values())) == 3
    assert calls[0][0] == calls[1][0] != calls[2][0]


def test_no_more_configurations_than_wanted(search):
    settings = RacingSettings(max_configurations=5)
    reason, calls, _, _ = search(
        parameter_space(PARAMETERS),
        noisy(0.3),
        50,
        deterministic=False,
        intensifier=partial(parts.intensifier, settings=settings),
    )
    assert reason == "max-configurations reached"
    assert len(runs_of(calls)) == 5


@pytest.mark.slow
def test_several_at_a_time(search):
    _, calls, standings, _ = search(parameter_space(PARAMETERS), noisy(0.2), 50, deterministic=False, window=8)
    runs = runs_of(calls)
    assert len(calls) == 50
    assert all(len(set(seeds)) == len(seeds) for seeds in runs.values())
    assert true_cost(standings[-1].configuration) < 4


@pytest.mark.parametrize(
    ("n_instances", "deterministic", "capping", "settings", "expected"),
    [
        (None, False, None, RacingSettings(), Repeating),
        (1, False, None, RacingSettings(), Repeating),
        (2, False, None, RacingSettings(), Racing),
        (None, True, None, RacingSettings(), Racing),
        (None, False, Capping(1.0, 1.0), RacingSettings(), Racing),
        (None, False, None, RacingSettings(first_batch=2), Racing),
    ],
)
def test_where_there_are_races(tmp_path, n_instances, deterministic, capping, settings, expected):
    instances = None if n_instances is None else [str(i) for i in range(n_instances)]
    features = None if instances is None else {name: [float(name)] for name in instances}
    scenario = Scenario(
        ConfigurationSpace({"x": (0.0, 1.0)}),
        output_directory=tmp_path,
        deterministic=deterministic,
        instances=instances,
        instance_features=features,
    )
    assert type(parts.intensifier(scenario, settings, capping=capping)) is expected


def table(effects, noise, n_rows=6, n_columns=4, seed=0):
    """All cells of a table whose rows and columns have effects."""
    generator = np.random.RandomState(seed)
    rows, columns = (each.ravel() for each in np.mgrid[:n_rows, :n_columns])
    costs = 10.0 * rows + np.asarray(effects)[columns] + noise * generator.normal(size=len(rows))
    return rows, columns, costs


def test_columns_with_effects():
    assert columns_differ(*table([0, 5, -4, 9], 0.5))
    assert columns_differ(*table([0, 5, -4, 9], 0.0))
    assert not any(columns_differ(*table([0, 0, 0, 0], 1.0, seed=seed)) for seed in range(50))
    assert not any(columns_differ(*table([0, 0.5, 0, 0.5], 1.0, seed=seed)) for seed in range(50))  # within the noise
    rows, columns, costs = table([0, 0, 0, 0], 0.0)
    assert not columns_differ(rows, columns, costs)
    assert columns_differ(*(each if i < 2 else each * 1e300 for i, each in enumerate(table([0, 5, -4, 9], 0.5))))


def test_lucky_first_columns_have_no_effect():
    """Rows have further cells because their first one was low."""
    for seed in range(30):
        generator = np.random.RandomState(seed)
        first = np.sort(generator.normal(size=60))[:15]
        costs = np.column_stack([first, generator.normal(size=(15, 4))]).ravel()
        rows, columns = (each.ravel() for each in np.mgrid[:15, :5])
        assert not columns_differ(rows, columns, costs)


@pytest.mark.parametrize("cells", [[], [(0, 0)], [(0, 0), (0, 1)], [(0, 0), (1, 1)], [(0, 0), (0, 1), (1, 0)]])
def test_too_few_cells_to_tell(cells):
    rows, columns = np.array(cells, dtype=int).reshape(-1, 2).T
    assert not columns_differ(rows, columns, np.arange(len(rows), dtype=float))


def test_the_noise_is_that_of_good_configurations():
    generator = np.random.RandomState(0)
    means = np.array([1.0, 2.0, 100.0])
    rows = np.repeat([0, 1, 2], [5, 5, 20])
    costs = means[rows] * (1 + 0.1 * generator.normal(size=len(rows)))
    found = _within(rows, costs, np.bincount(rows, costs) / np.bincount(rows))
    assert found.degrees == 8  # of the best two: the best alone has four
    assert 0.05 < found.deviation < 0.4
    assert _within(np.arange(3), means, means) is None
    huge = _within(rows, costs * 1e300, np.bincount(rows, costs * 1e300) / np.bincount(rows))
    assert huge.deviation == pytest.approx(found.deviation * 1e300)
