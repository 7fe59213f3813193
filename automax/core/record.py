"""What AutoMAX keeps beside the journal of `SMAC_optimizer`: small JSON files, each of them written whole.

::

    search.json                 what is searched, and the configuration that was returned
    trials/KEY/summary.json     how a trial has ended: its curve, scores, folder, ...
    refit.json                  the record of the training on train and val together

A trial is known by its configuration, seed and instance, so that trials may be trained by hand, and that a search
which cannot go on where it was, as with other workers, begins with what is known.
"""

from __future__ import annotations

import contextlib
import heapq
import json
import os
import pickle
import reprlib
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from automax.selection.folder import has_ended
from pysmac_compat.errors import ArgumentError, FileFormatError

_TUPLE = "__tuple__"
_LOCK = "lock-run-"
#: what must not change where a search is resumed, and how a person calls it
_FIXED = {"space": "the search space", "target": "the target", "SEED": "SEED", "deterministic": "deterministic"}
#: score of a failed trial, if all others are above it
WORST = -1.0


class TrialRecord:
    """The files of one search.

    Parameters
    ----------
    folder : Path
        Of the search; made when something is written.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def move_aside(self) -> None:
        """Begin anew; what is there is kept under another name, but for the lock of the search that begins."""
        if any(path.is_file() and not path.name.startswith(_LOCK) for path in self.folder.rglob("*")):
            _move_content(self.folder, _free_name(self.folder, self.folder.name))

    def trials(self) -> list[dict[str, Any]]:
        """The trials that have ended: those of the search by their number, those ``by_hand`` where they were begun."""
        found: dict[str, dict[str, Any]] = _old_record(self.folder).get("trials", {})
        for path in self.folder.glob("trials/*/summary.json"):
            found[path.parent.name] = read(path)
        parts = [[t for t in found.values() if bool(t.get("by_hand")) == by_hand] for by_hand in (False, True)]
        parts[0].sort(key=lambda trial: trial["number"])
        parts[1].sort(key=lambda trial: trial["began"])
        return list(heapq.merge(*parts, key=lambda trial: trial["began"]))

    def find(self, key: str) -> dict[str, Any] | None:
        """The trial of that key, if it has ended."""
        return read(self._summary(key)) or _old_record(self.folder).get("trials", {}).get(key)

    def write(self, trial: Mapping[str, Any]) -> None:
        """Write down how a trial has ended."""
        write(self._summary(trial["key"]), trial)

    def _summary(self, key: str) -> Path:
        return self.folder / "trials" / key / "summary.json"

    @property
    def description(self) -> dict[str, Any]:
        """What is searched; empty if nothing has begun."""
        return read(self.folder / "search.json") or _old_record(self.folder).get("description", {})

    def describe(self, **entries: Any) -> None:
        """Write down more of what is searched."""
        write(self.folder / "search.json", {"begun": f"{time.time():.6f}"} | self.description | entries)

    def check(self, new: Mapping[str, Any]) -> None:
        """Refuse to go on with another search.

        Raises
        ------
        ArgumentError
            Naming what differs.
        """
        before = self.description
        differences = [
            f"{called} is not what it was" for k, called in _FIXED.items() if before.get(k, new[k]) != new[k]
        ]
        # searches of trainers that do not say what they are do not have an identity
        if before.get("identity") is not None and new["identity"] is not None:
            old, now = _flat(before["identity"]), _flat(new["identity"])
            for name in sorted({*old, *now}):
                if old.get(name) != now.get(name):
                    is_now = f"{now.get(name, 'null'):.200}"
                    differences.append(f"{name} was {old.get(name, 'null'):.200}, and is {is_now}")
        if differences:
            raise ArgumentError(
                f"the search in {str(self.folder)!r} cannot be resumed: {differences[0]}; "
                "choose another name, or overwrite: true, which moves the old search aside"
            )

    def note_returned(self, space: Mapping[str, Any]) -> None:
        """Note the configuration that the search returns."""
        self.describe(returned={"space": dict(space), "trials": self._n_searched, "at": time.time()})

    @property
    def returned(self) -> dict[str, Any] | None:
        """The configuration that the search has returned, unless it has gone on since."""
        found = self.description.get("returned")
        return None if found is None or found["trials"] != self._n_searched else found["space"]

    @property
    def _n_searched(self) -> int:
        return sum(not trial.get("by_hand") for trial in self.trials())

    def write_state(self, log: list[dict[str, Any]]) -> None:
        """Write ``state.pkl`` for those who read it; nothing of ours does."""
        _replace(self.folder / "state.pkl", pickle.dumps(log))

    def tidy(self) -> None:
        """Remove the parts of files that were being written when their process was killed."""
        for name in ("search.json", "state.pkl", "refit.json", "trials/*/summary.json"):
            for part in self.folder.glob(f"{name}.*"):
                if has_ended(part.suffix[1:]):
                    part.unlink(missing_ok=True)


def move_aside(path: Path, name: str = "") -> None:
    """Rename a file or folder, if it exists, to NAME-old-1, or -2, ...; ``name`` is its own unless given."""
    while path.exists():
        old = _free_name(path, name or path.name)
        try:
            path.rename(old)
        except OSError:
            if not old.exists():  # else another process has taken the name
                raise


def _free_name(path: Path, name: str) -> Path:
    number = 1
    while (old := path.with_name(f"{name}-old-{number}")).exists():
        number += 1
    return old


def _move_content(folder: Path, old: Path) -> None:
    old.mkdir()
    for path in list(folder.iterdir()):
        if path.is_dir() and next(path.rglob(f"{_LOCK}*"), None):
            _move_content(path, old / path.name)
        elif not path.name.startswith(_LOCK):
            path.rename(old / path.name)


def read(path: Path) -> dict[str, Any]:
    """A file; empty if there is none."""
    try:
        found: dict[str, Any] = _decoded(json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return {}
    except ValueError as error:
        raise FileFormatError(f"expected JSON: {error}", str(path)) from error
    return found


def write(path: Path, content: Mapping[str, Any]) -> None:
    """Write a file, whole."""
    _replace(path, _json(content).encode() + b"\n")


def _replace(path: Path, data: bytes) -> None:
    """Write a file whole, for good."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{os.getpid()}")
    with open(part, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    os.replace(part, path)


def _old_record(folder: Path) -> dict[str, Any]:
    """What stands in ``trials.jsonl``, where earlier versions kept a search, one line for each thing that happened."""
    path = folder / "trials.jsonl"
    lines: list[dict[str, Any]] = []
    for text in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
        with contextlib.suppress(ValueError):  # cut off by a crash
            lines.append(_decoded(json.loads(text)))
    description: dict[str, Any] = {"begun": None, "identity": None}
    begun: dict[str, dict[str, Any]] = {}  # in the order in which they were begun, by the search if it has
    ended: dict[str, dict[str, Any]] = {}
    returned = None
    for line in lines:
        event = line.pop("event")
        if event in ("begin", "trial"):
            about = {"by_hand": True} if line.pop("by_hand", False) else {}
            if not about and begun.get(line["key"]):
                del begun[line["key"]]
            begun.setdefault(line["key"], about)
            returned = returned if about else None
        if event == "trial":
            ended[line["key"]] = line
        elif event == "start":
            description |= {k: line[k] for k in (*_FIXED, "identity") if line.get(k) is not None}
        elif event == "best":
            returned = line["space"]
    searched = [key for key, about in begun.items() if not about]
    trials = {
        key: {**ended[key], "began": began, **(about or {"number": searched.index(key) + 1})}
        for began, (key, about) in enumerate(begun.items())
        if key in ended
    }
    if returned is not None:
        description["returned"] = {"space": returned, "trials": len(trials.keys() & set(searched))}
    return {"trials": trials, "description": description} if lines else {}


def _flat(values: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    """The values, as JSON, of nested dicts by their dotted names; without those that are None, as a missing one is."""
    found = {}
    for name, value in values.items():
        if isinstance(value, Mapping):
            found.update(_flat(value, f"{prefix}{name}."))
        elif value is not None:
            found[f"{prefix}{name}"] = json.dumps(value)
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
