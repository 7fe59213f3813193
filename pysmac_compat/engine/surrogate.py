"""The interface of this package's surrogates, in addition to SMAC3's."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt


class Slopes(NamedTuple):
    """Predictions of a smooth surrogate, and their derivatives by the numeric parameters.

    Attributes
    ----------
    mean, variance : array of shape (n,)
    of_mean, of_variance : array of shape (n, n_parameters)
        Derivatives; 0 for parameters that are not numeric.
    """

    mean: npt.NDArray[np.float64]
    variance: npt.NDArray[np.float64]
    of_mean: npt.NDArray[np.float64]
    of_variance: npt.NDArray[np.float64]


class Noise(NamedTuple):
    """An estimate of the noise from several runs of the same configurations.

    Attributes
    ----------
    deviation : float
        The standard deviation of one run, in the units of the costs.
    degrees : int
        The degrees of freedom of this estimate.
    cost : float
        The mean cost of these configurations.
    """

    deviation: float
    degrees: int
    cost: float


class Surrogate:
    """A surrogate that trusts a mean of many runs more than a mean of few, and uses running trials.

    The surrogate takes its own prediction as the cost of a running trial. It becomes sure of this cost, and so it does
    not propose similar configurations again (the kriging believer of Ginsbourger, Le Riche, Carraro, "Kriging is
    well-suited to parallelize optimization", 2010).

    Attributes
    ----------
    n_runs : array of shape (n,) or None
        The number of runs whose mean is each cost of the next fit; None: one run each.
    noise : Noise or None
        An estimate of the noise of one run, in addition to the costs.
    running : array of shape (m, n_columns) or None
        Rows of running trials, in the form of the rows of a fit.
    centre : array of shape (n_parameters,) or None
        The vector of the configuration near which the next fit must predict well; None: everywhere.
    """

    n_runs: npt.NDArray[Any] | None = None
    noise: Noise | None = None
    running: npt.NDArray[np.float64] | None = None
    centre: npt.NDArray[np.float64] | None = None

    @property
    def judges(self) -> bool:
        """Whether the last predictions can rank configurations."""
        return True

    def lengths(self) -> npt.NDArray[np.float64] | None:
        """Return the distance along each parameter over which predictions change much; None: they are not smooth."""
        return None

    def slopes(self, X: npt.NDArray[np.float64]) -> Slopes:
        """Return predictions and their derivatives for some rows, if the predictions are smooth."""
        raise AssertionError("where `lengths` returns None there are no slopes")
