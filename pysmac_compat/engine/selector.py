"""The choice of the configuration that the search proposes next."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from ConfigSpace import Configuration
from smac import Scenario
from smac.initial_design import AbstractInitialDesign
from smac.main.config_selector import ConfigSelector

from pysmac_compat.engine.branches import Branches
from pysmac_compat.engine.local import LocalSearch
from pysmac_compat.engine.portfolio import Portfolio
from pysmac_compat.engine.regions import Region, Regions
from pysmac_compat.engine.settings import SelectorSettings
from pysmac_compat.engine.surrogate import Surrogate
from pysmac_compat.errors import SpaceExhaustedError
from pysmac_compat.space import vectors

Matrix = npt.NDArray[np.float64]

#: if the share of legal configurations is smaller than this, the search uses no model
RARE = 1e-4
#: below this number of configurations, each fit of the model gives `retrain_after` proposals; later it gives more
_EACH = 100
#: from `_EACH` evaluated configurations on, one fit in this number is for a box around a good configuration
_LOCAL = 2
#: if each configuration has one run, the model predicts the costs of this number of evaluated configurations at most
_MOST_KNOWN = 200
#: the maximizer gets at most this number of evaluated configurations, those with the least predicted costs
_MOST_STARTS = 30
#: if this number of random draws in a row give known configurations, the search assumes that all are known
_MOST_REPEATED = 1000
#: the origin of a configuration that is proposed again
_KNOWN = "Known configuration of the least predicted cost"


class DefaultFirst(AbstractInitialDesign):
    """The default configuration, then legal points of a Latin hypercube."""

    def _select_configurations(self) -> list[Configuration]:
        space = self._configspace
        chosen: list[Configuration] = [vectors.default(space)]
        if self._n_configs > 1:
            points = _latin_hypercube(self._n_configs - 1, len(space), self._rng)
            chosen += [vectors.configuration(space, v) for v in vectors.from_unit_cube(space, points).T]
        return chosen


def _is_row(vector: Matrix, rows: Matrix) -> bool:
    """Return whether a configuration vector is among the rows; inactive parameters are NaN."""
    return bool(((rows == vector) | np.isnan(rows) & np.isnan(vector)).all(axis=1).any())


def _latin_hypercube(n: int, dimension: int, rng: np.random.RandomState) -> vectors.Vectors:
    """Return n points, one in each of the n equal parts of each dimension (McKay, Beckman, Conover 1979)."""
    ranks = np.argsort(rng.uniform(size=(n, dimension)), axis=0)
    return np.asarray((ranks + rng.uniform(size=ranks.shape)) / n)


class Selector(ConfigSelector):
    """Proposes the initial design, then configurations that the model finds promising, then the remaining ones.

    If each configuration runs once on each of several instances, the known configuration with the least predicted cost
    is proposed again after each fit, because it may have lost its race on instances that do not suit it.
    There is no initial design if results are known before the first proposal.
    In a finite space of at most a million assignments, the remaining configurations are enumerated. In any other space,
    they are drawn at random, until 100,000 draws in a row find nothing new. If less than one random
    configuration in 10,000 is legal, no model is used.

    Parameters
    ----------
    scenario : Scenario
    settings : SelectorSettings
    first : sequence of dict or None, optional
        Active values of the configurations that are proposed first; an element None is a random configuration. By
        default, the default configuration is proposed first, unless results are known.

    Attributes
    ----------
    rare : bool
        Whether legal configurations are too rare for a model.
    over : bool
        Whether ``max_iterations`` is reached.
    leading : Configuration or None
        The known configuration with the least predicted cost. None before the first fit, and when the model makes no
        further proposals.
    """

    def __init__(
        self,
        scenario: Scenario,
        settings: SelectorSettings = SelectorSettings(),
        *,
        first: Sequence[Mapping[str, Any] | None] | None = None,
    ) -> None:
        super().__init__(scenario, retrain_after=settings.retrain_after)
        self._use_model, self._max_iterations = settings.use_model, settings.max_iterations
        self._first = first
        self.over = False
        self._tried: set[bytes] = set()
        self._space = scenario.configspace
        self._random = np.random.RandomState(scenario.seed)
        self._branches = Branches(scenario.configspace)
        regions = Regions(scenario.configspace)
        one = scenario.instances is None or len(scenario.instances) == 1
        # each configuration has one run, and the rows of the data have no instance features
        alone = scenario.deterministic and one and not scenario.instance_features
        self._regions = regions if alone and len(regions.rows) else None
        local = LocalSearch(scenario.configspace)
        self._local = local if alone and len(local.rows) else None
        self._instances_differ = scenario.deterministic and not one
        self.leading: Configuration | None = None
        self.rare = self._legal_share() < RARE

    def skip(self, configuration: Configuration) -> None:
        """Exclude this configuration from all proposals, because it is evaluated elsewhere."""
        self._tried.add(vectors.key(configuration.get_array()))

    def __iter__(self) -> Iterator[Configuration]:
        known = self._runhistory.get_configs()
        self._tried.update(vectors.key(configuration.get_array()) for configuration in known)
        for configuration in self._proposals(warm=bool(known)):
            key = vectors.key(configuration.get_array())
            if key not in self._tried or configuration.origin == _KNOWN:
                self._tried.add(key)
                yield configuration
        self.leading = None
        most = None if self._max_iterations is None else self._max_iterations * self._retrain_after
        for count, vector in enumerate(vectors.untried(self._space, self._tried, self._random)):
            self.over = self.over or count == most
            if self.over:
                return
            self._tried.add(vectors.key(vector))
            yield vectors.configuration(self._space, vector)

    def _proposals(self, warm: bool) -> Iterator[Configuration]:
        default = vectors.default(self._space)
        if self._first is not None:
            yield from map(self._configuration, self._first)
        elif not warm:
            yield default
        if self.rare or not self._use_model:
            return
        if not warm:
            yield from (c for c in self._initial_design_configs if self._first is None or c != default)
        with contextlib.suppress(SpaceExhaustedError):
            yield from self._model_based()

    def _configuration(self, values: Mapping[str, Any] | None) -> Configuration:
        space = self._space
        if values is None:
            return self._drawn() or vectors.default(space)
        return vectors.from_values(space, values)

    def _drawn(self) -> Configuration | None:
        drawn = vectors.draw(self._space, 1, self._random)
        return vectors.configuration(self._space, drawn[:, 0]) if drawn.shape[1] else None

    def _model_based(self) -> Iterator[Configuration]:
        """Yield new configurations with a large acquisition value until there are none."""
        fits = steps = repeated = 0
        for i in itertools.count(1):
            x, y = self._runhistory_encoder.transform()
            if len(x) == 0 or self._random_design.check(i):
                drawn = self._drawn()
                repeated += 1 if drawn is not None and vectors.key(drawn.get_array()) in self._tried else -repeated
                if drawn is None or repeated == _MOST_REPEATED:  # without this limit, the loop might not end
                    return
                yield drawn
                continue
            repeated = 0
            if fits + steps == self._max_iterations:
                self.over = True
                return
            if self._local is not None and isinstance(self._model, Portfolio):
                step = self._local.next(x, y.ravel(), self._model.local_lengths())
                if step is not None and vectors.key(step) not in self._tried:
                    steps += 1
                    yield vectors.configuration(self._space, step, "Local search")
                    continue
                if step is not None:
                    self._local.give_up()
            fits += 1
            known = self._runhistory_encoder.get_configurations()
            n_known, rows = len(known), self._runhistory_encoder.best_rows(_MOST_KNOWN)
            if self._local is not None and self._local.n_twins:
                kept = self._local.for_model(n_known)
                x, y, known = x[kept], y[kept], known[kept]
                rows = np.argsort(y.ravel(), kind="stable")[:_MOST_KNOWN] if len(x) > _MOST_KNOWN else slice(None)
            known = known[rows]
            running = self._runhistory_encoder.running()
            wanted = self._retrain_after * (1 + len(self._tried) // _EACH)
            region = self._region(fits, x, y, wanted) if n_known >= _EACH else None
            if isinstance(self._model, Surrogate):
                self._model.n_runs = getattr(self._runhistory_encoder, "n_runs", None)
                self._model.noise = getattr(self._runhistory_encoder, "noise", None)
                self._model.running = running
                self._model.centre = None if region is None else region.centre
            self._model.train(x, y)
            if region is not None and not _is_row(region.centre, known):
                known = np.vstack([known, region.centre])
            costs = self._model.predict_marginalized(known)[0].ravel()
            if not isinstance(self._model, Surrogate) or self._model.judges:
                self.leading = vectors.configuration(self._space, known[costs.argmin()])
            if self._instances_differ:
                yield vectors.configuration(self._space, known[costs.argmin()], _KNOWN)
            part = region or self._branches.next(known, costs)
            if part is not None:
                inside = part.holds(known.T)
                known, costs = known[inside], costs[inside]
            best = int(costs.argmin())
            eta = costs[best]
            if len(running):  # an improvement must also be better than the predicted costs of running configurations
                running = running[:, : len(self._space)]
                running = running if part is None else running[part.holds(running.T)]
                if len(running):
                    eta = min(eta, self._model.predict_marginalized(running)[0].min())
            self._acquisition_function.update(
                model=self._model, eta=eta, incumbent_array=known[best], num_data=n_known, X=known
            )
            starts = known[np.argsort(costs, kind="stable")[:_MOST_STARTS]]
            proposed = self._acquisition_maximizer.propose(starts, part)
            new = (vector for vector in proposed if vectors.key(vector) not in self._tried)
            count = 0
            for vector in itertools.islice(new, wanted):
                yield vectors.configuration(self._space, vector, "Acquisition function maximizer")
                count += 1
            if count == 0 and part is None:
                return

    def _region(self, fits: int, x: Matrix, y: Matrix, wanted: int) -> Region | None:
        """Return the box for the next proposals; None if this fit is not for a box."""
        model = self._model
        if fits % _LOCAL or self._regions is None or not isinstance(model, Portfolio):
            return None
        return self._regions.next(x, y.ravel(), model.local_lengths(), wanted)

    def _legal_share(self) -> float:
        if vectors.assignments(self._space) <= 1 / RARE:
            return 1.0  # the configurations are few enough to be enumerated
        share = vectors.legal_share(self._space, self._random, 10_000)
        return share if share > 10 * RARE else vectors.legal_share(self._space, self._random, 200_000)
