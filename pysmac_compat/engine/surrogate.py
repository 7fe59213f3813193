"""What the surrogates of this package provide in addition to SMAC3's interface for models."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt


class Slopes(NamedTuple):
    """Predictions of a smooth surrogate, and their derivatives with respect to the numeric parameters.

    Attributes
    ----------
    mean, variance : array of shape (n,)
    of_mean, of_variance : array of shape (n, n_parameters)
        Derivatives of ``mean`` and of ``variance``; 0 for parameters that are not numeric.
    """

    mean: npt.NDArray[np.float64]
    variance: npt.NDArray[np.float64]
    of_mean: npt.NDArray[np.float64]
    of_variance: npt.NDArray[np.float64]


class Noise(NamedTuple):
    """An estimate of the noise, from configurations that have run several times.

    Attributes
    ----------
    deviation : float
        The standard deviation of the cost of one run, before costs are transformed.
    degrees : int
        The degrees of freedom of this estimate.
    cost : float
        The lower quartile of the mean costs of all configurations. The slope of the transformation at this cost
        converts the deviation to the scale of the transformed costs.
    """

    deviation: float
    degrees: int
    cost: float


class Surrogate:
    """A surrogate that trusts a mean of many runs more than a mean of few, and takes running trials into account.

    The surrogate takes its own prediction as the cost of a running trial. So its uncertainty becomes small near this
    trial, and the search does not propose similar configurations again (the kriging believer of Ginsbourger, Le Riche,
    Carraro, "Kriging is well-suited to parallelize optimization", 2010).

    Attributes
    ----------
    n_runs : array of shape (n,) or None
        For each cost of the next fit, the number of runs from which it is computed; None: each cost is from one run.
    noise : Noise or None
        An estimate of the noise of one run, for the next fit.
    running : array of shape (m, n_columns) or None
        The rows of running trials, with the same columns as the rows of a fit.
    centre : array of shape (n_parameters,) or None
        The vector of the configuration near which the next fit must predict well; None: everywhere.
    """

    n_runs: npt.NDArray[Any] | None = None
    noise: Noise | None = None
    running: npt.NDArray[np.float64] | None = None
    centre: npt.NDArray[np.float64] | None = None

    @property
    def judges(self) -> bool:
        """Whether predictions of the last fit can rank configurations."""
        return True

    def lengths(self) -> npt.NDArray[np.float64] | None:
        """Return, for each parameter, the distance over which predictions change much; None if they are not smooth."""
        return None

    def slopes(self, X: npt.NDArray[np.float64]) -> Slopes:
        """Return predictions and their derivatives for the rows; only for surrogates whose `lengths` is not None."""
        raise AssertionError("a surrogate whose `lengths` returns None has no slopes")
