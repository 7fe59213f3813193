"""The acquisition functions of SMAC v2, with the names from SMAC v2; they use predictions of transformed costs."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import erfcx, ndtr
from smac.acquisition.function import EI, LCB
from smac.acquisition.function.abstract_acquisition_function import AbstractAcquisitionFunction
from smac.model import AbstractModel

from pysmac_compat.engine.surrogate import Surrogate

Array = npt.NDArray[np.float64]


class LogEI(EI):
    """The logarithm of the expected improvement, which ranks even points whose expected improvement is almost 0.

    Ament, Daulton, Eriksson, Balandat, Bakshy, "Unexpected Improvements to Expected
    Improvement for Bayesian Optimization", NeurIPS (2023).
    """

    def _compute(self, X: Array) -> Array:
        mean, variance = self._model.predict_marginalized(X)
        sd = np.sqrt(variance)
        return np.log(sd) + _log_unit_improvement((self._eta - mean) / sd)

    def lengths(self) -> Array | None:
        """Return the model's length for each parameter; None if the model is not smooth."""
        return self._model.lengths() if isinstance(self._model, Surrogate) else None

    def slopes(self, X: Array) -> tuple[Array, Array]:
        """Return the acquisition values of the rows, and their derivatives with respect to the numeric parameters.

        The model must be smooth, so that `lengths` does not return None.
        """
        assert isinstance(self._model, Surrogate)
        found = self._model.slopes(X)
        sd = np.sqrt(found.variance)
        z = (self._eta - found.mean) / sd
        of_log_sd = found.of_variance / (2 * found.variance)[:, None]
        of_z = -found.of_mean / sd[:, None] - z[:, None] * of_log_sd
        value, slope = _with_slope(z)
        return np.log(sd) + value, of_log_sd + slope[:, None] * of_z


def _log_unit_improvement(z: Array) -> Array:
    """Return log(phi(z) + z Phi(z)); phi and Phi are the density and the distribution of a standard normal."""
    return _with_slope(z)[0]


def _with_slope(z: Array) -> tuple[Array, Array]:
    """Return log(phi(z) + z Phi(z)) and its derivative, Phi(z) / (phi(z) + z Phi(z))."""
    # computed as phi(z) (1 + z Phi(z) / phi(z)); erfcx gives the ratio Phi(z) / phi(z) without underflow
    most = np.minimum(z, 30.0)  # above 30, Phi is 1 and the ratio would overflow
    ratio = erfcx(most * -math.sqrt(0.5)) * math.sqrt(math.pi / 2)
    square = most * most
    # for very negative z the sum 1 + z * ratio has no correct digits; 1 / z^2 - 3 / z^4 + ... replaces it
    gap = np.maximum(np.where(most > -1e4, 1 + most * ratio, 1 / np.maximum(square, 1.0)), 1e-300)
    beyond = np.maximum(z / 30, 1)
    return -0.5 * square - 0.5 * math.log(2 * math.pi) + np.log(gap) + np.log(beyond), ratio / gap / beyond


class ExponentialEI(EI):
    """The expected improvement of the exponential of the cost that the model predicts.

    SMAC3's own class (with ``log=True``) raises an exception if rounding makes a tiny improvement negative.
    """

    def _compute(self, X: Array) -> Array:
        mean, variance = self._model.predict_marginalized(X)
        sd = np.sqrt(variance)
        z = (self._eta - mean) / sd
        gain = np.exp(self._eta) * ndtr(z) - np.exp(0.5 * variance + mean) * ndtr(z - sd)
        return np.maximum(gain, 0.0)


class Greedy(AbstractAcquisitionFunction):
    """The negative mean: the point with the least predicted cost is the best."""

    @property
    def name(self) -> str:
        """The name for SMAC3's meta data."""
        return "Greedy"

    def _compute(self, X: Array) -> Array:
        assert self._model is not None
        return -self._model.predict_marginalized(X)[0]


class RoundRobin(AbstractAcquisitionFunction):
    """The lower confidence bound and the expected improvement, alternating from fit to fit."""

    def __init__(self) -> None:
        super().__init__()
        self._turns: list[AbstractAcquisitionFunction] = [LogEI(), LCB()]

    @property
    def name(self) -> str:
        """The name for SMAC3's meta data."""
        return "Round robin of LCB and EI"

    def update(self, model: AbstractModel, **kwargs: Any) -> None:
        """Change to the other function, and update it for a new fit of the model as in SMAC3."""
        super().update(model, **kwargs)
        self._turns.reverse()
        self._turns[0].update(model, **kwargs)

    def _compute(self, X: Array) -> Array:
        return self._turns[0]._compute(X)


#: the class of each acquisition function, keyed by its name in SMAC v2
FUNCTIONS: dict[str, type[AbstractAcquisitionFunction]] = {
    "EI": LogEI,
    "EXPONENTIAL": ExponentialEI,
    "LCB": LCB,
    "LCBEIRR": RoundRobin,
    "SIMPLE": Greedy,
}
