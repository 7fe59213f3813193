"""Arrays of configurations of any `ConfigSpace.ConfigurationSpace`.

Each column is a configuration; NaN marks an inactive parameter.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
from ConfigSpace import CategoricalHyperparameter, Configuration, ConfigurationSpace, Constant, OrdinalHyperparameter
from ConfigSpace.hyperparameters import Hyperparameter, IntegerHyperparameter

Vectors = npt.NDArray[np.float64]

#: the drawing of legal configurations stops after this number of illegal draws in succession
MOST_DRAWS = 100_000
#: a space with at most this number of assignments is enumerated
MOST_ENUMERATED = 1_000_000
_CHUNK = 10_000


class Hashed(Configuration):
    """A configuration whose hash and equality depend on its vector.

    ConfigSpace uses the text of the rounded values instead. That is slow, since a search looks up configurations
    often. It also makes two configurations equal if they differ only in digits that are rounded off.
    """

    def __hash__(self) -> int:
        if self._hash is None:
            self._hash = hash(key(self.get_array()))
        return self._hash

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Hashed):
            return NotImplemented
        same = self is other or hash(self) == hash(other) and key(self.get_array()) == key(other.get_array())
        return same and bool(self.config_space == other.config_space)

    _hash: int | None = None


def configuration(space: ConfigurationSpace, vector: npt.NDArray[np.float64], origin: str | None = None) -> Hashed:
    """Return the configuration with this vector."""
    return Hashed(space, vector=vector.copy(), origin=origin)


def from_values(space: ConfigurationSpace, values: Mapping[str, Any]) -> Hashed:
    """Return the configuration with these values of its active parameters; ConfigSpace itself would round them."""
    vector = [hp.to_vector(values[name]) if name in values else np.nan for name, hp in space.items()]
    return configuration(space, np.array(vector, dtype=np.float64))


def default(space: ConfigurationSpace) -> Hashed:
    """Return the default configuration."""
    return configuration(space, space.get_default_configuration().get_array(), "Default")


def deactivate(space: ConfigurationSpace, vectors: Vectors) -> Vectors:
    """Change the vectors in place: inactive parameters become NaN, and pinned parameters get their pinned value.

    Every generated vector passes through this function.

    Parameters
    ----------
    space : ConfigurationSpace
    vectors : array of shape (n_parameters, n)
        Complete assignments.
    """
    for row, value in _pinned(space).items():
        vectors[row] = value
    for node in space._dag.minimum_conditions:
        inactive = ~node.condition.satisfied_by_vector_array(vectors)
        for row in node.children_indices:
            vectors[row, inactive] = np.nan
    return vectors


def _pinned(space: ConfigurationSpace) -> dict[int, float]:
    """Return the fixed values, by row; see ``pinned`` of `ParameterSpace`."""
    return getattr(space, "pinned", {})


def legal(space: ConfigurationSpace, vectors: Vectors) -> npt.NDArray[np.bool_]:
    """Return a mask of the columns that no forbidden clause forbids."""
    mask = np.ones(vectors.shape[1], dtype=bool)
    for clause in space.forbidden_clauses:
        mask &= ~clause.is_forbidden_vector_array(vectors)
    return mask


def draw(space: ConfigurationSpace, size: int, rng: np.random.RandomState, most_draws: int = MOST_DRAWS) -> Vectors:
    """Draw legal configurations at random.

    Parameters
    ----------
    space : ConfigurationSpace
    size : int
        The number of configurations to draw.
    rng : numpy.random.RandomState
    most_draws : int
        The drawing stops after this number of illegal draws in succession.

    Returns
    -------
    array of shape (n_parameters, m)
        The m legal configurations, m <= ``size``.
    """
    found = [np.empty((len(space), 0))]
    count = failed = 0
    chunk = size
    while count < size and failed < most_draws:
        vectors = np.array([hp._vector_dist.sample_vector(n=chunk, seed=rng) for hp in space.values()])
        deactivate(space, vectors)
        vectors = vectors[:, legal(space, vectors)][:, : size - count]
        found.append(vectors)
        count += vectors.shape[1]
        failed = 0 if vectors.shape[1] else failed + chunk
        chunk = min(max(2 * chunk, size - count), _CHUNK)
    return np.concatenate(found, axis=1)


def legal_share(space: ConfigurationSpace, rng: np.random.RandomState, draws: int) -> float:
    """Estimate, from this number of draws, the fraction of random configurations that are legal."""
    if not space.forbidden_clauses:
        return 1.0
    count = 0
    for start in range(0, draws, _CHUNK):
        chunk = min(_CHUNK, draws - start)
        vectors = np.array([hp._vector_dist.sample_vector(n=chunk, seed=rng) for hp in space.values()])
        count += int(legal(space, deactivate(space, vectors)).sum())
    return count / draws


def from_unit_cube(space: ConfigurationSpace, points: npt.NDArray[np.float64]) -> Vectors:
    """Convert points in the unit cube to configurations, and leave out the illegal ones.

    Parameters
    ----------
    space : ConfigurationSpace
    points : array of shape (n, n_parameters)
        The coordinates lie in [0, 1).
    """
    columns = np.clip(points.T, 0.0, np.nextafter(1.0, 0.0))
    vectors = np.array([_from_unit(hp, column) for hp, column in zip(space.values(), columns, strict=True)])
    deactivate(space, vectors)
    return vectors[:, legal(space, vectors)]


def _from_unit(hyperparameter: Hyperparameter, column: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    if isinstance(hyperparameter, (CategoricalHyperparameter, OrdinalHyperparameter)):
        return np.floor(column * hyperparameter.size)
    if isinstance(hyperparameter, Constant):
        return np.full_like(column, hyperparameter.to_vector(hyperparameter.value))
    if isinstance(hyperparameter, IntegerHyperparameter):
        return np.asarray(hyperparameter.to_vector(hyperparameter.to_value(column)))
    low, high = hyperparameter.lower_vectorized, hyperparameter.upper_vectorized
    return np.asarray(low + column * (high - low))


def assignments(space: ConfigurationSpace) -> float:
    """Return the number of complete assignments; infinite if the space has a real parameter."""
    return math.prod(float(hp.size) for row, hp in enumerate(space.values()) if row not in _pinned(space))


def is_enumerable(space: ConfigurationSpace) -> bool:
    """Return whether the space is small enough to enumerate all its configurations."""
    return assignments(space) <= MOST_ENUMERATED


def enumerate_legal(space: ConfigurationSpace) -> Vectors:
    """Return all legal configurations of a finite space, each once.

    Call it only if `is_enumerable` is true.
    """
    pinned = _pinned(space)
    values = [np.array([pinned[i]]) if i in pinned else _all_vectors(hp) for i, hp in enumerate(space.values())]
    grid = np.meshgrid(*values, indexing="ij")
    vectors = deactivate(space, np.array([axis.ravel() for axis in grid], dtype=np.float64))
    vectors = vectors[:, legal(space, vectors)]
    keys = np.where(np.isnan(vectors), -1.0, vectors)
    return vectors[:, np.sort(np.unique(keys, axis=1, return_index=True)[1])]


def _all_vectors(hyperparameter: Hyperparameter) -> npt.NDArray[np.float64]:
    if isinstance(hyperparameter, IntegerHyperparameter):
        return np.asarray(hyperparameter.to_vector(np.arange(hyperparameter.lower, hyperparameter.upper + 1)))
    if isinstance(hyperparameter, Constant):
        return np.array([hyperparameter.to_vector(hyperparameter.value)])
    return np.arange(hyperparameter.size, dtype=np.float64)


def key(vector: npt.NDArray[np.float64]) -> bytes:
    """Return a key that is equal for two vectors if and only if they are the same configuration."""
    return (np.where(np.isnan(vector), -1.0, vector) + 0.0).round(12).tobytes()


def untried(
    space: ConfigurationSpace, tried: set[bytes], rng: np.random.RandomState
) -> Iterator[npt.NDArray[np.float64]]:
    """Yield legal configurations in random order, except those whose `key` is in ``tried``.

    If `is_enumerable` is true, yield all of them. Otherwise draw at random, and stop after `MOST_DRAWS` draws in
    succession without a new configuration.
    """
    if is_enumerable(space):
        vectors = enumerate_legal(space)
        for i in rng.permutation(vectors.shape[1]):
            if key(vectors[:, i]) not in tried:
                yield vectors[:, i]
        return
    known = 0
    while known < MOST_DRAWS:
        vectors = draw(space, 1, rng)
        if vectors.shape[1] == 0:
            return
        vector = vectors[:, 0]
        if key(vector) in tried:
            known += 1
        else:
            known = 0
            yield vector
