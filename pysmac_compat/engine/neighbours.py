"""Neighbours of configurations, computed for all configurations and parameters at once."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
from ConfigSpace import CategoricalHyperparameter, ConfigurationSpace, Constant, OrdinalHyperparameter
from ConfigSpace.hyperparameters import IntegerHyperparameter

from pysmac_compat.space import vectors
from pysmac_compat.space.vectors import Vectors

Indices = npt.NDArray[np.intp]

_WIDE, _NARROW = 0.2, 1e-5  # the largest and the least standard deviation of numeric steps, in units of the range
_MOST_CHOICES = 20  # largest number of neighbours of a categorical value
_JOINT = 4  # number of neighbours that differ in all numeric values
_MOST_INTEGERS = 10_000  # for integers with more values, the numbers in vectors are not kept in memory


class Neighbourhood:
    """Neighbours that differ in one parameter, and some neighbours that differ in all numeric parameters.

    Parameters
    ----------
    space : ConfigurationSpace
    n_numeric : int
        Number of neighbours that differ in one given numeric parameter. About half of them are about 0.2 of the range
        away; the other half are at smaller distances of all orders of magnitude.

    Attributes
    ----------
    real : array of int, shape (n,)
        The indices of the real parameters.
    bounds : (array of shape (n,), array of shape (n,))
        The least and the greatest value of each real parameter.
    """

    def __init__(self, space: ConfigurationSpace, n_numeric: int) -> None:
        self._space = space
        parameters = list(space.values())
        self._defaults = np.array([hp.to_vector(hp.default_value) for hp in parameters])[:, None]
        self._integers, numeric, rows, steps = [], [], [], []
        self._sizes = np.ones(len(parameters))
        for row, hp in enumerate(parameters):
            if hp.size == 1 or isinstance(hp, Constant):
                continue
            if isinstance(hp, OrdinalHyperparameter):
                moves = [-1, 1]
            elif isinstance(hp, CategoricalHyperparameter):
                moves = list(range(1, min(int(hp.size), _MOST_CHOICES + 1)))
            else:
                numeric.append(row)
                if isinstance(hp, IntegerHyperparameter):
                    self._integers.append((row, _rounding(hp)))
                continue
            self._sizes[row] = hp.size
            rows += [row] * len(moves)
            steps += moves
        # one entry for each move: the row that changes, and for a discrete parameter the change of its position
        self._numeric = np.array(numeric, dtype=int)
        self._single, self._discrete = np.repeat(self._numeric, n_numeric), np.array(rows, dtype=int)
        self._changes = np.concatenate([self._single, self._discrete])
        self._steps = np.array(steps, dtype=float)[:, None]
        self._ordinal = np.array([isinstance(parameters[row], OrdinalHyperparameter) for row in rows], dtype=bool)
        low = np.array([parameters[row].lower_vectorized for row in numeric])
        high = np.array([parameters[row].upper_vectorized for row in numeric])
        real = np.isin(self._numeric, [row for row, _ in self._integers], invert=True)
        self.real, self.bounds = self._numeric[real], (low[real], high[real])
        self._bounds_of_joint = low[:, None, None], high[:, None, None]
        self._bounds_of_single = np.repeat(low, n_numeric)[:, None], np.repeat(high, n_numeric)[:, None]

    def __call__(self, points: Vectors, rng: np.random.RandomState) -> tuple[Vectors, Indices]:
        """Return all legal neighbours of the configurations in the columns of ``points``.

        The second array has, for each neighbour, the index of the column in ``points`` from which the neighbour comes;
        these indices are in ascending order.
        If a change activates a parameter, the parameter gets its default.
        """
        complete = np.where(np.isnan(points), self._defaults, points)
        n_points, n_changes = points.shape[1], len(self._changes)
        n_moves = n_changes + (_JOINT if len(self._numeric) > 1 else 0)
        moved = np.repeat(complete, n_moves, axis=1)
        moves = moved.reshape(len(complete), n_points, n_moves)  # a view of `moved`
        active = np.ones((n_points, n_moves), dtype=bool)
        active[:, :n_changes] = ~np.isnan(points[self._changes].T)
        if len(self._single):
            at = self._single, slice(None), np.arange(len(self._single))
            low, high = self._bounds_of_single
            spread = _any_scale(rng, (len(self._single), n_points))
            spread[rng.uniform(size=spread.shape) < 0.5] = _WIDE
            moves[at] = _moved(moves[at], spread, low, high, rng)
        if len(self._discrete):
            at = self._discrete, slice(None), np.arange(len(self._single), n_changes)
            moves[at], inside = self._exchanged(moves[at], rng)
            active[:, len(self._single) : n_changes] &= inside.T
        if n_moves > n_changes:
            low, high = self._bounds_of_joint
            joint = moves[self._numeric, :, n_changes:]
            spread = _any_scale(rng, (n_points, _JOINT))
            moves[self._numeric, :, n_changes:] = _moved(joint, spread, low, high, rng)
        kept = active.ravel()
        moved, origins = moved[:, kept], np.repeat(np.arange(n_points), n_moves)[kept]
        legal = self._settle(moved)
        return (moved, origins) if legal.all() else (moved[:, legal], origins[legal])

    def settled(self, points: Vectors) -> Vectors:
        """Make configurations from columns with changed numeric values; return the legal ones among them."""
        complete = np.where(np.isnan(points), self._defaults, points)
        return complete[:, self._settle(complete)]

    def _settle(self, moved: Vectors) -> npt.NDArray[np.bool_]:
        """Change ``moved`` in place: round integers, deactivate inactive parameters. Return which columns are legal."""
        for row, rounded in self._integers:
            moved[row] = rounded(moved[row])
        vectors.deactivate(self._space, moved)
        return vectors.legal(self._space, moved)

    def _exchanged(self, values: Vectors, rng: np.random.RandomState) -> tuple[Vectors, npt.NDArray[np.bool_]]:
        """Return other categories and the next values of ordinals; also return which of these values exist."""
        sizes, ordinal = self._sizes[self._discrete][:, None], self._ordinal[:, None]
        steps = np.broadcast_to(self._steps, values.shape)
        many = ~ordinal & (sizes > _MOST_CHOICES + 1)
        if many.any():
            steps = np.where(many, np.floor(1 + rng.uniform(size=values.shape) * (sizes - 1)), steps)
        values = values + steps
        inside = ~ordinal | ((values >= 0) & (values < sizes))
        return np.where(ordinal, values, values % sizes), inside


def _rounding(hp: Any) -> Callable[[Vectors], Vectors]:
    """Return a function that rounds numbers to the nearest numbers that represent an integer in a vector."""
    if hp.size > _MOST_INTEGERS:
        return lambda values: np.asarray(hp.to_vector(hp.to_value(values)))
    legal = np.asarray(hp.to_vector(np.arange(hp.lower, hp.upper + 1)))
    between = (legal[1:] + legal[:-1]) / 2
    return lambda values: np.asarray(legal[np.searchsorted(between, values)])


def _any_scale(rng: np.random.RandomState, shape: tuple[int, ...]) -> npt.NDArray[np.float64]:
    return np.asarray(np.exp(rng.uniform(math.log(_NARROW), math.log(_WIDE), shape)))


def _moved(values: Vectors, spread: Vectors, low: Vectors, high: Vectors, rng: np.random.RandomState) -> Vectors:
    """Return values after random steps; a step across a bound is reflected, so that values do not pile up there."""
    values = values + rng.normal(size=values.shape) * spread * (high - low)
    values = low + np.abs(values - low)
    return np.maximum(high - np.abs(high - values), low)
