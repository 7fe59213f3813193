"""The settings of a search."""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from typing import Any

from pysmac_compat import arguments
from pysmac_compat.errors import ArgumentError, warn
from pysmac_compat.suggestions import nearest


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


def _kept(name: str, value: Any) -> str:
    if value not in ("all", "best"):
        raise ArgumentError(f"{name} must be 'all' or 'best', got {value!r:.200}")
    return str(value)


def _setting(default: Any, reader: Callable[[str, Any], Any]) -> Any:
    """Return a dataclass field with a default and the function that checks its values."""
    return field(default=default, metadata={"reader": reader})


@dataclass(frozen=True, init=False)
class AutoMAXConfigration:
    """The settings of a search. All arguments are keywords. The name is spelt as in the original AutoMAX.

    Parameters
    ----------
    deterministic : bool
        Whether each configuration is trained once (default). If not, promising configurations are trained with further
        seeds, and each configuration is judged by its mean score.
    n_trials : int
        Number of trials of the search; default 10.
    n_configs : int or None
        Has no effect, as in the original, and gives a warning.
    SEED : int
        The seed of the search, from which the seeds of all trials follow; default 0.
    name : str
        The name of the folder of this search; default 'automax'.
    output_directory : str
        The directory that contains this folder; default './automax_output'. ``output_path`` is the older name of this
        setting, and gives a warning.
    overwrite : bool
        True (default): an earlier search with the same name is moved to NAME-old-1 (-2, ...). False: the earlier
        search is resumed, and no trial that has ended is trained again.
    workers : int
        Number of trials at the same time; default 1.
    trial_time_limit : float or None
        CPU seconds for each trial.
    trial_wall_limit : float or None
        Wall-clock seconds for each trial; default: ten times ``trial_time_limit``. Without ``trial_time_limit`` it
        also limits the CPU seconds.
    trial_memory_limit : float or None
        Memory in MB for each trial, in addition to the memory that its process uses at the start.
    total_time_limit : float or None
        Wall-clock seconds for the whole search.
    progress : bool
        Whether to show a progress bar, which needs tqdm.
    ensemble : int or None
        The largest number of models that are returned together; 1: the best model alone. Default (None): a third of
        the trials, at most 5. Models of different configurations are not returned together if configurations have
        several trainings, or if the trainer does not save its predictions as AutoMAX's own trainers do.
    keep : {'all', 'best'}
        'best': at the end, the folders of the trials that are not returned keep their predictions and lose all other
        files.

    Raises
    ------
    ArgumentError
        If an argument is not allowed. This error is a ``ValueError`` and a ``TypeError``; its message names the
        argument.
    """

    deterministic: bool = _setting(True, _flag)
    n_trials: int = _setting(10, arguments.integer)
    n_configs: int | None = _setting(None, _optional_integer)
    SEED: int = _setting(0, _seed)
    name: str = _setting("automax", _file_name)
    output_directory: str = _setting("./automax_output", _path)
    overwrite: bool = _setting(True, _flag)
    workers: int = _setting(1, arguments.integer)
    trial_time_limit: float | None = _setting(None, arguments.limit)
    trial_wall_limit: float | None = _setting(None, arguments.limit)
    trial_memory_limit: float | None = _setting(None, arguments.limit)
    total_time_limit: float | None = _setting(None, arguments.limit)
    progress: bool = _setting(False, _flag)
    ensemble: int | None = _setting(None, _optional_integer)
    keep: str = _setting("all", _kept)

    def __init__(self, **kwargs: Any) -> None:
        if "output_path" in kwargs:
            if "output_directory" in kwargs:
                raise ArgumentError("output_path is the old name of output_directory: give only output_directory")
            warn("output_path is deprecated: use output_directory", DeprecationWarning)
            kwargs["output_directory"] = kwargs.pop("output_path")
        known = [each.name for each in fields(self)]
        for key in kwargs:
            if key not in known:
                raise ArgumentError(f"AutoMAXConfigration has no setting {key!r}{nearest(key, known)}")
        for each in fields(self):
            value = kwargs.get(each.name, each.default)
            object.__setattr__(self, each.name, each.metadata["reader"](each.name, value))
        if (self.trial_wall_limit or math.inf) <= (self.trial_time_limit or 0):
            limits = f"got {self.trial_wall_limit:g} and {self.trial_time_limit:g}"
            raise ArgumentError(f"trial_wall_limit must be above trial_time_limit, {limits}")
        if self.n_configs is not None:
            warn("n_configs has no effect; n_trials sets the number of trials")

    @property
    def folder(self) -> str:
        """The path of the folder of the search."""
        return os.path.join(self.output_directory, self.name)


AutoMAXConfiguration = AutoMAXConfigration
