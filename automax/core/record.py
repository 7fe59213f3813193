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
import reprlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pysmac_compat.errors import ArgumentError

_TUPLE = "__tuple__"
_LOCKS = ("lock-run-search", ".lock")
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

    def move_aside(self) -> None:
        """Begin anew; what is there is kept under another name, but for the lock of the search that goes on."""
        if any(path.name not in _LOCKS for path in self.folder.glob("*")):
            old = move_aside(self.folder)
            for name in _LOCKS:
                if old is not None and (old / name).exists():
                    self.folder.mkdir(parents=True, exist_ok=True)
                    (old / name).rename(self.folder / name)

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
        """The trials that have ended, each once, in the order in which they were begun.

        ``by_hand`` is true for those that were trained by hand, until the search meets them, and missing else.
        """
        lines = self.lines()
        ended = {line["key"]: line for line in lines if line["event"] == "trial"}
        found = []
        for key, by_hand in _begun(lines).items():
            if key in ended:
                trial = {name: value for name, value in ended[key].items() if name != "by_hand"}
                found.append({**trial, "by_hand": True} if by_hand else trial)
        return found

    def begin(self, key: str, by_hand: bool = False) -> int | None:
        """Note that a trial begins, or that the search has met one that was trained by hand; its number."""
        with self.locked():
            before = _begun(self.lines()).get(key)
            if before is None or (before and not by_hand):
                self.append({"event": "begin", "key": key, **({"by_hand": True} if by_hand else {})})
            return self.number(key)

    def number(self, key: str) -> int | None:
        """The number in the search, from 1, of a trial that has begun, or ended before it could; None by hand.

        It keeps it if it is interrupted and begins again.
        """
        searched = [name for name, by_hand in _begun(self.lines()).items() if not by_hand]
        return searched.index(key) + 1 if key in searched else None

    def returned(self) -> dict[str, Any] | None:
        """The configuration that the search has returned, unless it has gone on since."""
        found = None
        for line in self.lines():
            if line["event"] == "best":
                found = line["space"]
            elif line["event"] in ("begin", "trial") and not line.get("by_hand"):
                found = None
        return found

    def note_returned(self, space: Mapping[str, Any]) -> None:
        """Note the configuration that the search returns."""
        if self.returned() != dict(space):
            self.append({"event": "best", "space": dict(space)})

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
        starts = self.starts()
        differences = []
        for before in starts[-1:]:
            differences = [
                f"{called} is not what it was" for k, called in _FIXED.items() if before[k] != description[k]
            ]
        # records of older versions, and of trainers without it, do not have an identity
        identities = [start["identity"] for start in starts if start.get("identity") is not None]
        if identities and description.get("identity") is not None:
            old, new = _flat(identities[-1]), _flat(description["identity"])
            for name in sorted({*old, *new}):
                was, now = old.get(name, "null"), new.get(name, "null")
                if was != now:
                    differences.append(f"{name} was {was:.200}, and is {now:.200}")
        if differences:
            raise ArgumentError(
                f"the search in {str(self.folder)!r} cannot be resumed: {differences[0]}; "
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
            file.write(_json(dict(line)).encode() + b"\n")
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


def move_aside(path: Path) -> Path | None:
    """Rename a file or folder, if it exists, to NAME-old-1, or -2, ...; its new path."""
    if not path.exists():
        return None
    number = 1
    while (old := path.with_name(f"{path.name}-old-{number}")).exists():
        number += 1
    path.rename(old)
    return old


def _flat(values: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    """The values, as JSON, of nested dicts by their dotted names; without those that are None, as a missing one is."""
    found = {}
    for name, value in values.items():
        if isinstance(value, Mapping):
            found.update(_flat(value, f"{prefix}{name}."))
        elif value is not None:
            found[f"{prefix}{name}"] = json.dumps(value)
    return found


def _begun(lines: list[dict[str, Any]]) -> dict[str, bool]:
    """The keys of all trials in the order in which they were begun, by the search if it has, and whether by hand."""
    found: dict[str, bool] = {}
    for line in lines:
        if line["event"] in ("begin", "trial"):
            by_hand = line.get("by_hand", False)
            if found.get(line["key"], False) and not by_hand:
                del found[line["key"]]
            found.setdefault(line["key"], by_hand)
    return found


def storable(values: Mapping[Any, Any]) -> dict[str, Any]:
    """The values as they will be read from the record: arrays as lists, what JSON cannot hold by its description."""
    found = {}
    for name, value in values.items():
        try:
            found[str(name)] = _decoded(json.loads(_json(value)))
        except Exception:  # such as one that contains itself: no value of a summary is worth the trial
            found[str(name)] = _described(value)
    return found


def _json(value: Any) -> str:
    return json.dumps(_encoded(value), default=_described)


def _described(value: Any) -> str:
    """Its repr, which must not be long, nor fail."""
    shown = reprlib.Repr()
    shown.maxother = 200
    return shown.repr(value)


def _encoded(value: Any) -> Any:
    """Tuples, which JSON would turn into lists, as dicts; arrays as lists."""
    if isinstance(value, tuple):
        return {_TUPLE: [_encoded(v) for v in value]}
    if isinstance(value, list):
        return [_encoded(v) for v in value]
    if isinstance(value, Mapping):
        return {str(name): _encoded(v) for name, v in value.items()}
    return _encoded(value.tolist()) if callable(getattr(value, "tolist", None)) else value


def _decoded(value: Any) -> Any:
    if isinstance(value, list):
        return [_decoded(v) for v in value]
    if isinstance(value, dict):
        if value.keys() == {_TUPLE}:
            return tuple(_decoded(v) for v in value[_TUPLE])
        return {name: _decoded(v) for name, v in value.items()}
    return value
