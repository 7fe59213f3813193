"""Boxes around good configurations, from which proposals come once the whole space has been searched for a while."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from ConfigSpace import ConfigurationSpace
from ConfigSpace.hyperparameters import IntegerHyperparameter, NumericalHyperparameter

Matrix = npt.NDArray[np.float64]

#: half the side of a box, in units of the range: at first, and at most; below the third value, the box is given up
_FIRST, _MOST, _LEAST = 0.4, 0.8, 2.0**-9
_GROWTH = 1.5  # after an improvement, the side is multiplied by this
#: the side is halved after as many proposals without improvement as there are numeric parameters, within these bounds
_PATIENCE = 4, 10
_SMALLEST_STEP = 0.25  # without an improvement, the side is multiplied by at least this
_KNOWN = 0.1  # no later box begins within this distance of the centre of a box that was given up
_MOVED = 10  # on average, this number of numeric parameters of a random configuration differ from the box's centre


@dataclass(frozen=True)
class Region:
    """A box around a configuration, which bounds the numeric parameters.

    Attributes
    ----------
    centre : array of shape (n_parameters,)
        The vector of the configuration.
    rows : array of int, shape (n,)
        The indices of the numeric parameters.
    low, high : array of shape (n,)
        The bounds of each numeric parameter.
    """

    centre: Matrix
    rows: npt.NDArray[np.intp]
    low: Matrix
    high: Matrix

    def holds(self, columns: Matrix) -> npt.NDArray[np.bool_]:
        """Return which configurations are in the box, without regard to inactive parameters.

        The shape of ``columns`` is (n_parameters, n), and the shape of the result (n,).
        """
        values = columns[self.rows].T
        outside = (values < self.low) | (values > self.high)
        return np.asarray(~outside.any(axis=-1))

    def draw(self, size: int, rng: np.random.RandomState) -> Matrix:
        """Return ``size`` random columns in the box; each differs from the centre in some of the numeric parameters."""
        found = np.repeat(self.centre[:, None], size, axis=1)
        part = found[self.rows]
        n = len(self.rows)
        drawn = self.low[:, None] + rng.uniform(size=part.shape) * (self.high - self.low)[:, None]
        moved = (rng.uniform(size=part.shape) < _MOVED / n) & ~np.isnan(part)
        part[moved] = drawn[moved]
        found[self.rows] = part
        return found


class Regions:
    """Chooses the box for the next proposals.

    The boxes are the trust regions of Eriksson, Pearce, Gardner, Turner, Poloczek, "Scalable Global Optimization via
    Local Bayesian Optimization", NeurIPS (2019), one after another. A box grows after an improvement and shrinks
    without one. When it is too small for further improvements, the next box begins around the best configuration that
    is not close to the centre of an earlier box.

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
        # a box always contains the neighbouring integers, unless their scale is logarithmic
        self._steps = np.array(
            [
                1.01 / (hp.size - 1) if isinstance(hp, IntegerHyperparameter) else 0.0
                for hp in map(parameters.__getitem__, numeric)
            ]
        )
        self._halving = min(max(_PATIENCE[0], len(numeric)), _PATIENCE[1])
        self._given_up: list[Matrix] = []  # the centres of boxes that were given up
        self._begin()

    def _begin(self) -> None:
        self._side, self._best = _FIRST, np.inf

    def next(self, known: Matrix, costs: Matrix, lengths: Matrix, n_proposals: int) -> Region:
        """Return the box for the next proposals.

        Parameters
        ----------
        known : array of shape (n, n_parameters)
            Vectors of configurations.
        costs : array of shape (n,)
        lengths : array of shape (n_parameters,)
            The lengths of the surrogate: the box is wider along parameters with larger lengths.
        n_proposals : int
            How many proposals each returned box is for; the more there are, the faster the box shrinks.
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
        low = np.fmax(centre[self.rows] - half, self._lowest)  # the whole range if the parameter is inactive
        return Region(centre, self.rows, low, np.fmin(centre[self.rows] + half, self._highest))

    def _best_of_the_others(self, known: Matrix, costs: Matrix) -> int:
        """Return the index of the best row that is not close to the centre of a box that was given up.

        If all rows are close to such centres, forget these boxes.
        """
        free = are_far(known, self._given_up, self._discrete, _KNOWN)
        if not free.any():
            self._given_up.clear()
            free[:] = True
        return int(np.flatnonzero(free)[costs[free].argmin()])


def are_far(
    known: Matrix, centres: Sequence[Matrix], discrete: npt.NDArray[np.intp], distance: float
) -> npt.NDArray[np.bool_]:
    """Return which configurations differ from each centre by more than ``distance`` in at least one parameter.

    Two different values of a discrete parameter are at distance 1; so are a parameter's value and its inactive state.
    """
    far = np.ones(len(known), dtype=bool)
    for centre in centres:
        away = np.abs(known - centre)
        away[np.isnan(known) != np.isnan(centre)] = 1.0
        away[:, discrete] = np.where(away[:, discrete] > 0, 1.0, away[:, discrete])
        far &= (away > distance).any(axis=1)
    return far
