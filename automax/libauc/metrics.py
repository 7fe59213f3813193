"""The metrics of a model: AUROC, partial AUROC, AUPRC and accuracy."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from pysmac_compat.errors import ArgumentError, warn
from pysmac_compat.suggestions import nearest

Array = npt.NDArray[Any]

_NAMES = ("AUROC", "AUPRC", "ACC")
_KWARGS: dict[str, tuple[str, ...]] = {"AUROC": ("max_fpr", "min_tpr"), "AUPRC": (), "ACC": ()}


class Metrics:
    """Several metrics, computed together.

    Parameters
    ----------
    names : sequence of str
        'AUROC', 'AUPRC' or 'ACC', in any case. 'ACC' is the accuracy at 0.5, which means little for AUC losses: their
        scores are not calibrated.
    kwargs : sequence of dict
        The options of each metric: ``max_fpr`` and ``min_tpr`` make AUROC partial. If there are more items than
        metrics, the further items are merged into those of the last metric; an example in the original documentation
        needs this.

    Attributes
    ----------
    keys : list of str
        The keys of the results, for example 'AUROC' or 'PAUROC(max_fpr=0.3)'.

    Raises
    ------
    ArgumentError
        A ``ValueError``, if a name or an option is unknown. The message gives the nearest known name.

    Notes
    -----
    With ``max_fpr`` alone, the partial area is standardised after McClish (1989): 0.5 is chance, 1 is perfect. With
    ``min_tpr`` it is the two-way partial AUROC of Yang et al. (2019): the share of correctly ordered pairs among the
    hardest positives and the hardest negatives. For this area chance is far below 0.5. With several labels each metric
    is the mean over the labels. A label that lacks one of the classes is left out, with a warning.
    """

    def __init__(self, names: Sequence[str], kwargs: Sequence[Mapping[str, Any]] = ()) -> None:
        if not names:
            raise ArgumentError("metrics must name at least one metric")
        self._warned: set[tuple[int, ...]] = set()
        self._functions: dict[str, Callable[[Array, Array], float]] = {}
        self._names = []
        for name, options in zip(names, _aligned(len(names), kwargs), strict=True):
            if not isinstance(name, str) or name.upper() not in _NAMES:
                raise ArgumentError(f"metrics: unknown metric {name!r}{nearest(name, _NAMES)}")
            key, function = _metric(name.upper(), options)
            if key in self._functions:
                raise ArgumentError(f"metrics: {key} occurs twice")
            self._functions[key] = function
            self._names.append(name.upper())

    @property
    def keys(self) -> list[str]:
        """The keys of the results."""
        return list(self._functions)

    def find(self, target: str) -> str:
        """Return the key for a target, which may be the key itself or the name of a metric that occurs once.

        Raises
        ------
        ArgumentError
            If there is no such key.
        """
        by_case = {key.upper(): key for key in self.keys}
        if target.upper() in by_case:
            return by_case[target.upper()]
        alike = [key for key, name in zip(self.keys, self._names, strict=True) if name == target.upper()]
        if len(alike) == 1:
            return alike[0]
        if target.upper() in _NAMES and not alike:
            hint = f"; add it: metrics: [{', '.join([*self._names, target.upper()])}]"
        else:
            hint = nearest(target, self.keys if alike else {*self.keys, *_NAMES})
        raise ArgumentError(f"target {target!r} is not one of the metrics{hint}")

    def __call__(self, y_true: Array, y_score: Array) -> dict[str, float]:
        """Compute all metrics, and return them by their keys.

        Parameters
        ----------
        y_true, y_score : array of shape (n,), (n, 1) or (n, n_labels)
            The labels (0 and 1), and the scores.

        Raises
        ------
        ArgumentError
            If no label has both classes.
        """
        y_true, y_score = (np.asarray(a).reshape(len(a), -1) for a in (y_true, y_score))
        both = [j for j in range(y_true.shape[1]) if 0 < (y_true[:, j] == 1).sum() < len(y_true)]
        if not both:
            raise ArgumentError("no metric can be computed: no label has rows of both classes")
        left_out = tuple(j for j in range(y_true.shape[1]) if j not in both)
        if left_out and left_out not in self._warned:
            self._warned.add(left_out)
            warn(f"labels {', '.join(map(str, left_out))} lack one of the classes and are left out of the metrics")
        return {
            key: float(np.mean([function(y_true[:, j], y_score[:, j]) for j in both]))
            for key, function in self._functions.items()
        }


def _aligned(n: int, kwargs: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    aligned: list[dict[str, Any]] = [{} for _ in range(n)]
    for i, options in enumerate(kwargs):
        aligned[min(i, n - 1)].update(options or {})
    return aligned


def _metric(name: str, options: Mapping[str, Any]) -> tuple[str, Callable[[Array, Array], float]]:
    for key, value in options.items():
        if key not in _KWARGS[name]:
            known = _KWARGS[name]
            raise ArgumentError(f"metric_kwargs of {name}: unknown key {key!r}{nearest(key, known) if known else ''}")
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= 1:
            raise ArgumentError(f"metric_kwargs of {name}: {key} must be a number from 0 to 1, got {value!r}")
    if name == "AUPRC":
        return name, _average_precision
    if name == "ACC":
        return name, _accuracy
    max_fpr, min_tpr = options.get("max_fpr", 1.0), options.get("min_tpr", 0.0)
    if max_fpr == 0 or min_tpr == 1:
        raise ArgumentError("metric_kwargs of AUROC: max_fpr must be above 0 and min_tpr below 1")
    if not options:
        return name, _auroc
    key = f"PAUROC({', '.join(f'{k}={v}' for k, v in options.items())})"
    if min_tpr == 0:
        return key, lambda y, score: _auroc(y, score, max_fpr)
    return key, lambda y, score: two_way_auroc(y, score, max_fpr, min_tpr)


def _auroc(y: Array, score: Array, max_fpr: float = 1.0) -> float:
    """Compute the AUROC. The full AUROC omits scikit-learn's checks, which can take longer than an epoch."""
    if max_fpr < 1:
        from sklearn.metrics import roc_auc_score

        return float(roc_auc_score(y, score, max_fpr=max_fpr))
    from scipy.stats import rankdata

    positive = y == 1
    n = int(positive.sum())
    return float((rankdata(score)[positive].sum() - n * (n + 1) / 2) / (n * (len(y) - n)))


def _average_precision(y: Array, score: Array) -> float:
    """Return the mean precision at the scores of the positives. Rows with equal scores have the same precision."""
    order = np.argsort(-score, kind="stable")
    descending = score[order]
    last = np.flatnonzero(np.append(descending[1:] != descending[:-1], True))  # the end of each group of equal scores
    found = np.cumsum(y[order] == 1)[last]
    return float(np.sum(found / (last + 1) * np.diff(found, prepend=0)) / found[-1])


def _accuracy(y: Array, score: Array) -> float:
    return float(np.mean((score >= 0.5) == (y == 1)))


def two_way_auroc(y: Array, score: Array, max_fpr: float, min_tpr: float) -> float:
    """Return the AUROC of the positives with the lowest scores and the negatives with the highest scores.

    At least one positive and one negative are taken.

    Parameters
    ----------
    y, score : array of shape (n,)
    max_fpr : float
        The share of the negatives that is taken, beginning with the highest score.
    min_tpr : float
        One minus the share of the positives that is taken, beginning with the lowest score.
    """
    positive, negative = np.sort(score[y == 1]), np.sort(score[y != 1])[::-1]
    hard_positive = positive[: max(1, round(len(positive) * (1 - min_tpr)))]
    hard_negative = negative[: max(1, round(len(negative) * max_fpr))]
    labels = np.concatenate([np.ones(len(hard_positive)), np.zeros(len(hard_negative))])
    return _auroc(labels, np.concatenate([hard_positive, hard_negative]))
