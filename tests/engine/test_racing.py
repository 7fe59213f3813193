from __future__ import annotations

import json
from collections import defaultdict
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from ConfigSpace import Configuration
from smac import Scenario
from smac.main.config_selector import ConfigSelector

from pysmac_compat.engine import parts
from pysmac_compat.engine.capping import Capping
from pysmac_compat.engine.facade import History
from pysmac_compat.engine.merit import Runs
from pysmac_compat.engine.racing import Racing
from pysmac_compat.engine.settings import RacingSettings
from pysmac_compat.space import parameter_space

from .conftest import Cost

PARAMETERS = {"x": ("real", [-5, 5], 4), "y": ("integer", [0, 8], 7)}
RECORDED = json.loads((Path(__file__).parent.parent / "data" / "runs" / "runtime_calls.json").read_text())


def noisy(configuration, instance, seed, cutoff):
    noise = np.random.RandomState(seed).normal(0, 0.5)
    return (configuration["x"] - 1) ** 2 + (configuration["y"] - 2) ** 2 + noise


def on_instance(configuration, instance, seed, cutoff):
    return (configuration["x"] - instance) ** 2 + (configuration["y"] - 2) ** 2 + 100 * instance


def by_configuration(calls):
    groups = defaultdict(list)
    for configuration, instance, seed, _ in calls:
        groups[str(configuration)].append((instance, seed))
    return groups


def test_seeds_are_paired(search):
    space = parameter_space(PARAMETERS)
    _, calls, standings, _ = search(space, noisy, 60, deterministic=False, intensifier=Racing)
    groups = by_configuration(calls)
    first = calls[0][0]
    assert [str(c) for c, *_ in calls[:2]] == [str(first)] * 2  # one more run before the first challenge
    for pairs in groups.values():
        assert len(set(pairs)) == len(pairs)
        assert all(type(seed) is int for _, seed in pairs)
    incumbent = groups[str(standings[-1].configuration)]
    everything = {pair for pairs in groups.values() for pair in pairs}
    assert set(incumbent) == everything  # the incumbent has run whatever anybody has run
    assert standings[-1].n_runs == len(incumbent)
    values = [noisy(standings[-1].configuration, None, seed, None) for _, seed in incumbent]
    assert standings[-1].cost == pytest.approx(np.mean(values))


@pytest.mark.slow
@pytest.mark.parametrize(("budget", "runs"), [(70, 7), (20, 5)])
def test_before_each_challenge_the_incumbent_gets_one_more_run_up_to_a_tenth_of_the_budget(search, budget, runs):
    space = parameter_space(PARAMETERS)
    _, calls, standings, _ = search(
        space,
        lambda c, *_: 0.0 if c["y"] == 7 and c["x"] == 4 else 1.0,
        budget,
        deterministic=False,
        intensifier=Racing,
    )
    names = [str(c) for c, *_ in calls]
    # default, default, challenger, default, challenger, ...
    assert [k for k, name in enumerate(names) if name == names[0]] == [0, *range(1, 2 * runs - 2, 2)]
    assert len(set(names)) == budget - runs + 1  # all challengers lose at once


def test_when_a_challenger_has_been_through_all_pairs_the_incumbent_gets_one_more(search):
    space = parameter_space(PARAMETERS)
    reached = []

    def function(configuration, instance, seed, cutoff):
        reached.append(configuration)
        return -float(len(set(map(str, reached))))  # each configuration is better than those before it

    _, calls, standings, _ = search(space, function, 44, deterministic=False, intensifier=Racing)
    runs = [len(pairs) for pairs in by_configuration(calls).values()]
    assert runs == [2, 3, 4, 5, 6, 7, 8, 9]  # each wins, and has then one pair more for the next one
    assert standings[-1].n_runs == 9


def test_a_challenger_runs_on_1_2_4_pairs_until_it_is_worse(search):
    space = parameter_space(PARAMETERS)
    seen = defaultdict(int)

    def function(configuration, instance, seed, cutoff):
        seen[str(configuration)] += 1
        if configuration["x"] == 4 and configuration["y"] == 7:
            return 1.0
        return 0.9 if seen[str(configuration)] <= 3 else 2.0  # worse from the fourth run on

    _, calls, standings, _ = search(
        space,
        function,
        20 + 5 * 7,
        n_instances=20,
        intensifier=partial(parts.intensifier, settings=RacingSettings(initial_runs=20)),
    )
    counts = [len(pairs) for name, pairs in by_configuration(calls).items()]
    assert counts == [20, 7, 7, 7, 7, 7]
    assert standings[-1].configuration["x"] == 4


@pytest.mark.slow
def test_instances_are_run_once_each_when_deterministic(search):
    _, calls, standings, _ = search(parameter_space(PARAMETERS), on_instance, 60, n_instances=5)
    for pairs in by_configuration(calls).values():
        assert len({instance for instance, _ in pairs}) == len(pairs) <= 5
        assert all(seed is None for _, seed in pairs)
    assert standings[-1].n_runs == 5
    true_mean = np.mean([on_instance(standings[-1].configuration, i, None, None) for i in range(5)])
    assert standings[-1].cost == pytest.approx(true_mean)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("settings", "is_raced"),
    [
        ({"n_instances": 8}, True),
        ({"n_instances": 8, "features": [[i] for i in range(8)]}, True),
        ({"n_instances": 8, "deterministic": False}, False),
    ],
    ids=["instances", "features", "seeds"],
)
def test_what_has_lost_on_bad_luck_is_raced_again_where_instances_are_finite(search, settings, is_raced):
    def function(configuration, instance, seed, cutoff):
        luck = np.random.RandomState([int(1e6 * (configuration["x"] + 5)), instance, seed or 0]).normal(0, 1)
        return (configuration["x"] - 1) ** 2 / 5 + luck

    _, calls, standings, _ = search(parameter_space(PARAMETERS), function, 80, **settings)
    been = {str(standing.configuration) for standing in standings}
    runs = defaultdict(list)
    for k, (configuration, *_) in enumerate(calls):
        runs[str(configuration)].append(k)
    again = [name for name, numbers in runs.items() if name not in been and np.ptp(numbers) >= len(numbers)]
    assert bool(again) == is_raced


def test_what_wins_at_its_second_chance_does_not_count_as_rejected(search):
    made, seen = [], []

    def intensifier(scenario):
        made.append(parts.intensifier(scenario))
        return made[0]

    def function(configuration, instance, seed, cutoff):
        seen.append(configuration["c"])
        return 1.0 if configuration["c"] == "a" else 5.0 if seen.count("b") == 1 else -10.0

    space = parameter_space({"c": ("categorical", ["a", "b"], "a")})
    _, _, standings, _ = search(space, function, 6, n_instances=3, intensifier=intensifier)
    assert standings[-1].configuration["c"] == "b"
    assert standings[-1].configuration not in made[0].get_rejected_configs()


def test_a_finite_space_with_instances_is_run_to_the_end(search):
    space = parameter_space({"c": ("categorical", ["a", "b", "c"], "a"), "d": ("ordinal", [1, 2], 2)})
    reason, calls, _, _ = search(space, lambda c, i, *_: ord(c["c"]) + c["d"] + i, 40, n_instances=3)
    assert reason == "search space exhausted"
    assert len(calls) == 18


def test_a_finite_noisy_space_goes_on_with_new_seeds(search):
    space = parameter_space({"c": ("categorical", ["a", "b", "c"], "a"), "d": ("ordinal", [1, 2], 2)})
    reason, calls, _, _ = search(
        space,
        lambda c, i, seed, _: ord(c["c"]) + c["d"] + seed % 7 / 100,
        40,
        deterministic=False,
        intensifier=Racing,
    )
    assert (reason, len(calls)) == ("max_evaluations reached", 40)


def test_the_runs_of_an_incumbent_are_bounded(search):
    _, _, standings, _ = search(
        parameter_space(PARAMETERS),
        noisy,
        40,
        deterministic=False,
        intensifier=partial(Racing, settings=RacingSettings(max_runs=4)),
    )
    assert max(s.n_runs for s in standings) == 4


def test_every_instance_has_seeds_of_its_own(search):
    _, calls, _, _ = search(parameter_space(PARAMETERS), noisy, 50, deterministic=False, n_instances=4)
    seeds = defaultdict(set)
    for _, instance, seed, _ in calls:
        seeds[instance].add(seed)
    assert set(seeds) == {0, 1, 2, 3}
    assert not set.intersection(*seeds.values())


@pytest.mark.slow
@pytest.mark.parametrize("features", [None, [[i, i * i] for i in range(5)]])
def test_large_effects_of_the_instances_do_not_hide_the_configuration(search, features):
    space = parameter_space(PARAMETERS)
    _, _, standings, _ = search(space, on_instance, 100, n_instances=5, features=features)
    assert abs(standings[-1].configuration["x"] - 2) < 1.5
    assert abs(standings[-1].configuration["y"] - 2) <= 1


@pytest.mark.slow
def test_a_crash_on_one_instance_keeps_a_challenger_out(search):
    def function(configuration, instance, seed, cutoff):
        if instance == 2 and configuration["x"] != 4:
            return None
        return on_instance(configuration, instance, seed, cutoff)

    _, _, standings, _ = search(parameter_space(PARAMETERS), function, 60, n_instances=4)
    assert standings[-1].configuration["x"] == 4
    assert not standings[-1].failed


class Recorded(ConfigSelector):
    """Proposes the recorded configurations in their order."""

    def __init__(self, scenario, rows):
        super().__init__(scenario)
        self.rows = rows

    def __iter__(self):
        seen = set()
        for row in self.rows:
            if row["configuration"] not in seen:
                seen.add(row["configuration"])
                yield Configuration(self._scenario.configspace, values={"x": row["x"], "y": row["y"]})


def run_time(configuration, instance):
    return 0.2 + (configuration["x"] - 1) ** 2 / 4 + configuration["y"] * 0.2 + (instance or 0) * 0.3


def capped(configuration, instance, seed, cutoff):
    cost = run_time(configuration, instance)
    return Cost(min(cost, cutoff), censored=cost > cutoff)


def test_cutoffs_are_those_of_the_original(search):
    rows = RECORDED["runtime_dict"]
    _, calls, _, _ = search(
        parameter_space(PARAMETERS),
        capped,
        len(rows),
        selector=partial(Recorded, rows=rows),
        intensifier=partial(parts.intensifier, cutoff=5.0, capping=Capping()),
    )
    assert [cutoff for *_, cutoff in calls] == pytest.approx([row["cutoff"] for row in rows], abs=0.005)


def test_a_challenger_as_good_as_the_incumbent_goes_on(search):
    first = partial(parts.intensifier, settings=RacingSettings(initial_runs=4))
    _, calls, standings, _ = search(parameter_space(PARAMETERS), lambda *_: 1.0, 8, n_instances=4, intensifier=first)
    assert [len(pairs) for pairs in by_configuration(calls).values()] == [4, 4]
    assert standings[-1].configuration["x"] == 4


def test_what_a_challenger_has_used_is_not_left_to_it(search):
    _, calls, _, _ = search(
        parameter_space(PARAMETERS),
        lambda configuration, *_: Cost(2.0 if configuration["x"] == 4 else 1.0),
        4,
        n_instances=2,
        intensifier=partial(parts.intensifier, settings=RacingSettings(initial_runs=2), cutoff=10.0, capping=Capping()),
    )
    rest = 2 + 0.002, 2 + 2 - 1 + 0.003
    assert [cutoff for *_, cutoff in calls] == pytest.approx([10, 10, *(1.3 * each + 1 for each in rest)])


@pytest.mark.slow
def test_a_capped_run_never_makes_an_incumbent(search):
    _, calls, standings, _ = search(
        parameter_space(PARAMETERS),
        capped,
        80,
        n_instances=4,
        intensifier=partial(parts.intensifier, cutoff=10.0, capping=Capping(), penalty=10.0),
    )
    best = standings[-1].configuration
    mine = [(i, cutoff) for c, i, _, cutoff in calls if c == best]
    assert all(run_time(best, i) < cutoff for i, cutoff in mine)
    assert standings[-1].cost < 1.5


def test_penalties_count_in_means_only(search):
    def function(configuration, instance, seed, cutoff):
        return Cost(2.0 if instance == 0 else 0.5)

    _, calls, standings, _ = search(
        parameter_space({"c": ("categorical", ["a"], "a")}),
        function,
        2,
        n_instances=2,
        intensifier=partial(parts.intensifier, cutoff=2.0, penalty=10.0),
    )
    assert standings[-1].cost == pytest.approx((20.0 + 0.5) / 2)


def test_a_result_of_the_incumbent_may_make_a_challenger_lose():
    """The challenger has failed on an instance; while the incumbent's run there goes on, this says nothing."""
    space = parameter_space(PARAMETERS)
    best, challenger = space.get_default_configuration(), space.sample_configuration()
    racing = Racing(Scenario(space, n_trials=20, instances=["0", "1"], seed=1))
    history = History()
    history.add(best, cost=1.0, instance="0", seed=0)
    history.add(challenger, cost=9.0, instance="1", seed=0)
    racing.runhistory = history
    first, second = ("0", 0), ("1", 0)
    racing._incumbents = [best]
    racing._runs = {
        best: Runs({first: 1.0}, set(), {second: None}),
        challenger: Runs({second: 9.0}, {second}, {first: None}),
    }
    racing.let_race(challenger)
    racing._running = {best: None, challenger: None}
    assert racing.take_lost(challenger) == []
    racing._runs[best] = Runs({first: 1.0, second: 1.0})
    (lost,) = racing.take_lost(best)
    assert (lost.config, lost.instance, lost.seed) == (challenger, *first)
    assert racing.take_lost(best) == []  # each trial only once
