"""Costs as numbers from which a surrogate can learn, however large or far apart they are."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri
from scipy.stats import rankdata

Costs = npt.NDArray[np.float64]


def normal_scores(costs: Costs) -> Costs:
    """Normal scores of the ranks (Blom 1958); ties share their mean rank."""
    ranks = rankdata(costs)
    return np.asarray(ndtri((ranks - 0.375) / (len(ranks) + 0.25)))


def standardised(costs: Costs) -> Costs:
    """The costs themselves, with mean 0 and standard deviation 1."""
    scaled = costs / (np.abs(costs).max() or 1.0)  # squares of huge costs would overflow
    return np.asarray((scaled - scaled.mean()) / (scaled.std() or 1.0))


def log_gaps(costs: Costs, quantile: float = 0.25) -> Costs:
    """Standardised logarithms of the distance to the least cost.

    Smooth where the costs are: small distances (compared with the given quantile of those that are
    not zero) stay as they are, large ones are drawn together.
    """
    scale = np.abs(costs).max() or 1.0
    gaps = costs / scale - (costs / scale).min()
    largest = gaps.max()
    if largest == 0:
        return np.zeros_like(gaps)
    gaps /= largest
    return standardised(np.log1p(gaps / max(np.quantile(gaps[gaps > 0], quantile), 1e-12)))
