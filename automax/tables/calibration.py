"""Turn scores of a network into probabilities and decisions, with rows that the network was not trained on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

METHODS = ("sigmoid", "isotonic")
#: the least slope of a sigmoid; with it, every probability between 0 and 1 belongs to a finite score
_FLAT = 1e-6


@dataclass(frozen=True)
class Calibration:
    """A map from scores to probabilities of the positive class, which never decreases as the score grows.

    Attributes
    ----------
    method : {'sigmoid', 'isotonic', None}
        None: the scores are taken as the logits of the probabilities.
    x, y : list of float
        For 'sigmoid', x holds the slope and y the intercept. For 'isotonic', x and y are the corners of a piecewise
        linear map.
    """

    method: str | None
    x: Sequence[float] = ()
    y: Sequence[float] = ()

    def __call__(self, scores: Array) -> Array:
        """Return the probability for each score."""
        from scipy.special import expit

        if self.method is None:
            return cast(Array, expit(scores))
        if self.method == "sigmoid":
            return cast(Array, expit(self.x[0] * scores + self.y[0]))
        return np.interp(scores, self.x, self.y)

    def score_at(self, probability: float) -> float:
        """Return the score above which the probability of a row is larger than ``probability``."""
        from scipy.special import logit

        if self.method is None:
            return float(logit(probability))
        if self.method == "sigmoid":
            return float((logit(probability) - self.y[0]) / self.x[0])
        x, y = np.asarray(self.x), np.asarray(self.y)
        above = int(np.searchsorted(y, probability, side="right"))  # the first corner with a larger probability
        if above in (0, len(y)):  # all rows are on one side
            far = 10 * float(np.ptp(x) or 1.0)
            return float(x[0] - far if above == 0 else x[-1] + far)
        share = (probability - y[above - 1]) / (y[above] - y[above - 1])
        return float(x[above - 1] + share * (x[above] - x[above - 1]))


def calibrate(method: str | None, scores: Array, positive: Array) -> Calibration:
    """Fit a calibration.

    Parameters
    ----------
    method : {'sigmoid', 'isotonic', None}
        'sigmoid' is the sigmoid of Platt, "Probabilistic outputs for support vector machines" (1999). With the targets
        of that paper, its slope is finite even if the scores separate the classes. 'isotonic' needs a few hundred
        positive rows.
    scores : array of shape (n,)
    positive : array of bool of shape (n,)
        Whether each row is positive.
    """
    if method == "sigmoid":
        return _sigmoid(scores, positive)
    if method == "isotonic":
        from sklearn.isotonic import IsotonicRegression

        fitted = IsotonicRegression(y_min=0.0, y_max=1.0, out_of_bounds="clip").fit(scores, positive)
        return Calibration(method, fitted.X_thresholds_.tolist(), fitted.y_thresholds_.tolist())
    return Calibration(None)


def _sigmoid(scores: Array, positive: Array) -> Calibration:
    from sklearn.linear_model import LogisticRegression

    n_positive = int(positive.sum())
    target = np.where(positive, (n_positive + 1) / (n_positive + 2), 1 / (len(scores) - n_positive + 2))
    mean, deviation = float(scores.mean()), float(scores.std()) or 1.0
    column = ((scores - mean) / deviation)[:, None]
    # each row is used twice: as a positive with the weight `target`, and as a negative with the remaining weight
    fitted = LogisticRegression(C=1e6, max_iter=1000).fit(
        np.concatenate([column, column]),
        np.repeat([1, 0], len(scores)),
        sample_weight=np.concatenate([target, 1 - target]),
    )
    slope, intercept = float(fitted.coef_[0, 0]), float(fitted.intercept_[0])
    if slope < _FLAT:
        slope, intercept = _FLAT, float(np.log(target.mean() / (1 - target.mean())))
    return Calibration("sigmoid", [slope / deviation], [intercept - slope * mean / deviation])


def _balanced_accuracy(found: Array, false: Array, n_positive: int, n_negative: int) -> Array:
    return (found / n_positive + 1 - false / n_negative) / 2


def _f1(found: Array, false: Array, n_positive: int, n_negative: int) -> Array:
    return 2 * found / (n_positive + found + false)


def _accuracy(found: Array, false: Array, n_positive: int, n_negative: int) -> Array:
    return (found + n_negative - false) / (n_positive + n_negative)


#: the criteria for a threshold; each takes the counts of true and of false positives at each cut
CRITERIA: dict[str, Callable[[Array, Array, int, int], Array]] = {
    "balanced_accuracy": _balanced_accuracy,
    "f1": _f1,
    "accuracy": _accuracy,
}


def best_cut(criterion: str, scores: Array, positive: Array) -> float:
    """Return the best cut for a criterion on these rows. A row with a score above the cut is called positive.

    The cut lies halfway between two neighbouring scores. If several cuts are equally good, the middle one is taken.

    Parameters
    ----------
    criterion : {'balanced_accuracy', 'f1', 'accuracy'}
    scores : array of shape (n,)
    positive : array of bool of shape (n,)
    """
    order = np.argsort(-scores, kind="stable")
    ordered = scores[order]
    last = np.flatnonzero(np.append(ordered[1:] != ordered[:-1], True))  # rows with equal scores form a group
    # the first cut has no row above it; each further cut has one more group above it
    found, false = (np.append(0, np.cumsum(kind[order])[last]) for kind in (positive, ~positive))
    values = CRITERIA[criterion](found, false, int(positive.sum()), int((~positive).sum()))
    best = np.flatnonzero(values >= values.max() - 1e-12)
    at = int(best[len(best) // 2])
    levels = ordered[last]
    levels = np.concatenate([[levels[0] + 2.0], levels, [levels[-1] - 2.0]])
    return float((levels[at] + levels[at + 1]) / 2)
