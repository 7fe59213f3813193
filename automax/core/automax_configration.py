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
    """A setting with its default, and what reads it by its name."""
    return field(default=default, metadata={"reader": reader})


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
    trial_wall_limit : float or None
        Seconds of a trial on the clock; default: ten ``trial_time_limit``. Without that one it limits CPU seconds, too.
    trial_memory_limit : float or None
        MB that a trial may use on top of what its process has before.
    total_time_limit : float or None
        Seconds for the whole search.
    progress : bool
        Whether there is a line that moves; it needs tqdm.
    ensemble : int or None
        How many models are returned together at most; 1: the best alone. Default (None): a third of the trials, up to
        5; one where a configuration has several trainings, or the trainer keeps no predictions as LibAUC's do.
    keep : {'all', 'best'}
        'best': at the end the folders of the trials that are not returned have their predictions left, and no weights.

    Raises
    ------
    ArgumentError
        A ``ValueError`` and ``TypeError`` that names the argument.
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
                raise ArgumentError("output_path is the older name of output_directory: give one of them")
            warn("output_path is called output_directory now", DeprecationWarning)
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
            warn("n_configs has no effect; n_trials says how many configurations are trained")

    @property
    def folder(self) -> str:
        """Where the search keeps its files."""
        return os.path.join(self.output_directory, self.name)


AutoMAXConfiguration = AutoMAXConfigration
