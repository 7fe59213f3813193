"""What our surrogates are told beside rows and costs."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt


class Surrogate:
    """A surrogate that trusts the mean of many runs more than that of a few, and knows what is running.

    What is running has the cost that the surrogate itself expects there: it becomes sure of it, and so does not
    propose its like again (the kriging believer of Ginsbourger, Le Riche, Carraro, "Kriging is well-suited to
    parallelize optimization", 2010).

    Attributes
    ----------
    n_runs : array of shape (n,) or None
        Of how many runs each cost that it learns from next is the mean; None: of one.
    running : array of shape (m, n_columns) or None
        Rows like those that it learns from, whose costs are not known yet.
    """

    n_runs: npt.NDArray[Any] | None = None
    running: npt.NDArray[np.float64] | None = None
