"""The section of the report on `SMACSearchCV` and the other searches of scikit-learn users."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from benchmarks.results import Record
from benchmarks.searchcv.tasks import LARGE, SMALL
from benchmarks.sections import table
from benchmarks.statistics import compare, mean_ranks, median

#: the searches, in the order of the columns
NAMES = "SMACSearchCV", "RandomizedSearchCV", "HalvingRandomSearchCV", "OptunaSearchCV", "BayesSearchCV"
#: task -> search -> seed -> a score
_Scores = dict[str, dict[str, dict[int, float]]]
_TITLE = """## In scikit-learn

[`SMACSearchCV`](scikit_learn.md) tunes estimators with cross-validation on 5 folds, beside four other searches. A seed
is another split into rows for the search and rows for the test. The tables have the median scores on the test rows of
the estimator with the parameters that the search has found, fitted again on all rows for the search. *rank* is the
mean rank over all tasks and seeds that all searches have run; 1 is the best. *rank, folds* ranks the mean scores on the
folds in the same way: each search maximises these scores. *fits* is the median number of fits on a fold.
`nice python -m benchmarks.searchcv --fits 100 --seconds 30,120` makes the searches.

SMACSearchCV isolates the fits in child processes, and the other searches do not.
"""
_LARGE = """### In scikit-learn: large tests

Six tasks with 600 or 800 rows for the search and at least 1,000 rows for the test, on which it matters how well one
searches: of ten candidates, those on which a longer random search gains the most (see `benchmarks/searchcv/tasks.py`).
They were chosen before any other search had run on them. The searches by seconds ran ten at a time on two cores, so
each had a fifth of a core (one seed of svm_pca_digits ran later, beside loops that kept the cores as busy). A search
that is in a fit at its end takes longer, except SMACSearchCV.
"""
_SMALL = """### In scikit-learn: small data

Six tasks with data sets of scikit-learn, of which at most 400 rows are for the search. On these tasks the test scores
of all searches are nearly the same, and the test rows are few, so these ranks depend mostly on chance. The searches by
seconds ran two at a time on two cores.
"""


def section(records: Sequence[Record]) -> str:
    """Return the section; empty without records."""
    parts = []
    for title, tasks in ((_LARGE, LARGE), (_SMALL, SMALL)):
        chosen = [record for record in records if record["task"] in tasks]
        budgets = sorted({record["budget"] for record in chosen}, key=lambda text: (text.split()[1], _amount(text)))
        parts += [title] * bool(budgets) + [_of_budget(budget, chosen) for budget in budgets]
    return "\n".join([_TITLE, *parts]) if parts else ""


def _amount(budget: str) -> int:
    return int(budget.split()[0])


def _of_budget(budget: str, records: Sequence[Record]) -> str:
    chosen = [record for record in records if record["budget"] == budget]
    test, folds = _scores(chosen, "test_score"), _scores(chosen, "cv_score")
    searches = [name for name in NAMES if any(name in of_task for of_task in test.values())]
    seeds = len({record["seed"] for record in chosen})
    rows = [
        [task, *(f"{median(of_task[name]):.4f}" if name in of_task else "" for name in searches)]
        for task, of_task in sorted(test.items())
    ]
    for title, scores in (("**rank**", test), ("**rank, folds**", folds)):
        rows.append([title, *(f"{rank:.2f}" for rank in _ranks(scores, searches))])
    if budget.endswith("seconds"):
        fits = (
            [record["fits"] for record in chosen if record["peer"] == name and "fits" in record] for name in searches
        )
        rows.append(["fits", *(f"{float(np.median(each)):.0f}" for each in fits)])
    parts = [table([f"{budget}: test score; seeds: {seeds}", *searches], rows)]
    worse = {name: _worse(test, name) for name in searches[1:]}
    said = "; ".join(f"than {name} on {', '.join(tasks)}" for name, tasks in worse.items() if tasks)
    parts.append(
        f"SMACSearchCV is worse by more than noise {said or 'than no other search on any task'} "
        "(one-sided Mann-Whitney tests with Holm's correction over the tasks, 5 %).\n"
    )
    unended = [
        f"{record['peer']} on {record['task']} with seed {record['seed']} ({record['unended']})"
        for record in chosen
        if "unended" in record
    ]
    if unended:
        parts.append(f"Without an end, so the worst: {', '.join(unended)}.\n")
    return "\n".join(parts)


def _scores(records: Sequence[Record], key: str) -> _Scores:
    """Return the scores; that of a search that did not end is minus infinity."""
    scores: _Scores = defaultdict(lambda: defaultdict(dict))
    for record in records:
        scores[record["task"]][record["peer"]][record["seed"]] = record.get(key, -math.inf)
    return scores


def _ranks(scores: _Scores, searches: Sequence[str]) -> list[float]:
    """Return the mean ranks over the tasks and seeds that all searches have run; equal scores share a rank."""
    rows = [
        [-of_task[name][seed] for name in searches]
        for of_task in scores.values()
        for seed in set.intersection(*(set(of_task.get(name, {})) for name in searches))
    ]
    if not rows:
        return [float("nan")] * len(searches)
    return [float(rank) for rank in mean_ranks(np.array(rows))]


def _worse(scores: _Scores, other: str) -> list[str]:
    """Return the tasks on which SMACSearchCV is worse than another search by more than noise."""
    both = [task for task, of_task in scores.items() if NAMES[0] in of_task and other in of_task]

    def costs(name: str) -> dict[str, dict[int, float]]:
        return {task: {seed: -score for seed, score in scores[task][name].items()} for task in both}

    return compare(costs(NAMES[0]), costs(other))[3] if both else []
