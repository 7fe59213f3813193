"""`benchmarks.searchcv`: what it asks of each search, and the table of what came of it."""

from __future__ import annotations

import argparse
import json
import time

import pytest

from benchmarks.searchcv import __main__ as command
from benchmarks.searchcv.searches import SEARCHES, Budget, _optuna_distribution, _skopt_dimension
from benchmarks.searchcv.section import NAMES, section
from benchmarks.searchcv.tasks import SMALL, TASKS


def record(peer, task, seed, score, budget="15 fits", fits=15):
    about = {"peer": peer, "task": task, "seed": seed, "budget": budget, "fits": fits}
    return about | {"test_score": score, "cv_score": 1 - score}


def test_the_table():
    scores = {("SMACSearchCV", 0): 0.9, ("SMACSearchCV", 1): 0.7, ("RandomizedSearchCV", 0): 0.8}
    records = [record(peer, "svm_cancer", seed, score) for (peer, seed), score in scores.items()]
    lines = section(records).splitlines()
    assert "### In scikit-learn: large tests" not in lines
    assert lines[lines.index("### In scikit-learn: small data") + 6 :] == [  # the scores on the folds are 1 - score
        "| 15 fits: test score; seeds: 2 | SMACSearchCV | RandomizedSearchCV |",
        "| --- | --- | --- |",
        "| svm_cancer | 0.8000 | 0.8000 |",
        "| **rank** | 1.00 | 2.00 |",  # of the seed that both have
        "| **rank, folds** | 2.00 | 1.00 |",
        "",
        "SMACSearchCV is worse by more than noise than no other search on any task (one-sided Mann-Whitney tests with "
        "Holm's correction over the tasks, 5 %).",
    ]
    equal = [record(peer, "svm_cancer", 0, 0.5) for peer in ("SMACSearchCV", "BayesSearchCV")]
    assert "| **rank** | 1.50 | 1.50 |" in section(equal)
    assert section([]) == ""


def test_a_part_for_each_set_of_tasks():
    records = [
        record("SMACSearchCV", task, 0, 0.5, budget)
        for task in ("svm_cancer", "svm_pca_digits")
        for budget in ("120 seconds", "30 seconds")
    ]
    heads = [line[:30] for line in section(records).splitlines() if line.startswith(("###", "| 30", "| 120"))]
    assert [head.split(":")[0] for head in heads] == 2 * ["### In scikit-learn", "| 30 seconds", "| 120 seconds"]


def test_worse_by_more_than_noise_and_fits_in_seconds():
    records = [record("SMACSearchCV", "svm_cancer", seed, 0.5 + seed / 100, "30 seconds", 40) for seed in range(9)]
    records += [record("OptunaSearchCV", "svm_cancer", seed, 0.8 + seed / 100, "30 seconds", 90) for seed in range(9)]
    text = section(records)
    assert "| fits | 40 | 90 |" in text
    assert "is worse by more than noise than OptunaSearchCV on svm_cancer (" in text


def test_what_is_recorded_is_not_made_again(tmp_path, monkeypatch):
    file = tmp_path / "records.jsonl"
    made = []

    def run(peer, task, seed, budget):
        made.append(peer)
        return record(peer, task, seed, 0.5)

    monkeypatch.setattr(command, "limited", run)
    options = argparse.Namespace(
        peers=",".join(SEARCHES), tasks="svm_cancer", seeds=[0], fits=[15], seconds=[], file=file
    )
    file.write_text(json.dumps(record("OptunaSearchCV", "svm_cancer", 0, 0.5)) + "\n")
    command.search_all(options)
    assert made == [peer for peer in SEARCHES if peer != "OptunaSearchCV"]
    command.search_all(options)
    assert len(made) == 4
    assert len(file.read_text().splitlines()) == 5


def test_a_search_that_does_not_end(monkeypatch):
    monkeypatch.setattr(
        command, "run", lambda *about: time.sleep(600) if about[0] == "BayesSearchCV" else {"made": about}
    )
    budget = Budget("seconds", 1)
    monkeypatch.setattr(command, "_TIMES", 0.1)
    assert command.limited("BayesSearchCV", "svm_cancer", 0, budget)["unended"] == "stopped after 0.1 s"
    monkeypatch.setattr(command, "_TIMES", 600)
    assert command.limited("OptunaSearchCV", "svm_cancer", 3, budget) == {
        "made": ("OptunaSearchCV", "svm_cancer", 3, budget)
    }
    about = {
        "peer": "BayesSearchCV",
        "task": "svm_cancer",
        "seed": 0,
        "budget": "15 fits",
        "unended": "stopped after 9 s",
    }
    text = section([record("SMACSearchCV", "svm_cancer", 0, 0.5), about])
    assert "| **rank** | 1.00 | 2.00 |" in text
    assert "so the worst: BayesSearchCV on svm_cancer with seed 0 (stopped after 9 s)." in text


@pytest.mark.parametrize("name", TASKS)
def test_the_tasks(name):
    task = TASKS[name]
    X, X_test, y, y_test = task.split(0)
    assert len(X) == len(y) <= task.rows
    assert len(X_test) == len(y_test) >= (70 if name in SMALL else 1000)
    assert set(task.space) <= task.estimator().get_params().keys()


def test_a_column_for_each_search():
    assert tuple(SEARCHES) == NAMES


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
