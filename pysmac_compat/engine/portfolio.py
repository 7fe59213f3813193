"""Two surrogates that take turns, because each may find what the other misses."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from smac import Scenario
from smac.model import AbstractModel

from pysmac_compat.engine.forest import Forest
from pysmac_compat.engine.gaussian import GaussianProcess
from pysmac_compat.engine.surrogate import Slopes, Surrogate

Matrix = npt.NDArray[np.float64]

#: one fit in `_TURNS_EARLY` is a fit of the forest; from `_FEW` rows on, one fit in `_TURNS_LATE`
_TURNS_EARLY, _TURNS_LATE = 5, 2
_FEW = 100


class Portfolio(Surrogate, AbstractModel):
    """A Gaussian process and a forest that take turns; with few rows, the process has more turns.

    The process is better for smooth costs and few data. The forest assumes less about the costs, so
    it leaves local optima in which the process would stay. If `centre` is set, a second process
    with its own lengths is fitted instead.

    Parameters
    ----------
    scenario : Scenario
    """

    def __init__(self, scenario: Scenario) -> None:
        super().__init__(scenario.configspace, scenario.instance_features, pca_components=None, seed=scenario.seed)
        self._process, self._forest = GaussianProcess(scenario), Forest(scenario)
        self._local = GaussianProcess(scenario)
        self._current: Forest | GaussianProcess = self._process
        self._fits = 0

    def _train(self, X: Matrix, y: Matrix) -> Portfolio:
        if self.centre is not None:
            self._current = self._local
        else:
            self._fits += 1
            turns = _TURNS_EARLY if len(X) < _FEW else _TURNS_LATE
            self._current = self._forest if self._fits % turns == 0 else self._process
        self._current.n_runs, self._current.running, self._current.centre = self.n_runs, self.running, self.centre
        self._current.noise = self.noise
        self._current.train(X, y)
        return self

    def _predict(self, X: Matrix, covariance_type: str | None = "diagonal") -> Any:
        return self._current._predict(X)

    def predict_marginalized(self, X: Matrix) -> tuple[Matrix, Matrix]:
        """Return predicted means and variances, two arrays of shape (n, 1).

        The surrogate that was fitted last predicts them, on the scale of the costs to which it was fitted.
        """
        return self._current.predict_marginalized(X)

    @property
    def judges(self) -> bool:
        """Whether predictions of the last fit can rank configurations.

        Only those of the process for the whole space can, and only if it used its more likely fit.
        """
        return self._current is self._process and self._process.judges

    def lengths(self) -> Matrix | None:
        """Return the lengths of the surrogate that was fitted last; None if it is the forest."""
        return self._current.lengths()

    def slopes(self, X: Matrix) -> Slopes:
        """Return the predictions and derivatives of the surrogate that was fitted last."""
        return self._current.slopes(X)

    def local_lengths(self) -> Matrix:
        """Return the lengths of the process for boxes or, before its first fit, of the process for the whole space."""
        return (self._local if self._local.is_fitted else self._process).lengths()
