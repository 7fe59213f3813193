"""The parts of SMAC3 that a session is built of, each made for a scenario.

All of them are subclasses of SMAC3's own and go in by its facade's keywords.
"""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from ConfigSpace import Configuration
from scipy.special import ndtri
from scipy.stats import qmc, rankdata
from smac import Scenario
from smac.acquisition.function.abstract_acquisition_function import AbstractAcquisitionFunction
from smac.initial_design import AbstractInitialDesign
from smac.main.config_selector import ConfigSelector
from smac.runhistory import StatusType
from smac.runhistory.encoder import AbstractRunHistoryEncoder
from smac.runhistory.runhistory import TrialKey, TrialValue

from pysmac_compat._errors import SpaceExhaustedError
from pysmac_compat.engine.acquisition import FUNCTIONS
from pysmac_compat.engine.forest import Forest
from pysmac_compat.engine.maximizer import LocalAndRandomSearch
from pysmac_compat.engine.racing import Racing
from pysmac_compat.space import vectors

Matrix = npt.NDArray[np.float64]

#: key of a trial's additional info: its cost is a lower bound only
CENSORED = "censored"
#: below this share of legal configurations the model's proposals cannot be searched for
RARE = 1e-4


def surrogate(scenario: Scenario, n_trees: int = 10, **settings: Any) -> Forest:
    """A random forest; for the settings see `Forest`."""
    return Forest(scenario, n_trees, **settings)


def acquisition(scenario: Scenario, function: str = "EI") -> AbstractAcquisitionFunction:
    """What is maximised to find the next configuration, by its name in SMAC v2."""
    return FUNCTIONS[function]()


def maximizer(scenario: Scenario, **settings: int) -> LocalAndRandomSearch:
    """Random and local search for the best acquisition value; for the settings see `LocalAndRandomSearch`."""
    return LocalAndRandomSearch(scenario, **settings)


def selector(scenario: Scenario, use_model: bool = True, **settings: Any) -> Selector:
    """Proposes configurations; for the settings see `Selector`."""
    return Selector(scenario, use_model, **settings)


def intensifier(scenario: Scenario, **settings: Any) -> Racing:
    """Decides what is evaluated next; for the settings see `Racing`."""
    return Racing(scenario, **settings)


def initial_design(scenario: Scenario) -> DefaultFirst:
    """The default configuration, then a Sobol sequence."""
    return DefaultFirst(scenario)


def encoder(scenario: Scenario, censored: str = "impute", cutoff: float | None = None) -> RankEncoder:
    """Costs as normal scores of their ranks; for the settings see `RankEncoder`."""
    return RankEncoder(scenario, censored, cutoff)


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


class Selector(ConfigSelector):
    """Proposes the initial design, then what the model finds promising, then whatever is left.

    In a finite space of at most a million assignments that is exact; else the search ends when
    100,000 random draws in a row brought nothing new. Where less than one random
    configuration in 10,000 is legal, no model is used.

    Parameters
    ----------
    scenario : Scenario
    use_model : bool
        Without it the first configurations are followed by random ones (ROAR).
    first : sequence of dict or None, optional
        Active values of configurations that come before all others, None for a random one;
        without it, the default.
    retrain_after : int
        Proposals of one fit of the surrogate.
    max_iterations : int or None
        Most fits of the surrogate; without it, ``retrain_after`` times as many random configurations.

    Attributes
    ----------
    rare : bool
        Whether legal configurations are too rare for a model.
    over : bool
        Whether ``max_iterations`` is reached.
    """

    def __init__(
        self,
        scenario: Scenario,
        use_model: bool = True,
        *,
        first: Sequence[Mapping[str, Any] | None] | None = None,
        retrain_after: int = 4,
        max_iterations: int | None = None,
    ) -> None:
        super().__init__(scenario, retrain_after=retrain_after)
        self._use_model, self._first, self._max_iterations = use_model, first, max_iterations
        self.over = False
        self._tried: set[bytes] = set()
        self._space = scenario.configspace
        self._random = np.random.RandomState(scenario.seed)
        self.rare = self._legal_share() < RARE

    def __iter__(self) -> Iterator[Configuration]:
        for configuration in self._proposals():
            key = vectors.key(configuration.get_array())
            if key not in self._tried:
                self._tried.add(key)
                yield configuration
        most = None if self._max_iterations is None else self._max_iterations * self._retrain_after
        for count, vector in enumerate(vectors.untried(self._space, self._tried, self._random)):
            self.over = self.over or count == most
            if self.over:
                return
            self._tried.add(vectors.key(vector))
            yield Configuration(self._space, vector=vector.copy())

    def _proposals(self) -> Iterator[Configuration]:
        default = self._space.get_default_configuration()
        if self._first is None:
            yield default
        else:
            yield from map(self._configuration, self._first)
        if self.rare or not self._use_model:
            return
        yield from (c for c in self._initial_design_configs if self._first is None or c != default)
        with contextlib.suppress(SpaceExhaustedError):
            yield from self._model_based()

    def _configuration(self, values: Mapping[str, Any] | None) -> Configuration:
        space = self._space
        if values is None:
            drawn = vectors.draw(space, 1, self._random)
            return self._made(drawn[:, 0]) if drawn.shape[1] else space.get_default_configuration()
        return self._made([hp.to_vector(values[name]) if name in values else np.nan for name, hp in space.items()])

    def _made(self, vector: Any) -> Configuration:
        # by its vector: from values, ConfigSpace would round them
        return Configuration(self._space, vector=np.array(vector, dtype=np.float64))

    def _model_based(self) -> Iterator[Configuration]:
        """Configurations of high acquisition value that have not been proposed; ends when there is none."""
        for iteration in itertools.count():
            if iteration == self._max_iterations:
                self.over = True
                return
            x, y, known = self._collect_data()
            if len(x) == 0:
                yield self._space.sample_configuration()
                continue
            self._model.train(x, y)
            costs = self._model.predict_marginalized(known)[0].ravel()
            best = int(costs.argmin())
            self._acquisition_function.update(
                model=self._model, eta=costs[best], incumbent_array=known[best], num_data=len(known), X=known
            )
            previous = self._runhistory.get_configs()
            count = 0
            for configuration in self._acquisition_maximizer.maximize(previous, random_design=self._random_design):
                if vectors.key(configuration.get_array()) not in self._tried:
                    yield configuration
                    count += 1
                if count == self._retrain_after:
                    break
            if count == 0:
                return

    def _legal_share(self) -> float:
        if vectors.assignments(self._space) <= 1 / RARE:
            return 1.0  # few enough to be enumerated
        share = vectors.legal_share(self._space, self._random, 10_000)
        return share if share > 10 * RARE else vectors.legal_share(self._space, self._random, 200_000)


class RankEncoder(AbstractRunHistoryEncoder):
    """Gives the surrogate normal scores of the ranks of the costs.

    However large, small or far apart the costs are, the model sees the same well-behaved
    numbers. What has crashed counts as much as the worst that has not; a run that was capped
    counts as the mean of those that took longer. With instance features
    each trial is a row; without, each configuration is one, with its cost freed from the
    effects of the instances that it happens to have run.

    What is still running counts as average, so that the model does not propose its like
    again and again meanwhile (the constant liar of Ginsbourger, Le Riche, Carraro, 2010).

    Parameters
    ----------
    scenario : Scenario
    censored : {'impute', 'keep', 'cutoff'}
        What the cost of a capped run becomes: as above; itself; ``cutoff``, if there is one.
    cutoff : float or None
    """

    def __init__(self, scenario: Scenario, censored: str = "impute", cutoff: float | None = None) -> None:
        super().__init__(scenario)
        self._censored, self._cutoff = censored, cutoff

    def transform(self, budget_subset: list[Any] | None = None) -> tuple[Matrix, Matrix]:
        """The rows for the model: (configuration, instance features) and transformed costs; see SMAC3."""
        x, y = super().transform(budget_subset)
        running = self._running_rows()
        if len(x) == 0 or not running:
            return x, y
        return np.vstack([x, running]), np.vstack([y, np.full((len(running), 1), y.mean())])

    def _running_rows(self) -> list[list[float]]:
        rows = []
        for trial in self.runhistory.get_running_trials():
            if self._n_features > 0:
                rows.append([*trial.config.get_array(), *self._instance_features[trial.instance]])
            elif not self.runhistory.get_trials(trial.config):
                rows.append(list(trial.config.get_array()))
        return rows

    def _build_matrix(
        self, trials: Mapping[TrialKey, TrialValue], store_statistics: bool = False
    ) -> tuple[Matrix, Matrix]:
        if not trials:
            return np.empty((0, self._n_params + self._n_features)), np.empty((0, 1))
        keys = list(trials)
        costs = np.array([v.cost if v.status == StatusType.SUCCESS else np.inf for v in trials.values()])
        finite = np.isfinite(costs)
        costs[~finite] = costs[finite].max() if finite.any() else 0.0
        censored = np.array([CENSORED in v.additional_info for v in trials.values()])
        if self._censored == "cutoff" and self._cutoff is not None:
            costs = np.where(censored, self._cutoff, costs)
        elif self._censored != "keep":
            costs = _impute(costs, censored)
        if self._n_features > 0:
            x = np.array([[*self._vector(key.config_id), *self._instance_features[key.instance]] for key in keys])
        else:
            ids, costs = _configuration_effects(keys, costs)
            x = np.array([self._vector(i) for i in ids])
        y = self.transform_response_values(costs.reshape(-1, 1))
        if store_statistics:
            self._min_y, self._max_y = y.min(axis=0), y.max(axis=0)
            self._percentile = np.percentile(y, self._scale_percentage, axis=0)
        return x, y

    def _vector(self, config_id: int) -> npt.NDArray[np.float64]:
        return self.runhistory.get_config(config_id).get_array()

    def transform_response_values(self, values: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
        """Normal scores (Blom 1958) of the ranks; ties share their mean rank."""
        ranks = rankdata(values.ravel())
        return np.asarray(ndtri((ranks - 0.375) / (len(ranks) + 0.25))).reshape(-1, 1)


def _impute(costs: npt.NDArray[np.float64], censored: npt.NDArray[np.bool_]) -> npt.NDArray[np.float64]:
    """Replace each lower bound by the mean of the known costs above it; twice the bound, if there is none."""
    known = np.sort(costs[~censored])
    imputed = costs.copy()
    for i in np.flatnonzero(censored):
        longer = known[np.searchsorted(known, costs[i], side="right") :]
        imputed[i] = longer.mean() if len(longer) else 2 * costs[i]
    return imputed


def _configuration_effects(
    keys: Sequence[TrialKey], costs: npt.NDArray[np.float64], sweeps: int = 10
) -> tuple[list[int], npt.NDArray[np.float64]]:
    """Least squares of cost = effect of the configuration + effect of the (instance, seed) pair.

    Parameters
    ----------
    keys : sequence of TrialKey
    costs : array of shape (n,)
    sweeps : int
        Rounds of backfitting.

    Returns
    -------
    list of int, array
        The ids of the configurations, and their effects.
    """
    ids, rows = np.unique([key.config_id for key in keys], return_inverse=True)
    pairs = {pair: i for i, pair in enumerate(dict.fromkeys((key.instance, key.seed) for key in keys))}
    columns = np.array([pairs[key.instance, key.seed] for key in keys])
    n_rows, n_columns = np.bincount(rows), np.bincount(columns)
    scale = np.abs(costs).max() or 1.0
    scaled = costs / scale  # sums of huge costs would overflow
    column_effects = np.zeros(len(pairs))
    for _ in range(sweeps if len(pairs) > 1 else 1):
        row_effects = np.bincount(rows, scaled - column_effects[columns]) / n_rows
        column_effects = np.bincount(columns, scaled - row_effects[rows]) / n_columns
        column_effects -= column_effects.mean()
    row_effects = np.bincount(rows, scaled - column_effects[columns]) / n_rows
    return [int(i) for i in ids], row_effects * scale if len(pairs) > 1 else np.bincount(rows, costs) / n_rows
