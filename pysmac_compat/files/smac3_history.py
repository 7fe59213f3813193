"""``runhistory.json``, the file in which SMAC3 before 2.0 recorded configurations and runs.

::

    {"data": [[[1, "inst/a.cnf", 0, 0.0], [1.5, 1.5, {"__enum__": "StatusType.SUCCESS"}, ...]], ...],
     "configs": {"1": {"x": 0.5}, ...}}
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pysmac_compat.errors import FileFormatError, shown
from pysmac_compat.evaluation.outcome import Status
from pysmac_compat.files.text import Path, TextFile

NAME = "runhistory.json"
_STATUSES: dict[str, Status] = {
    "SUCCESS": "SAT",
    "TIMEOUT": "TIMEOUT",
    "CAPPED": "TIMEOUT",
    "CRASHED": "CRASHED",
    "MEMOUT": "MEMOUT",
    "ABORT": "ABORT",
}


@dataclass(frozen=True)
class HistoryRun:
    """A run that SMAC3 has made.

    Attributes
    ----------
    configuration : dict
        The values of the active parameters.
    instance : str or None
    seed : int
    status : Status
    cost, time : float
    """

    configuration: Mapping[str, Any]
    instance: str | None
    seed: int
    status: Status
    cost: float
    time: float


def is_history(folder: Path) -> bool:
    """Return whether a folder is an output folder of SMAC3."""
    return os.path.isfile(os.path.join(folder, NAME))


def read_history(folder: Path) -> list[HistoryRun]:
    """Read the runs in an output folder of SMAC3; leave out runs without a final status, for example running ones.

    Raises
    ------
    FileFormatError
    """
    path = os.path.join(folder, NAME)
    text = TextFile(path).text
    try:
        content = json.loads(text)
        configurations = content["configs"]
        runs = [_run(key, value, configurations) for key, value in content["data"]]
    except (ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError) as error:
        raise FileFormatError(f"expected the runs of SMAC3 before 2.0: {shown(error)}", path) from error
    return [run for run in runs if run is not None]


def _run(key: list[Any], value: list[Any], configurations: Mapping[str, Any]) -> HistoryRun | None:
    number, instance, seed = key[:3]
    cost, time, status = value[:3]
    word = str(status["__enum__"] if isinstance(status, dict) else status).rpartition(".")[2]
    if word not in _STATUSES:
        return None
    configuration = {name: each for name, each in configurations[str(number)].items() if each is not None}
    name = None if instance is None else str(instance)
    return HistoryRun(configuration, name, int(seed), _STATUSES[word], float(cost), float(time))
