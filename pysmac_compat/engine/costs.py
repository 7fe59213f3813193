"""Conversion of costs to numbers to which a surrogate can be fitted, even if costs are huge or far apart."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import fdtrc, ndtri
from scipy.stats import rankdata

Costs = npt.NDArray[np.float64]
Indices = npt.NDArray[np.intp]

_MOST_STEPS = 200  # the largest number of steps of the conjugate gradient method
#: the greatest cost is a penalty if its distance to the other costs is at least this multiple of their range: if it
#: occurs several times, and if it occurs only once
_PENALTY, _SINGLE_PENALTY = 100.0, 1e6
#: columns have effects if the variance of effects plus noise is larger than this multiple of the variance of the noise
_FAR = 4.0


def normal_scores(costs: Costs) -> Costs:
    """Return normal scores of the ranks (Blom 1958); equal costs share their mean rank."""
    ranks = rankdata(costs)
    return np.asarray(ndtri((ranks - 0.375) / (len(ranks) + 0.25)))


def standardised(costs: Costs) -> Costs:
    """Return the costs with mean 0 and standard deviation 1."""
    scaled = costs / (np.abs(costs).max() or 1.0)  # squares of huge costs would overflow
    return np.asarray((scaled - scaled.mean()) / (scaled.std() or 1.0))


def log_gaps(costs: Costs, quantile: float | None = 0.25) -> Costs:
    """Return standardised logarithms of the distances to the least cost; see `warped`."""
    return warped(costs, quantile).values


def without_penalty(costs: Costs) -> Costs:
    """Return the costs without a penalty: it becomes the greatest of the other costs.

    Many functions return a huge constant where they have no value. Beside it, a surrogate cannot see the differences
    between the other costs. The greatest cost counts as a penalty if it is far from all other costs.
    """
    if not len(costs):
        return costs
    scaled = costs / (np.abs(costs).max() or 1.0)  # differences of huge costs would overflow
    largest = scaled.max()
    others = scaled[scaled < largest]
    if len(others) < 2:
        return costs
    times = _PENALTY if len(others) < len(costs) - 1 else _SINGLE_PENALTY
    most = others.max()
    if most == others.min() or largest - most < times * (most - others.min()):
        return costs
    return np.minimum(costs, costs[scaled < largest].max())


class Warped(NamedTuple):
    """Transformed costs to which a surrogate is fitted.

    Attributes
    ----------
    values : array of shape (n,)
        The transformed costs, with mean 0 and standard deviation 1.
    log_slopes : float
        The sum of the logarithms of the derivatives of ``values`` with respect to the costs, after the costs are scaled
        to a range of length 1. With this sum, the likelihoods of differently warped costs can be compared.
    slope : callable
        Returns the derivative of the transformation at a given cost.
    """

    values: Costs
    log_slopes: float
    slope: Callable[[float], float]


def warped(costs: Costs, quantile: float | None) -> Warped:
    """Return standardised logarithms of the distances of the costs to the least cost.

    The transformation is smooth. It hardly changes distances that are small compared with a quantile of the positive
    distances, and it moves large distances closer together.

    Parameters
    ----------
    costs : array of shape (n,)
    quantile : float or None
        Which quantile of the positive distances, from 0 to 1. If it is None, the costs are only standardised.
    """
    scale = np.abs(costs).max() or 1.0  # differences of huge costs would overflow
    gaps = costs / scale
    gaps -= gaps.min()
    largest = gaps.max()
    if largest == 0:
        return Warped(np.zeros_like(gaps), 0.0, lambda cost: 0.0)
    gaps /= largest
    log_slopes, unit, least, range_ = 0.0, math.inf, costs.min(), scale * largest
    if quantile is not None:
        positive = gaps[gaps > 0]
        place = int(quantile * (len(positive) - 1))  # np.quantile takes longer than the rest of this function
        unit = max(np.partition(positive, place)[place], 1e-12)
        log_slopes = -float(np.log(unit + gaps).sum())
        gaps = np.log1p(gaps / unit)
    gaps -= gaps.mean()
    deviation = np.sqrt(np.square(gaps).mean())

    def slope(cost: float) -> float:
        above = 1.0 if unit == math.inf else unit + max(0.0, (cost - least) / range_)
        return 1.0 / (above * deviation * range_)

    return Warped(gaps / deviation, log_slopes - len(gaps) * math.log(deviation), slope)


def columns_differ(rows: Indices, columns: Indices, costs: Costs) -> bool:
    """Return whether columns have effects that are far larger than the noise.

    Two conditions must hold: a two-way F test at the 1 % level finds effects, and the variance of effects plus noise is
    several times the variance of the noise. The second condition is necessary because a row with a low cost in its
    first column is more likely to get costs in further columns. So the first column seems to have an effect, which is
    about as large as the noise.

    Parameters
    ----------
    rows, columns, costs
        See `row_effects`.
    """
    several = np.bincount(rows)[rows] > 1
    costs = costs[several] / (np.abs(costs[several]).max(initial=0.0) or 1.0)  # squares of huge costs would overflow
    rows, columns = (np.unique(each[several], return_inverse=True)[1] for each in (rows, columns))
    n, n_rows = len(rows), rows.max(initial=-1) + 1
    if n - n_rows < 2:
        return False
    cells = np.zeros((n, n_rows + columns.max()))
    cells[np.arange(n), rows] = 1.0
    others = np.flatnonzero(columns)
    cells[others, n_rows + columns[others] - 1] = 1.0
    found, _, rank, _ = np.linalg.lstsq(cells, costs, rcond=None)
    degrees, free = int(rank) - n_rows, n - int(rank)
    if degrees < 1 or free < 1:
        return False
    means = np.bincount(rows, costs) / np.bincount(rows)
    without, within = (float(np.square(costs - each).sum()) for each in (means[rows], cells @ found))
    if without / (n - n_rows) <= _FAR * within / free:
        return False
    return within == 0.0 or bool(fdtrc(degrees, free, (without - within) / degrees / (within / free)) < 0.01)


def row_effects(rows: Indices, columns: Indices, costs: Costs) -> Costs:
    """Return the least-squares effects of rows in the model: cost = effect of the row + effect of the column.

    The equations of the rows are eliminated first; then the conjugate gradient method (Hestenes, Stiefel 1952) solves
    the equations of the columns. Alternating between rows and columns would take very long if each row has few cells.

    Parameters
    ----------
    rows, columns : array of int, shape (n,)
        The row index and the column index of each cost, from 0.
    costs : array of shape (n,)

    Returns
    -------
    array of shape (n_rows,)
        The effects of the rows; the mean effect of the columns is set to 0.
    """
    scale = np.abs(costs).max() or 1.0  # sums of huge costs would overflow
    scaled = costs / scale
    in_row, in_column = np.bincount(rows), np.bincount(columns)

    def row_means(of_cells: Costs) -> Costs:
        return np.asarray(np.bincount(rows, of_cells) / in_row)

    def reduced(effects: Costs) -> Costs:
        return in_column * effects - np.bincount(columns, row_means(effects[columns])[rows])

    effects = np.zeros(len(in_column))
    rest = np.bincount(columns, scaled - row_means(scaled)[rows])
    direction, square = rest.copy(), rest @ rest
    for _ in range(min(len(effects), _MOST_STEPS)):
        if square < 1e-24:
            break
        step = reduced(direction)
        size = square / (direction @ step)
        effects += size * direction
        rest -= size * step
        before, square = square, rest @ rest
        direction = rest + square / before * direction
    return row_means(scaled - (effects - effects.mean())[columns]) * scale
