"""Functional analysis of variance of a random forest: the fraction of the variance that each parameter explains.

The method is from F. Hutter, H. Hoos, K. Leyton-Brown, *An Efficient Approach for Assessing Hyperparameter
Importance*, ICML 2014. A regression tree is constant on boxes, so the mean of its predictions over all
values of some parameters is a finite sum, and so is the variance of that mean.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from pysmac_compat.errors import ArgumentError
from pysmac_compat.suggestions import no_attribute

Array = npt.NDArray[np.float64]

#: an axis with more cells than this is treated as continuous
MOST_CELLS = 100_000
_ROWS = 500  # so many rows of the matrix of all pairs of boxes are in memory at the same time


@dataclass(frozen=True)
class Boxes:
    """A function on the unit cube that is constant on boxes; the boxes fill the cube without overlap.

    Attributes
    ----------
    low, high : array of shape (n_boxes, n_axes)
        The lower and the upper end of each box along each axis.
    values : array of shape (n_boxes,)
        The value of the function on each box.
    """

    low: Array
    high: Array
    values: Array

    @classmethod
    def of_tree(cls, tree: Any, cells: Sequence[int | None]) -> Boxes:
        """Return the leaves of a scikit-learn regression tree as boxes.

        Parameters
        ----------
        tree : sklearn.tree.DecisionTreeRegressor
        cells : sequence of int or None
            The number of equal cells on each axis, or None for a continuous axis. The middle of a cell represents
            the whole cell, so a threshold is moved to the nearest border between cells.
        """
        nodes = tree.tree_
        low, high, values = [], [], []
        stack = [(0, np.zeros(len(cells)), np.ones(len(cells)))]
        while stack:
            node, bottom, top = stack.pop()
            left, right = nodes.children_left[node], nodes.children_right[node]
            if left == right:  # both -1: a leaf
                low.append(bottom)
                high.append(top)
                values.append(nodes.value[node].item())
                continue
            axis, border = nodes.feature[node], nodes.threshold[node]
            k = cells[axis]
            if k is not None:
                border = np.floor(border * k + 0.5) / k
            below, above = top.copy(), bottom.copy()
            below[axis] = above[axis] = min(max(border, bottom[axis]), top[axis])
            stack += [(left, bottom, below), (right, above, top)]
        return cls(np.array(low), np.array(high), np.array(values))

    @functools.cached_property
    def sizes(self) -> Array:
        """The length of each box along each axis."""
        return self.high - self.low

    @functools.cached_property
    def mean(self) -> float:
        """The mean of the function over the cube."""
        return float(self.values @ np.prod(self.sizes, axis=1))

    @functools.cached_property
    def _borders(self) -> list[tuple[Array, list[Any]]]:
        """For each axis: the coordinates where boxes begin or end, and each box's two ends as indices in this array."""
        found = []
        for low, high in zip(self.low.T, self.high.T, strict=True):
            places, numbers = np.unique(np.concatenate([low, high]), return_inverse=True)
            found.append((places, np.split(numbers, 2)))
        return found

    def variance(self, axes: Sequence[int]) -> float:
        """Average the function over all other axes, and return the variance of this mean over the given axes."""
        sizes = self.sizes
        others = [axis for axis in range(sizes.shape[1]) if axis not in axes]
        weights = (self.values - self.mean) * np.prod(sizes[:, others], axis=1)
        if not others:
            return float(np.sum(weights**2 * np.prod(sizes, axis=1)))
        return self._on_grid(weights, axes) if len(axes) <= 2 else self._of_pairs(weights, axes)

    def marginal(self, axes: tuple[int, int], first: Array, second: Array) -> Array:
        """Return the mean over all other axes for each pair of coordinates; its shape is (len(first), len(second))."""
        weights = self.values * np.prod(np.delete(self.sizes, axes, axis=1), axis=1)
        within = [
            (self.low[:, axis, None] <= places)
            & ((places < self.high[:, axis, None]) | (self.high[:, axis, None] == 1))
            for axis, places in zip(axes, (first, second), strict=True)
        ]
        return (within[0] * weights[:, None]).T @ within[1].astype(np.float64)

    def _on_grid(self, weights: Array, axes: Sequence[int]) -> float:
        """Compute the variance on the grid of all borders, which has few cells for one or two axes."""
        edges, ends = zip(*(self._borders[axis] for axis in axes), strict=True)
        grid = np.zeros([len(edge) for edge in edges])
        for corner in itertools.product((0, 1), repeat=len(axes)):
            index = tuple(end[side] for end, side in zip(ends, corner, strict=True))
            np.add.at(grid, index, weights * (-1) ** sum(corner))
        for i in range(len(axes)):
            grid = np.cumsum(grid, axis=i)
        square = grid**2
        for edge in reversed(edges):
            square = square[..., :-1] @ np.diff(edge)
        return float(square)

    def _of_pairs(self, weights: Array, axes: Sequence[int]) -> float:
        """Compute the variance as a sum over all pairs of boxes, weighted by their overlap, for any number of axes."""
        total = 0.0
        for start in range(0, len(weights), _ROWS):
            rows = slice(start, start + _ROWS)
            shared = weights[rows, None] * weights
            for axis in axes:
                upper = np.minimum(self.high[rows, None, axis], self.high[:, axis])
                lower = np.maximum(self.low[rows, None, axis], self.low[:, axis])
                shared *= np.maximum(upper - lower, 0.0)
            total += float(shared.sum())
        return total


class ForestAnova:
    """The importance of parameters for a cost, both of single parameters and of several together.

    Parameters
    ----------
    names : sequence of str
        The names of the parameters.
    points : array of shape (n, n_parameters) or (n, n_parameters + 1)
        Points in the unit cube. A further last column, if there is one, is the instance; the costs
        are then averaged over the instances in all results.
    costs : array of shape (n,)
    cells : sequence of int or None
        For each column of ``points``: the number of cells if its values are the middles of equal cells, otherwise None.
    n_trees : int
    seed : int

    Raises
    ------
    ArgumentError
        If there are fewer than two different points.
    """

    def __init__(
        self,
        names: Sequence[str],
        points: npt.ArrayLike,
        costs: npt.ArrayLike,
        cells: Sequence[int | None],
        n_trees: int = 64,
        seed: int = 0,
    ) -> None:
        from sklearn.ensemble import RandomForestRegressor

        x, y = np.asarray(points, dtype=np.float64), np.asarray(costs, dtype=np.float64)
        if len(np.unique(x, axis=0)) < 2:
            raise ArgumentError(f"the importance of parameters needs two different configurations, got {len(y)} runs")
        self.parameter_names = list(names)
        self._middle, self._scale = float(y.mean()), float(y.std() or 1.0)
        y = (y - self._middle) / self._scale
        forest = RandomForestRegressor(n_trees, max_features=5 / 6, min_samples_leaf=2, random_state=seed).fit(x, y)
        snapped = [k if k is not None and k <= MOST_CELLS else None for k in cells]
        boxes = [Boxes.of_tree(tree, snapped) for tree in forest.estimators_]
        self._boxes = boxes
        everything = range(len(self.parameter_names))
        totals = [each.variance(everything) for each in boxes]
        # a constant tree explains nothing and is left out
        self._trees = [(each, total) for each, total in zip(boxes, totals, strict=True) if total > 1e-12]
        self._known: dict[tuple[int, ...], Array] = {}

    if not TYPE_CHECKING:  # a type checker knows the attributes

        def __getattr__(self, name: str) -> Any:
            raise no_attribute(self, name, {"get_marginal": "quantify_importance"})

    def quantify_importance(
        self, dims: Iterable[int | str] | int | str
    ) -> dict[tuple[int | str, ...], dict[str, float]]:
        """Return the fractions of the variance that some parameters explain.

        Parameters
        ----------
        dims : sequence of int or str
            Names of parameters, or positions in ``parameter_names``; or a single name or position.

        Returns
        -------
        dict
            For each subset of ``dims``, as a tuple: ``'individual importance'``, the fraction that
            only the whole subset explains (the main effect of one parameter, or the interaction of
            two); and ``'total importance'``, the fraction that the subset and all its subsets explain.
            Both are means over the trees; ``'individual std'`` and ``'total std'`` are their standard deviations.

        Raises
        ------
        ArgumentError
            If ``dims`` is empty, or if it contains an unknown parameter or a parameter twice.
        """
        wanted = [dims] if isinstance(dims, (int, str, np.integer)) else list(dims)
        axes = [self._axis(dim) for dim in wanted]
        if not axes or len(set(axes)) < len(axes):
            raise ArgumentError(f"dims must name at least one parameter, and each parameter once, got {wanted!r}")
        found = {}
        for size in range(1, len(axes) + 1):
            for chosen in itertools.combinations(range(len(axes)), size):
                subset = [axes[i] for i in chosen]
                individual, total = self._individual(subset), self._explained(subset)
                found[tuple(wanted[i] for i in chosen)] = {
                    "individual importance": float(individual.mean()),
                    "total importance": float(total.mean()),
                    "individual std": float(individual.std()),
                    "total std": float(total.std()),
                }
        return found

    def get_most_important_pairwise_marginals(
        self, n: int = 10, params: Sequence[int | str] | None = None
    ) -> dict[tuple[str, str], float]:
        """Return the pairs of parameters whose interactions explain the largest fractions of the variance.

        Parameters
        ----------
        n : int
            The largest number of pairs.
        params : sequence of int or str
            Return only pairs of these parameters; by default, pairs of all parameters.

        Returns
        -------
        dict
            The individual importance of each pair, keyed by the two names; the largest comes first.
        """
        axes = range(len(self.parameter_names)) if params is None else [self._axis(param) for param in params]
        shares = {pair: float(self._individual(pair).mean()) for pair in itertools.combinations(axes, 2)}
        names = self.parameter_names
        return {(names[i], names[j]): shares[i, j] for i, j in sorted(shares, key=shares.__getitem__, reverse=True)[:n]}

    def marginal(self, dims: tuple[int | str, int | str], first: npt.ArrayLike, second: npt.ArrayLike) -> Array:
        """Return the mean cost over all values of the other parameters, for values of two parameters.

        Parameters
        ----------
        dims : pair of int or str
            See `quantify_importance`.
        first, second : array of float
                Coordinates on the two axes, at least 0 and below 1.

        Returns
        -------
        array of shape (len(first), len(second))
        """
        axes = self._axis(dims[0]), self._axis(dims[1])
        places = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
        means = np.mean([boxes.marginal(axes, *places) for boxes in self._boxes], axis=0)
        return self._middle + self._scale * means

    def _axis(self, dim: int | str) -> int:
        names = self.parameter_names
        if isinstance(dim, str) and dim in names:
            return names.index(dim)
        if not isinstance(dim, (int, np.integer)) or not 0 <= dim < len(names):
            raise ArgumentError(
                f"{dim!r} is not a parameter: expected a name ({', '.join(names)}) or a position from 0"
            )
        return int(dim)

    def _explained(self, axes: Sequence[int]) -> Array:
        """Return, for each tree, the fraction of the variance that these axes and all their subsets explain."""
        key = tuple(sorted(axes))
        if key not in self._known:
            shares = [boxes.variance(key) / total for boxes, total in self._trees]
            self._known[key] = np.array(shares) if shares else np.zeros(1)
        return self._known[key]

    def _individual(self, axes: Sequence[int]) -> Array:
        """Return, for each tree, the part of `_explained` that no smaller subset of these axes explains."""
        share = np.zeros(1)
        for size in range(1, len(axes) + 1):
            for subset in itertools.combinations(axes, size):
                share = share + (-1) ** (len(axes) - size) * self._explained(subset)
        return share
