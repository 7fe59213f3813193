"""The surrogate for small histories: a Gaussian process over mixed spaces.

Rasmussen, Williams, "Gaussian Processes for Machine Learning", MIT Press (2006), chapters 2
and 5: Matern kernel with smoothness 5/2 and a length for each parameter, found by
maximising the marginal likelihood times a prior. The prior of the lengths grows with
the number of parameters: Hvarfner, Hellsten, Nardi, "Vanilla Bayesian Optimization
Performs Great in High Dimensions", ICML (2024).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.linalg import lapack
from scipy.optimize import minimize
from smac import Scenario
from smac.model import AbstractModel

from pysmac_compat.engine.coding import Coding
from pysmac_compat.engine.costs import log_gaps, row_effects
from pysmac_compat.engine.surrogate import Surrogate

Matrix = npt.NDArray[np.float64]

_SQRT5 = math.sqrt(5.0)
#: bounds of the logarithms of the lengths, the variance of the signal, and that of the noise
_LENGTH, _SIGNAL, _NOISE = (math.log(0.005), math.log(200.0)), (math.log(0.05), math.log(20.0)), (-16.0, 0.0)
#: mean and standard deviation of the normal prior of the logarithm of a length, without the share of the dimension
_LENGTH_PRIOR = math.log(0.5), 0.8
_SIGNAL_PRIOR = 0.0, 1.0
_NOISE_PRIOR = math.log(1e-4), 2.0
_FEW = 30  # rows: the fit also starts from the prior, as the first data may mislead
_CLOSE = 1e-4  # relative gain of a step that ends a fit
_GROWTH = 1.2  # the lengths are fitted anew when there are so many times the rows


class GaussianProcess(Surrogate, AbstractModel):
    """A Gaussian process whose lengths are fitted from where they were, and not at every step.

    The variance of its noise is that of one run, divided by the number of runs. Instance features
    only tell it which runs are on the same instance: it learns the effects of the configurations.

    Parameters
    ----------
    scenario : Scenario
    max_rows : int
        It learns from at most so many rows: the best ones, and some of the others.
    """

    def __init__(self, scenario: Scenario, *, max_rows: int = 200) -> None:
        super().__init__(scenario.configspace, scenario.instance_features, pca_components=None, seed=scenario.seed)
        self._coding = Coding(scenario.configspace)
        self._max_rows = max_rows
        self._random = np.random.RandomState(scenario.seed)
        n = self._coding.n_scales
        self._prior = np.array([_LENGTH_PRIOR[0] + math.log(n) / 4] * n + [_SIGNAL_PRIOR[0], _NOISE_PRIOR[0]])
        self._spread = np.array([_LENGTH_PRIOR[1]] * n + [_SIGNAL_PRIOR[1], _NOISE_PRIOR[1]])
        self._limits = np.array([_LENGTH] * n + [_SIGNAL, _NOISE])
        self._logs = np.clip(self._prior, *self._limits.T)
        self._fitted_at = 0

    def _train(self, X: Matrix, y: Matrix) -> GaussianProcess:
        n_runs = self.n_runs
        if self._n_features:
            X, y, n_runs = self._without_features(X, y)
        y = log_gaps(y.ravel())
        rows = self._chosen(y)
        points, y = self._coding(X[rows]), y[rows]
        share = np.ones(len(y)) if n_runs is None else 1.0 / n_runs[rows]
        if len(X) >= _GROWTH * self._fitted_at:
            self._fit(points, y, share)
            self._fitted_at = len(X)
        n = self._coding.n_scales
        signal, noise = np.exp(self._logs[n:])
        self._weights = _SQRT5 * np.exp(-self._logs[:n])[self._coding.scales]
        self._signal = signal
        n = len(y)
        running = self._running_points(X)
        points = np.vstack([points, running]) * self._weights
        share = np.append(share, np.ones(len(running)))
        self._minus_twice = -2 * points.T
        self._squares = np.einsum("ij,ij->i", points, points)
        kernel = signal * _matern(self._squared_distances(points))
        kernel.flat[:: len(points) + 1] += noise * share + 1e-8
        self._mean = y.mean()
        lower, failed = lapack.dpotrf(kernel, lower=1, clean=1)
        if failed:
            raise np.linalg.LinAlgError("the kernel is not positive definite")
        inverse_upper = lapack.dtrtri(lower, lower=1)[0].T
        # what a prediction multiplies its kernel with, which is without the variance of the signal
        known = inverse_upper[:n, :n]
        self._alpha = np.zeros(len(points))  # of what is running too: what is expected there changes no mean
        self._alpha[:n] = signal * (known @ ((y - self._mean) @ known))
        self._inverse_upper = np.ascontiguousarray(signal * inverse_upper)
        return self

    def _running_points(self, known: Matrix) -> Matrix:
        """The points of the configurations that are running, without those that are known."""
        n = self._n_hps
        if self.running is None or not len(self.running):
            return np.empty((0, len(self._coding.scales)))
        rows = np.unique(np.where(np.isnan(self.running[:, :n]), -1.0, self.running[:, :n]), axis=0)
        found = {row.tobytes() for row in np.where(np.isnan(known[:, :n]), -1.0, known[:, :n])}
        rows = np.array([row for row in rows if row.tobytes() not in found]).reshape(-1, n)
        return self._coding(np.where(rows == -1.0, np.nan, rows))

    def _without_features(self, X: Matrix, y: Matrix) -> tuple[Matrix, Matrix, npt.NDArray[np.intp]]:
        """A row for each configuration in place of one for each run: its effect, and the number of its runs."""
        n = self._n_hps
        known = np.where(np.isnan(X), -1.0, X)
        _, first, rows, n_runs = np.unique(
            known[:, :n], axis=0, return_index=True, return_inverse=True, return_counts=True
        )
        _, instances = np.unique(known[:, n:], axis=0, return_inverse=True)
        return X[first, :n], row_effects(rows.ravel(), instances.ravel(), y.ravel()), n_runs

    def _chosen(self, y: Matrix) -> Any:
        if len(y) <= self._max_rows:
            return slice(None)
        order = np.argsort(y, kind="stable")
        n_best = self._max_rows * 3 // 4
        others = self._random.choice(order[n_best:], self._max_rows - n_best, replace=False)
        return np.sort(np.concatenate([order[:n_best], others]))

    def _fit(self, points: Matrix, y: Matrix, share: Matrix) -> None:
        distances = _distances_by_scale(points, self._coding)
        y = y - y.mean()
        starts = [self._logs]
        if len(y) < _FEW:
            starts.append(np.clip(self._prior, *self._limits.T))
        found = [
            minimize(
                self._loss,
                start,
                (distances, y, share),
                method="L-BFGS-B",
                jac=True,
                bounds=self._limits,
                options={"maxiter": 15, "ftol": _CLOSE},
            )
            for start in starts
        ]
        best = min(found, key=lambda each: each.fun)
        if np.isfinite(best.fun):
            self._logs = best.x

    def _loss(self, logs: Matrix, distances: Matrix, y: Matrix, share: Matrix) -> tuple[float, Matrix]:
        """The negative logarithm of marginal likelihood times prior, and its gradient."""
        n = len(distances)
        signal, noise = np.exp(logs[n:])
        weights = np.exp(-2 * logs[:n])
        squared = (weights @ distances.reshape(n, -1)).reshape(len(y), len(y))
        root = _SQRT5 * np.sqrt(squared)
        decay = np.exp(-root)
        slope = 1 + root
        unit = (slope + 5 / 3 * squared) * decay
        kernel = signal * unit
        diagonal = slice(None, None, len(y) + 1)
        kernel.flat[diagonal] += noise * share + 1e-8
        lower, failed = lapack.dpotrf(kernel, lower=1, clean=1)
        if failed:
            return 1e25, np.zeros_like(logs)
        root_of_inverse, _ = lapack.dtrtri(lower, lower=1)
        inverse = root_of_inverse.T @ root_of_inverse
        alpha = inverse @ y
        away = (logs - self._prior) / self._spread
        loss = 0.5 * y @ alpha + np.log(lower.flat[diagonal]).sum() + 0.5 * away @ away
        outer = inverse - alpha[:, None] * alpha
        gradient = away / self._spread
        gradient[n] += 0.5 * signal * np.vdot(outer, unit)
        gradient[n + 1] += 0.5 * noise * (share @ outer.flat[diagonal])
        slope *= decay  # with D / l^2 the derivative of the kernel by log l
        slope *= outer
        gradient[:n] += signal * 5 / 6 * weights * (distances.reshape(n, -1) @ slope.ravel())
        return float(loss), gradient

    def _predict(self, X: Matrix, covariance_type: str | None = "diagonal") -> tuple[Matrix, Matrix]:
        points = self._coding(X)
        points *= self._weights
        cross = _matern(self._squared_distances(points))
        mean = self._mean + cross @ self._alpha
        explained = cross @ self._inverse_upper
        variance = self._signal - np.einsum("ij,ij->i", explained, explained)
        return mean.reshape(-1, 1), np.maximum(variance, 1e-12).reshape(-1, 1)

    def _squared_distances(self, points: Matrix) -> Matrix:
        """Of these, weighted, to all that it has learnt from."""
        squared = points @ self._minus_twice
        squared += np.einsum("ij,ij->i", points, points)[:, None]
        squared += self._squares
        return np.maximum(squared, 0.0, out=squared)

    def predict_marginalized(self, X: Matrix) -> tuple[Matrix, Matrix]:
        """Mean and variance of some configurations, arrays of shape (n, 1) each."""
        return self._predict(X)


def _matern(squared: Matrix) -> Matrix:
    """The kernel for squared distances, in units of a fifth of the squared length, whose array it takes."""
    root = np.sqrt(squared)
    decay = np.exp(-root)
    squared /= 3
    squared += root
    squared += 1
    squared *= decay
    return squared


def _distances_by_scale(points: Matrix, coding: Coding) -> Matrix:
    """Squared distances in each scale alone, shape (n_scales, n, n)."""
    found = np.zeros((coding.n_scales, len(points), len(points)))
    for column, scale in zip(points.T, coding.scales, strict=True):
        found[scale] += np.square(column[:, None] - column)
    return found
