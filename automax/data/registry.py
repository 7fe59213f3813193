"""The names of data sets: the built-in ones, LibAUC's, and the names that the user registers."""

from __future__ import annotations

import contextlib
import inspect
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from automax.data.arrays import Loader, split_arrays
from automax.data.builtin import BUILTIN
from pysmac_compat.errors import ArgumentError
from pysmac_compat.suggestions import nearest

_LOADERS: dict[str, Loader] = dict(BUILTIN)


def register_dataset(name: str, loader: Loader) -> None:
    """Register a data set under a name for ``dataset.name``.

    Parameters
    ----------
    name : str
        Case does not matter.
    loader : callable
        It is called as ``loader(splits, **kwargs)`` with the values of ``dataset.eval_splits`` and
        ``dataset.kwargs``. It returns the training data, and a list with a data set for each split. A data set is an
        `ArrayDataset`, or a torch data set with items ``(data, labels, index)`` and an attribute ``targets``. If the
        loader scales the data, it must learn the scale from the training rows only.
    """
    if not callable(loader):
        raise ArgumentError(f"register_dataset({name!r}): the loader must be callable, got {loader!r}")
    _LOADERS[name.lower()] = loader


@contextlib.contextmanager
def registered_meanwhile(name: str, loader: Loader) -> Iterator[None]:
    """Register a data set under a name inside this context only."""
    register_dataset(name, loader)
    try:
        yield
    finally:
        _LOADERS.pop(name.lower(), None)


def load_dataset(name: str, splits: Sequence[str], kwargs: Mapping[str, Any]) -> tuple[Any, list[Any]]:
    """Load a data set, and return the training data and a list with a data set for each split.

    Parameters
    ----------
    name : str
        The name of a registered, built-in (such as digits, breast_cancer, wine) or LibAUC data set.
    splits : sequence of str
    kwargs : dict
        Arguments of the loader.

    Raises
    ------
    ArgumentError
        If the name is unknown (with the nearest known name), or if the loader does not accept the arguments.
    """
    loader = _LOADERS.get(name.lower())
    if loader is None:
        from automax.data.libauc import libauc_loader

        loader = libauc_loader(name, list(_LOADERS))
    try:
        train, evals = loader(list(splits), **kwargs)
    except ArgumentError:
        raise
    except TypeError as error:
        text = f"dataset {name!r} cannot be loaded with kwargs {dict(kwargs)!r}: {error}"
        raise ArgumentError(text + _meant(kwargs, loader)) from error
    if len(evals) != len(splits):
        raise ArgumentError(
            f"dataset {name!r}: the loader returned {len(evals)} data sets for {len(splits)} splits {list(splits)}"
        )
    return train, list(evals)


def _meant(kwargs: Mapping[str, Any], loader: Loader) -> str:
    """Return the end of a message about arguments of a loader: the nearest name of a misspelt one, or nothing."""
    known = {*inspect.signature(loader).parameters, *inspect.signature(split_arrays).parameters}
    ends = (nearest(key, known) for key in kwargs if key not in known)
    return next((end for end in ends if "did you mean" in end), "")
