"""The folder of the returned models, which replaces an earlier one as a whole and names its search in a marker file."""

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

#: the marker: a file that names the search and the trials that a folder belongs to
MARKER = "trial.json"


def is_of(directory: Path, mark: Mapping[str, Any]) -> bool:
    """Return whether the marker of a folder has these entries; True if there is no readable marker."""
    try:
        about = json.loads((directory / MARKER).read_text())
        return all(about.get(name) == value for name, value in mark.items())
    except (OSError, ValueError, AttributeError):
        return True


def marked(directory: Path) -> Any:
    """Return the content of the marker of a folder, or None if there is no readable marker."""
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

    If an earlier ``best`` belongs to another search, which may still be running, the earlier folder is moved aside;
    otherwise it is removed.
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
            new.rename(best)  # immediately: if the process is killed between the two, there is no `best`
        except OSError:
            if not best.exists():  # otherwise another process has just made the folder
                raise
        if old.exists():
            if is_of(old, mark):
                shutil.rmtree(old)
            else:
                move_aside(old, best.name)


def tidy(best: Path, mark: Mapping[str, Any], move_aside: Callable[[Path, str], None]) -> None:
    """Remove the temporary folders of interrupted calls of `replace`; move a folder of another search aside."""
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
