"""Minimises a smooth function without derivatives, with quadratic models in a trust region."""

from __future__ import annotations

from collections.abc import Generator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

_RADIUS, _LARGEST, _LEAST = 0.1, 0.5, 1e-7  # half the side of the trust region: at first, at most, and at least
_POOR, _GOOD = 0.1, 0.7  # a step is poor (good) if it gains less (more) than this part of the predicted gain
#: a model in n dimensions has at most this number of points, or 2 n + 1 if that is more; but never more points than
#: coefficients
_MOST_POINTS = 60
_RIDGE = 1e-12
_HUGE = 1e50  # absolute costs are cut to this multiple of the largest known cost, because larger squares overflow
#: a known point is reused if its distances from the start and from the reused points are at least these multiples of
#: the radius
_CLOSE, _APART = 1e-3, 0.1
_NEW_DIRECTION = 0.2  # a direction is new if the sine of its angle to all directions so far is larger than this


def minimise(
    start: Array, cost: float, low: Array, high: Array, known: Array, costs: Array
) -> Generator[Array, float, None]:
    """Yield points and receive their costs; end when the trust region is too small for further gains.

    The first model is linear if few points near the start are known. Later models are quadratic: of all models that
    interpolate the points, the next model is the one whose second derivatives differ least from those of the last
    model. A step goes to the minimum of the model in the trust region, or it improves the set of points. The rules
    follow Powell, "The NEWUOA software for unconstrained optimization without derivatives" (2006), and "The BOBYQA
    algorithm for bound constrained optimization without derivatives" (2009), but the reuse of known points is new.

    Parameters
    ----------
    start : array of shape (n,)
    cost : float
        The cost of the start.
    low, high : array of shape (n,)
        The bounds. The first trust region reaches 0.1 from the start in each coordinate.
    known : array of shape (m, n)
        Points with known costs; points near the start save some of the first evaluations.
    costs : array of shape (m,)
    """
    n = len(start)
    most = min((n + 1) * (n + 2) // 2, max(2 * n + 1, _MOST_POINTS))
    unit = max(abs(cost), np.abs(costs).max(initial=0.0)) or 1.0

    def scaled(received: float) -> float:
        return min(max(received / unit, -_HUGE), _HUGE)

    points, values, missing = _first_points(start, cost / unit, known, costs / unit, max(2 * n + 1, most * 2 // 3))
    for direction in missing:
        point = _longer(start, _RADIUS * direction, low, high)
        value = scaled((yield point))
        points, values = np.vstack([points, point]), np.append(values, value)
    curvature = np.zeros((n, n))
    radius = resolution = _RADIUS
    while True:
        best = int(values.argmin())
        model = _Interpolation(points, best, radius)
        gradient, curvature = model.quadratic(values, curvature)
        centre, of_centre = points[best].copy(), values[best]
        step, predicted = _box_minimum(gradient, curvature, *_box(centre, radius, low, high))
        size = np.abs(step).max()
        stays = False  # whether the resolution stays as it is
        if size >= resolution / 2 and predicted > 0:
            point = centre + step
            value = scaled((yield point))
            ratio = (of_centre - value) / predicted
            radius = _next_radius(radius, ratio, size, resolution)
            if len(points) < most:
                points, values = np.vstack([points, point]), np.append(values, value)
            else:
                away = np.abs(points[model.others] - (point if value < of_centre else centre)).max(axis=1)
                weights = np.abs(model.influences(step)) * np.maximum(1, away / max(radius / 10, resolution)) ** 4
                if value < of_centre or weights.max() > 1:
                    replaced = model.others[weights.argmax()]
                    points[replaced], values[replaced] = point, value
            if ratio >= _POOR:
                continue
            stays = ratio > 0 or max(radius, size) > resolution
        best = int(values.argmin())
        away = np.abs(points - points[best]).max(axis=1)
        farthest = int(away.argmax())
        if away[farthest] > max(2 * radius, (10 if stays else 2) * resolution):
            reach = max(min(away[farthest] / 10, radius / 2), resolution)
            step = _most_informative(points, best, farthest, radius, _box(points[best], reach, low, high))
            if np.abs(step).max() > _CLOSE * resolution:
                points[farthest] = points[best] + step
                values[farthest] = scaled((yield points[farthest].copy()))
                continue
        if stays:
            continue
        if resolution <= _LEAST:
            return
        radius, resolution = resolution / 2, max(resolution / (10 if resolution > 250 * _LEAST else 4), _LEAST)
        radius = max(radius, resolution)


def predictability(points: Array, costs: Array) -> float:
    """Return how well a quadratic function predicts each cost from the others: 1 is perfect, 0 as good as the mean.

    The result is 1 - PRESS / SS (Allen, "The relationship between variable selection and data augmentation and a method
    for prediction", Technometrics, 1974), for a ridge regression that penalises quadratic terms more than linear terms.

    Parameters
    ----------
    points : array of shape (m, n)
        Points relative to a centre.
    costs : array of shape (m,)
    """
    products = (points @ points.T) / (np.abs(points).max() ** 2 or 1.0)
    kernel = 10.0 + 10.0 * products + 2.0 * products**2
    kernel.flat[:: len(points) + 1] += 1e-3
    inverse = np.linalg.inv(kernel)
    costs = costs / (np.abs(costs).max() or 1.0)  # squares of huge costs would overflow
    scaled = (costs - costs.mean()) / (costs.std() or 1.0)
    errors = inverse @ scaled / np.diag(inverse)
    return float(1 - np.mean(errors**2))


class _Interpolation:
    """The linear equations for a quadratic function that interpolates points. One of the points is the centre."""

    def __init__(self, points: Array, centre: int, unit: float) -> None:
        self.others = np.flatnonzero(np.arange(len(points)) != centre)
        self._unit = unit
        self._away = away = (points[self.others] - points[centre]) / unit
        m, n = away.shape
        system = np.zeros((m + n, m + n))
        system[:m, :m] = 0.5 * (away @ away.T) ** 2
        system.flat[: m * (m + n) : m + n + 1] += _RIDGE
        system[:m, m:], system[m:, :m] = away, away.T
        try:
            self._inverse = np.linalg.inv(system)
        except np.linalg.LinAlgError:
            self._inverse = np.linalg.pinv(system)

    def quadratic(self, values: Array, before: Array) -> tuple[Array, Array]:
        """Return the gradient at the centre and the matrix of second derivatives that is closest to ``before``."""
        away, m, unit = self._away, len(self._away), self._unit
        centre = np.setdiff1d(np.arange(m + 1), self.others)[0]
        left = values[self.others] - values[centre] - 0.5 * unit**2 * np.einsum("ij,jk,ik->i", away, before, away)
        solution = self._inverse[:, :m] @ left
        return solution[m:] / unit, before + (away.T * solution[:m]) @ away / unit**2

    def influences(self, step: Array) -> Array:
        """Return the value of each point's Lagrange polynomial after a step from the centre."""
        m, away = len(self._away), step / self._unit
        return np.asarray(self._inverse[:m, :m] @ (0.5 * (self._away @ away) ** 2) + self._inverse[:m, m:] @ away)

    def lagrange(self, point: int) -> tuple[Array, Array]:
        """Return gradient and second derivatives of a point's Lagrange polynomial at the centre."""
        m, column = len(self._away), int(np.flatnonzero(self.others == point)[0])
        weights = self._inverse[:m, column]
        return self._inverse[m:, column] / self._unit, (self._away.T * weights) @ self._away / self._unit**2


class _First(NamedTuple):
    points: Array
    values: Array
    missing: Array  # directions, shape (k, n), in which there is no point


def _first_points(start: Array, cost: float, known: Array, costs: Array, most: int) -> _First:
    """Return the start and known points near it: all points in new directions, and others up to ``most`` in total."""
    points, values = [start], [cost]
    n = len(start)
    basis = np.zeros((0, n))
    away = np.abs(known - start).max(axis=1) if len(known) else np.zeros(0)
    near = np.flatnonzero((away <= 2 * _RADIUS) & (away > _CLOSE * _RADIUS))
    rest = []
    for i in near[np.argsort(away[near], kind="stable")]:
        direction = known[i] - start
        new = direction - basis.T @ (basis @ direction)
        size = np.linalg.norm(new)
        if len(basis) < n and size > max(_NEW_DIRECTION * np.linalg.norm(direction), _RADIUS / 20):
            basis = np.vstack([basis, new / size])
            points.append(known[i])
            values.append(costs[i])
        else:
            rest.append(i)
    for i in rest:
        if len(points) >= most:
            break
        if np.abs(np.array(points) - known[i]).max(axis=1).min() > _APART * _RADIUS:
            points.append(known[i])
            values.append(costs[i])
    missing = np.linalg.svd(basis)[2][len(basis) :] if len(basis) else np.eye(n)
    return _First(np.array(points), np.array(values), missing)


def _longer(start: Array, move: Array, low: Array, high: Array) -> Array:
    """Return the start plus the move, or minus the move if the bounds shorten that less."""
    ends = [np.clip(start + each, low, high) for each in (move, -move)]
    lengths = [np.abs(end - start).sum() for end in ends]
    return ends[0] if lengths[0] >= lengths[1] - 1e-12 else ends[1]


def _box(centre: Array, reach: float, low: Array, high: Array) -> tuple[Array, Array]:
    return np.maximum(low - centre, -reach), np.minimum(high - centre, reach)


def _next_radius(radius: float, ratio: float, size: float, resolution: float) -> float:
    if ratio <= _POOR:
        radius /= 2
    elif ratio <= _GOOD:
        radius = max(radius / 2, size)
    else:
        radius = min(max(radius, 2 * size), _LARGEST)
    return resolution if radius <= 1.5 * resolution else radius


def _most_informative(points: Array, best: int, poor: int, unit: float, box: tuple[Array, Array]) -> Array:
    """Return the step from the best point to where the poor point's Lagrange polynomial is largest in absolute value.

    The step stays in the box.
    """
    gradient, curvature = _Interpolation(points, best, unit).lagrange(poor)
    (down, least), (up, most) = (_box_minimum(sign * gradient, sign * curvature, *box) for sign in (1, -1))
    return down if least >= most else up


def _box_minimum(gradient: Array, curvature: Array, low: Array, high: Array) -> tuple[Array, float]:
    """Return an approximate minimum of a quadratic function in a box, and how far its value is below the value at 0.

    The box contains 0. The method is truncated conjugate gradients; a coordinate that has reached a bound stays there
    (Powell 2009, section 3).
    """
    at = np.zeros(len(gradient))
    slope, gained = gradient.copy(), 0.0
    free = ~((low >= 0) & (slope > 0) | (high <= 0) & (slope < 0))
    move = np.where(free, -slope, 0.0)
    square = first = float(move @ move)
    for _ in range(3 * len(at) + 10):
        if square <= 1e-16 * first:
            break
        bent = curvature @ move
        curved = float(move @ bent)
        moves = (move > 0) | (move < 0)
        room = np.full(len(at), np.inf)
        np.divide(np.where(move > 0, high, low) - at, move, out=room, where=moves)
        most = float(room.min())
        length = min(square / curved if curved > 0 else np.inf, most)
        gain = length * (square - 0.5 * length * curved)
        at, slope, gained = at + length * move, slope + length * bent, gained + gain
        if length >= most:
            bound = room <= length
            at = np.where(bound, np.where(move > 0, high, low), at)
            free &= ~bound
            move = np.where(free, -slope, 0.0)
            square = float(move @ move)
        else:
            down = np.where(free, -slope, 0.0)
            last, square = square, float(down @ down)
            if gain < 1e-4 * gained:
                break
            move = down + square / last * move
    return np.clip(at, low, high), gained
