"""What a resumed `SMACSearchCV` must have in common with its first start, in a file beside the results of the fits."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import joblib
import numpy as np

from pysmac_compat.errors import ArgumentError
from pysmac_compat.files.text import write_bytes

_FILE = "start.json"
#: what to do if a part of the task is no longer what it was
_ADVICE = {
    "the folds of cv": "give the splitter a random_state, such as KFold(5, shuffle=True, random_state=0)",
}


def _of_python() -> list[Any]:
    version, numbers, gauss = random.getstate()
    return [version, list(numbers), gauss]


def _of_numpy() -> list[Any]:
    name, numbers, *rest = np.random.get_state(legacy=True)
    return [name, np.asarray(numbers).tolist(), *rest]


@dataclass(frozen=True)
class Start:
    """The seed of a search, the states of random generators at its start, and hashes of its task.

    Attributes
    ----------
    seed : int
    hashes : dict of str to str or None
        A hash of each part of the task; None if the part cannot be pickled.
    of_python, of_numpy : list
        The states of the global random generators.
    """

    seed: int
    hashes: dict[str, str | None]
    of_python: list[Any] = field(default_factory=_of_python)
    of_numpy: list[Any] = field(default_factory=_of_numpy)

    @property
    def random_states(self) -> tuple[Any, Any]:
        """The states for `random.setstate` and `numpy.random.set_state`."""
        version, numbers, gauss = self.of_python
        name, of_numpy, *rest = self.of_numpy
        return (version, tuple(numbers), gauss), (name, np.array(of_numpy, dtype=np.uint32), *rest)

    def save(self, folder: str) -> None:
        """Write the file."""
        write_bytes(os.path.join(folder, _FILE), json.dumps(asdict(self)).encode())

    def resumed(self, folder: str) -> Start:
        """Return the start of the search whose file is in this folder; without a file, return this object.

        Raises
        ------
        ArgumentError
            If a part of the task has changed since then, or if the file cannot be read.
        """
        path = os.path.join(folder, _FILE)
        try:
            with open(path) as stream:
                first = Start(**json.load(stream))
        except FileNotFoundError:
            return self
        except (ValueError, TypeError) as error:
            raise ArgumentError(f"resume: {path} cannot be read: {error}") from None
        for name, value in self.hashes.items():
            if first.hashes.get(name) != value:
                advice = _ADVICE.get(name, "change this back, or begin anew without resume")
                raise ArgumentError(f"resume: {name} must be the same as in the earlier search in {folder}; {advice}")
        return first


def hashes(parts: Mapping[str, Any]) -> dict[str, str | None]:
    """Return the `Start.hashes` of some parts of a task."""
    return {name: _hash(part) for name, part in parts.items()}


def _hash(part: Any) -> str | None:
    try:
        return str(joblib.hash(part))
    except Exception:  # it cannot be pickled
        return None
