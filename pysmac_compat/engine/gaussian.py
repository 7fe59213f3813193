"""The surrogate for few evaluations: a Gaussian process for spaces with parameters of all kinds.

Rasmussen, Williams, "Gaussian Processes for Machine Learning", MIT Press (2006), chapters 2
and 5: a Matern kernel with smoothness 5/2 and a length for each parameter. The lengths maximise
the marginal likelihood times a prior. The prior of the lengths grows with
the number of parameters: Hvarfner, Hellsten, Nardi, "Vanilla Bayesian Optimization
Performs Great in High Dimensions", ICML (2024). The same likelihood chooses how the costs are
warped: Snelson, Rasmussen, Ghahramani, "Warped Gaussian Processes", NIPS (2003).
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.linalg import lapack
from scipy.optimize import Bounds, minimize
from smac import Scenario
from smac.model import AbstractModel

from pysmac_compat.engine.coding import Coding
from pysmac_compat.engine.costs import Warped, row_effects, warped
from pysmac_compat.engine.surrogate import Slopes, Surrogate

Matrix = npt.NDArray[np.float64]

_SQRT5 = math.sqrt(5.0)
#: bounds of three logarithms: of a length, of the variance of the signal, and of the variance of the noise
_LENGTH, _SIGNAL, _NOISE = (math.log(0.005), math.log(200.0)), (math.log(0.05), math.log(20.0)), (-16.0, 0.0)
#: mean and standard deviation of the normal prior of the logarithm of a length; this mean is for a process with one
#: length, and it grows with the number of lengths
_LENGTH_PRIOR = math.log(0.5), 0.8
_SIGNAL_PRIOR = 0.0, 1.0
_NOISE_PRIOR = math.log(1e-4), 2.0
_UNEVEN = 0.5  # the standard deviation of the logarithm of the noise's variance between regions of the space
_FEW = 30  # below this number of rows, the fit also starts from the prior, because the first data may mislead
_CLOSE = 1e-4  # a fit of the lengths ends after a step whose relative gain is at most this
_GROWTH = 1.2  # the lengths are fitted again when the number of rows has grown by this factor
#: the costs are warped relative to one of these quantiles of their distances to the least cost
_QUANTILES = 0.25, 0.5, 0.9
#: of this number of successive calls of `train`, the last uses the less likely of the two fits of the lengths
_OTHER_WAY = 3
_FEWEST_NEAR = 50  # a fit near a configuration uses at least this number of rows, or all rows if there are fewer


class _Fit(NamedTuple):
    """The result of one fit of the lengths.

    ``logs`` are the logarithms of the lengths, of the variance of the signal and of the variance of the noise.
    ``quantile`` is an argument of `warped`, and ``loss`` is the negative logarithm of the posterior.
    """

    logs: Matrix
    quantile: float | None
    loss: float


class GaussianProcess(Surrogate, AbstractModel):
    """A Gaussian process that fits its lengths only when enough rows are new; such a fit starts from the last lengths.

    The variance of a cost's noise is the variance of one run divided by the number of runs. The process uses instance
    features only to find out which runs are on the same instance, because it is fitted to the effects of the
    configurations. The lengths are fitted twice: for the costs, and for the logarithms of their distances to the least
    cost. Of three successive calls of `train`, two use the more likely of these two fits, and the third uses the other,
    because each fit finds what the other misses.

    Parameters
    ----------
    scenario : Scenario
    max_rows : int
        The process is fitted to at most this number of rows: the best rows, and some of the other rows.
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
        self._bounds = Bounds(*self._limits.T)  # once, because scipy takes long to make it
        self._logs = np.clip(self._prior, *self._limits.T)
        self._fits: list[_Fit] = []  # the more likely fit is the first
        self._fitted_at = self._turns = 0
        self._fitted_rows: Any = None  # the rows to which the lengths were fitted

    def _train(self, X: Matrix, y: Matrix) -> GaussianProcess:
        n_runs = self.n_runs
        if self._n_features:
            X, y, n_runs = self._without_features(X, y)
        rows = self._chosen(y.ravel()) if self.centre is None else self._nearest(X, self.centre)
        points, costs = self._coding(X[rows]), y.ravel()[rows]
        share = np.ones(len(costs)) if n_runs is None else 1.0 / n_runs[rows]
        if len(X) >= _GROWTH * self._fitted_at or self.centre is not None and self._are_new(rows):
            self._fits = self._fitted(points, costs, share)
            self._fitted_at, self._fitted_rows = len(X), rows
        self._turns += 1
        fit = self._fits[self._turns % _OTHER_WAY == 0]
        self._logs, quantile = fit.logs, fit.quantile
        y = warped(costs, quantile).values
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
        # `_alpha` and `_inverse_upper` include the variance of the signal, because the kernel in `_predict` does not
        known = inverse_upper[:n, :n]
        self._alpha = np.zeros(len(points))  # 0 for running trials: their expected costs change no mean
        self._alpha[:n] = signal * (known @ ((y - self._mean) @ known))
        self._inverse_upper = np.ascontiguousarray(signal * inverse_upper)
        return self

    def _are_new(self, rows: npt.NDArray[np.intp]) -> bool:
        """Return whether more than a sixth of the rows were not among the rows to which the lengths were fitted."""
        return bool(np.isin(rows, self._fitted_rows).mean() < 1 / _GROWTH)

    def _nearest(self, X: Matrix, centre: Matrix) -> npt.NDArray[np.intp]:
        """Return the indices of the rows nearest to a configuration."""
        n = self._coding.n_scales
        weights = np.exp(-self._logs[:n])[self._coding.scales]
        away = (self._coding(X) - self._coding(centre[None])) * weights
        most = min(max(_FEWEST_NEAR, 3 * n), self._max_rows)
        return np.sort(np.argsort(np.einsum("ij,ij->i", away, away), kind="stable")[:most])

    def _running_points(self, known: Matrix) -> Matrix:
        """Return the points of the running configurations that are not in ``known``."""
        n = self._n_hps
        if self.running is None or not len(self.running):
            return np.empty((0, len(self._coding.scales)))
        rows = np.unique(np.where(np.isnan(self.running[:, :n]), -1.0, self.running[:, :n]), axis=0)
        found = {row.tobytes() for row in np.where(np.isnan(known[:, :n]), -1.0, known[:, :n])}
        rows = np.array([row for row in rows if row.tobytes() not in found]).reshape(-1, n)
        return self._coding(np.where(rows == -1.0, np.nan, rows))

    def _without_features(self, X: Matrix, y: Matrix) -> tuple[Matrix, Matrix, npt.NDArray[np.intp]]:
        """Return, for each configuration, its vector, its effect, and how many runs it has."""
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

    def _fitted(self, points: Matrix, costs: Matrix, share: Matrix) -> list[_Fit]:
        """Return the two fits of the lengths that the class describes, the more likely fit first."""
        distances = _distances_by_scale(points, self._coding)
        before = {fit.quantile is None: fit.logs for fit in self._fits}
        logarithms, costs_themselves = (before.get(each, self._logs) for each in (False, True))

        def loss(quantile: float) -> float:
            learnt = warped(costs, quantile)
            self._expect_noise(learnt)
            return self._loss(logarithms, distances, learnt.values, share)[0] - learnt.log_slopes

        ways = [(min(_QUANTILES, key=loss), logarithms), (None, costs_themselves)]
        fits = [self._fit(distances, costs, share, quantile, start) for quantile, start in ways]
        return sorted(fits, key=lambda fit: fit.loss)

    def _fit(self, distances: Matrix, costs: Matrix, share: Matrix, quantile: float | None, start: Matrix) -> _Fit:
        learnt = warped(costs, quantile)
        self._expect_noise(learnt)
        starts = [start]
        if len(costs) < _FEW:
            starts.append(np.clip(self._prior, *self._limits.T))
        found = [
            minimize(
                self._loss,
                each,
                (distances, learnt.values, share),
                method="L-BFGS-B",
                jac=True,
                bounds=self._bounds,
                options={"maxiter": 15, "ftol": _CLOSE},
            )
            for each in starts
        ]
        best = min(found, key=lambda each: each.fun)
        if not np.isfinite(best.fun):
            return _Fit(start, quantile, math.inf)
        return _Fit(best.x, quantile, best.fun - learnt.log_slopes)

    def _expect_noise(self, learnt: Warped) -> None:
        """Set the prior of the noise: from ``self.noise`` if it is not None, otherwise to the default prior."""
        self._prior[-1], self._spread[-1] = _NOISE_PRIOR
        if self.noise is not None:
            variance = (self.noise.deviation * learnt.slope(self.noise.cost)) ** 2
            # the root is about the standard deviation of the logarithm of a variance with these degrees of freedom
            self._prior[-1] = min(max(math.log(max(variance, 1e-300)), _NOISE[0]), _NOISE[1])
            self._spread[-1] = min(_NOISE_PRIOR[1], math.sqrt(2 / self.noise.degrees) + _UNEVEN)

    def _loss(self, logs: Matrix, distances: Matrix, y: Matrix, share: Matrix) -> tuple[float, Matrix]:
        """Return the negative logarithm of the marginal likelihood times the prior, and its gradient."""
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
        slope *= decay  # the factor of 5/3 D / l^2 in the derivative of the unit kernel with respect to log l
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

    @property
    def is_fitted(self) -> bool:
        """Whether the lengths have been fitted."""
        return self._fitted_at > 0

    @property
    def judges(self) -> bool:
        """Whether the last `train` used the more likely fit, because only its predictions can rank configurations."""
        return self._turns % _OTHER_WAY != 0

    def lengths(self) -> Matrix:
        """Return the lengths as `Surrogate.lengths` does; 1 for parameters that are not numeric."""
        parameters, columns = self._coding.numeric
        found = np.ones(self._n_hps)
        found[parameters] = np.exp(self._logs[: self._coding.n_scales])[self._coding.scales[columns]]
        return found

    def slopes(self, X: Matrix) -> Slopes:
        """Return the predictions of `_predict` and their derivatives."""
        points = self._coding(X) * self._weights
        squared = self._squared_distances(points)
        root = np.sqrt(squared)
        decay = np.exp(-root)
        of_squared = (1 + root) * decay / -6  # the derivative of the kernel with respect to the squared distance
        cross = (1 + root + squared / 3) * decay
        explained = cross @ self._inverse_upper
        variance = self._signal - np.einsum("ij,ij->i", explained, explained)
        # derivatives with respect to the kernel and to the squared distance: first of the means, then of the variances
        n, n_known = cross.shape
        by = np.empty((2, n, n_known))
        by[0] = self._alpha
        np.matmul(-2 * explained, self._inverse_upper.T, out=by[1])
        by *= of_squared
        by_point = (by.reshape(2 * n, n_known) @ self._minus_twice.T).reshape(2, n, -1)
        by_point += 2 * by.sum(axis=2)[:, :, None] * points
        found = self._weights * by_point
        if not self._coding.all_numeric:
            parameters, columns = self._coding.numeric
            of_columns, found = found[:, :, columns], np.zeros((2, n, X.shape[1]))
            found[:, :, parameters] = of_columns
        of_mean, of_variance = found
        mean = self._mean + cross @ self._alpha
        return Slopes(mean, np.maximum(variance, 1e-12), of_mean, of_variance)

    def _squared_distances(self, points: Matrix) -> Matrix:
        """Return the squared distances between weighted points and all points to which the process is fitted."""
        squared = points @ self._minus_twice
        squared += np.einsum("ij,ij->i", points, points)[:, None]
        squared += self._squares
        return np.maximum(squared, 0.0, out=squared)

    def predict_marginalized(self, X: Matrix) -> tuple[Matrix, Matrix]:
        """Return the predicted means and variances for configuration vectors, two arrays of shape (n, 1)."""
        return self._predict(X)


def _matern(squared: Matrix) -> Matrix:
    """Return the kernel for five times the squared distances in units of the lengths; overwrite the given array."""
    root = np.sqrt(squared)
    decay = np.exp(-root)
    squared /= 3
    squared += root
    squared += 1
    squared *= decay
    return squared


def _distances_by_scale(points: Matrix, coding: Coding) -> Matrix:
    """Return the squared distances between the points on each scale alone, shape (n_scales, n, n)."""
    found = np.zeros((coding.n_scales, len(points), len(points)))
    for column, scale in zip(points.T, coding.scales, strict=True):
        found[scale] += np.square(column[:, None] - column)
    return found
