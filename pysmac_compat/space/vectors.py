"""Whole arrays of configurations of any `ConfigSpace.ConfigurationSpace`: one a column, NaN where inactive."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
from ConfigSpace import CategoricalHyperparameter, Configuration, ConfigurationSpace, Constant, OrdinalHyperparameter
from ConfigSpace.hyperparameters import Hyperparameter, IntegerHyperparameter

Vectors = npt.NDArray[np.float64]

#: how many draws in a row may be illegal before a search for legal ones ends
MOST_DRAWS = 100_000
#: a space of at most so many assignments is enumerated
MOST_ENUMERATED = 1_000_000
_CHUNK = 10_000


class Hashed(Configuration):
    """A configuration that is told from others by its vector.

    ConfigSpace does so by the text of its values, rounded; but configurations are looked up
    many times, and values far below 1 may differ in what is rounded off.
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
    """The configuration with this vector."""
    return Hashed(space, vector=vector.copy(), origin=origin)


def from_values(space: ConfigurationSpace, values: Mapping[str, Any]) -> Hashed:
    """The configuration with these values of its active parameters; ConfigSpace itself would round them."""
    vector = [hp.to_vector(values[name]) if name in values else np.nan for name, hp in space.items()]
    return configuration(space, np.array(vector, dtype=np.float64))


def default(space: ConfigurationSpace) -> Hashed:
    """The default configuration."""
    return configuration(space, space.get_default_configuration().get_array(), "Default")


def deactivate(space: ConfigurationSpace, vectors: Vectors) -> Vectors:
    """Set inactive parameters to NaN, in place, and those that the space pins to their value.

    Whatever is generated goes through here.

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
    """The values of the rows that do not change; see `ParameterSpace`."""
    return getattr(space, "pinned", {})


def legal(space: ConfigurationSpace, vectors: Vectors) -> npt.NDArray[np.bool_]:
    """Which columns no forbidden clause forbids."""
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
        How many to draw.
    rng : numpy.random.RandomState
    most_draws : int
        The search ends when this many draws in a row were illegal.

    Returns
    -------
    array of shape (n_parameters, m)
        With m <= size.
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
    """The share of legal configurations among random ones, from so many draws."""
    if not space.forbidden_clauses:
        return 1.0
    count = 0
    for start in range(0, draws, _CHUNK):
        chunk = min(_CHUNK, draws - start)
        vectors = np.array([hp._vector_dist.sample_vector(n=chunk, seed=rng) for hp in space.values()])
        count += int(legal(space, deactivate(space, vectors)).sum())
    return count / draws


def from_unit_cube(space: ConfigurationSpace, points: npt.NDArray[np.float64]) -> Vectors:
    """Turn points of a design into configurations; illegal ones are left out.

    Parameters
    ----------
    space : ConfigurationSpace
    points : array of shape (n, n_parameters)
        In [0, 1).
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
    """How many complete assignments there are; infinite with a real parameter."""
    return math.prod(float(hp.size) for row, hp in enumerate(space.values()) if row not in _pinned(space))


def is_enumerable(space: ConfigurationSpace) -> bool:
    """Whether all configurations are looked at one by one, so that none that is legal remains unknown."""
    return assignments(space) <= MOST_ENUMERATED


def enumerate_legal(space: ConfigurationSpace) -> Vectors:
    """All legal configurations of a finite space, each once.

    Meant for spaces that are `is_enumerable`.
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
    """What two vectors have in common if and only if they are the same configuration."""
    return (np.where(np.isnan(vector), -1.0, vector) + 0.0).round(12).tobytes()


def untried(
    space: ConfigurationSpace, tried: set[bytes], rng: np.random.RandomState
) -> Iterator[npt.NDArray[np.float64]]:
    """Legal configurations in random order, without those whose `key` is in ``tried``.

    All of them in a space that `is_enumerable`; else until `MOST_DRAWS` draws in a
    row bring nothing new.
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
