"""A saved `Search`: a file with its arguments and its results, in the format of a journal.

The first line has the arguments of the search. For each result, it also has the number of trials that the search had
proposed before the user reported the result. At its end, it has the number of trials on test instances. Each further
line has a result: first the training results, in the order in which the user reported them, then the results on test
instances::

    {"journal": 2, ..., "search": {"parameters": {...}, ...}, "asked": [1, 2], "tests": 0, "crc": ...}
    {"test": false, "index": 1, "configuration": {"x": 4.0}, "instance": null, ..., "value": 13.0, ..., "crc": "..."}
"""

from __future__ import annotations

import itertools
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pysmac_compat.errors import ArgumentError, FileFormatError
from pysmac_compat.files.checksums import checked_line
from pysmac_compat.files.journal import OTHERS_COUNT, Recorded, evaluation_line, read_any_journal
from pysmac_compat.files.journal_header import PROPOSALS, VERSION, is_of_other_proposals
from pysmac_compat.files.text import Path, write_bytes
from pysmac_compat.results import Evaluation
from pysmac_compat.space.definition import Definition
from pysmac_compat.space.ready import ReadySpace, understand

#: the end of a message about a damaged file, with a way to continue
_REST = (
    "; this file cannot be loaded, but each undamaged line after the first is a JSON object. "
    "Search(..., known=[(configuration, value), ...]) begins a new search with the 'configuration' and 'value' of each"
)
_SPACE = ("parameters", "conditional_clauses", "forbidden_clauses")


@dataclass(frozen=True)
class History:
    """The history of a search: the trials that `ask` has returned, and the results that the user reported with `tell`.

    Attributes
    ----------
    told : list of Evaluation
        The results, in the order in which the user reported them.
    asked : list of int
        For each result, the number of trials that the search had proposed before the user reported the result; then
        the number at the end.
    tested : list of Evaluation
        The results on test instances.
    n_tests : int
        The number of trials on test instances that the search has proposed.
    """

    told: list[Evaluation]
    asked: list[int]
    tested: list[Evaluation]
    n_tests: int


@dataclass(frozen=True)
class SavedSearch:
    """The content of the file of a saved search.

    Attributes
    ----------
    definition : Definition
    settings : dict
        The other arguments of `Search`.
    asked : list of int
    n_tests : int
        See `History`.
    recorded : Recorded
        The results.
    """

    definition: Definition
    settings: dict[str, Any]
    asked: list[int]
    n_tests: int
    recorded: Recorded

    @property
    def path(self) -> str:
        """The path of the file."""
        return self.recorded.path


def write_search(
    path: Path,
    definition: Definition,
    settings: Mapping[str, Any],
    design: int,
    history: History,
) -> None:
    """Write a search to a file, and replace an existing file.

    ``design`` is the number of evaluations for which the initial design is made.

    Raises
    ------
    ArgumentError
        If JSON cannot hold an argument, or the file is a link.
    OSError
    """
    content = {**_space(definition), **settings}
    for name, value in content.items():
        try:
            content[name] = json.loads(json.dumps(value, default=_native))
        except (TypeError, ValueError, RecursionError) as error:
            raise ArgumentError(f"save: {name} has a value that JSON cannot hold: {error}") from None
    head = {
        "journal": VERSION,
        "max_evaluations": design,
        # the largest number of open trials at a time; if it is 1, fewer versions propose differently
        "workers": max(1, *(count - number for number, count in enumerate(history.asked))),
        "proposals": PROPOSALS,
        "search": content,
        "asked": history.asked,
        "tests": history.n_tests,
    }
    lines = [checked_line(head), *(evaluation_line(each, test=False) for each in history.told)]
    lines += [evaluation_line(each, test=True) for each in history.tested]
    write_bytes(os.fspath(path), "".join(lines).encode(), synced=True)


def read_search(path: Path) -> SavedSearch:
    """Read the file that `write_search` has written.

    Raises
    ------
    FileFormatError, OSError
    """
    path = os.fspath(path)
    try:
        head, recorded = read_any_journal(path)
    except FileFormatError as error:
        if error.line in (None, 1):
            raise
        raise FileFormatError(error.message.removesuffix(OTHERS_COUNT) + _REST, path, error.line) from None
    settings, asked, n_tests = head.get("search"), head.get("asked"), head.get("tests", 0)
    if not isinstance(settings, dict) or not isinstance(asked, list):
        raise FileFormatError("expected a file that Search.save() wrote, with the keys 'search' and 'asked'", path, 1)
    if is_of_other_proposals({**settings, **head}):
        raise FileFormatError(
            "another version of pysmac_compat wrote this file, and this version would propose other configurations; "
            "pass the results to a new search with known=[(configuration, value), ...]",
            path,
            1,
        )
    told = len(recorded.evaluations)
    counts = [count for count in asked if type(count) is int]
    fits = len(counts) == len(asked) == told + 1 and all(one <= other for one, other in itertools.pairwise(counts))
    if not fits or any(count < number for number, count in enumerate(counts[:-1], 1)):
        message = f"'asked' does not fit {told} results: the file has too few or too many lines{_REST}"
        raise FileFormatError(message, path, 1)
    if type(n_tests) is not int or n_tests < 0:
        raise FileFormatError(f"'tests' cannot be {n_tests!r:.80}", path, 1)
    try:
        definition = _definition(*(settings.pop(name) for name in _SPACE))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise FileFormatError(f"the search space cannot be read: {error}", path, 1) from error
    return SavedSearch(definition, settings, counts, n_tests, recorded)


def _space(definition: Definition) -> dict[str, Any]:
    if isinstance(definition, ReadySpace):
        space = definition.configspace.to_serialized_dict()
        if _ready(json.loads(json.dumps(space, default=_native))) != definition.configspace:
            raise ArgumentError("save: JSON cannot keep some choices of the ConfigurationSpace; use strings as choices")
        return {"parameters": {"configspace": space}, "conditional_clauses": [], "forbidden_clauses": []}
    parameters = {
        name: [each.kind, list(each.values), each.default, *(["log"] if each.log else [])]
        for name, each in definition.parameters.items()
    }
    return {
        "parameters": {"dialect": parameters},
        "conditional_clauses": list(definition.conditional_clauses),
        "forbidden_clauses": [clause.text for clause in definition.forbiddens],
    }


def _definition(parameters: Mapping[str, Any], conditions: list[str], forbiddens: list[str]) -> Definition:
    if "configspace" in parameters:
        return understand(_ready(parameters["configspace"]))
    dialect = {name: tuple(specification) for name, specification in parameters["dialect"].items()}
    return understand(dialect, conditions, forbiddens)


def _ready(space: dict[str, Any]) -> Any:
    from ConfigSpace import ConfigurationSpace

    return ConfigurationSpace.from_serialized_dict(space)


def _native(value: Any) -> Any:
    """Convert a NumPy value to a value that JSON can hold."""
    for name in ("tolist", "item"):
        if hasattr(value, name):
            return getattr(value, name)()
    raise TypeError(f"{value!r:.100} ({type(value).__name__})")
