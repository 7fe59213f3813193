"""Acquisition functions of SMAC v2 by their names there; the model predicts normal scores of the costs."""

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
    """The logarithm of the expected improvement, which still tells apart what has next to none.

    Ament, Daulton, Eriksson, Balandat, Bakshy, "Unexpected Improvements to Expected
    Improvement for Bayesian Optimization", NeurIPS (2023).
    """

    def _compute(self, X: Array) -> Array:
        mean, variance = self._model.predict_marginalized(X)
        sd = np.sqrt(variance)
        return np.log(sd) + _log_unit_improvement((self._eta - mean) / sd)

    def lengths(self) -> Array | None:
        """Of the model, for each parameter; None: it is not smooth."""
        return self._model.lengths() if isinstance(self._model, Surrogate) else None

    def slopes(self, X: Array) -> tuple[Array, Array]:
        """Values of some rows, and their derivatives by the numeric parameters, where the model is smooth."""
        assert isinstance(self._model, Surrogate)
        found = self._model.slopes(X)
        sd = np.sqrt(found.variance)
        z = (self._eta - found.mean) / sd
        of_log_sd = found.of_variance / (2 * found.variance)[:, None]
        of_z = -found.of_mean / sd[:, None] - z[:, None] * of_log_sd
        value, slope = _with_slope(z)
        return np.log(sd) + value, of_log_sd + slope[:, None] * of_z


def _log_unit_improvement(z: Array) -> Array:
    """log(phi(z) + z Phi(z)), where phi and Phi are the density and the distribution of a standard normal."""
    return _with_slope(z)[0]


def _with_slope(z: Array) -> tuple[Array, Array]:
    """log(phi(z) + z Phi(z)) and its derivative, Phi(z) / (phi(z) + z Phi(z))."""
    # phi(z) (1 + z Phi(z) / phi(z)), the ratio by the scaled complementary error function, which does not underflow
    most = np.minimum(z, 30.0)  # where Phi is 1; beyond, the ratio would overflow
    ratio = erfcx(most * -math.sqrt(0.5)) * math.sqrt(math.pi / 2)
    square = most * most
    # 1 / z^2 - 3 / z^4 + ...: nothing is left of the difference where z is very small
    gap = np.maximum(np.where(most > -1e4, 1 + most * ratio, 1 / np.maximum(square, 1.0)), 1e-300)
    beyond = np.maximum(z / 30, 1)
    return -0.5 * square - 0.5 * math.log(2 * math.pi) + np.log(gap) + np.log(beyond), ratio / gap / beyond


class ExponentialEI(EI):
    """Expected improvement of the exponential of what the model predicts.

    SMAC3's own (with ``log=True``) raises where rounding makes a vanishing improvement negative.
    """

    def _compute(self, X: Array) -> Array:
        mean, variance = self._model.predict_marginalized(X)
        sd = np.sqrt(variance)
        z = (self._eta - mean) / sd
        gain = np.exp(self._eta) * ndtr(z) - np.exp(0.5 * variance + mean) * ndtr(z - sd)
        return np.maximum(gain, 0.0)


class Greedy(AbstractAcquisitionFunction):
    """The least mean is the best."""

    @property
    def name(self) -> str:
        """For SMAC3's meta data."""
        return "Greedy"

    def _compute(self, X: Array) -> Array:
        assert self._model is not None
        return -self._model.predict_marginalized(X)[0]


class RoundRobin(AbstractAcquisitionFunction):
    """The lower confidence bound and the expected improvement, in turns from fit to fit."""

    def __init__(self) -> None:
        super().__init__()
        self._turns: list[AbstractAcquisitionFunction] = [LogEI(), LCB()]

    @property
    def name(self) -> str:
        """For SMAC3's meta data."""
        return "Round robin of LCB and EI"

    def update(self, model: AbstractModel, **kwargs: Any) -> None:
        """As in SMAC3; see there."""
        super().update(model, **kwargs)
        self._turns.reverse()
        self._turns[0].update(model, **kwargs)

    def _compute(self, X: Array) -> Array:
        return self._turns[0]._compute(X)


#: what makes an acquisition function, by its name in SMAC v2
FUNCTIONS: dict[str, type[AbstractAcquisitionFunction]] = {
    "EI": LogEI,
    "EXPONENTIAL": ExponentialEI,
    "LCB": LCB,
    "LCBEIRR": RoundRobin,
    "SIMPLE": Greedy,
}
