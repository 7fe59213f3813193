"""Which trials are put together, and how, as functions of recorded predictions.

The best of many validation scores is too good, and its trial not much better than the next ones: what differs between
them is noise of the rows and of the training. The mean of some of the best averages it out. `benchmarks.automax.rules`
sets these rules beside others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
#: labels and scores of rows -> how good
Score = Callable[[Array, Array], float]

#: of so many trials one is a member, up to so many members
SHARE, MOST = 3, 5
#: an ensemble may be below its best member by so many standard errors of the difference
_TOLERANCE = 2.0
_DRAWS = 100
#: a probability that float32 has rounded to 1 has no logit
_LEAST = 1e-7


def size(n_trials: int, wanted: int | None = None) -> int:
    """How many models are put together: as wanted, else a third of the trials, from 1 to 5.

    >>> [size(n) for n in (1, 3, 10, 15, 100)], size(3, 10)
    ([1, 1, 3, 5, 5], 10)
    """
    return max(1, min(MOST, n_trials // SHARE)) if wanted is None else wanted


def logits(probabilities: Array) -> Array:
    """What the models have given before the sigmoid."""
    clipped = np.clip(np.asarray(probabilities, dtype=np.float64), _LEAST, 1 - _LEAST)
    return np.log(clipped) - np.log1p(-clipped)


def scale(values: Array) -> tuple[Array, Array]:
    """Mean and deviation of each column of logits; a deviation of 0 is given as 1."""
    deviation = values.std(axis=0)
    return values.mean(axis=0), np.where(deviation > 0, deviation, 1.0)


def mean_of(values: Sequence[Array], scales: Sequence[tuple[Array, Array]]) -> Array:
    """The mean of several models' logits on one scale.

    Each model's logits are shifted and stretched to mean 0 and deviation 1 on the validation rows, since those of
    different losses are not on one scale. The mean has the mean and the deviation that its members have on average, so
    that one model alone is left as it is.

    Parameters
    ----------
    values : sequence of array of shape (n, n_labels)
    scales : sequence of (array, array)
        Of each model, see `scale`, on its validation rows.
    """
    centre, width = (np.mean([each[part] for each in scales], axis=0) for part in (0, 1))
    parts = [(each - mean) / deviation for each, (mean, deviation) in zip(values, scales, strict=True)]
    return np.asarray(np.mean(parts, axis=0) * width + centre)


def members(values: Sequence[float], labels: Array, scores: Sequence[Array], score: Score, k: int) -> list[int]:
    """The trials whose mean is returned, the best one first.

    The ``k`` best by their validation scores; fewer, as long as their mean is clearly worse on the validation rows than
    the best one alone: by more than two standard errors of the difference.

    Parameters
    ----------
    values : sequence of float
        The validation scores; of equal ones the earlier counts as better.
    labels : array of shape (n, n_labels)
    scores : sequence of array of shape (n, n_labels)
        Probabilities that the trials give to the validation rows.
    score : callable
        Labels and scores to a score, higher is better.
    k : int
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
    """Whether ``one`` is below ``other`` by more than two standard errors of the difference, a paired bootstrap's."""
    difference = score(labels, other) - score(labels, one)
    if difference <= 0:
        return False
    drawn = [score(labels[rows], other[rows]) - score(labels[rows], one[rows]) for rows in draws(labels, _DRAWS)]
    return bool(difference > _TOLERANCE * np.std(drawn))


def draws(labels: Array, n: int) -> Iterator[Array]:
    """Rows for a bootstrap: drawn within those of the same labels, so that each draw has both classes of each label."""
    rng = np.random.RandomState(0)
    kinds = np.unique(labels, axis=0, return_inverse=True)[1].ravel()
    groups = [np.flatnonzero(kinds == kind) for kind in range(kinds.max() + 1)]
    for _ in range(n):
        yield np.concatenate([rng.choice(group, len(group)) for group in groups])
