"""The parts of SMAC3 that a session is built of, each made for a scenario.

SMAC3's own, with three settings that its facades do not offer: trees without a preset
number of leaves (2**20 costs 300 ms a tree), one job (joblib costs more than the
prediction), and costs that are modelled by their ranks.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
from ConfigSpace import Configuration
from scipy.special import ndtri
from scipy.stats import qmc, rankdata
from smac import Scenario
from smac.acquisition.maximizer import LocalAndSortedRandomSearch
from smac.initial_design import AbstractInitialDesign
from smac.intensifier import Intensifier
from smac.main.config_selector import ConfigSelector
from smac.model.random_forest import RandomForest
from smac.runhistory import StatusType
from smac.runhistory.encoder import AbstractRunHistoryEncoder
from smac.runhistory.runhistory import TrialKey, TrialValue

from pysmac_compat.space import vectors

_CHALLENGERS = 1000


def surrogate(scenario: Scenario, n_trees: int = 10) -> RandomForest:
    """A random forest."""
    return RandomForest(
        configspace=scenario.configspace,
        n_trees=n_trees,
        ratio_features=1.0,
        min_samples_split=2,
        min_samples_leaf=1,
        max_leaf_nodes=None,
        n_jobs=1,
        seed=scenario.seed,
    )


def maximizer(scenario: Scenario) -> LocalAndSortedRandomSearch:
    """Random and local search for the best acquisition value."""
    return LocalAndSortedRandomSearch(scenario.configspace, challengers=_CHALLENGERS, seed=scenario.seed)


def selector(scenario: Scenario) -> ConfigSelector:
    """Proposes configurations; fits the surrogate again after every eighth evaluation."""
    return ConfigSelector(scenario)


def intensifier(scenario: Scenario) -> Intensifier:
    """Decides what is evaluated next."""
    return Intensifier(scenario, max_config_calls=1)


def initial_design(scenario: Scenario) -> DefaultFirst:
    """The default configuration, then a Sobol sequence."""
    return DefaultFirst(scenario)


def encoder(scenario: Scenario) -> RankEncoder:
    """Costs as normal scores of their ranks."""
    return RankEncoder(scenario)


class DefaultFirst(AbstractInitialDesign):
    """The default configuration, then points of a scrambled Sobol sequence that are legal."""

    def _select_configurations(self) -> list[Configuration]:
        space = self._configspace
        chosen = [space.get_default_configuration()]
        if self._n_configs > 1:
            sobol = qmc.Sobol(d=len(space), scramble=True, seed=self._rng.randint(10_000_000))
            exponent = int(np.ceil(np.log2(self._n_configs)))
            points = sobol.random_base2(exponent)[: self._n_configs - 1]
            drawn = vectors.from_unit_cube(space, points)
            chosen += [Configuration(space, vector=vector.copy()) for vector in drawn.T]
        return chosen


class RankEncoder(AbstractRunHistoryEncoder):
    """Gives the surrogate normal scores of the ranks of the costs.

    However large, small or far apart the costs are, the model sees the same well-behaved
    numbers. A trial that has crashed counts as much as the worst that has not.
    """

    def _build_matrix(
        self, trials: Mapping[TrialKey, TrialValue], store_statistics: bool = False
    ) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        if not trials:
            return np.empty((0, self._n_params)), np.empty((0, 1))
        x = np.array([self.runhistory.get_config(key.config_id).get_array() for key in trials])
        costs = np.array([v.cost if v.status == StatusType.SUCCESS else np.inf for v in trials.values()])
        finite = np.isfinite(costs)
        costs[~finite] = costs[finite].max() if finite.any() else 0.0
        y = self.transform_response_values(costs.reshape(-1, 1))
        if store_statistics:
            self._min_y, self._max_y = y.min(axis=0), y.max(axis=0)
            self._percentile = np.percentile(y, self._scale_percentage, axis=0)
        return x, y

    def transform_response_values(self, values: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
        """Normal scores (Blom 1958) of the ranks; ties share their mean rank."""
        ranks = rankdata(values.ravel())
        return np.asarray(ndtri((ranks - 0.375) / (len(ranks) + 0.25))).reshape(-1, 1)
