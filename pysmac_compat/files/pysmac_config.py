"""``pysmac_config.pkl``: what the processes of the original had to know of a minimisation, as a pickle."""

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
        'deterministic', 'has_instance', 'parser_dict' (types by the names of the parameters), 'function'. A function
        that cannot be pickled, as a lambda, is left out: None stands for it.
    """
    try:
        data = pickle.dumps(dict(config), protocol=3)
    except Exception:  # whatever the function's own __reduce__ raises
        data = pickle.dumps({**config, "function": None}, protocol=3)
    write_bytes(path, data)


def unpickle_pysmac_config(path: Path) -> dict[str, Any]:
    """Read pysmac_config.pkl, which runs what is pickled in it: only for files that you trust.

    Raises
    ------
    FileFormatError
        If it is no such pickle.
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
