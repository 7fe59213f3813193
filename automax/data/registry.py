"""The registry of data sets by name: the built-in ones, LibAUC's, and those that the user registers."""

from __future__ import annotations

import contextlib
import inspect
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from automax.data.arrays import ArrayDataset, Loader, split_arrays
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
        loader scales the data, it must compute the scale from the training rows only.
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
        If the name is unknown (the message gives the nearest known name), if the loader does not accept the arguments,
        or if it does not return such data sets.
    """
    loader = _LOADERS.get(name.lower())
    if loader is None:
        from automax.data.libauc import libauc_loader

        loader = libauc_loader(name, list(_LOADERS))
    try:
        found = loader(list(splits), **kwargs)
    except ArgumentError:
        raise
    except TypeError as error:
        text = f"dataset {name!r} cannot be loaded with kwargs {dict(kwargs)!r}: {error}"
        raise ArgumentError(text + _meant(kwargs, loader)) from error
    return _checked(f"dataset {name!r}: the loader", found, splits)


def _checked(who: str, found: Any, splits: Sequence[str]) -> tuple[Any, list[Any]]:
    """Check what a loader has returned, and return the training data and the list of the other data sets.

    Raises
    ------
    ArgumentError
        If the loader returned anything else, or if the examples of train and of a split have different shapes.
    """
    if not isinstance(found, (tuple, list)) or len(found) != 2 or not isinstance(found[1], (tuple, list)):
        kinds = [type(each).__name__ for each in found] if isinstance(found, (tuple, list)) else [type(found).__name__]
        raise ArgumentError(
            f"{who} must return the training data and a list with a data set for each split of {list(splits)}, "
            f"got {', '.join(kinds) or 'nothing'}"
        )
    train, evals = found
    for each in (train, *evals):
        if not hasattr(each, "targets"):
            raise ArgumentError(f"{who} must return data sets such as ArrayDataset(X, y), got a {type(each).__name__}")
    if len(evals) != len(splits):
        raise ArgumentError(f"{who} returned {len(evals)} data sets for {len(splits)} splits {list(splits)}")
    for split, each in zip(splits, evals, strict=True):
        if isinstance(train, ArrayDataset) and isinstance(each, ArrayDataset) and train.X.shape[1:] != each.X.shape[1:]:
            shapes = f"{train.X.shape[1:]} in train and {each.X.shape[1:]} in {split}"
            raise ArgumentError(f"{who} must return examples of one shape, got {shapes}")
    return train, list(evals)


def _meant(kwargs: Mapping[str, Any], loader: Loader) -> str:
    """Return the end of a message about a loader's arguments: the name nearest to a misspelt one, or an empty text."""
    known = {*inspect.signature(loader).parameters, *inspect.signature(split_arrays).parameters}
    ends = (nearest(key, known) for key in kwargs if key not in known)
    return next((end for end in ends if "did you mean" in end), "")
