"""`benchmarks.searchcv`: what it asks of each search, and the table of what came of it."""

from __future__ import annotations

import argparse
import json

import pytest

from benchmarks.searchcv import __main__ as command
from benchmarks.searchcv.searches import SEARCHES, _optuna_distribution, _skopt_dimension
from benchmarks.searchcv.tasks import TASKS


def record(peer, task, seed, score):
    return {"peer": peer, "task": task, "seed": seed, "budget": "15 fits", "test_score": score}


def test_the_table():
    scores = {("SMACSearchCV", 0): 0.9, ("SMACSearchCV", 1): 0.7, ("RandomizedSearchCV", 0): 0.8}
    records = [record(peer, "svm_cancer", seed, score) for (peer, seed), score in scores.items()]
    assert command.report(records).splitlines()[2:] == [
        "| test score | SMACSearchCV | RandomizedSearchCV |",
        "| --- | --- | --- |",
        "| svm_cancer | 0.8000 | 0.8000 |",
        "| mean rank | 1.00 | 2.00 |",  # of the seed that both have
    ]
    equal = [record(peer, "svm_cancer", 0, 0.5) for peer in ("SMACSearchCV", "BayesSearchCV")]
    assert command.report(equal).splitlines()[-1] == "| mean rank | 1.50 | 1.50 |"
    assert command.report([]) == "nothing is recorded"


def test_what_is_recorded_is_not_made_again(tmp_path, monkeypatch):
    file = tmp_path / "records.jsonl"
    made = []

    def run(peer, task, seed, budget):
        made.append(peer)
        return record(peer, task, seed, 0.5)

    monkeypatch.setattr(command, "run", run)
    options = argparse.Namespace(
        peers=",".join(SEARCHES), tasks="svm_cancer", seeds=[0], fits=[15], seconds=[], file=file
    )
    file.write_text(json.dumps(record("OptunaSearchCV", "svm_cancer", 0, 0.5)) + "\n")
    command.search_all(options)
    assert made == [peer for peer in SEARCHES if peer != "OptunaSearchCV"]
    command.search_all(options)
    assert len(made) == 4
    assert len(file.read_text().splitlines()) == 5


@pytest.mark.parametrize("name", TASKS)
def test_the_tasks(name):
    task = TASKS[name]
    X, X_test, y, y_test = task.split(0)
    assert len(X) == len(y) <= 400
    assert len(X_test) == len(y_test) >= 70
    assert set(task.space) <= task.estimator().get_params().keys()


def test_all_have_the_same_ranges():
    pytest.importorskip("optuna")
    for task in TASKS.values():
        for given in task.space.values():
            found = _optuna_distribution(given)
            if isinstance(given, list):
                assert list(found.choices) == given
            else:
                assert (found.low, found.high) == given.support()


def test_the_ranges_of_scikit_optimize():
    pytest.importorskip("skopt")
    for task in TASKS.values():
        for given in task.space.values():
            if not isinstance(given, list):
                assert _skopt_dimension(given).bounds == given.support()
