"""Boxes around good configurations in which the search goes on after the whole space has been searched for a while."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from ConfigSpace import ConfigurationSpace
from ConfigSpace.hyperparameters import IntegerHyperparameter, NumericalHyperparameter

Matrix = npt.NDArray[np.float64]

#: half the side of a box, in units of the range: the first one, the largest, and the one at which it is given up
_FIRST, _MOST, _LEAST = 0.4, 0.8, 2.0**-9
_GROWTH = 1.5  # after an improvement
_PATIENCE = 4, 10  # proposals without one that halve the side: as many as there are parameters, in these bounds
_SMALLEST_STEP = 0.25  # by which a side shrinks at once
_KNOWN = 0.1  # no later box begins within this distance of the centre of a box that was given up
_MOVED = 10  # numeric parameters of a random configuration in the box that differ from its centre, on average


@dataclass(frozen=True)
class Region:
    """A box of the numeric parameters around a configuration.

    Attributes
    ----------
    centre : array of shape (n_parameters,)
        The vector of the configuration.
    rows : array of int, shape (n,)
        The numeric parameters.
    low, high : array of shape (n,)
        Bounds of each.
    """

    centre: Matrix
    rows: npt.NDArray[np.intp]
    low: Matrix
    high: Matrix

    def holds(self, columns: Matrix) -> npt.NDArray[np.bool_]:
        """Which configurations are in the box; shape (n_parameters, n) -> (n,). What is inactive is anywhere."""
        values = columns[self.rows].T
        outside = (values < self.low) | (values > self.high)
        return np.asarray(~outside.any(axis=-1))

    def draw(self, size: int, rng: np.random.RandomState) -> Matrix:
        """Columns that differ from the centre in some of the numeric parameters."""
        found = np.repeat(self.centre[:, None], size, axis=1)
        part = found[self.rows]
        n = len(self.rows)
        drawn = self.low[:, None] + rng.uniform(size=part.shape) * (self.high - self.low)[:, None]
        moved = (rng.uniform(size=part.shape) < _MOVED / n) & ~np.isnan(part)
        part[moved] = drawn[moved]
        found[self.rows] = part
        return found


class Regions:
    """Says in which box to search next.

    The trust regions of Eriksson, Pearce, Gardner, Turner, Poloczek, "Scalable Global Optimization via Local Bayesian
    Optimization", NeurIPS (2019), one after the other: a box grows after an improvement and shrinks without one. When
    it is so small that nothing more is to be found there, the next one begins around the best configuration that is not
    close to the centre of an earlier one.

    Parameters
    ----------
    space : ConfigurationSpace
    """

    def __init__(self, space: ConfigurationSpace) -> None:
        parameters = list(space.values())
        numeric = [i for i, hp in enumerate(parameters) if isinstance(hp, NumericalHyperparameter) and hp.size > 1]
        self.rows = np.array(numeric, dtype=int)
        self._discrete = np.setdiff1d(np.arange(len(parameters)), numeric)
        self._lowest = np.array([parameters[i].lower_vectorized for i in numeric], dtype=float)
        self._highest = np.array([parameters[i].upper_vectorized for i in numeric], dtype=float)
        # a box always holds the next integers, unless their scale is logarithmic
        self._steps = np.array(
            [
                1.01 / (hp.size - 1) if isinstance(hp, IntegerHyperparameter) else 0.0
                for hp in map(parameters.__getitem__, numeric)
            ]
        )
        self._halving = min(max(_PATIENCE[0], len(numeric)), _PATIENCE[1])
        self._given_up: list[Matrix] = []  # centres
        self._begin()

    def _begin(self) -> None:
        self._side, self._best = _FIRST, np.inf

    def next(self, known: Matrix, costs: Matrix, lengths: Matrix, n_proposals: int) -> Region:
        """The box for the next proposals.

        Parameters
        ----------
        known : array of shape (n, n_parameters)
            Vectors of configurations.
        costs : array of shape (n,)
        lengths : array of shape (n_parameters,)
            Of the surrogate: the box is wider along parameters that change less.
        n_proposals : int
            The number of proposals that were made for the previous box.
        """
        best = self._best_of_the_others(known, costs)
        if costs[best] < self._best:
            self._side = self._side if self._best == np.inf else min(self._side * _GROWTH, _MOST)
        else:
            self._side *= max(0.5 ** (n_proposals / self._halving), _SMALLEST_STEP)
        if self._side < _LEAST:
            self._given_up.append(known[best].copy())
            self._begin()
            best = self._best_of_the_others(known, costs)
        self._best = costs[best]
        weights = np.log(lengths[self.rows])
        sides = self._side * np.exp(np.clip(weights - weights.mean(), -3.0, 3.0))
        centre = known[best].copy()
        half = np.maximum(sides, self._steps)
        low = np.fmax(centre[self.rows] - half, self._lowest)  # all of the range where the parameter is inactive
        return Region(centre, self.rows, low, np.fmin(centre[self.rows] + half, self._highest))

    def _best_of_the_others(self, known: Matrix, costs: Matrix) -> int:
        """The best row that is not close to the centre of a box that was given up.

        If all rows are, the list of these boxes is emptied.
        """
        free = np.ones(len(known), dtype=bool)
        for centre in self._given_up:
            away = np.abs(known - centre)
            away[np.isnan(known) != np.isnan(centre)] = 1.0
            away[:, self._discrete] = np.where(away[:, self._discrete] > 0, 1.0, away[:, self._discrete])
            free &= (away > _KNOWN).any(axis=1)
        if not free.any():
            self._given_up.clear()
            free[:] = True
        return int(np.flatnonzero(free)[costs[free].argmin()])
