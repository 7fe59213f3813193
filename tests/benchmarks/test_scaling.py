"""Simulated workers, searches with them, and the tables of what came of it."""

from __future__ import annotations

import statistics

import pytest

from benchmarks import results
from benchmarks.problems import make
from benchmarks.scaling import busy, found
from benchmarks.scaling.searches import SEARCHES, Evaluations, ours
from benchmarks.scaling.simulate import Simulation, modes, report, simulate
from benchmarks.scaling.workers import Workers, lognormal

LENGTHS = {1: 3.0, 2: 1.0, 3: 1.0, 4: 5.0}.__getitem__


def test_calls_start_as_soon_as_a_worker_is_free():
    workers = Workers(2, LENGTHS)
    assert [workers.begin() for _ in range(4)] == [1, 2, 3, 4]
    assert workers.starts == [0.0, 0.0, 1.0, 2.0]
    assert workers.ends == [3.0, 1.0, 2.0, 7.0]
    assert workers.busy_share() == 1.0


def test_the_clock_waits_for_the_call_that_ends_first_or_that_was_begun_first():
    workers = Workers(2, LENGTHS)
    begun = [workers.begin(), workers.begin()]
    assert (workers.first_ended(begun), workers.now) == (2, 1.0)
    assert (workers.first_begun(begun), workers.now) == (1, 3.0)
    assert (workers.first_ended([2]), workers.now) == (2, 3.0)  # it ended long ago
    workers.begin()
    assert workers.starts[-1] == 3.0
    assert workers.busy_share() == pytest.approx(4 / 6)


def test_a_serial_proposer_moves_the_clock():
    workers = Workers(1, LENGTHS, serial=True)
    sum(range(100_000))
    workers.begin()
    assert 0 < workers.starts[0] == workers.own[0]
    assert workers.ends[0] == workers.starts[0] + 3


def test_the_lengths_of_calls():
    length = lognormal(60.0, 1.0, 0)
    found = [length(number) for number in range(5000)]
    assert statistics.mean(found) == pytest.approx(60, rel=0.1)
    assert statistics.median(found) == pytest.approx(60 * 2.718281828**-0.5, rel=0.1)
    assert found[:3] == [lognormal(60.0, 1.0, 0)(number) for number in range(3)]


@pytest.mark.parametrize("kind", ["lognormal", "tenth", "equal"])
def test_the_lengths_of_real_calls(kind):
    seconds = busy.lengths(kind, 200, 0.5, 0)
    assert statistics.mean(seconds) == pytest.approx(0.5)
    longest = sum(each > 5 * statistics.median(seconds) for each in seconds)
    assert longest == {"tenth": 20, "equal": 0}.get(kind, longest)


@pytest.mark.slow
@pytest.mark.parametrize("peer", ["ours", "optuna_tpe", "random"])
def test_a_search(peer):
    if peer == "optuna_tpe":
        pytest.importorskip("optuna")
    ended = []
    for _ in range(2):
        problem, workers = make("forbid60", 1), Workers(3, lognormal(60.0, 1.0, 1))
        evaluations = Evaluations(problem, workers)
        SEARCHES[peer](problem, 1, 14, evaluations)
        assert len(workers.ends) == 14
        assert evaluations.steps[-1][0] <= 14
        assert [value for _, value, _ in evaluations.steps] == sorted(
            (v for _, v, _ in evaluations.steps), reverse=True
        )
        ended.append(evaluations.steps)
    assert ended[0] == ended[1]


@pytest.mark.parametrize(("options", "order"), [({}, [2, 3, 1]), ({"workers_order": "begun"}, [1, 2, 3])])
def test_the_order_of_learning(options, order):
    lengths = {1: 3.0, 2: 1.0, 3: 1.5}
    problem, learnt = make("branin", 0), []
    evaluations = Evaluations(problem, Workers(2, lengths.__getitem__))
    learn = evaluations.learn
    evaluations.learn = lambda number: learnt.append(number) or learn(number)
    ours(problem, 0, 3, evaluations, **options)
    assert learnt == order


def test_a_simulation_and_its_tables():
    wanted = Simulation("sphere5", 4, 12)
    record = simulate(wanted)
    assert record["n"] == 12
    assert 0 < record["busy"] <= 1
    text = report([record, simulate(Simulation("sphere5", 1, 3, order="begun", serial=False))])
    assert "| sphere5 | 4 | ended | 12 |" in text
    assert "| sphere5 | 1 | begun, 4 x, free | 3 | 1.00 |" in text


def test_the_modes_of_simulations():
    assert modes("ended,begun:1") == [{"order": "ended"}, {"order": "begun", "lag": 1}]
    found = [Simulation("sphere5", 4, 12, **mode).mode for mode in modes("begun,begun:1")]
    assert found == ["begun, 4 x", "begun, 1 x"]


def test_searches_that_are_recorded_are_not_made_again(tmp_path):
    file = tmp_path / "found.jsonl"
    kinds = [found.Kind("random", 1, 20)]
    for seeds in ([0], [0, 1], [0, 1]):
        found.run(kinds, ["branin", "sphere5"], seeds, file, 1, tmp_path)
    records = list(results.read(file))
    assert sorted((r["problem"], r["seed"], r["n"]) for r in records) == [
        (problem, seed, 20) for problem in ("branin", "sphere5") for seed in (0, 1)
    ]


def _record(peer, workers, budget, value, seed=0):
    about = {"peer": peer, "workers": workers, "budget": budget, "n": budget, "problem": "sphere5", "seed": seed}
    return about | {"steps": [[1, 100.0, 1.0], [70, value, 70.0], [90, value / 2, 90.0]]}


@pytest.mark.slow
def test_regrets_and_their_ratio():
    records = [_record("random", 1, 100, 20.0), _record("ours", 1, 100, 4.0), _record("ours", 4, 100, 2.0)]
    text = found.report(records)
    assert "| sphere5 | 0.4 | 0.2 | 0.1 | 1 |" in text  # one worker at 80 and at 100, four at 100
    assert "| ours 4 w, 100 | ours 1 w, 80 | 0.250 |" in text


@pytest.mark.slow
def test_two_versions_side_by_side():
    old = [_record("random", 1, 100, 20.0), _record("ours", 4, 100, 2.0), _record("ours", 1, 100, 4.0)]
    text = found.report([_record("ours", 4, 100, 1.0)], beside=old)
    assert "| ours 4 w, 100 | old: ours 4 w, 100 | 0.500 |" in text
    assert "| ours 4 w, 100 | old: ours 1 w, 80 | 0.125 |" in text


@pytest.mark.slow
@pytest.mark.parametrize("peer", ["ours", "pool"])
def test_real_workers(peer):
    seconds = [0.02] * 6
    assert busy.measure(peer, seconds, 2) >= 0.06
