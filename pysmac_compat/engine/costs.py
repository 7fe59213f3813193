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


def log_gaps(costs: Costs, quantile: float = 0.25) -> Costs:
    """Standardised logarithms of the distance to the least cost.

    Smooth where the costs are: small distances (compared with that of the given quantile) stay
    as they are, large ones are drawn together.
    """
    scale = np.abs(costs).max() or 1.0
    gaps = costs / scale - (costs / scale).min()
    unit = np.quantile(gaps, quantile) or gaps.max() or 1.0
    logs = np.log1p(gaps / unit)
    return np.asarray((logs - logs.mean()) / (logs.std() or 1.0))
