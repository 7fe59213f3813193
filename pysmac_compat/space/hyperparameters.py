"""A real ConfigSpace hyperparameter that keeps full precision.

ConfigSpace rounds every float to 13 decimals, so that a log range from 1e-15 on is
refused and the default 1/3 comes back as another number.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from ConfigSpace.hyperparameters import NumericalHyperparameter, UniformFloatHyperparameter
from ConfigSpace.hyperparameters.distributions import UnitUniformContinuousDistribution
from ConfigSpace.hyperparameters.hp_components import UnitScaler

from pysmac_compat.space.parameters import Parameter


class _Exact(float):
    """A float that ``numpy.round`` returns as it is: numpy asks an object for its own ``round`` first."""

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

    def to_vector(self, value: Any) -> Any:
        # a legal value that ConfigSpace has rounded can lie just outside
        return super().to_vector(np.clip(value, self.lower_value, self.upper_value)).clip(0.0, 1.0)


class RealHyperparameter(UniformFloatHyperparameter):
    """A real parameter on a linear or logarithmic scale, without ConfigSpace's rounding.

    Parameters
    ----------
    parameter : Parameter
        Of kind 'real'.
    """

    def __init__(self, parameter: Parameter) -> None:
        self.lower, self.upper = parameter.values
        self.log = parameter.log
        distribution = UnitUniformContinuousDistribution(pdf_max_density=1 / (self.upper - self.lower))
        # The initialiser of UniformFloatHyperparameter is what rounds: it is left out.
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
