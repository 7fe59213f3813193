"""Configurations as points with meaningful distances, for a Gaussian process."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from ConfigSpace import CategoricalHyperparameter, ConfigurationSpace, OrdinalHyperparameter
from ConfigSpace.hyperparameters import Hyperparameter

Matrix = npt.NDArray[np.float64]

_MIDDLE = 0.5  # the coordinate of an inactive parameter, in units of the range
_MOST_COLUMNS = 64  # the largest number of columns of one parameter


class Coding:
    """Turns configuration vectors into points of a Euclidean space.

    A numeric parameter becomes one coordinate in [0, 1]; an ordinal parameter becomes one coordinate too, the
    position of its value. Any two different categories of a categorical parameter are at distance 1. If there are more
    than two categories and all are numbers, the parameter gets coordinates of both kinds, on two scales. The lengths
    that the model fits to these scales show which kind is right. An inactive parameter is at the same distance from
    both ends of its range, or from all its categories.

    Parameters
    ----------
    space : ConfigurationSpace

    Attributes
    ----------
    scales : array of int, shape (n_columns,)
        The index of the scale of each coordinate; coordinates on the same scale share one length.
    n_scales : int
    numeric : (list of int, list of int)
        The indices of the numeric parameters, and the index of the coordinate of each of them.
    all_numeric : bool
        Whether all parameters are numeric, so that a point has the values of a vector.
    """

    def __init__(self, space: ConfigurationSpace) -> None:
        scales: list[int] = []
        self.n_scales = 0
        self.numeric: tuple[list[int], list[int]] = [], []
        self._discrete: list[tuple[int, slice, Matrix]] = []  # parameter, its columns, its values' coordinates
        for parameter, hyperparameter in enumerate(space.values()):
            tables = _tables(hyperparameter)
            if tables:
                table = np.hstack(tables)
                self._discrete.append((parameter, slice(len(scales), len(scales) + table.shape[1]), table))
            else:
                self.numeric[0].append(parameter)
                self.numeric[1].append(len(scales))
            for width in [table.shape[1] for table in tables] or [1]:
                scales += [self.n_scales] * width
                self.n_scales += 1
        self.scales = np.array(scales, dtype=int)
        self.all_numeric = not self._discrete

    def __call__(self, vectors: Matrix) -> Matrix:
        """Convert configuration vectors, shape (n, n_parameters), to points, shape (n, n_columns)."""
        if self.all_numeric:
            return np.where(np.isnan(vectors), _MIDDLE, vectors)
        points = np.empty((len(vectors), len(self.scales)))
        parameters, columns = self.numeric
        if parameters:
            values = vectors[:, parameters]
            values[np.isnan(values)] = _MIDDLE
            points[:, columns] = values
        if self._discrete:
            positions = np.where(np.isnan(vectors), -1.0, vectors).astype(
                int
            )  # the last row of a table is for an inactive parameter
            for parameter, columns_of_it, table in self._discrete:
                points[:, columns_of_it] = table[positions[:, parameter]]
        return points


def _tables(hyperparameter: Hyperparameter) -> list[Matrix]:
    """Return a table for each scale of a discrete parameter: a row for each value, then a row for "inactive"."""
    if isinstance(hyperparameter, OrdinalHyperparameter):
        return [_positions(np.arange(hyperparameter.size))]
    if not isinstance(hyperparameter, CategoricalHyperparameter):
        return []
    tables = [np.vstack([_corners(int(hyperparameter.size)), np.zeros(min(hyperparameter.size, _MOST_COLUMNS))])]
    choices = hyperparameter.choices
    if len(choices) > 2 and all(isinstance(c, (int, float)) and not isinstance(c, bool) for c in choices):
        tables.append(_positions(np.argsort(np.argsort(np.array(choices, dtype=float)))))
    return tables


def _corners(n: int) -> Matrix:
    """Return n points at distance 1 from each other; for a large n, at about 1 (Johnson, Lindenstrauss 1984)."""
    if n <= _MOST_COLUMNS:
        return np.eye(n) / np.sqrt(2)
    return np.random.RandomState(0).normal(size=(n, _MOST_COLUMNS)) / np.sqrt(2 * _MOST_COLUMNS)


def _positions(ranks: npt.NDArray[np.intp]) -> Matrix:
    return np.append(ranks / max(1, len(ranks) - 1), _MIDDLE)[:, None]
