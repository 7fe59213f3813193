"""The files that AutoMAX adds to the journal of `SMAC_optimizer`: small JSON files, each replaced as a whole.

::

    search.json                 the settings that identify the search, and the configuration that it returned
    trials/KEY/summary.json     the result of a trial: its curve, scores, folder, ...
    refit.json                  the summary of the training on train and val together

The key of a trial depends on its configuration, seed and instance only. So a search can use trials that were trained by
hand, and one that cannot be resumed exactly (for example with another number of workers) can use the recorded trials.
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
#: entries that must not change when a search is resumed, and their names in messages
_FIXED = {"target": "the target metric", "space": "the search space", "SEED": "SEED", "deterministic": "deterministic"}
#: ``val`` of a failed trial in the log, unless a finished trial has a score below 0
WORST = -1.0


class TrialRecord:
    """The files of one search.

    Parameters
    ----------
    folder : Path
        The folder of the search. It is made when the first file is written.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def move_aside(self) -> None:
        """Move the files of an earlier search to another folder, except the lock of the search that is starting."""
        if any(path.is_file() and not path.name.startswith(_LOCK) for path in self.folder.rglob("*")):
            _move_content(self.folder, _free_name(self.folder, self.folder.name))

    def trials(self) -> list[dict[str, Any]]:
        """Return the trials that have ended, in the order in which they began.

        The search's own trials keep the order of their ``number``; trials that were trained by hand are placed among
        them by the time at which they began.
        """
        found: dict[str, dict[str, Any]] = _old_record(self.folder).get("trials", {})
        for path in self.folder.glob("trials/*/summary.json"):
            found[path.parent.name] = read(path)
        parts = [[t for t in found.values() if bool(t.get("by_hand")) == by_hand] for by_hand in (False, True)]
        parts[0].sort(key=lambda trial: trial["number"])
        parts[1].sort(key=lambda trial: trial["began"])
        return list(heapq.merge(*parts, key=lambda trial: trial["began"]))

    def find(self, key: str) -> dict[str, Any] | None:
        """Return the trial with this key, or None if it has not ended."""
        return read(self._summary(key)) or _old_record(self.folder).get("trials", {}).get(key)

    def write(self, trial: Mapping[str, Any]) -> None:
        """Write the summary of a trial that has ended."""
        write(self._summary(trial["key"]), trial)

    def _summary(self, key: str) -> Path:
        return self.folder / "trials" / key / "summary.json"

    @property
    def description(self) -> dict[str, Any]:
        """The content of ``search.json``; empty if no search has begun."""
        return read(self.folder / "search.json") or _old_record(self.folder).get("description", {})

    def describe(self, **entries: Any) -> None:
        """Add entries to ``search.json``."""
        write(self.folder / "search.json", {"begun": f"{time.time():.6f}"} | self.description | entries)

    def check(self, new: Mapping[str, Any]) -> None:
        """Check that the settings of a new call are those of the search in this folder, so that it can continue.

        Raises
        ------
        ArgumentError
            If a setting differs. The message names the first difference.
        """
        before = self.description
        differences = [f"{called} has changed" for k, called in _FIXED.items() if before.get(k, new[k]) != new[k]]
        # the entry is None if the trainer has no attribute `identity`
        if before.get("identity") is not None and new["identity"] is not None:
            old, now = _flat(before["identity"]), _flat(new["identity"])
            for name in sorted({*old, *now}):
                if old.get(name) != now.get(name):
                    is_now = f"{now.get(name, 'null'):.200}"
                    differences.append(f"{name} was {old.get(name, 'null'):.200}, now it is {is_now}")
        if differences:
            raise ArgumentError(
                f"the search in {str(self.folder)!r} cannot be resumed: {differences[0]}; "
                "choose another name or folder, or start a new search, which moves the old one aside (without "
                "--resume; in Python with overwrite=True, for AUCClassifier with resume=False)"
            )

    def note_returned(self, space: Mapping[str, Any]) -> None:
        """Write the configuration that the search returns to ``search.json``."""
        self.describe(returned={"space": dict(space), "trials": self._n_searched, "at": time.time()})

    @property
    def returned(self) -> dict[str, Any] | None:
        """The configuration that the search returned, or None if the search has had more trials since then."""
        found = self.description.get("returned")
        return None if found is None or found["trials"] != self._n_searched else found["space"]

    @property
    def _n_searched(self) -> int:
        return sum(not trial.get("by_hand") for trial in self.trials())

    def write_state(self, log: list[dict[str, Any]]) -> None:
        """Write ``state.pkl`` for other programs. AutoMAX never reads this file."""
        _replace(self.folder / "state.pkl", pickle.dumps(log))

    def tidy(self) -> None:
        """Remove the unfinished files of processes that were killed while writing."""
        for name in ("search.json", "state.pkl", "refit.json", "trials/*/summary.json"):
            for part in self.folder.glob(f"{name}.*"):
                if has_ended(part.suffix[1:]):
                    part.unlink(missing_ok=True)


def move_aside(path: Path, name: str = "") -> None:
    """Rename a file or folder, if it exists, to NAME-old-1 (or -2, ...). NAME is ``name``, or the name of the path."""
    while path.exists():
        old = _free_name(path, name or path.name)
        try:
            path.rename(old)
        except OSError:
            if not old.exists():  # otherwise another process has taken the name
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
    """Return the content of a JSON file; empty if there is no file."""
    try:
        found: dict[str, Any] = _decoded(json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return {}
    except ValueError as error:
        raise FileFormatError(f"expected JSON: {error}", str(path)) from error
    return found


def write(path: Path, content: Mapping[str, Any]) -> None:
    """Write a JSON file, which atomically replaces an earlier one."""
    _replace(path, _json(content).encode() + b"\n")


def _replace(path: Path, data: bytes) -> None:
    """Write a file and flush it to the disk; it atomically replaces an earlier one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{os.getpid()}")
    with open(part, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    os.replace(part, path)


def _old_record(folder: Path) -> dict[str, Any]:
    """Return the trials and the description from ``trials.jsonl``, to which earlier versions wrote a line per event."""
    path = folder / "trials.jsonl"
    lines: list[dict[str, Any]] = []
    for text in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
        with contextlib.suppress(ValueError):  # a crash has cut off the line
            lines.append(_decoded(json.loads(text)))
    description: dict[str, Any] = {"begun": None, "identity": None}
    begun: dict[str, dict[str, Any]] = {}  # in the order of their start; a searched trial replaces one by hand
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
    """Return the values of nested dicts as JSON, by dotted names. None is left out, as if there were no entry."""
    found = {}
    for name, value in values.items():
        if isinstance(value, Mapping):
            found.update(_flat(value, f"{prefix}{name}."))
        elif value is not None:
            found[f"{prefix}{name}"] = json.dumps(value)
    return found


def storable(values: Mapping[Any, Any]) -> dict[str, Any]:
    """Return the values in the form in which they are read back from the record.

    Arrays become lists, and objects that JSON cannot hold become their repr.
    """
    found = {}
    for name, value in values.items():
        try:
            found[str(name)] = _decoded(json.loads(_json(value)))
        except Exception:  # for example a list that contains itself; no value of a summary may make the trial fail
            found[str(name)] = _described(value)
    return found


def _json(value: Any) -> str:
    return json.dumps(_encoded(value), default=_described)


def _described(value: Any) -> str:
    """Return a short repr of a value; it never raises."""
    shown = reprlib.Repr()
    shown.maxother = 200
    return shown.repr(value)


def _encoded(value: Any) -> Any:
    """Return a value for JSON: tuples, which JSON would turn into lists, become dicts, and arrays become lists."""
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
