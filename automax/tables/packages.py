"""Import packages that only some tables need."""

from __future__ import annotations

from types import ModuleType

from automax._extra import INSTALL


def pandas(what: str = "this table") -> ModuleType:
    """Import pandas.

    Raises
    ------
    ImportError
        If pandas is missing. The message says what needs pandas, and how to install it.
    """
    try:
        import pandas
    except ModuleNotFoundError as error:
        raise ImportError(f"{what} needs pandas; install it with: {INSTALL}") from error
    return pandas
