"""What a resumed `SMACSearchCV` must have in common with its first start, in a file beside the results of the fits."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import joblib
import numpy as np

from pysmac_compat import arguments
from pysmac_compat.errors import ArgumentError, shown
from pysmac_compat.files.text import write_bytes

_FILE = "start.json"
#: the name of the part of a task with the indices of the samples of each fold
FOLDS = "the folds of cv"


def _of_python() -> list[Any]:
    version, numbers, gauss = random.getstate()
    return [version, list(numbers), gauss]


def _of_numpy() -> list[Any] | dict[str, Any]:
    state: Any = np.random.get_state(legacy=False)
    if state["bit_generator"] != "MT19937":  # the user has chosen another generator
        return dict(state)
    name, numbers, *rest = np.random.get_state()
    return [name, np.asarray(numbers).tolist(), *rest]


@dataclass(frozen=True)
class Start:
    """The seed of a search, the states of random generators at its start, and hashes of its task.

    Each seed has its own folder with this file and the results of the fits, as it has its own journal.

    Attributes
    ----------
    seed : int
    hashes : dict of str to str or None
        A hash of each part of the task; None if the part cannot be pickled.
    of_python, of_numpy : list or dict
        The states of the global random generators.
    """

    seed: int
    hashes: dict[str, str | None]
    of_python: list[Any] = field(default_factory=_of_python)
    of_numpy: list[Any] | dict[str, Any] = field(default_factory=_of_numpy)

    @property
    def random_states(self) -> tuple[Any, Any]:
        """The states for `random.setstate` and `numpy.random.set_state`."""
        version, numbers, gauss = self.of_python
        of_python = version, tuple(numbers), gauss
        if isinstance(self.of_numpy, dict):
            return of_python, self.of_numpy
        name, of_numpy, *rest = self.of_numpy
        return of_python, (name, np.array(of_numpy, dtype=np.uint32), *rest)

    def folder(self, fits: str) -> str:
        """Return the folder of this seed in the folder ``fits``."""
        return os.path.join(fits, str(self.seed))

    def make_folder(self, fits: str) -> None:
        """Make the folder of this seed."""
        os.makedirs(self.folder(fits), exist_ok=True)

    def save(self, fits: str) -> None:
        """Write the file."""
        write_bytes(os.path.join(self.folder(fits), _FILE), json.dumps(asdict(self)).encode())

    def resumed(self, fits: str, any_seed: bool = False) -> Start:
        """Return the start of the search that is resumed, or this object if there is nothing to resume.

        Parameters
        ----------
        fits : str
        any_seed : bool
            Whether to resume the last search, whatever its seed is; otherwise, the search with this seed is resumed.

        Raises
        ------
        ArgumentError
            If a part of the task has changed since then, or if the file cannot be read.
        """
        found = list(Path(fits).glob(f"*/{_FILE}") if any_seed else Path(self.folder(fits)).glob(_FILE))
        if not found:
            return self
        path = max(found, key=lambda each: each.stat().st_mtime_ns)
        try:
            first = Start(**json.loads(path.read_text()))
            if not isinstance(first.hashes, dict):
                raise ValueError("expected an object as 'hashes'")
        except (ValueError, TypeError) as error:
            raise ArgumentError(f"resume: {path} cannot be read: {error}") from None
        for name, value in self.hashes.items():
            if first.hashes.get(name) != value:
                if name == FOLDS:
                    advice = "pass the same cv, which needs a random_state if it shuffles"
                else:
                    advice = "change this back, or begin anew without resume"
                raise ArgumentError(
                    f"resume: {name} must be the same as in the earlier search in {path.parent}; {advice}"
                )
        return first


def checked_folder(working_directory: Any, resume: Any) -> str | None:
    """Return the path of the folder for the files of a search; None for a temporary folder.

    Raises
    ------
    ArgumentError
    """
    resumes = arguments.flag("resume", resume)
    if working_directory is None:
        if resumes:
            raise ArgumentError("resume=True needs working_directory=..., the folder of the earlier search")
        return None
    if not isinstance(working_directory, str | os.PathLike):
        raise ArgumentError(f"working_directory must be a path, got {shown(working_directory)}")
    return os.path.abspath(os.path.expanduser(os.fspath(working_directory)))


def hashes(parts: Mapping[str, Any]) -> dict[str, str | None]:
    """Return the `Start.hashes` of some parts of a task."""
    return {name: _hash(part) for name, part in parts.items()}


def _hash(part: Any) -> str | None:
    """Return a hash of the content of a part; arrays and tables that are equal have equal hashes."""
    try:
        if isinstance(part, np.ndarray):
            part = part.tolist() if part.dtype == object else np.ascontiguousarray(part)
        elif hasattr(part, "iloc"):  # a table or a column of pandas
            from pandas.util import hash_pandas_object

            names, kinds = (part.columns, part.dtypes) if hasattr(part, "columns") else ([part.name], [part.dtype])
            part = [*map(str, names), *map(str, kinds), hash_pandas_object(part).to_numpy()]
        return str(joblib.hash(part))
    except Exception:  # it cannot be pickled, or a table has cells such as lists
        return None
