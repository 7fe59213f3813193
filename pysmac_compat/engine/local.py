"""A local search that takes turns with the model if a quadratic function predicts costs better than their mean does."""

from __future__ import annotations

from collections.abc import Generator

import numpy as np
import numpy.typing as npt
from ConfigSpace import ConfigurationSpace
from ConfigSpace.hyperparameters import FloatHyperparameter

from pysmac_compat.engine.quadratic import minimise, predictability
from pysmac_compat.engine.regions import are_far
from pysmac_compat.space import vectors

Matrix = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

_EARLIEST = 30, 2  # the first turn comes after 30 evaluations plus 2 for each real parameter, or later
_CHECK = 5  # before the first turn, the predictability is computed once in this number of evaluations
#: evaluations in a turn of the model, and in a turn of the local search, which gets at least one for each real
#: parameter; the first turn of the local search is longer
_OF_MODEL, _OF_LOCAL = 12, 8
_FADES = 0.7  # after a turn of the model or the local search, the other's gain per evaluation is multiplied by this
_NO_GAIN = 1e-5  # at most this share of the difference between median cost and least cost counts as no gain
_TWINS = 0.003  # if points of the local search are closer together than this, the model gets only the best of them
_DONE = 0.05  # the local search does not start again within this distance of a minimum that it has found
#: after this number of evaluations without an improvement, plus one for each active real parameter, the local search
#: starts again at a better configuration, if the model has found one
_AHEAD = 5
_LOST = 50  # after this number of other results, the local search no longer waits for the result of its proposal
_SAME = 1e-12  # vectors that differ by less are the same configuration; see `vectors.key`
_MOST_UNEVEN = 3.0  # the largest absolute logarithm of a relative length
_MOST_KNOWN = 50  # after this number of known or illegal points in a row, the model makes the next proposal


class LocalSearch:
    """Proposes steps to a local minimum, in the real parameters, if at least half of the parameters are real.

    The local search and the model take turns. After a turn of the model, the local search has the next turn only if a
    quadratic function around the best configuration predicts costs better than their mean does. The next turn goes to
    the local search or to the model, whichever gained more per evaluation in its last turn; the older that turn is, the
    less its gain counts. After a turn without a gain, the local search waits for at least 2, 4, 8, ... turns of the
    model, and until a turn of the model has no gain.

    Parameters
    ----------
    space : ConfigurationSpace

    Attributes
    ----------
    rows : array of int, shape (n,)
        The indices of the real parameters; empty if most parameters are not real.
    """

    def __init__(self, space: ConfigurationSpace) -> None:
        self._space = space
        parameters = list(space.values())
        real = [i for i, hp in enumerate(parameters) if isinstance(hp, FloatHyperparameter) and hp.size > 1]
        if 2 * len(real) < sum(hp.size > 1 for hp in parameters):
            real = []
        self.rows = np.array(real, dtype=int)
        self._others = np.setdiff1d(np.arange(len(parameters)), self.rows)
        self._low = np.array([parameters[i].lower_vectorized for i in real], dtype=float)
        self._high = np.array([parameters[i].upper_vectorized for i in real], dtype=float)
        self._defaults = np.array([hp.to_vector(hp.default_value) for hp in parameters], dtype=float)
        self._steps: Generator[Matrix, float, None] | None = None
        self._pending: Matrix | None = None  # the point whose cost `_steps` needs next
        self._proposed: Matrix | None = None  # the last proposal, as long as its result is unknown
        self._proposed_at = 0  # the number of known configurations at the time of the last proposal
        self._is_lost = False  # whether the pending point will have no result
        self._minima: list[Matrix] = []
        self._has_turn, self._turns = False, 0
        self._rates = {False: 0.0, True: 0.0}  # gain for each evaluation: of the model, of the local search
        self._units = np.ones(len(real))
        self._patience, self._waited = 1, 0  # in turns of the model
        self._checked = self._began = self._length = 0
        self._least_then = np.inf  # the least cost at the beginning of the turn
        self._own, self._own_least = 0, np.inf  # the local search's results in this turn: how many, and the least
        self._of_steps: list[tuple[int, Matrix]] = []  # row and vector of its results that the model gets
        self._twins: list[int] = []  # rows that the model does not get

    def next(self, known: Matrix, costs: Matrix, lengths: Matrix) -> Matrix | None:
        """Return the vector of the configuration to propose next; None if the model makes the next proposal.

        Parameters
        ----------
        known : array of shape (n, n_parameters)
            The vectors of all configurations with results, in the order of the results.
        costs : array of shape (n,)
        lengths : array of shape (n_parameters,)
            The lengths of the surrogate. If a quadratic function predicts costs better in units of these lengths, the
            local search uses these units.
        """
        self._lengths = lengths
        if len(known) < _EARLIEST[0] + _EARLIEST[1] * len(self.rows):
            return None
        if self._proposed is not None and not self._read(known, costs):
            if len(known) < self._proposed_at + _LOST:
                return None  # each step needs the result of the step before it
            self.give_up()
        if not self._takes_turn(known, costs):
            return None
        if self._steps is not None and self._is_behind(costs):
            self._steps = None
        for _ in range(_MOST_KNOWN):
            if self._steps is None:
                if not self._start(known, costs):
                    break
                continue
            assert self._pending is not None
            row = _row_of(self._pending, known)
            if row is not None:
                self._go_on(costs[row])
            elif self._is_lost or not self._is_legal(self._pending):
                self._go_on(costs.max())
            else:
                self._proposed, self._proposed_at = self._pending, len(known)
                return self._pending
        return None

    def give_up(self) -> None:
        """Continue without the result of the last proposal, as if the proposal had the worst cost."""
        self._proposed, self._is_lost = None, True

    @property
    def n_twins(self) -> int:
        """The number of configurations that the model does not get."""
        return len(self._twins)

    def for_model(self, n: int) -> Mask:
        """Return which of the first n configurations the model gets: of points close together, only the best."""
        found = np.ones(n, dtype=bool)
        found[self._twins] = False
        return found

    def _read(self, known: Matrix, costs: Matrix) -> bool:
        """Note the result of the last proposal, if it is known; return whether it is known."""
        assert self._proposed is not None
        row = _row_of(self._proposed, known)
        if row is None:
            return False
        vector, self._proposed = known[row], None
        self._own, self._own_least = self._own + 1, min(self._own_least, costs[row])
        for i, (other, of_other) in enumerate(self._of_steps):
            if (np.isnan(of_other) == np.isnan(vector)).all() and np.nanmax(np.abs(of_other - vector)) < _TWINS:
                worse = other if costs[row] < costs[other] else row
                self._twins.append(worse)
                if worse == other:
                    self._of_steps[i] = row, vector
                return True
        self._of_steps.append((row, vector))
        return True

    def _takes_turn(self, known: Matrix, costs: Matrix) -> bool:
        n, least = len(known), costs.min()
        if self._turns == 0:
            if n < self._checked + _CHECK:
                return False
            self._checked = n
            if not self._is_quadratic(known, costs):
                return False
            half = n // 2
            self._rates[False] = (costs[:half].min() - least) / (n - half)
            self._begin(True, n, least)
        elif (used := self._own if self._has_turn else n - self._began) >= self._length:
            gain = self._least_then - (self._own_least if self._has_turn else least)
            if gain <= _NO_GAIN * (np.median(costs) - least):
                gain = 0.0
            self._rates[self._has_turn] = gain / used
            self._rates[not self._has_turn] *= _FADES
            self._begin(self._is_next(gain, known, costs), n, least)
        return self._has_turn

    def _begin(self, local: bool, n: int, least: float) -> None:
        self._has_turn, self._began, self._least_then = local, n, least
        self._own, self._own_least = 0, np.inf
        self._turns += 1
        self._length = max(_OF_LOCAL, len(self.rows)) if local else _OF_MODEL
        if self._turns == 1:
            self._length = _OF_LOCAL + len(self.rows)

    def _is_next(self, gain: float, known: Matrix, costs: Matrix) -> bool:
        """Return whether the local search has the next turn; ``gain`` is the gain of the turn that has ended."""
        if not self._has_turn:
            self._waited += 1
            if not self._is_quadratic(known, costs):
                return False
        elif gain:
            self._patience = 1
        else:
            self._patience, self._waited, self._steps = 2 * self._patience, 0, None
        if self._rates[True] > self._rates[False]:
            return True
        return self._rates[False] == 0 and self._waited >= self._patience

    def _is_quadratic(self, known: Matrix, costs: Matrix) -> bool:
        """Return whether a quadratic function predicts costs around the best configuration better than their mean."""
        best = known[costs.argmin()]
        columns = self.rows[~np.isnan(best[self.rows])]
        alike = np.flatnonzero(self._like(best, known))
        n = len(columns)
        most = min(2 * n + 10, (n + 1) * (n + 2) // 2 + 6)
        if n == 0 or len(alike) < most:
            return False
        points = known[np.ix_(alike, columns)] - best[columns]
        found = []
        for units in (np.ones(len(self.rows)), _relative(self._lengths[self.rows])):
            inside = points / units[~np.isnan(best[self.rows])]
            nearest = np.argsort(np.abs(inside).max(axis=1), kind="stable")[:most]
            found.append((predictability(inside[nearest], costs[alike[nearest]]), units))
        (plain, _), (scaled, units) = found
        self._units = units if scaled > plain else np.ones(len(self.rows))
        return max(plain, scaled) > 0

    def _like(self, one: Matrix, known: Matrix) -> Mask:
        """Return which configurations differ from configuration ``one`` only in values of active real parameters."""
        here, there = known[:, self._others], one[self._others]
        same = (here == there) | np.isnan(here) & np.isnan(there)
        return np.asarray(same.all(axis=1) & (np.isnan(known[:, self.rows]) == np.isnan(one[self.rows])).all(axis=1))

    def _start(self, known: Matrix, costs: Matrix) -> bool:
        """Start at the best configuration that is not close to a minimum found before.

        Return False if no configuration has an active real parameter.
        """
        usable: Mask = np.asarray(~np.isnan(known[:, self.rows]).all(axis=1))
        if not usable.any():
            return False
        free = np.logical_and(usable, are_far(known, self._minima, self._others, _DONE))
        if not free.any():
            self._minima.clear()
            free = usable
        start = int(np.flatnonzero(free)[costs[free].argmin()])
        self._at, self._of_at, self._since = known[start].copy(), costs[start], 0
        self._active = ~np.isnan(self._at[self.rows])
        self._of_active = self._units[self._active]
        columns, alike = self.rows[self._active], self._like(self._at, known)
        alike[start] = False
        bounds = self._low[self._active] / self._of_active, self._high[self._active] / self._of_active
        near = known[alike][:, columns] / self._of_active
        self._steps = minimise(self._at[columns] / self._of_active, costs[start], *bounds, near, costs[alike])
        self._advance(None)
        return True

    def _vector(self, point: Matrix) -> Matrix:
        found = self._at.copy()
        point = point * self._of_active
        found[self.rows[self._active]] = np.clip(point, self._low[self._active], self._high[self._active])
        return found

    def _go_on(self, cost: float) -> None:
        """Pass the cost of the pending point to the generator of steps."""
        assert self._pending is not None
        self._since, self._is_lost = self._since + 1, False
        if cost < self._of_at:
            self._at, self._of_at, self._since = self._pending, cost, 0
        self._advance(cost)

    def _advance(self, cost: float | None) -> None:
        assert self._steps is not None
        try:
            point = next(self._steps) if cost is None else self._steps.send(cost)
        except StopIteration:
            self._minima.append(self._at)
            self._steps = None
        else:
            self._pending = self._vector(point)

    def _is_legal(self, vector: Matrix) -> bool:
        """Return whether a configuration is legal and has the same active parameters as the start point."""
        column = vectors.deactivate(self._space, np.where(np.isnan(vector), self._defaults, vector)[:, None])
        same = np.array_equal(column[:, 0], vector, equal_nan=True)
        return same and bool(vectors.legal(self._space, column).all())

    def _is_behind(self, costs: Matrix) -> bool:
        """Return whether the model has found a better point, while the local search has not improved for some time."""
        return bool(self._of_at > costs.min() and self._since > _AHEAD + self._active.sum())


def _relative(lengths: Matrix) -> Matrix:
    """Return lengths in units of their geometric mean, within bounds."""
    logarithms = np.log(lengths)
    return np.asarray(np.exp(np.clip(logarithms - logarithms.mean(), -_MOST_UNEVEN, _MOST_UNEVEN)))


def _row_of(vector: Matrix, known: Matrix) -> int | None:
    """Return the index of the last row that is equal to a vector; None if no row is."""
    same = ((np.abs(known - vector) < _SAME) | np.isnan(known) & np.isnan(vector)).all(axis=1)
    found = np.flatnonzero(same)
    return int(found[-1]) if len(found) else None
