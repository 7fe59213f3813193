"""Ascent to a maximum of a smooth function in a box, from several start points at once."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

_STEPS = 12  # the largest number of steps
_CLOSE, _PATIENCE = 0.01, 3  # the ascent ends when the best value has gained at most `_CLOSE` in `_PATIENCE` steps
_FIRST, _MOST = 0.25, 2.0  # the largest move of a coordinate: in the first step, and in any step
_LESS, _MORE = 0.2, 3.0  # factors of the step size: after a step that leads down, and where the function is convex


def ascend(function: Callable[[Array], tuple[Array, Array]], points: Array, low: Array, high: Array) -> Array:
    """Take projected gradient steps whose size follows the last curvature; return the points that they reach.

    The method is from Birgin, Martinez, Raydan, "Nonmonotone Spectral Projected Gradient Methods on Convex Sets", SIAM
    Journal on Optimization 10 (2000), with the step sizes of Barzilai, Borwein (1988). Unlike there, a step that leads
    down is not taken. For acquisition functions, a dozen steps gain as much as a quasi-Newton method.

    Parameters
    ----------
    function : callable
        Maps points, shape (n, d), to values, shape (n,), and gradients, shape (n, d).
    points : array of shape (n, d)
        The start points, scaled so that the function changes about equally fast along all coordinates.
    low, high : array of shape (d,)
        The bounds of the box.

    Returns
    -------
    array of shape (n, d)
    """
    points = points.copy()
    values, gradients = function(points)
    sizes = _FIRST / np.maximum(np.abs(gradients).max(axis=1), 1e-300)
    best = [values.max()]
    while len(best) <= _STEPS and (len(best) <= _PATIENCE or best[-1] - best[-1 - _PATIENCE] > _CLOSE):
        moves = np.minimum(np.maximum(sizes[:, None] * gradients, -_MOST), _MOST)
        moved = np.minimum(np.maximum(points + moves, low), high)
        of_moved, there = function(moved)
        better = of_moved > values
        steps = moved - points
        curvatures = -np.einsum("ij,ij->i", steps, there - gradients)
        squares = np.einsum("ij,ij->i", steps, steps)
        concave = curvatures > 0
        spectral = np.where(concave, squares / np.where(concave, curvatures, 1.0), _MORE * sizes)
        sizes = np.where(better, np.minimum(np.maximum(spectral, 0.1 * sizes), 20 * sizes), _LESS * sizes)
        if better.all():
            points, values, gradients = moved, of_moved, there
        else:
            points[better], values[better], gradients[better] = moved[better], of_moved[better], there[better]
        best.append(values.max())
    return points
