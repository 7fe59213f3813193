"""The folder of what a search returns: written whole, in the place of an earlier one, and marked with whose it is."""

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

#: says of which search and trials a folder is
MARKER = "trial.json"


def is_of(directory: Path, mark: Mapping[str, Any]) -> bool:
    """Whether what is marked in a folder, if anything is, is marked like that."""
    try:
        about = json.loads((directory / MARKER).read_text())
        return all(about.get(name) == value for name, value in mark.items())
    except (OSError, ValueError, AttributeError):
        return True


def marked(directory: Path) -> Any:
    """What is marked in a folder, None if nothing is."""
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
    """Copy the folder of a trial, and make an ensemble of it if there are ``members``.

    What is there of another search, which may go on now, is moved aside.
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
            if is_of(old, mark):
                shutil.rmtree(old)
            else:
                move_aside(old, best.name)
        try:
            new.rename(best)
        except OSError:
            if not best.exists():  # else the other search was faster
                raise


def tidy(best: Path, mark: Mapping[str, Any], move_aside: Callable[[Path, str], None]) -> None:
    """Remove what a process that was killed in `replace` has left; the folder of another search is moved aside."""
    for word in ("new", "before"):
        for left in best.parent.glob(f"{glob.escape(best.name)}-{word}-*"):
            if not has_ended(left.name.rpartition("-")[2]):
                continue
            if word == "new" or is_of(left, mark):
                shutil.rmtree(left, ignore_errors=True)
            else:
                move_aside(left, best.name)


def has_ended(process: str) -> bool:
    """Whether the process that has named a file after itself has ended; False if that is no process id."""
    return process.isdecimal() and not psutil.pid_exists(int(process))


def strip(directories: Sequence[Path]) -> None:
    """Remove what is in the folders of trials, as far as they exist, but for predictions."""
    for path in [path for each in directories if each.is_dir() for path in each.iterdir()]:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        elif path.name != PREDICTIONS:
            path.unlink()
