"""Random and local search for the configuration with the largest acquisition value, on arrays of configurations."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from ConfigSpace import Configuration
from smac import Scenario
from smac.acquisition.maximizer import AbstractAcquisitionMaximizer

from pysmac_compat.engine.acquisition import LogEI
from pysmac_compat.engine.ascent import ascend
from pysmac_compat.engine.branches import Branch
from pysmac_compat.engine.neighbours import Neighbourhood
from pysmac_compat.engine.regions import Region
from pysmac_compat.engine.settings import MaximizerSettings
from pysmac_compat.space import vectors
from pysmac_compat.space.vectors import Vectors

_DRAWS = 5  # one draw gives the random configurations for this number of calls of `propose`
_STEPS = 3  # the largest number of steps of a climb
_RISING = 2  # from this number of points, the best that climbs have reached, an ascent along the derivatives starts
_SAME = 1e-3  # two maxima that are closer than this in every coordinate count as one
_PATIENCE = 2  # a climb ends after this number of steps without a better neighbour


class LocalAndRandomSearch(AbstractAcquisitionMaximizer):
    """Hill climbing from the best random and known configurations; a step changes one parameter or all numeric ones.

    This is the search of SMAC (Hutter, Hoos, Leyton-Brown, LION 5, 2011, section 4.3), but it climbs from all
    starting points at once. Numeric values change by steps of all orders of magnitude.

    Parameters
    ----------
    scenario : Scenario
    settings : MaximizerSettings
    """

    def __init__(self, scenario: Scenario, settings: MaximizerSettings = MaximizerSettings()) -> None:
        super().__init__(scenario.configspace, challengers=settings.n_random, seed=scenario.seed)
        self._n_known_starts, self._n_random_starts = settings.n_known_starts, settings.n_random_starts
        self._neighbourhood = Neighbourhood(self._configspace, settings.n_neighbours)
        self._all_real = len(self._neighbourhood.real) == len(self._configspace)
        self._drawn: Vectors = np.empty((len(self._configspace), 0))

    def propose(self, known: Vectors, part: Branch | Region | None = None) -> Iterator[npt.NDArray[np.float64]]:
        """Yield configuration vectors in descending order of their acquisition values; some may be known already.

        Parameters
        ----------
        known : array of shape (n, n_parameters)
            Vectors of the best evaluated configurations; climbs may start from them.
        part : Branch or Region or None
            The part of the space in which all proposals are; None: the whole space.
        """
        function = self._acquisition_function
        lengths = function.lengths() if isinstance(function, LogEI) else None
        if isinstance(part, Region):
            drawn = self._neighbourhood.settled(part.draw(self._challengers // 2, self._rng))
        else:
            drawn = self._draw()
        candidates = np.hstack([drawn, known.T])
        values = self._acquire(candidates, part)
        of_drawn, of_known = np.split(values, [drawn.shape[1]])
        starts = np.concatenate(
            [
                np.argsort(-of_drawn)[: self._n_random_starts],
                drawn.shape[1] + np.argsort(-of_known, kind="stable")[: self._n_known_starts],
            ]
        )
        steps = _STEPS if lengths is None or not self._all_real else 1
        climbed, of_climbed = self._climb(candidates[:, starts], values[starts], part, steps)
        risen = self._ascend(lengths, climbed[:, np.argsort(-of_climbed, kind="stable")[:_RISING]], part)
        if risen.shape[1] == 2 and np.nanmax(np.abs(risen[:, 0] - risen[:, 1])) < _SAME:
            risen = risen[:, :1]
        found = np.hstack([risen, climbed, drawn])
        values = np.concatenate([self._acquire(risen, part), of_climbed, of_drawn])
        for i in np.argsort(-values, kind="stable"):
            if part is None or part.holds(found[:, i]):
                yield found[:, i]

    def _draw(self) -> Vectors:
        """Return random configurations; they are drawn in advance, since a large draw takes little longer."""
        if self._drawn.shape[1] < self._challengers:
            self._drawn = vectors.draw(self._configspace, _DRAWS * self._challengers, self._rng)
        drawn, self._drawn = np.split(self._drawn, [self._challengers], axis=1)
        return drawn

    def _maximize(self, previous_configs: list[Configuration], n_points: int) -> list[tuple[float, Configuration]]:
        raise AssertionError("`propose` does without it")  # the method is abstract in SMAC3

    def _acquire(self, candidates: Vectors, part: Branch | Region | None) -> npt.NDArray[np.float64]:
        """Return the acquisition value of each column; minus infinity for columns outside ``part``."""
        assert self._acquisition_function is not None
        inside = slice(None) if part is None else part.holds(candidates)
        chosen = candidates[:, inside]
        values = np.full(candidates.shape[1], -np.inf)
        if chosen.shape[1]:
            values[inside] = np.asarray(self._acquisition_function._compute(chosen.T)).ravel()
        return values

    def _ascend(
        self, lengths: npt.NDArray[np.float64] | None, points: Vectors, part: Branch | Region | None
    ) -> Vectors:
        """Move the real parameters of columns along the derivatives; return no column if there are no derivatives."""
        function, real = self._acquisition_function, self._neighbourhood.real
        if lengths is None or not points.shape[1] or not len(real):
            return points[:, :0]
        assert isinstance(function, LogEI)
        lengths, rows = lengths[real], points.T.copy()
        inactive = np.isnan(rows[:, real])

        def slopes(moved: Vectors) -> tuple[Vectors, Vectors]:
            rows[:, real] = np.where(inactive, np.nan, moved * lengths)
            values, derivatives = function.slopes(rows)
            return values, np.where(inactive, 0.0, derivatives[:, real] * lengths)

        low, high = self._neighbourhood.bounds
        if isinstance(part, Region):
            of_real = np.searchsorted(part.rows, real)
            low, high = part.low[of_real], part.high[of_real]
        moved = ascend(slopes, np.where(inactive, 0.0, rows[:, real]) / lengths, low / lengths, high / lengths)
        rows[:, real] = np.where(inactive, np.nan, moved * lengths)
        return self._neighbourhood.settled(rows.T)

    def _climb(
        self, points: Vectors, values: npt.NDArray[np.float64], part: Branch | Region | None, steps: int
    ) -> tuple[Vectors, npt.NDArray[np.float64]]:
        """Move columns to their best neighbours as long as their acquisition values, at first ``values``, increase."""
        failures = np.zeros(points.shape[1], dtype=int)
        for _ in range(steps):
            moving = np.flatnonzero(failures < _PATIENCE)
            if not len(moving):
                break
            neighbours, origins = self._neighbourhood(points[:, moving], self._rng)
            failures[moving] += 1
            if neighbours.shape[1] == 0:
                continue
            origins = moving[origins]
            of_neighbours = self._acquire(neighbours, part)
            ends = np.searchsorted(origins, np.arange(points.shape[1] + 1))
            best = np.array([a + of_neighbours[a:b].argmax() for a, b in pairwise(ends) if a < b])
            better = best[of_neighbours[best] > values[origins[best]] + 1e-6]
            points[:, origins[better]] = neighbours[:, better]
            values[origins[better]] = of_neighbours[better]
            failures[origins[better]] = 0
        return points, values
