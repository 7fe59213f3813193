"""``about-run-N.json``: the limit of a run, and why it ended.

::

    {"max_evaluations": 60, "runs": ["1", "2"], "ended": "target(0.1)", "of_search": false}

``runs`` are the names of all runs of the search. Until the run ends, ``ended`` is null. ``of_search`` is true if the
same reason has ended the whole search.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from pysmac_compat.errors import FileFormatError
from pysmac_compat.files.text import write_text

_EXPECTED = "expected an object with max_evaluations, runs, ended and of_search"


@dataclass(frozen=True)
class AboutRun:
    """The content of the file; see the module."""

    max_evaluations: int
    runs: Sequence[str]
    ended: str | None = None
    of_search: bool = False


def about_name(run_name: str) -> str:
    """Return the name of the about-run file of a run."""
    return f"about-run-{run_name}.json"


def write_about(folder: str, run_name: str, about: AboutRun) -> None:
    """Write the file; raise OSError if that fails."""
    write_text(os.path.join(folder, about_name(run_name)), json.dumps(asdict(about)) + "\n")


def read_about(folder: str, run_name: str) -> AboutRun | None:
    """Read the file; return None if it is missing, because earlier versions did not write it.

    Raises
    ------
    FileFormatError
    """
    path = os.path.join(folder, about_name(run_name))
    try:
        with open(path, "rb") as stream:
            content = json.loads(stream.read().decode())
        about = AboutRun(*(content[name] for name in ("max_evaluations", "runs", "ended", "of_search")))
    except FileNotFoundError:
        return None
    except (ValueError, TypeError, KeyError, RecursionError):
        raise FileFormatError(_EXPECTED, path) from None
    is_sound = (
        type(about.max_evaluations) is int
        and about.max_evaluations > 0
        and isinstance(about.runs, list)
        and all(isinstance(name, str) for name in about.runs)
        and isinstance(about.ended, (str, type(None)))
        and isinstance(about.of_search, bool)
    )
    if not is_sound:
        raise FileFormatError(_EXPECTED, path)
    return about
