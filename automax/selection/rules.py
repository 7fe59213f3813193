"""The rules that choose the members of an ensemble and average their predictions.

The best of many validation scores is too optimistic, and the best trial is hardly better than the next ones: the
differences between them are mostly noise of the rows and of the training. The mean of several of the best trials
averages this noise out.
`benchmarks.automax.rules` compares these rules with others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
#: labels and scores of rows -> a score of the model, higher is better
Score = Callable[[Array, Array], float]

#: one in SHARE trials becomes a member, and there are at most MOST members
SHARE, MOST = 3, 5
#: an ensemble may be worse than its best member by this number of standard errors of the difference
_TOLERANCE = 2.0
_DRAWS = 100
#: probabilities are kept this far from 0 and 1, because float32 rounds some to 1, which has no finite logit
_LEAST = 1e-7


def size(n_trials: int, wanted: int | None = None) -> int:
    """Return the largest number of members: ``wanted`` if given, otherwise a third of the trials, from 1 to 5.

    >>> [size(n) for n in (1, 3, 10, 15, 100)], size(3, 10)
    ([1, 1, 3, 5, 5], 10)
    """
    return max(1, min(MOST, n_trials // SHARE)) if wanted is None else wanted


def logits(probabilities: Array) -> Array:
    """Return the logits of probabilities: the outputs of a model before the sigmoid."""
    clipped = np.clip(np.asarray(probabilities, dtype=np.float64), _LEAST, 1 - _LEAST)
    return np.log(clipped) - np.log1p(-clipped)


def scale(values: Array) -> tuple[Array, Array]:
    """Return the mean and the deviation of each column of logits; a deviation of 0 is replaced by 1."""
    deviation = values.std(axis=0)
    return values.mean(axis=0), np.where(deviation > 0, deviation, 1.0)


def mean_of(values: Sequence[Array], scales: Sequence[tuple[Array, Array]]) -> Array:
    """Return the mean of the logits of several models on a common scale.

    Different losses give logits on different scales. So the logits of each model are first standardised to mean 0 and
    deviation 1 on the validation rows. The result is scaled back with the average mean and the average deviation of the
    models, so that the mean of a single model is that model.

    Parameters
    ----------
    values : sequence of array of shape (n, n_labels)
        The logits of each model.
    scales : sequence of (array, array)
        The `scale` of each model on the validation rows.
    """
    centre, width = (np.mean([each[part] for each in scales], axis=0) for part in (0, 1))
    parts = [(each - mean) / deviation for each, (mean, deviation) in zip(values, scales, strict=True)]
    return np.asarray(np.mean(parts, axis=0) * width + centre)


def members(values: Sequence[float], labels: Array, scores: Sequence[Array], score: Score, k: int) -> list[int]:
    """Return the indices of the members of an ensemble, the best trial first.

    The members are the ``k`` trials with the best validation scores. While their mean is clearly worse on the
    validation rows than the best trial alone (see `clearly_worse`), the worst member is dropped.

    Parameters
    ----------
    values : sequence of float
        The validation score of each trial; of two equal scores, the earlier one is better.
    labels : array of shape (n, n_labels)
        The labels of the validation rows.
    scores : sequence of array of shape (n, n_labels)
        The probabilities that each trial gives to the validation rows.
    score : callable
        Maps labels and logits to a score, higher is better.
    k : int
        The largest number of members.
    """
    order = sorted(range(len(values)), key=lambda i: -values[i])[:k]
    inner = [logits(scores[i]) for i in order]
    scales = [scale(each) for each in inner]
    while len(order) > 1:
        together = mean_of(inner[: len(order)], scales[: len(order)])
        if not clearly_worse(together, inner[0], labels, score):
            break
        order.pop()
    return order


def clearly_worse(one: Array, other: Array, labels: Array, score: Score) -> bool:
    """Return whether ``one`` scores worse than ``other`` by more than two standard errors of a paired bootstrap."""
    difference = score(labels, other) - score(labels, one)
    if difference <= 0:
        return False
    drawn = [score(labels[rows], other[rows]) - score(labels[rows], one[rows]) for rows in draws(labels, _DRAWS)]
    return bool(difference > _TOLERANCE * np.std(drawn))


def draws(labels: Array, n: int) -> Iterator[Array]:
    """Yield ``n`` draws of rows for a bootstrap. Each draw keeps the number of rows of each combination of labels."""
    rng = np.random.RandomState(0)
    kinds = np.unique(labels, axis=0, return_inverse=True)[1].ravel()
    groups = [np.flatnonzero(kinds == kind) for kind in range(kinds.max() + 1)]
    for _ in range(n):
        yield np.concatenate([rng.choice(group, len(group)) for group in groups])
