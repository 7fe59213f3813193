"""Cells in processes of their own, whole process trees, results that are kept."""

from __future__ import annotations

import importlib
import json
import sys

import pytest

from benchmarks import results
from benchmarks.cell import search
from benchmarks.evaluations import Evaluations, Spent
from benchmarks.measure import measure
from benchmarks.peers import PEERS, takes
from benchmarks.problems import group_of, make, names
from benchmarks.run import Cell, cells, numbers, run_cell


def peer(name):
    return importlib.import_module(f"benchmarks.peers.{name}")


BURN = "import time\nwhile time.process_time() < 0.15: pass\n"


@pytest.mark.slow
def test_a_search_at_random():
    record = run_cell(Cell("random", "rosenbrock_4d", 1, 20))
    problem = make("rosenbrock_4d", 1)
    assert "error" not in record
    assert record["n"] == 20
    assert record["steps"][0] == [1, pytest.approx(problem.judged(problem.default), rel=1e-8)]
    assert [value for _, value in record["steps"]] == sorted((v for _, v in record["steps"]), reverse=True)
    assert record["final"] == record["steps"][-1][1]
    assert record["cpu"] >= record["cpu_before"] > 0
    assert run_cell(Cell("random", "rosenbrock_4d", 1, 20))["steps"] == record["steps"]


@pytest.mark.slow
def test_a_search_of_ours():
    record = run_cell(Cell("ours", "instances_features", 0, 6))
    assert "error" not in record
    assert record["n"] == 6
    assert record["final"] > 0
    assert record["own_cpu"] > 0
    assert record["versions"]["smac"]
    assert record["seconds"] is None
    assert not record["incumbents"]


def test_a_search_of_ours_with_seeds():
    record = search(peer("ours"), make("seeds", 0), 0, 6)
    assert record["n"] == 6
    assert record["final"] > 0
    assert not record["incumbents"]


@pytest.mark.slow
def test_the_incumbents_of_a_search_for_run_time_come_with_the_seconds_used():
    capped, uncapped = (search(peer(name), make("solver_alike", 0), 0, 8) for name in ("ours", "ours_uncapped"))
    for record in (capped, uncapped):
        seconds = [time for time, _ in record["incumbents"]]
        assert seconds == sorted(seconds)
        assert 0 < seconds[0] <= seconds[-1] <= record["seconds"]
        assert record["incumbents"][-1][1] == record["final"]
    assert capped["seconds"] < uncapped["seconds"]


@pytest.mark.slow
def test_what_has_evaluated_no_configuration_to_the_end_returns_the_default():
    problem = make("solver_alike", 0)
    record = run_cell(Cell("random", "solver_alike", 0, 10))
    assert (record["steps"], record["final"]) == ([], pytest.approx(problem.judged(problem.default)))


@pytest.mark.slow
def test_an_error_is_recorded(monkeypatch):
    record = run_cell(Cell("random", "no_such_problem", 0, 5))
    assert "no_such_problem" in record["error"]
    assert "own_cpu" not in record


@pytest.mark.slow
def test_cpu_of_processes_that_nobody_waits_for_is_counted():
    script = f"""
import os
if os.fork() == 0:      # a child whose parent does not wait ...
    if os.fork() == 0:  # ... and its child, which loses its parent
        exec({BURN!r})
    else:
        exec({BURN!r})
    os._exit(0)
os._exit(3)
"""
    usage = measure([sys.executable, "-c", script])
    assert usage.code == 3
    assert 0.3 <= usage.cpu < 5
    assert not usage.stopped


@pytest.mark.slow
def test_a_command_is_stopped_with_all_its_processes():
    script = "import os, time\nos.fork()\nos.setsid()\ntime.sleep(600)"
    usage = measure([sys.executable, "-c", script], limit=0.5)
    assert usage.stopped
    assert usage.wall < 60


@pytest.mark.slow
def test_memory_of_all_processes_is_added():
    script = "import os, time\nos.fork()\nx = bytearray(b'x') * 42_000_000\ntime.sleep(0.3)"
    usage = measure([sys.executable, "-c", script], memory=True)
    assert 80 < usage.memory < 200  # the arrays alone have 80.1 MB


def test_forbidden_configurations_are_not_counted():
    evaluations = Evaluations(make("forbid60", 0), 3)
    first = evaluations(evaluations.problem.default)
    assert evaluations({"x1": 10.0, "x2": 10.0, "n": 3, "c": "p"}) == first
    assert evaluations.calls == 1
    evaluations(evaluations.problem.best)
    assert evaluations.best == evaluations.problem.best
    evaluations(evaluations.problem.default)
    with pytest.raises(Spent):
        evaluations(evaluations.problem.default)
    assert [n for n, *_ in evaluations.steps] == [1, 2]


def test_whole_configurations_are_evaluated_on_all_instances():
    problem = make("instances_plain", 0)
    evaluations = Evaluations(problem, 100)
    assert evaluations(problem.default) == pytest.approx(problem.judged(problem.default))
    evaluations(problem.default)
    assert evaluations.calls == 80
    with pytest.raises(Spent):
        evaluations(problem.default)


def evaluate_for_ever(evaluations):
    while True:
        evaluations(evaluations.problem.default)


def test_reported_seconds_end_a_search_for_run_time():
    problem = make("solver_kinds", 0)
    evaluations = Evaluations(problem, 10**9)
    with pytest.raises(Spent):
        evaluate_for_ever(evaluations)
    assert problem.seconds <= evaluations.seconds < problem.seconds + problem.cutoff


def test_the_cells_of_a_command():
    found = cells(["ours", "smac3_stock", "roar"], names("branin,seeds"), numbers("0-1,5"))
    assert {cell.seed for cell in found} == {0, 1, 5}
    of = {(cell.peer, cell.problem, cell.budget) for cell in found}
    assert ("ours", "branin", 500) in of
    assert {budget for peer, _, budget in of if peer == "smac3_stock"} == {100}
    assert {problem for peer, problem, _ in of if peer == "roar"} == {"seeds"}
    assert {cell.budget for cell in cells(["ours"], ["branin"], [0], [100])} == {100}


def test_every_problem_is_one_for_ours_and_for_random_search():
    for name in names("all,original"):
        problem = make(name, 0)
        assert all(takes(peer, problem, group_of(name), b) for b in problem.budgets for peer in ("ours", "random"))
    assert {"ours", "random", "optuna_tpe", "optuna_tpe_mvg"} <= set(PEERS)


def test_results_that_are_made_again_replace_the_old_ones(tmp_path):
    record = {"peer": "ours", "problem": "branin", "seed": 0, "budget": 100, "final": 2.0}
    for final in (2.0, 1.0):
        results.append("cells", record | {"final": final}, tmp_path / "work")
        results.append("cells", record | {"seed": 1, "error": "broken"}, tmp_path / "work")
        counts = results.pack(tmp_path / "work", tmp_path / "data")
        assert {kind: n for kind, n in counts.items() if n} == {"cells": 1}
    assert [r["final"] for r in results.load("cells", tmp_path / "data")] == [1.0]
    assert not list((tmp_path / "work").iterdir())


@pytest.mark.slow
def test_kept_results_hold_no_path_of_a_machine():
    for kind in ("cells", "costs", "recorded"):
        for record in results.load(kind):
            assert "/" not in json.dumps(record).replace("original/", "")
