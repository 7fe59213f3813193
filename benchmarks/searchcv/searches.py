"""The searches, each with a budget of fits or of seconds; a record has the result and its test score."""

from __future__ import annotations

import math
import time
import warnings
from collections.abc import Callable
from typing import Any, NamedTuple

from benchmarks import results
from benchmarks.searchcv.tasks import CV, TASKS, Task


class Budget(NamedTuple):
    """A number of fits on a fold, or of seconds, without the final fit."""

    unit: str
    amount: int


class Found(NamedTuple):
    """The result of a search: the parameters, their score over all folds, and the number of fits."""

    parameters: dict[str, Any]
    score: float
    fits: int


Search = Callable[[Task, Any, Any, int, Budget], Found]


def _ours(task: Task, X: Any, y: Any, seed: int, budget: Budget) -> Found:
    from pysmac_compat import SMACSearchCV

    limit: dict[str, Any] = {"n_fits" if budget.unit == "fits" else "time_limit": budget.amount}
    search = SMACSearchCV(task.estimator(), task.space, n_iter=None, cv=CV, random_state=seed, refit=False, **limit)
    search.fit(X, y)
    return Found(search.best_params_, float(search.best_score_), len(search.result_))


def _random(task: Task, X: Any, y: Any, seed: int, budget: Budget) -> Found:
    from sklearn.model_selection import RandomizedSearchCV

    def some(n: int, part: int) -> Found:
        # searches of one configuration each draw like one long search
        state = seed + 1000 * part
        search = RandomizedSearchCV(task.estimator(), task.space, n_iter=n, cv=CV, random_state=state, refit=False)
        search.fit(X, y)
        return Found(search.best_params_, float(search.best_score_), n * CV)

    if budget.unit == "fits":
        return some(budget.amount // CV, 0)
    found, end = [some(1, 0)], time.monotonic() + budget.amount
    while time.monotonic() < end:
        found.append(some(1, len(found)))
    best = max(found, key=lambda each: -math.inf if math.isnan(each.score) else each.score)
    return best._replace(fits=len(found) * CV)


def _halving(task: Task, X: Any, y: Any, seed: int, budget: Budget) -> Found:
    from sklearn.experimental import enable_halving_search_cv  # noqa: F401
    from sklearn.model_selection import HalvingRandomSearchCV

    def some(n: int) -> Found:
        search = HalvingRandomSearchCV(
            task.estimator(),
            task.space,
            n_candidates=n,
            cv=CV,
            random_state=seed,
            refit=False,
            min_resources="smallest",
        )
        search.fit(X, y)
        return Found(search.best_params_, float(search.best_score_), len(search.cv_results_["params"]) * CV)

    if budget.unit == "fits":
        n = budget.amount // CV
        while (found := some(n)).fits > budget.amount and n > 1:  # later rounds need about half as many fits
            n = max(1, min(n - 1, n * budget.amount // found.fits))
        return found
    n, begun = 4, time.monotonic()
    found = some(n)
    # begins again with twice the candidates while at least half of the time is left; earlier results are not used
    while (used := time.monotonic() - begun) < budget.amount / 2:
        n, begun, budget = round(n * 2), time.monotonic(), budget._replace(amount=round(budget.amount - used))
        found = some(n)
    return found


def _optuna(task: Task, X: Any, y: Any, seed: int, budget: Budget) -> Found:
    import optuna
    from optuna_integration import OptunaSearchCV

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    space = {name: _optuna_distribution(each) for name, each in task.space.items()}
    limit = {"n_trials": budget.amount // CV} if budget.unit == "fits" else {"n_trials": None, "timeout": budget.amount}
    search = OptunaSearchCV(task.estimator(), space, cv=CV, random_state=seed, refit=False, **limit)
    search.fit(X, y)
    return Found(search.best_params_, float(search.best_score_), len(search.trials_) * CV)


def _optuna_distribution(given: Any) -> Any:
    from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

    if isinstance(given, list):
        return CategoricalDistribution(given)
    low, high = given.support()
    if given.dist.name == "randint":
        return IntDistribution(int(low), int(high))
    return FloatDistribution(float(low), float(high), log=given.dist.name == "loguniform")


def _bayes(task: Task, X: Any, y: Any, seed: int, budget: Budget) -> Found:
    from skopt import BayesSearchCV

    space = {name: _skopt_dimension(each) for name, each in task.space.items()}
    n_iter = budget.amount // CV if budget.unit == "fits" else 10_000
    search = BayesSearchCV(task.estimator(), space, n_iter=n_iter, cv=CV, random_state=seed, refit=False)
    end = time.monotonic() + budget.amount
    search.fit(X, y, callback=None if budget.unit == "fits" else lambda result: time.monotonic() >= end)
    return Found(dict(search.best_params_), float(search.best_score_), len(search.cv_results_["params"]) * CV)


def _skopt_dimension(given: Any) -> Any:
    from skopt.space import Categorical, Integer, Real

    if isinstance(given, list):
        return Categorical(given)
    low, high = given.support()
    if given.dist.name == "randint":
        return Integer(int(low), int(high))
    return Real(float(low), float(high), prior="log-uniform" if given.dist.name == "loguniform" else "uniform")


SEARCHES: dict[str, Search] = {
    "SMACSearchCV": _ours,
    "RandomizedSearchCV": _random,
    "HalvingRandomSearchCV": _halving,
    "OptunaSearchCV": _optuna,
    "BayesSearchCV": _bayes,
}


def run(peer: str, name: str, seed: int, budget: Budget) -> results.Record:
    """Run a search, refit its estimator, and return a record with the score on unseen data."""
    task = TASKS[name]
    X, X_test, y, y_test = task.split(seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # warnings about fits that do not converge
        start = time.monotonic()
        found = SEARCHES[peer](task, X, y, seed, budget)
        seconds = time.monotonic() - start
        estimator = task.estimator().set_params(**found.parameters).fit(X, y)
    return {
        "peer": peer,
        "task": name,
        "seed": seed,
        "budget": f"{budget.amount} {budget.unit}",
        "test_score": float(estimator.score(X_test, y_test)),
        "cv_score": found.score,
        "fits": found.fits,
        "seconds": round(seconds, 2),
        "commit": results.commit() if peer == "SMACSearchCV" else "",
    }
