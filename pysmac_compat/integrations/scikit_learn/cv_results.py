"""``cv_results_``: a table with a row for each configuration; folds on which it was not run are NaN."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from pysmac_compat.integrations.scikit_learn.fits import Fit
from pysmac_compat.results import Evaluation

Floats = NDArray[np.float64]


def cv_results(
    evaluations: Sequence[Evaluation],
    read: Callable[[Evaluation], Fit | None],
    parameters: Callable[[Mapping[str, Any]], dict[str, Any]],
    n_splits: int,
    error_score: float,
) -> dict[str, Any]:
    """Return the table ``cv_results_`` for the evaluations of a search.

    Parameters
    ----------
    evaluations : sequence of Evaluation
    read : callable
        Returns the `Fit` of an evaluation that has succeeded.
    parameters : callable
        Converts a configuration to the estimator's parameters.
    n_splits : int
    error_score : float
        The score of a failed fit.

    Returns
    -------
    dict of str to array
        ``n_folds`` is the number of folds on which a configuration was run, and its means are over these folds. Only
        the configurations with the largest ``n_folds`` are ranked, those with a failed fit after all others; all other
        configurations share the last rank.
    """
    rows: dict[tuple[Any, ...], int] = {}
    places = []
    for each in evaluations:
        key = tuple((name, type(value), value) for name, value in each.configuration.items())
        places.append((rows.setdefault(key, len(rows)), each.instance))
    fits = [read(each) if each.succeeded else None for each in evaluations]
    found = next(filter(None, fits), None)
    shape = len(rows), n_splits
    ran, failed = np.zeros(shape, dtype=bool), np.zeros(len(rows), dtype=bool)
    for place, fit in zip(places, fits, strict=True):
        ran[place] = True
        failed[place[0]] |= fit is None

    def array(value: Callable[[Fit], float], failed: Callable[[Evaluation], float]) -> Floats:
        filled = np.full(shape, np.nan)
        for place, fit, evaluation in zip(places, fits, evaluations, strict=True):
            filled[place] = failed(evaluation) if fit is None else value(fit)
        return filled

    results: dict[str, Any] = {}
    results.update(_mean_and_std("fit_time", array(lambda fit: fit.fit_time, lambda e: e.wall_time), ran))
    results.update(_mean_and_std("score_time", array(lambda fit: fit.score_time, lambda e: 0.0), ran))
    first = {row: number for number, (row, _) in reversed(list(enumerate(places)))}
    candidates = [parameters(evaluations[first[row]].configuration) for row in range(len(rows))]
    results.update(_parameter_columns(candidates))
    results["params"] = candidates
    results["n_folds"] = ran.sum(axis=1)
    for which in ("test", "train"):
        for name in getattr(found, which, {}) if found is not None else ["score"] if which == "test" else []:
            scores = array(lambda fit: getattr(fit, which).get(name, error_score), lambda e: error_score)  # noqa: B023
            results.update({f"split{i}_{which}_{name}": scores[:, i] for i in range(n_splits)})
            results.update(_mean_and_std(f"{which}_{name}", scores, ran))
            if which == "test":
                results[f"rank_test_{name}"] = _ranks(results[f"mean_test_{name}"], results["n_folds"], failed)
    return results


def _mean_and_std(name: str, array: Floats, ran: NDArray[np.bool_]) -> dict[str, Floats]:
    """Return means and standard deviations over the folds that were run; NaN if one of the values is NaN."""
    pairs = [(row[mask].mean(), row[mask].std()) for row, mask in zip(array, ran, strict=True)]
    means, stds = np.array(pairs, dtype=np.float64).reshape(len(array), 2).T
    return {f"mean_{name}": means, f"std_{name}": stds}


def _ranks(means: Floats, n_folds: NDArray[np.int_], failed: NDArray[np.bool_]) -> NDArray[np.int32]:
    """Rank the means; after them come the rows with a failed fit, then the rows without all folds."""
    complete = n_folds == n_folds.max()
    ranks = np.full(len(means), complete.sum() + 1, dtype=np.int32)
    costs = np.where(np.isnan(means), np.inf, -means)
    before = 0
    for chosen in (complete & ~failed, complete & failed):
        ranks[chosen] = before + rankdata(costs[chosen], method="min")
        before += int(chosen.sum())
    return ranks


def _parameter_columns(candidates: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the columns ``param_NAME``: masked arrays, whose entries are masked where the parameter is not active."""
    columns: dict[str, dict[int, Any]] = {}
    for row, candidate in enumerate(candidates):
        for name, value in candidate.items():
            columns.setdefault(f"param_{name}", {})[row] = value
    return {name: _column(values, len(candidates)) for name, values in columns.items()}


def _column(values: Mapping[int, Any], n: int) -> Any:
    """Return a masked array, with the type of the values if it is a type of numbers."""
    kinds = {type(value) for value in values.values()}
    dtype: Any = object
    if kinds <= {bool} or kinds <= {int, float}:
        dtype = np.array(list(values.values())).dtype
    column: Any = np.ma.MaskedArray(np.empty(n, dtype=dtype), mask=True)
    for row, value in values.items():
        column[row] = value
    return column
