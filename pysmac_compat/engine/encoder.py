"""The data to which the surrogate is fitted: the run history as rows of numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from smac import Scenario
from smac.runhistory import StatusType
from smac.runhistory.encoder import AbstractRunHistoryEncoder
from smac.runhistory.runhistory import TrialKey

from pysmac_compat.engine.costs import columns_differ, row_effects, without_penalty
from pysmac_compat.engine.settings import EncoderSettings
from pysmac_compat.engine.surrogate import Noise

Matrix = npt.NDArray[np.float64]

#: the noise is estimated from at least this number of degrees of freedom, or from all if there are fewer
_ENOUGH = 5
#: larger costs are cut to this cost, because their sums overflow
_MOST = 1e300

#: if a trial's additional info has this key, the trial's cost is only a lower bound
CENSORED = "censored"


class Encoder(AbstractRunHistoryEncoder):
    """Gives the surrogate the costs of all trials.

    A crashed run gets the worst cost of the runs that did not crash; without ``cutoff``, so does a run whose cost is a
    penalty. By default, a capped run gets the mean cost of the runs that took longer. With instance features, each
    trial is a row. Without features, each configuration is a row, and its cost is corrected for the effects of the
    instances on which the configuration has run.

    Parameters
    ----------
    scenario : Scenario
    settings : EncoderSettings
    cutoff : float or None
        If the run time is minimised: the limit of each run, in seconds.
    penalty : float
        Factor by which an imputed cost of at least ``cutoff`` is multiplied, if ``settings.penalise_imputed`` is set.

    Attributes
    ----------
    n_runs : array of shape (n,) or None
        For each cost that the last `transform` returned, the number of runs from which it is computed; None: each cost
        is from one run.
    """

    def __init__(
        self,
        scenario: Scenario,
        settings: EncoderSettings = EncoderSettings(),
        *,
        cutoff: float | None = None,
        penalty: float = 1.0,
    ) -> None:
        super().__init__(scenario)
        self._censored, self._cutoff = settings.censored, cutoff
        self._penalty = penalty if settings.penalise_imputed else 1.0
        self._seeds_only = scenario.instances is None or len(scenario.instances) == 1
        self._keys: list[TrialKey] = []
        self._vectors: list[Matrix] = []  # the configuration vector of each key
        self.n_runs: npt.NDArray[Any] | None = None
        self.noise: Noise | None = None
        self._pairs: dict[tuple[Any, Any], int] = {}  # (instance, seed) -> the index of this pair
        self._costs: list[float] = []
        self._is_censored: list[bool] = []

    def transform(self, budget_subset: list[Any] | None = None) -> tuple[Matrix, Matrix]:
        """Return a matrix with rows (configuration vector, instance features), and the costs; see SMAC3."""
        self._read()
        self.n_runs = self.noise = None
        if not self._keys:
            return np.empty((0, self._n_params + self._n_features)), np.empty((0, 1))
        costs = self._learnable_costs()
        if self._n_features > 0:
            features = [self._instance_features[key.instance] for key in self._keys]
            x = np.hstack([np.array(self._vectors), np.array(features, dtype=float)])
        elif len(self._pairs) == 1:
            x = np.array(self._vectors)
        else:
            ids = [key.config_id for key in self._keys]
            _, first, rows = np.unique(ids, return_index=True, return_inverse=True)
            columns = np.array([self._pairs[key.instance, key.seed] for key in self._keys])
            self.n_runs = np.bincount(rows)
            if self._seeds_only and not columns_differ(rows, columns, costs):
                means = np.bincount(rows, costs) / self.n_runs
                self.noise = _within(rows, costs, means)
                costs = means
            else:
                costs = row_effects(rows, columns, costs)
            x = np.array(self._vectors)[first]
        return x, costs.reshape(-1, 1)

    def get_configurations(self, budget_subset: list[Any] | None = None) -> Matrix:
        """Return the vectors of all configurations with results, shape (n, n_parameters)."""
        self._read()
        if len(self._pairs) == 1:
            return np.array(self._vectors)
        return np.array([self._vectors[i] for i in np.unique([k.config_id for k in self._keys], return_index=True)[1]])

    def best_rows(self, most: int) -> Any:
        """Return the rows of `get_configurations` with the least costs, at most ``most`` of them.

        If there are several (instance, seed) pairs, return all rows, because costs of different pairs cannot be
        compared directly.
        """
        if len(self._pairs) > 1 or len(self._costs) <= most:
            return slice(None)
        return np.argsort(self._learnable_costs(), kind="stable")[:most]

    def _build_matrix(self, trials: Any, store_statistics: bool = False) -> tuple[Matrix, Matrix]:
        raise AssertionError("`transform` does without it")  # the method is abstract in SMAC3

    def _read(self) -> None:
        """Read the results that are new since the last call."""
        for key in self.runhistory.results[len(self._keys) :]:
            value = self.runhistory[key]
            self._keys.append(key)
            self._vectors.append(self.runhistory.get_config(key.config_id).get_array())
            self._pairs.setdefault((key.instance, key.seed), len(self._pairs))
            cost = min(max(value.cost, -_MOST), _MOST)
            self._costs.append(cost if value.status == StatusType.SUCCESS else np.inf)
            self._is_censored.append(CENSORED in value.additional_info)

    def _learnable_costs(self) -> Matrix:
        costs = np.array(self._costs)
        finite = np.isfinite(costs)
        costs[~finite] = costs[finite].max() if finite.any() else 0.0
        censored = np.array(self._is_censored)
        if self._censored == "cutoff" and self._cutoff is not None:
            return np.where(censored, self._cutoff, costs)
        if self._cutoff is None:
            costs = without_penalty(costs)
        if self._censored == "keep":
            return costs
        if censored.any():
            costs = _impute(costs, censored)
        if self._cutoff is not None:
            costs = np.where(censored & (costs >= self._cutoff), costs * self._penalty, costs)
        return costs

    def running(self) -> Matrix:
        """Return the rows of running trials; without features, only of configurations that have no result yet."""
        rows = []
        for trial in self.runhistory.get_running_trials():
            if self._n_features > 0:
                rows.append([*trial.config.get_array(), *self._instance_features[trial.instance]])
            elif not self.runhistory.get_trials(trial.config):
                rows.append(list(trial.config.get_array()))
        return np.array(rows, dtype=float).reshape(len(rows), self._n_params + self._n_features)

    def transform_response_values(self, values: npt.NDArray[Any]) -> Matrix:
        """Return the values unchanged: each surrogate transforms the costs itself."""
        return values


def _within(rows: npt.NDArray[np.intp], costs: Matrix, means: Matrix) -> Noise | None:
    """Estimate the noise of one run from the best configurations with several runs, as noise often grows with cost."""
    degrees = np.bincount(rows) - 1
    several = np.flatnonzero(degrees)
    if not len(several):
        return None
    scale = np.abs(costs).max() or 1.0  # squares of huge costs would overflow
    squares = np.bincount(rows, np.square((costs - means[rows]) / scale))
    best = several[np.argsort(means[several], kind="stable")]
    best = best[: 1 + np.searchsorted(np.cumsum(degrees[best]), _ENOUGH)]
    free = int(degrees[best].sum())
    deviation = scale * float(np.sqrt(squares[best].sum() / free))
    return Noise(deviation, free, float(np.partition(means, len(means) // 4)[len(means) // 4]))


def _impute(costs: Matrix, censored: npt.NDArray[np.bool_]) -> Matrix:
    """Replace each lower bound by the mean of the known costs above it; if there are none, by twice the bound."""
    known = np.sort(costs[~censored])
    imputed = costs.copy()
    for i in np.flatnonzero(censored):
        longer = known[np.searchsorted(known, costs[i], side="right") :]
        imputed[i] = longer.mean() if len(longer) else 2 * costs[i]
    return imputed
