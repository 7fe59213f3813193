"""The test scores that each rule of selection reaches on recorded searches, without further trainings; see `record`."""

from __future__ import annotations

import datetime
import functools
import json
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.stats import rankdata

from automax.libauc.metrics import Metrics
from automax.selection import rules as ours
from benchmarks import results
from benchmarks.automax.tasks import TASKS

Array = npt.NDArray[Any]
Score = Callable[[Array, Array], float]
_DRAWS = 50


class Recorded:
    """One recorded search.

    Attributes
    ----------
    labels, val, test : array
        The labels of the validation rows, and the trials' probabilities for the rows of val and test; one row for each
        trial.
    values : array
        The validation scores of the trials; the first trial is the default.
    """

    def __init__(self, labels: Array, val: Array, test: Array, trials: Sequence[Any], score: Score) -> None:
        self.labels, self.val, self.test, self.score = labels[:, None], val, test, score
        self.values = np.array([trial["val"] for trial in trials])
        self.spaces = [trial["space"] for trial in trials]
        self.order = np.argsort(-self.values, kind="stable")

    @functools.cached_property
    def drawn(self) -> Array:
        """The validation scores in each bootstrap draw; one column for each trial."""
        y, rows = self.labels.ravel(), list(ours.draws(self.labels, _DRAWS))
        return np.array([[self.score(y[r], each[r]) for each in self.val] for r in rows])

    @functools.cached_property
    def modelled(self) -> Array:
        """The trials in the order of `_posterior`."""
        return _posterior(self)

    def deviation(self, one: int, other: int) -> float:
        """Return the standard deviation of the difference of two trials, by a paired bootstrap."""
        return float(np.std(self.drawn[:, one] - self.drawn[:, other]))

    def mean(self, chosen: Sequence[int] | Array) -> Array:
        """Return the package's scores of the test rows: the mean of logits on one scale."""
        if len(chosen) == 1:
            return np.asarray(self.test[chosen[0]])
        scales = [ours.scale(ours.logits(self.val[i])) for i in chosen]
        return ours.mean_of([ours.logits(self.test[i]) for i in chosen], scales)

    def ranks(self, chosen: Sequence[int] | Array) -> Array:
        """Return the scores of the test rows: the mean of the ranks among the test rows."""
        return np.asarray(np.mean([rankdata(self.test[i]) for i in chosen], axis=0))


def _returned(r: Recorded) -> Array:
    def score(y: Array, s: Array) -> float:
        return r.score(y.ravel(), s.ravel())

    k = ours.size(len(r.values))
    return r.mean(ours.members(list(r.values), r.labels, [each[:, None] for each in r.val], score, k))


def _margin(r: Recorded, errors: float) -> Array:
    best = r.order[0]
    wins = r.values[best] - r.values[0] > errors * r.deviation(best, 0)
    return np.asarray(r.test[best if wins else 0])


def _near(r: Recorded, errors: float) -> Array:
    best = r.order[0]
    return r.mean([i for i in r.order if r.values[best] - r.values[i] <= errors * r.deviation(best, i)])


def _often(r: Recorded, k: int) -> Array:
    """Return a mean in which each trial counts as often as it is among the ``k`` best of a bootstrap draw."""
    picks = np.argsort(-r.drawn, axis=1, kind="stable")[:, :k].ravel()
    return r.mean(list(picks))


def _greedy(r: Recorded, k: int) -> Array:
    """Add, ``k`` times, the trial that makes the validation score best (Caruana et al. 2004), and return the mean."""
    y = r.labels.ravel()
    inner = [ours.logits(each) for each in r.val]
    scales = [ours.scale(each) for each in inner]
    chosen: list[int] = []
    for _ in range(k):
        tried = [[*chosen, i] for i in range(len(inner))]
        found = [r.score(y, ours.mean_of([inner[i] for i in t], [scales[i] for i in t])) for t in tried]
        chosen = tried[int(np.argmax(found))]
    return r.mean(chosen)


def _posterior(r: Recorded) -> Array:
    """Return the trials in the order of the predicted mean of a Gaussian process with noise."""
    from sklearn.gaussian_process import GaussianProcessRegressor
    from sklearn.gaussian_process.kernels import ConstantKernel, Matern, WhiteKernel

    names = sorted({name for space in r.spaces for name in space})
    columns = []
    for name in names:
        values = [space.get(name) for space in r.spaces]
        if all(isinstance(v, (int, float)) or v is None for v in values):
            present = np.array([v for v in values if v is not None], dtype=float)
            column = np.array([np.nan if v is None else v for v in values], dtype=float)
            if present.min() > 0 and present.max() / present.min() > 30:
                column, present = np.log(column), np.log(present)
            width = np.ptp(present) or 1.0
            columns.append(np.nan_to_num((column - present.min()) / width, nan=0.5))
        else:
            columns += [np.array([v == kind for v in values], dtype=float) for kind in sorted(set(map(str, values)))]
    kernel = ConstantKernel() * Matern(nu=2.5, length_scale=0.5) + WhiteKernel(0.3)
    ranks = rankdata(r.values)  # ranks, because very bad scores would stretch the scale
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = GaussianProcessRegressor(kernel, normalize_y=True).fit(np.stack(columns, axis=1), ranks)
        return np.argsort(-model.predict(np.stack(columns, axis=1)), kind="stable")


#: name of a rule -> its scores of the test rows
RULES: dict[str, Callable[[Recorded], Array]] = {
    "default": lambda r: r.test[0],
    "best": lambda r: r.test[r.order[0]],
    "returned": _returned,
    "mean of 2": lambda r: r.mean(r.order[:2]),
    "mean of 3": lambda r: r.mean(r.order[:3]),
    "mean of 5": lambda r: r.mean(r.order[:5]),
    "mean of 7": lambda r: r.mean(r.order[:7]),
    "mean of all": lambda r: r.mean(r.order),
    "ranks of 5": lambda r: r.ranks(r.order[:5]),
    "default unless beaten by 1 s.e.": lambda r: _margin(r, 1.0),
    "default unless beaten by 2 s.e.": lambda r: _margin(r, 2.0),
    "all within 1 s.e.": lambda r: _near(r, 1.0),
    "often among the best 3": lambda r: _often(r, 3),
    "greedy, 5 of them": lambda r: _greedy(r, 5),
    "best by the model": lambda r: r.test[r.modelled[0]],
    "mean of 5 by the model": lambda r: r.mean(r.modelled[:5]),
}


def summary(path: Path) -> dict[str, Any]:
    """Return the test scores of the rules for each search of a recorded split."""
    with np.load(path) as file:
        arrays = dict(file)
    about = json.loads(str(arrays["about"]))
    task = TASKS[about["task"]]
    metrics = Metrics([task.metric])
    function = metrics._functions[task.metric]
    record: dict[str, Any] = {name: about[name] for name in ("task", "split", "trials")}
    record |= {"date": datetime.date.today().isoformat(), "commit": results.commit()}
    record["positives"] = {part: int(arrays[f"{part}_labels"].sum()) for part in ("val", "test")}
    for kind in ("auc", "ce", "both", "tpe"):
        if kind not in about:
            continue
        trials = about[kind]
        found = Recorded(arrays["val_labels"], arrays[f"{kind}_val"], arrays[f"{kind}_test"], trials, function)
        scores = {name: round(function(arrays["test_labels"], rule(found)), 6) for name, rule in RULES.items()}
        best = trials[int(found.order[0])]
        record[kind] = {"default": scores["default"], "tuned": scores["best"], "failed": about[f"{kind}_failed"]}
        record[kind] |= {"space": best["space"], "rules": scores}
    return record
