"""Per-instance algorithm configuration (ISAC): old names that only raise an exception with the reason."""

from __future__ import annotations

from typing import Any, NoReturn

_REASON = (
    "{} of pysmac needs a package for instance-specific configuration that was never published, so that it cannot be "
    "done here. Instead, minimise for groups of similar instances, one SMAC_optimizer.minimize each; or give "
    "train_instance_features to one minimize for a configuration that is good on all of them."
)


def run_ISMAC(*args: Any, **kwargs: Any) -> NoReturn:
    """Raise an exception: the package that the original used here cannot be installed.

    Raises
    ------
    RuntimeError
        Always; the message says what to do instead.
    """
    raise RuntimeError(_REASON.format("run_ISMAC"))


def piac_evaluate(*args: Any, **kwargs: Any) -> NoReturn:
    """Raise an exception; see `run_ISMAC`.

    Raises
    ------
    RuntimeError
        Always; the message says what to do instead.
    """
    raise RuntimeError(_REASON.format("piac_evaluate"))
