"""A surrogate: SMAC3's random forest, fitted and queried tree by tree without joblib."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn import config_context
from sklearn.tree import DecisionTreeRegressor
from smac import Scenario
from smac.model.random_forest import RandomForest

from pysmac_compat.engine.costs import log_gaps, normal_scores, standardised
from pysmac_compat.engine.settings import ForestSettings
from pysmac_compat.engine.surrogate import Surrogate

Matrix = npt.NDArray[np.float64]


class Forest(Surrogate, RandomForest):
    """A random forest; the variance of the predictions of its trees is its uncertainty.

    By default, each tree is fitted to a bootstrap sample with random split points, as in SMAC3. But the
    number of leaves is not limited (with SMAC3's limit, 2**20, each tree takes 300 ms more).

    Parameters
    ----------
    scenario : Scenario
    settings : ForestSettings
    """

    def __init__(
        self,
        scenario: Scenario,
        settings: ForestSettings = ForestSettings(),
    ) -> None:
        super().__init__(
            configspace=scenario.configspace,
            instance_features=scenario.instance_features,
            n_trees=settings.n_trees,
            max_leaf_nodes=None,
            n_jobs=1,
            pca_components=settings.n_components,
            seed=scenario.seed,
        )
        self._n_trees = settings.n_trees
        self._growth: dict[str, Any] = {"splitter": "random", "min_samples_split": max(2, settings.split_min)}
        if settings.ratio_features < 1:
            self._growth["max_features"] = float(settings.ratio_features)
        self._min_variance, self._bootstrap = settings.min_variance, settings.bootstrap
        self._defaults: Matrix | None = None
        if settings.inactive_as_default:
            self._defaults = np.array([hp.to_vector(hp.default_value) for hp in self._configspace.values()])
        self._random = np.random.RandomState(scenario.seed)
        self._transform = {None: normal_scores, True: log_gaps, False: standardised}[settings.log_model]
        self._trees: list[DecisionTreeRegressor] = []

    def _train(self, X: Matrix, y: Matrix) -> Forest:
        x = self._prepare(X)
        y = self._transform(y.ravel()).reshape(-1, 1)
        self._grow(x, y)
        if self.running is not None and len(self.running):
            n = self._n_hps
            running = self._prepare(np.hstack([self.running[:, :n], self._components(self.running[:, n:])]))
            expected = self._predict_trees(running).mean(axis=0).reshape(-1, 1)
            self._grow(np.vstack([x, running]), np.vstack([y, expected]))
        return self

    def _grow(self, x: npt.NDArray[np.float32], y: Matrix) -> None:
        self._trees = []
        with config_context(skip_parameter_validation=True):  # the validation takes as long as a small tree
            for _ in range(self._n_trees):
                rows = self._random.randint(len(x), size=len(x)) if self._bootstrap else np.arange(len(x))
                tree = DecisionTreeRegressor(**self._growth, random_state=self._random)
                self._trees.append(tree.fit(x[rows], y[rows], check_input=False))

    def _predict(self, X: Matrix, covariance_type: str | None = "diagonal") -> tuple[Matrix, Matrix]:
        return self._summarise(self._predict_trees(self._prepare(X)))

    def predict_marginalized(self, X: Matrix) -> tuple[Matrix, Matrix]:
        """Return mean and variance of the trees' predictions; each tree predicts the mean over all instances.

        Parameters
        ----------
        X : array of shape (n, n_parameters)

        Returns
        -------
        array of shape (n, 1), array of shape (n, 1)
        """
        if self._n_features == 0:
            return self._predict(X)
        features = self._components(np.asarray(list(self._instance_features.values()), dtype=np.float64))
        n, k = len(X), len(features)
        rows = np.hstack([np.repeat(self._impute_inactive(X), k, axis=0), np.tile(features, (n, 1))])
        trees = self._predict_trees(rows.astype(np.float32))
        return self._summarise(trees.reshape(len(trees), n, k).mean(axis=2))

    def _components(self, features: Matrix) -> Matrix:
        """Reduce instance features to the components to which `train` has reduced them, if it has."""
        if not self._apply_pca:
            return features
        return np.asarray(self._pca.transform(np.nan_to_num(self._scaler.transform(features))))

    def _impute_inactive(self, X: Matrix) -> Matrix:
        if self._defaults is None:
            return super()._impute_inactive(X)
        n = len(self._defaults)
        return np.hstack([np.where(np.isnan(X[:, :n]), self._defaults, X[:, :n]), X[:, n:]])

    def _prepare(self, x: Matrix) -> npt.NDArray[np.float32]:
        return np.ascontiguousarray(self._impute_inactive(x), dtype=np.float32)

    def _predict_trees(self, x: npt.NDArray[np.float32]) -> Matrix:
        return np.array([tree.tree_.predict(x).ravel() for tree in self._trees])

    def _summarise(self, trees: Matrix) -> tuple[Matrix, Matrix]:
        variance: Any = np.maximum(trees.var(axis=0), self._min_variance)
        return trees.mean(axis=0).reshape(-1, 1), variance.reshape(-1, 1)
