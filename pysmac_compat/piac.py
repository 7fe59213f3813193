"""Per-instance algorithm configuration (ISAC): pysmac's old names, which only raise an error that says why."""

from __future__ import annotations

from typing import Any, NoReturn

_REASON = (
    "{} of pysmac needs a package that was never published, so pysmac_compat cannot do it. Group similar instances, "
    "and call SMAC_optimizer.minimize for each group; or pass train_instance_features to one minimize call, for a "
    "configuration that is good on all instances."
)


def run_ISMAC(*args: Any, **kwargs: Any) -> NoReturn:
    """Raise an exception, because the package that the original pysmac used for this cannot be installed.

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
