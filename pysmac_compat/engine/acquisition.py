"""Acquisition functions of SMAC v2 by their names there; the model predicts normal scores of the costs."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr
from smac.acquisition.function import EI, LCB
from smac.acquisition.function.abstract_acquisition_function import AbstractAcquisitionFunction
from smac.model import AbstractModel

Array = npt.NDArray[np.float64]


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
        self._turns: list[AbstractAcquisitionFunction] = [EI(), LCB()]

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
    "EI": EI,
    "EXPONENTIAL": ExponentialEI,
    "LCB": LCB,
    "LCBEIRR": RoundRobin,
    "SIMPLE": Greedy,
}
