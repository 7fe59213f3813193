"""Neighbours of configurations, for all configurations and parameters at once."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from ConfigSpace import CategoricalHyperparameter, ConfigurationSpace, Constant, OrdinalHyperparameter
from ConfigSpace.hyperparameters import IntegerHyperparameter

from pysmac_compat.space import vectors
from pysmac_compat.space.vectors import Vectors

Indices = npt.NDArray[np.intp]

_WIDE, _NARROW = 0.2, 1e-5  # standard deviations of numeric steps, in units of the range
_MOST_CHOICES = 20  # neighbours of a categorical value
_JOINT = 4  # neighbours that differ in all numeric values


class Neighbourhood:
    """One-exchange neighbours, and some for which all numeric values move together.

    Parameters
    ----------
    space : ConfigurationSpace
    n_numeric : int
        Neighbours of a numeric value. Half of them are about 0.2 of the range away, the others
        are at distances of all orders of magnitude below that.
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
                    self._integers.append((row, hp))
                continue
            self._sizes[row] = hp.size
            rows += [row] * len(moves)
            steps += moves
        # one entry for each move: the row that changes; for a discrete one, by how many positions
        self._numeric = np.array(numeric, dtype=int)
        self._numeric_moves = np.repeat(self._numeric, n_numeric)
        self._discrete_moves, self._steps = np.array(rows, dtype=int), np.array(steps, dtype=float)
        self._ordinal = np.array([isinstance(parameters[row], OrdinalHyperparameter) for row in rows], dtype=bool)
        self._low = np.array([parameters[row].lower_vectorized for row in numeric])
        self._high = np.array([parameters[row].upper_vectorized for row in numeric])

    def __call__(self, points: Vectors, rng: np.random.RandomState) -> tuple[Vectors, Indices]:
        """All legal neighbours of some columns, and the column that each belongs to.

        What a change activates gets its default.
        """
        complete = np.where(np.isnan(points), self._defaults, points)
        parts = [(points[:, :0], np.empty(0, dtype=int), np.empty(0, dtype=int))]
        if len(self._numeric):
            parts.append(self._single(complete, rng))
        if len(self._steps):
            parts.append(self._discrete(complete, rng))
        if len(self._numeric) > 1:
            parts.append(self._joint(complete, rng))
        changed = np.hstack([columns for columns, _, _ in parts])
        rows = np.concatenate([rows for _, rows, _ in parts])
        origins = np.concatenate([origins for _, _, origins in parts])
        active = (rows < 0) | ~np.isnan(points[rows, origins])
        changed, origins = changed[:, active], origins[active]
        for row, hp in self._integers:
            changed[row] = hp.to_vector(hp.to_value(changed[row]))
        neighbours = vectors.deactivate(self._space, changed)
        legal = vectors.legal(self._space, neighbours)
        return neighbours[:, legal], origins[legal]

    def _single(self, complete: Vectors, rng: np.random.RandomState) -> tuple[Vectors, Indices, Indices]:
        """One numeric value moves."""
        columns, rows, origins = _products(complete, self._numeric_moves)
        spread = np.where(rng.uniform(size=len(rows)) < 0.5, _WIDE, _any_scale(rng, len(rows)))
        which = np.searchsorted(self._numeric, rows)
        low, high = self._low[which], self._high[which]
        at = rows, np.arange(len(rows))
        columns[at] = _reflect(columns[at] + spread * (high - low) * rng.normal(size=len(rows)), low, high)
        return columns, rows, origins

    def _discrete(self, complete: Vectors, rng: np.random.RandomState) -> tuple[Vectors, Indices, Indices]:
        """One categorical or ordinal value is another one."""
        columns, rows, origins = _products(complete, self._discrete_moves)
        steps, ordinal = np.tile(self._steps, complete.shape[1]), np.tile(self._ordinal, complete.shape[1])
        sizes, at = self._sizes[rows], (rows, np.arange(len(rows)))
        many = ~ordinal & (sizes > _MOST_CHOICES + 1)
        steps[many] = np.floor(1 + rng.uniform(size=int(many.sum())) * (sizes[many] - 1))
        values = columns[at] + steps
        columns[at] = np.where(ordinal, values, values % sizes)
        inside = ~ordinal | ((values >= 0) & (values < sizes))
        return columns[:, inside], rows[inside], origins[inside]

    def _joint(self, complete: Vectors, rng: np.random.RandomState) -> tuple[Vectors, Indices, Indices]:
        """All numeric values move by steps of the same order of magnitude."""
        columns = np.repeat(complete, _JOINT, axis=1)
        spread = _any_scale(rng, columns.shape[1])
        low, high = self._low[:, None], self._high[:, None]
        steps = spread * rng.normal(size=(len(self._numeric), len(spread))) * (high - low)
        columns[self._numeric] = _reflect(columns[self._numeric] + steps, low, high)
        origins = np.repeat(np.arange(complete.shape[1]), _JOINT)
        return columns, np.full(len(origins), -1), origins


def _products(complete: Vectors, rows: Indices) -> tuple[Vectors, Indices, Indices]:
    """A column for each pair of a column and a move, the row that changes, and the column's number."""
    n = complete.shape[1]
    return np.repeat(complete, len(rows), axis=1), np.tile(rows, n), np.repeat(np.arange(n), len(rows))


def _any_scale(rng: np.random.RandomState, size: int) -> npt.NDArray[np.float64]:
    return np.asarray(_NARROW * (_WIDE / _NARROW) ** rng.uniform(size=size))


def _reflect(values: Vectors, low: Vectors, high: Vectors) -> Vectors:
    """Fold values at the bounds, so that none piles up there."""
    values = np.where(values < low, 2 * low - values, values)
    values = np.where(values > high, 2 * high - values, values)
    return np.clip(values, low, high)
