"""What our surrogates are told beside rows and costs."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt


class Slopes(NamedTuple):
    """What a smooth surrogate predicts, and how that changes with the numeric parameters.

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
    """What runs of the same configurations say of the noise.

    Attributes
    ----------
    deviation : float
        The standard deviation of one run, in the units of the costs.
    degrees : int
        The degrees of freedom of that estimate.
    cost : float
        Where it was seen: the mean cost of these configurations.
    """

    deviation: float
    degrees: int
    cost: float


class Surrogate:
    """A surrogate that trusts the mean of many runs more than that of a few, and knows what is running.

    What is running has the cost that the surrogate itself expects there: it becomes sure of it, and so does not
    propose its like again (the kriging believer of Ginsbourger, Le Riche, Carraro, "Kriging is well-suited to
    parallelize optimization", 2010).

    Attributes
    ----------
    n_runs : array of shape (n,) or None
        Of how many runs each cost that it learns from next is the mean; None: of one.
    noise : Noise or None
        What is known of the noise of one run beside the costs.
    running : array of shape (m, n_columns) or None
        Rows like those that it learns from, whose costs are not known yet.
    centre : array of shape (n_parameters,) or None
        The vector of a configuration near which it has to predict well next; None: everywhere.
    """

    n_runs: npt.NDArray[Any] | None = None
    noise: Noise | None = None
    running: npt.NDArray[np.float64] | None = None
    centre: npt.NDArray[np.float64] | None = None

    @property
    def judges(self) -> bool:
        """Whether its last predictions tell which configuration is the best one."""
        return True

    def lengths(self) -> npt.NDArray[np.float64] | None:
        """How far one has to go along each parameter until predictions change much; None: they are not smooth."""
        return None

    def slopes(self, X: npt.NDArray[np.float64]) -> Slopes:
        """Predictions and their derivatives for some rows, if they are smooth."""
        raise AssertionError("where `lengths` returns None there are no slopes")
