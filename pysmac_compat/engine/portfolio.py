"""Two surrogates that take turns: what one overlooks, the other may see."""

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

#: of so many fits one is the forest's: with fewer rows than that, and with more
_TURNS_EARLY, _TURNS_LATE = 5, 2
_FEW = 100


class Portfolio(Surrogate, AbstractModel):
    """A Gaussian process and a forest in turns; the process more often as long as there is little data.

    The process is the better one for smooth costs and few data. The forest has less
    preconceptions: it leaves local optima in which the process would stay. Near a given configuration
    a second process predicts, with lengths of its own.

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
        """Mean and variance, arrays of shape (n, 1), in the units of the one whose turn it is."""
        return self._current.predict_marginalized(X)

    @property
    def judges(self) -> bool:
        """As `Surrogate` says: those of the process for the whole space do, where it is its turn."""
        return self._current is self._process and self._process.judges

    def lengths(self) -> Matrix | None:
        """Of the one whose turn it is."""
        return self._current.lengths()

    def slopes(self, X: Matrix) -> Slopes:
        """Of the one whose turn it is."""
        return self._current.slopes(X)

    def local_lengths(self) -> Matrix:
        """The lengths of the process for boxes, or those of the other process until the first box."""
        return (self._local if self._local.is_fitted else self._process).lengths()
