"""The folder of the returned models: it replaces an earlier one as a whole, and a marker says whose it is."""

from __future__ import annotations

import contextlib
import glob
import json
import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import psutil

from automax.selection.ensemble import PREDICTIONS, assemble

#: the file that says to which search and trials a folder belongs
MARKER = "trial.json"


def is_of(directory: Path, mark: Mapping[str, Any]) -> bool:
    """Return whether the marker of a folder has these entries; True if the folder has no marker."""
    try:
        about = json.loads((directory / MARKER).read_text())
        return all(about.get(name) == value for name, value in mark.items())
    except (OSError, ValueError, AttributeError):
        return True


def marked(directory: Path) -> Any:
    """Return the content of the marker of a folder, or None if there is no marker."""
    try:
        return json.loads((directory / MARKER).read_text())
    except (OSError, ValueError):
        return None


def replace(
    best: Path,
    directory: Path,
    about: Mapping[str, Any],
    mark: Mapping[str, Any],
    members: Sequence[Mapping[str, Any]],
    move_aside: Callable[[Path, str], None],
) -> None:
    """Copy the folder of a trial to ``best``, and make an ensemble of the copy if there are ``members``.

    If ``best`` exists and belongs to another search, which may be running, it is moved aside.
    """
    new, old = (best.with_name(f"{best.name}-{word}-{os.getpid()}") for word in ("new", "before"))
    shutil.rmtree(new, ignore_errors=True)
    shutil.copytree(directory, new)
    if members:
        assemble(new, members)
    (new / MARKER).write_text(json.dumps(about) + "\n")
    while new.exists():
        with contextlib.suppress(FileNotFoundError):
            best.rename(old)
        try:
            new.rename(best)  # at once: a process that is killed in between leaves no folder of this name
        except OSError:
            if not best.exists():  # otherwise the other search was faster
                raise
        if old.exists():
            if is_of(old, mark):
                shutil.rmtree(old)
            else:
                move_aside(old, best.name)


def tidy(best: Path, mark: Mapping[str, Any], move_aside: Callable[[Path, str], None]) -> None:
    """Remove the folders that killed processes left in `replace`; move a folder of another search aside."""
    for word in ("new", "before"):
        for left in best.parent.glob(f"{glob.escape(best.name)}-{word}-*"):
            if not has_ended(left.name.rpartition("-")[2]):
                continue
            if word == "new" or is_of(left, mark):
                shutil.rmtree(left, ignore_errors=True)
            else:
                move_aside(left, best.name)


def has_ended(process: str) -> bool:
    """Return whether the process with this id, as text, has ended; False if the text is not a process id."""
    return process.isdecimal() and not psutil.pid_exists(int(process))


def strip(directories: Sequence[Path]) -> None:
    """Remove the content of the folders of trials, except the predictions; a folder need not exist."""
    for path in [path for each in directories if each.is_dir() for path in each.iterdir()]:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        elif path.name != PREDICTIONS:
            path.unlink()
