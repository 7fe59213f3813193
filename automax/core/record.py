"""What is known of the trials of a search: one line of JSON each, so that a crash loses nothing.

Each start writes what is searched and how far; each trial writes that it begins, and how it
has ended. A line that a crash has cut off is left out when the file is read.

The journal of `SMAC_optimizer.minimize(resume=True)` is another thing: it knows values by their number in a search with
the same arguments. Here a trial is known by its configuration, so that `n_trials` may change, trials may be trained by
hand, and the summary of each (its curve, scores and folder) is kept.
"""

from __future__ import annotations

import fcntl
import json
import os
import pickle
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pysmac_compat._errors import ArgumentError

_TUPLE = "__tuple__"
#: what must not change where a search is resumed, and how a person calls it
_FIXED = {"space": "the search space", "target": "the target", "SEED": "SEED", "deterministic": "deterministic"}
#: score of a failed trial, if all others are above it
WORST = -1.0


class TrialRecord:
    """The file of the trials of one search.

    Parameters
    ----------
    folder : Path
        Of the search; made when something is written.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / "trials.jsonl"

    def lines(self) -> list[dict[str, Any]]:
        """All lines that are whole, in their order."""
        if not self.path.exists():
            return []
        found = []
        for line in self.path.read_text(encoding="utf-8").splitlines():
            try:
                found.append(_decoded(json.loads(line)))
            except ValueError:  # cut off by a crash
                continue
        return found

    def starts(self) -> list[dict[str, Any]]:
        """What was said at each start of the search."""
        return [line for line in self.lines() if line["event"] == "start"]

    def trials(self) -> list[dict[str, Any]]:
        """The trials that have ended, each once, in the order in which they were begun."""
        lines = self.lines()
        ended = {line["key"]: line for line in lines if line["event"] == "trial"}
        return [ended[key] for key in self._begun() if key in ended]

    def begin(self, key: str) -> int:
        """Note that a trial begins; its number from 1, which it keeps if it is interrupted and begins again."""
        with self.locked():
            if key not in self._begun():
                self.append({"event": "begin", "key": key})
            return self.number(key)

    def number(self, key: str) -> int:
        """The number of a trial that has begun, or ended before it could."""
        return self._begun().index(key) + 1

    def _begun(self) -> list[str]:
        return list(dict.fromkeys(line["key"] for line in self.lines() if line["event"] in ("begin", "trial")))

    def find(self, key: str) -> dict[str, Any] | None:
        """The trial of that key, if it has ended."""
        return next((trial for trial in self.trials() if trial["key"] == key), None)

    def start(self, description: Mapping[str, Any]) -> None:
        """Note a start; refuse to go on with another search.

        Raises
        ------
        ArgumentError
            Naming what differs.
        """
        for before in self.starts()[-1:]:
            for name, called in _FIXED.items():
                if before[name] != description[name]:
                    raise ArgumentError(
                        f"the search in {str(self.folder)!r} cannot be resumed: {called} is not what it was; "
                        "choose another name, or overwrite: true, which moves the old search aside"
                    )
        self.append({"event": "start", **description})

    def append(self, line: Mapping[str, Any]) -> None:
        """Write a line, for good."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with open(self.path, "ab+") as file:
            if file.tell() > 0:
                file.seek(-1, os.SEEK_END)
                if file.read(1) != b"\n":
                    file.write(b"\n")  # after a line that a crash has cut off
            file.write(json.dumps(_encoded(dict(line))).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())

    def write_state(self, log: list[dict[str, Any]]) -> None:
        """Write ``state.pkl`` for those who read it; nothing of ours does."""
        part = self.folder / f"state.pkl.{os.getpid()}"
        part.write_bytes(pickle.dumps(log))
        part.replace(self.folder / "state.pkl")

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Only one process at a time is inside this context."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with open(self.folder / ".lock", "w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


def move_aside(path: Path) -> None:
    """Rename a file or folder, if it exists, to NAME-old-1, or -2, ..."""
    if not path.exists():
        return
    number = 1
    while (old := path.with_name(f"{path.name}-old-{number}")).exists():
        number += 1
    path.rename(old)


def _encoded(value: Any) -> Any:
    """Tuples, which JSON would turn into lists, as dicts."""
    if isinstance(value, tuple):
        return {_TUPLE: [_encoded(v) for v in value]}
    if isinstance(value, list):
        return [_encoded(v) for v in value]
    if isinstance(value, Mapping):
        return {name: _encoded(v) for name, v in value.items()}
    return value.item() if hasattr(value, "item") else value


def _decoded(value: Any) -> Any:
    if isinstance(value, list):
        return [_decoded(v) for v in value]
    if isinstance(value, dict):
        if value.keys() == {_TUPLE}:
            return tuple(_decoded(v) for v in value[_TUPLE])
        return {name: _decoded(v) for name, v in value.items()}
    return value
