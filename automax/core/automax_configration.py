"""The settings of a search."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any

from pysmac_compat import arguments
from pysmac_compat.errors import ArgumentError, warn
from pysmac_compat.suggestions import nearest


@dataclass(frozen=True, init=False)
class AutoMAXConfigration:
    """How long, where and under which limits to search. Keywords only; the spelling is the documented one.

    Parameters
    ----------
    deterministic : bool
        Whether a configuration is trained once (default). If not, promising ones are trained with further
        seeds, and their mean score counts.
    n_trials : int
        Trainings in all; default 10.
    n_configs : int or None
        Without effect, as in the original; warns.
    SEED : int
        Of the search, and of the seeds of all trials; default 0.
    name : str
        The name of the folder of this search; default 'automax'.
    output_directory : str
        Where this folder is; default './automax_output'. ``output_path`` is an older name, and warns.
    overwrite : bool
        True (default): an earlier search of that name is moved to NAME-old-1 (-2, ...). False: it is resumed;
        nothing that has finished is trained again.
    workers : int
        Trials at the same time; default 1.
    trial_time_limit : float or None
        CPU seconds of a trial.
    trial_memory_limit : float or None
        MB that a trial may use on top of what its process has before.
    total_time_limit : float or None
        Seconds for the whole search.
    progress : bool
        Whether there is a line that moves; it needs tqdm.
    ensemble : int or None
        How many models are returned together at most; 1: the best alone. Default (None): a third of the trials, up to
        5; one where a configuration has several trainings, or the trainer keeps no predictions as LibAUC's do.

    Raises
    ------
    ArgumentError
        A ``ValueError`` and ``TypeError`` that names the argument.
    """

    deterministic: bool = True
    n_trials: int = 10
    n_configs: int | None = None
    SEED: int = 0
    name: str = "automax"
    output_directory: str = "./automax_output"
    overwrite: bool = True
    workers: int = 1
    trial_time_limit: float | None = None
    trial_memory_limit: float | None = None
    total_time_limit: float | None = None
    progress: bool = False
    ensemble: int | None = None

    def __init__(self, **kwargs: Any) -> None:
        if "output_path" in kwargs:
            if "output_directory" in kwargs:
                raise ArgumentError("output_path is the older name of output_directory: give one of them")
            warn("output_path is called output_directory now", DeprecationWarning)
            kwargs["output_directory"] = kwargs.pop("output_path")
        known = [field.name for field in fields(self)]
        for key in kwargs:
            if key not in known:
                raise ArgumentError(f"AutoMAXConfigration has no setting {key!r}{nearest(key, known)}")
        for field in fields(self):
            value = kwargs.get(field.name, field.default)
            object.__setattr__(self, field.name, _READERS[field.name](field.name, value))
        if self.n_configs is not None:
            warn("n_configs has no effect; n_trials says how many configurations are trained")

    @property
    def folder(self) -> str:
        """Where the search keeps its files."""
        return os.path.join(self.output_directory, self.name)


AutoMAXConfiguration = AutoMAXConfigration


def _flag(name: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise ArgumentError(f"{name} must be true or false, got {value!r} ({type(value).__name__})")
    return value


def _file_name(name: str, value: Any) -> str:
    if not isinstance(value, str) or not value or os.sep in value or value in (".", ".."):
        raise ArgumentError(f"{name} must be the name of a folder, without {os.sep!r}, got {value!r}")
    return value


def _path(name: str, value: Any) -> str:
    if not isinstance(value, (str, os.PathLike)):
        raise ArgumentError(f"{name} must be a path, got {value!r} ({type(value).__name__})")
    return os.fspath(value)


def _optional_integer(name: str, value: Any) -> int | None:
    return None if value is None else arguments.integer(name, value)


def _seed(name: str, value: Any) -> int:
    seed = arguments.integer(name, value, least=0)
    if seed > arguments.LARGEST:
        raise ArgumentError(f"{name} must be at most {arguments.LARGEST}, got {seed}")
    return seed


_READERS: dict[str, Callable[[str, Any], Any]] = {
    "deterministic": _flag,
    "n_trials": arguments.integer,
    "n_configs": _optional_integer,
    "SEED": _seed,
    "name": _file_name,
    "output_directory": _path,
    "overwrite": _flag,
    "workers": arguments.integer,
    "trial_time_limit": arguments.limit,
    "trial_memory_limit": arguments.limit,
    "total_time_limit": arguments.limit,
    "progress": _flag,
    "ensemble": _optional_integer,
}
