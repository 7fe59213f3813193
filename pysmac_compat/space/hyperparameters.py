"""Numeric ConfigSpace hyperparameters that keep full precision.

ConfigSpace itself rounds every float to 13 decimals, so it refuses a log range with the lower bound 1e-15, and changes
the default 1/3. For the upper bound of a wide integer range on a log scale, it returns the next larger integer.
"""

from __future__ import annotations

from typing import Any, cast

import numpy as np
from ConfigSpace.hyperparameters import (
    NumericalHyperparameter,
    UniformFloatHyperparameter,
    UniformIntegerHyperparameter,
)
from ConfigSpace.hyperparameters.distributions import UnitUniformContinuousDistribution
from ConfigSpace.hyperparameters.hp_components import UnitScaler

from pysmac_compat.space.parameters import Parameter


class _Exact(float):
    """A float that ``numpy.round`` returns unchanged, because numpy calls the ``round`` method of an object first."""

    __slots__ = ()

    def round(self, decimals: int = 0, out: Any = None) -> _Exact:
        return self


class _Scale(UnitScaler):
    """The scaling to [0, 1], exact at the bounds and at the default."""

    def __init__(self, parameter: Parameter) -> None:
        lower, upper = parameter.values
        super().__init__(np.float64(lower), np.float64(upper), dtype=np.float64, log=parameter.log)
        self._default = np.float64(parameter.default)
        self._fixed = ((0.0, lower), (1.0, upper), (self.to_vector(np.array([self._default]))[0], self._default))

    def to_value(self, vector: Any) -> Any:
        vector = np.asarray(vector, dtype=np.float64)
        values = super().to_value(vector)
        for position, value in self._fixed:
            values[vector == position] = value
        return values

    def single(self, position: float) -> float:
        """Return the value of one position; `to_value` returns the same, but takes ten times as long for one value."""
        for fixed, value in reversed(self._fixed):
            if position == fixed:
                return float(value)
        low, high = float(self._lower_value_f64), float(self._upper_value_f64)
        if self.log:
            of_low, of_high = np.log(self._lower_value_f64), np.log(self._upper_value_f64)
            return min(max(float(np.exp(position * (of_high - of_low) + of_low)), low), high)
        return min(max(position * (high - low) + low, low), high)

    def to_vector(self, value: Any) -> Any:
        # ConfigSpace may have rounded a legal value to one just outside the range
        return super().to_vector(np.clip(value, self.lower_value, self.upper_value)).clip(0.0, 1.0)


class RealHyperparameter(UniformFloatHyperparameter):
    """A real parameter on a linear or logarithmic scale, without ConfigSpace's rounding.

    Parameters
    ----------
    parameter : Parameter
        A parameter of kind 'real'.
    """

    def __init__(self, parameter: Parameter) -> None:
        self.lower, self.upper = parameter.values
        self.log = parameter.log
        distribution = UnitUniformContinuousDistribution(pdf_max_density=1 / (self.upper - self.lower))
        # The initialiser of UniformFloatHyperparameter rounds, so it is not called.
        NumericalHyperparameter.__init__(
            self,
            name=parameter.name,
            size=np.inf,
            default_value=_Exact(parameter.default),  # type: ignore[arg-type]
            transformer=_Scale(parameter),
            vector_dist=distribution,
            neighborhood=distribution.neighborhood,
            neighborhood_size=np.inf,
            value_cast=_Exact,
        )

    def to_value(self, vector: Any) -> Any:
        """Return the value of a position in [0, 1], or of each position in an array."""
        if isinstance(vector, np.ndarray):
            return super().to_value(vector)
        return _Exact(cast("_Scale", self._transformer).single(vector))


class _WholeScale(UnitScaler):
    """The scaling of an integer range to [0, 1]; each position represents the nearest integer."""

    def _unsafe_to_value(self, vector: Any) -> Any:
        return np.clip(super()._unsafe_to_value(vector), self._lower_value_f64, self._upper_value_f64)

    def legal_vector(self, vector: Any) -> Any:
        return (vector >= self.lower_vectorized) & (vector <= self.upper_vectorized)

    def legal_vector_single(self, vector: Any) -> bool:
        return bool(self.lower_vectorized <= vector <= self.upper_vectorized)


def integer_hyperparameter(parameter: Parameter) -> UniformIntegerHyperparameter:
    """Build an integer hyperparameter, linear or logarithmic, that returns its bounds unchanged.

    Parameters
    ----------
    parameter : Parameter
        A parameter of kind 'integer'.
    """
    lower, upper = parameter.values
    made = UniformIntegerHyperparameter(
        parameter.name,
        lower,
        upper,
        default_value=parameter.default,  # type: ignore[arg-type]
        log=parameter.log,
    )
    made._transformer = _WholeScale(np.int64(lower), np.int64(upper), log=parameter.log, dtype=np.int64)
    return made
