"""The search for the best acquisition value: random and local, on arrays of configurations."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from ConfigSpace import CategoricalHyperparameter, Configuration, Constant, OrdinalHyperparameter
from ConfigSpace.hyperparameters import Hyperparameter, IntegerHyperparameter
from smac import Scenario
from smac.acquisition.maximizer import AbstractAcquisitionMaximizer

from pysmac_compat.space import vectors
from pysmac_compat.space.vectors import Vectors

_STEPS = 20  # most steps of the local search
_SPREAD = 0.2  # standard deviation of the neighbours of a numeric value, in units of the range
_MOST_CHOICES = 20  # neighbours of a categorical value


class LocalAndRandomSearch(AbstractAcquisitionMaximizer):
    """Hill climbing over one-exchange neighbourhoods from the best random and known configurations.

    The search of SMAC (Hutter, Hoos, Leyton-Brown, LION 5, 2011, section 4.3), for all
    starting points at once.

    Parameters
    ----------
    scenario : Scenario
    n_random : int
        Configurations drawn at random.
    n_known_starts, n_random_starts : int
        Of how many of the best known configurations and of the best random ones the climbs start.
    n_neighbours : int
        Neighbours of a numeric value.
    """

    def __init__(
        self,
        scenario: Scenario,
        *,
        n_random: int = 1000,
        n_known_starts: int = 10,
        n_random_starts: int = 10,
        n_neighbours: int = 4,
    ) -> None:
        super().__init__(scenario.configspace, challengers=n_random, seed=scenario.seed)
        self._n_known_starts, self._n_random_starts = n_known_starts, n_random_starts
        self._n_neighbours = n_neighbours
        self._defaults = np.array([hp.to_vector(hp.default_value) for hp in self._configspace.values()])

    def _maximize(self, previous_configs: list[Configuration], n_points: int) -> list[tuple[float, Configuration]]:
        space = self._configspace
        drawn = vectors.draw(space, n_points, self._rng)
        values = self._acquire(drawn)
        known = np.array([c.get_array() for c in previous_configs]).reshape(-1, len(space)).T
        starts = np.hstack([drawn[:, np.argsort(-values)[: self._n_random_starts]], known[:, self._best(known)]])
        found = np.hstack([self._climb(starts), drawn])
        values = self._acquire(found)
        order = np.argsort(-values, kind="stable")[: self._n_known_starts + self._n_random_starts + 64]
        return [(float(values[i]), self._configuration(found[:, i])) for i in order]

    def _configuration(self, vector: npt.NDArray[np.float64]) -> Configuration:
        return Configuration(self._configspace, vector=vector.copy(), origin="Acquisition function maximizer")

    def _acquire(self, candidates: Vectors) -> npt.NDArray[np.float64]:
        """The acquisition value of each column."""
        assert self._acquisition_function is not None
        if candidates.shape[1] == 0:
            return np.empty(0)
        return np.asarray(self._acquisition_function._compute(candidates.T)).ravel()

    def _best(self, known: Vectors) -> npt.NDArray[np.intp]:
        return np.argsort(-self._acquire(known), kind="stable")[: self._n_known_starts]

    def _climb(self, points: Vectors) -> Vectors:
        """Move each column to its best neighbour as long as that is better."""
        points = points.copy()
        values = self._acquire(points)
        moving = np.arange(points.shape[1])
        for _ in range(_STEPS):
            neighbours, origins = self._neighbours(points[:, moving])
            if neighbours.shape[1] == 0:
                break
            gains = self._acquire(neighbours) - values[moving][origins]
            moved = []
            for i in range(len(moving)):
                mine = np.flatnonzero(origins == i)
                if len(mine) and gains[mine].max() > 1e-9:
                    best = mine[gains[mine].argmax()]
                    points[:, moving[i]] = neighbours[:, best]
                    values[moving[i]] += gains[best]
                    moved.append(moving[i])
            moving = np.array(moved, dtype=int)
            if not len(moving):
                break
        return points

    def _neighbours(self, points: Vectors) -> tuple[Vectors, npt.NDArray[np.intp]]:
        """All legal one-exchange neighbours of some columns, and the column that each belongs to.

        What a change activates gets its default.
        """
        complete = np.where(np.isnan(points), self._defaults[:, None], points)
        changed, origins = [], []
        for row, hyperparameter in enumerate(self._configspace.values()):
            active = np.flatnonzero(~np.isnan(points[row]))
            others, which = _other_values(hyperparameter, points[row, active], self._rng, self._n_neighbours)
            columns = complete[:, active[which]]
            columns[row] = others
            changed.append(columns)
            origins.append(active[which])
        neighbours = vectors.deactivate(self._configspace, np.hstack(changed))
        legal = vectors.legal(self._configspace, neighbours)
        return neighbours[:, legal], np.concatenate(origins)[legal]


def _other_values(
    hyperparameter: Hyperparameter, values: npt.NDArray[np.float64], rng: np.random.RandomState, n_numeric: int
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.intp]]:
    """The neighbouring values of some values of a parameter, and the index of the value that each belongs to."""
    size = hyperparameter.size
    which = np.arange(len(values))
    if size == 1 or isinstance(hyperparameter, Constant) or not len(values):
        return np.empty(0), which[:0]
    if isinstance(hyperparameter, OrdinalHyperparameter):
        others, which = np.concatenate([values - 1, values + 1]), np.tile(which, 2)
        inside = (others >= 0) & (others < size)
        return others[inside], which[inside]
    if isinstance(hyperparameter, CategoricalHyperparameter):
        steps = np.arange(1, size) if size <= _MOST_CHOICES else rng.randint(1, int(size), size=_MOST_CHOICES)
        which = np.repeat(which, len(steps))
        return (values[which] + np.tile(steps, len(values))) % size, which
    which = np.repeat(which, n_numeric)
    low, high = hyperparameter.lower_vectorized, hyperparameter.upper_vectorized
    steps = rng.normal(0.0, _SPREAD * (high - low), size=len(which))
    others = _reflect(values[which] + steps, low, high)
    if isinstance(hyperparameter, IntegerHyperparameter):
        others = np.asarray(hyperparameter.to_vector(hyperparameter.to_value(others)))
    return others, which


def _reflect(values: npt.NDArray[np.float64], low: float, high: float) -> npt.NDArray[np.float64]:
    """Fold values at the bounds, so that none piles up there."""
    values = np.where(values < low, 2 * low - values, values)
    values = np.where(values > high, 2 * high - values, values)
    return np.clip(values, low, high)
