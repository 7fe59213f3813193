"""Names of data sets: those that are built in, LibAUC's, and those that the user registers."""

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
    """Give a data set a name for ``dataset.name``.

    Parameters
    ----------
    name : str
        Case does not matter.
    loader : callable
        ``loader(splits, **kwargs)`` with the names in ``dataset.eval_splits`` and ``dataset.kwargs``. Returns the
        training data and a list of one data set for each split: `ArrayDataset` objects, or torch data sets
        that give ``(data, labels, index)`` and have ``targets``. A scaler must be fitted on the training rows only.
    """
    if not callable(loader):
        raise ArgumentError(f"register_dataset({name!r}): the loader must be callable, got {loader!r}")
    _LOADERS[name.lower()] = loader


@contextlib.contextmanager
def registered_meanwhile(name: str, loader: Loader) -> Iterator[None]:
    """Give a data set a name inside this context only."""
    register_dataset(name, loader)
    try:
        yield
    finally:
        _LOADERS.pop(name.lower(), None)


def load_dataset(name: str, splits: Sequence[str], kwargs: Mapping[str, Any]) -> tuple[Any, list[Any]]:
    """The training data and one data set for each split.

    Parameters
    ----------
    name : str
        One that is registered, built in (digits, breast_cancer, wine), or LibAUC's.
    splits : sequence of str
    kwargs : dict
        For the loader.

    Raises
    ------
    ArgumentError
        A ``ValueError`` with the nearest known name.
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
    """The end of a message on arguments of a loader, of which one is perhaps misspelt."""
    known = {*inspect.signature(loader).parameters, *inspect.signature(split_arrays).parameters}
    ends = (nearest(key, known) for key in kwargs if key not in known)
    return next((end for end in ends if "did you mean" in end), "")
