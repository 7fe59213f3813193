"""LibAUC's own data sets, with a separate validation split for cifar10, because LibAUC's 'val' is the training data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from automax._extra import need
from automax.data.arrays import Loader, check_splits, stratified_rows
from pysmac_compat.errors import ArgumentError
from pysmac_compat.suggestions import nearest

_LIBAUC = (
    "cifar10",
    "chexpert",
    "pneumoniamnist",
    "breastmnist",
    "chestmnist",
    "melanoma",
    "ddsm",
    "ogbg-molhiv",
    "ogbg-moltox21",
    "ogbg-molmuv",
    "ogbg-molpcba",
)
#: the share of cifar10's training rows that becomes 'val'
_VAL = 0.2


def libauc_loader(name: str, registered: Sequence[str]) -> Loader:
    """Return the loader of one of LibAUC's data sets. It downloads the data at the first use.

    Raises
    ------
    ArgumentError
        If LibAUC has no data set with this name.
    """
    if name.lower() not in _LIBAUC:
        known = [*registered, *_LIBAUC]
        raise ArgumentError(
            f"dataset.name: unknown data set {name!r}{nearest(name, known)}; to use your own, register it first"
        )

    def load(splits: Sequence[str], split_seed: int = 0, **kwargs: Any) -> tuple[Any, Sequence[Any]]:
        check_splits(splits)
        if name.lower() != "cifar10" or "val" not in splits:
            return _load(name, list(splits), kwargs)
        others = [split for split in splits if split != "val"]
        train, evals = _load(name, others, kwargs)
        train, val = split_images(train, split_seed)
        by_name = {**dict(zip(others, evals, strict=True)), "val": val}
        return train, [by_name[split] for split in splits]

    return load


def _load(name: str, splits: Sequence[str], kwargs: Mapping[str, Any]) -> tuple[Any, Sequence[Any]]:
    try:
        train, evals = need("libauc.trainer.data.datasets").load_dataset(name, splits=splits, **kwargs)
    except OSError as error:  # network errors are of this type, too
        raise ArgumentError(
            f"dataset.name: {name!r} is not on this machine and cannot be downloaded from here ({error}); digits, "
            "breast_cancer, wine and synthetic_graphs need no download"
        ) from error
    return train, evals


def split_images(train: Any, seed: int) -> tuple[Any, Any]:
    """Divide LibAUC's training images into training images and a stratified fifth for validation.

    The validation images have no random crops. (LibAUC's own 'val' of cifar10 consists of its training images.)
    """
    kept, taken = stratified_rows(train.targets, (1 - _VAL, _VAL), seed)
    kind = type(train)
    return (
        kind(train.images[kept], train.targets[kept]),
        kind(train.images[taken], train.targets[taken], mode="test"),
    )
