"""``pysmac_config.pkl``: a pickle with facts about a minimisation that the original pysmac's processes needed."""

from __future__ import annotations

import pickle
from collections.abc import Mapping
from typing import Any

from pysmac_compat.errors import FileFormatError
from pysmac_compat.files.text import Path, write_bytes

KEYS = ("deterministic", "has_instance", "parser_dict", "function")


def write_pysmac_config(path: Path, config: Mapping[str, Any]) -> None:
    """Write pysmac_config.pkl.

    Parameters
    ----------
    path : str or path-like
    config : dict
        The keys are 'deterministic', 'has_instance', 'parser_dict' (the type of each parameter) and 'function'. If the
        function cannot be pickled, for example because it is a lambda, the file has None in its place.
    """
    try:
        data = pickle.dumps(dict(config), protocol=3)
    except Exception:  # the function's own __reduce__ may raise anything
        data = pickle.dumps({**config, "function": None}, protocol=3)
    write_bytes(path, data)


def unpickle_pysmac_config(path: Path) -> dict[str, Any]:
    """Read pysmac_config.pkl; use it only for files that you trust, because a pickle can run any code.

    Raises
    ------
    FileFormatError
        If the file is not such a pickle.
    """
    try:
        with open(path, "rb") as stream:
            config = pickle.load(stream)
    except OSError as error:
        if isinstance(error, IsADirectoryError):
            raise FileFormatError("expected a file, this is a directory", str(path)) from None
        raise
    except Exception as error:  # a broken pickle can raise anything
        raise FileFormatError(f"cannot be unpickled: {type(error).__name__}: {error}", str(path)) from error
    if not isinstance(config, dict) or not set(KEYS) <= config.keys():
        raise FileFormatError(f"expected a dict with {', '.join(KEYS)}", str(path))
    return config
