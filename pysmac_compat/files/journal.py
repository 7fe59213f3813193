"""``journal-run-N.jsonl``: all evaluations of a run with all their data, for resuming the run.

The first line holds the settings on which the search depends. Each further line holds an evaluation that has ended,
with all digits, in the order in which the evaluations ended. An evaluation on a test instance has ``"test": true``::

    {"journal": 2, "max_evaluations": 60, "seed": 0, "parameters": {...}, ..., "crc": "..."}
    {"test": false, "index": 1, "configuration": {"x": 4.0}, "instance": null, ..., "value": 13.0, ..., "crc": "..."}

Each line ends with a checksum, see `checksums`. In a journal of version 1, only the lines that a later version of the
package added have one.

The journal does not hold the state of the search. A resumed search starts from the beginning. It does not repeat an
evaluation that is in the journal, but uses the recorded result.
"""

from __future__ import annotations

import contextlib
import glob
import json
import os
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, get_args

from pysmac_compat.errors import FileFormatError, LinkedFileError
from pysmac_compat.evaluation.outcome import Status
from pysmac_compat.files.checksums import checked_line, split_checksum
from pysmac_compat.files.journal_header import VERSION, WITHOUT_CHECKSUMS, compare, header, is_of_other_proposals, plain
from pysmac_compat.plan import Plan
from pysmac_compat.results import Evaluation

_NUMBER = (int, float)
_NONE = type(None)
_TYPES: dict[str, tuple[type, ...]] = {
    "index": (int,),
    "configuration": (dict,),
    "instance": (int, _NONE),
    "seed": (int, _NONE),
    "status": (str,),
    "value": _NUMBER,
    "cutoff": (*_NUMBER, _NONE),
    "cpu_time": _NUMBER,
    "wall_time": _NUMBER,
    "message": (str,),
    "runtime": _NUMBER,
    "quality": _NUMBER,
}

#: the end of the message about a damaged line of a journal
OTHERS_COUNT = "; if you remove the line, resuming repeats only this evaluation, unless the search has several workers"


@dataclass(frozen=True)
class Recorded:
    """The content of the journal of a run.

    Attributes
    ----------
    path : str
    text : str
        The complete lines of the journal.
    max_evaluations : int
        The limit on the number of evaluations in the minimisation that wrote the first line.
    evaluations : dict of int to (int, Evaluation)
        The line number and the evaluation, by the index of the evaluation.
    tests : list of Evaluation
        The evaluations on test instances.
    of_other_proposals : bool
        Whether this version of the package would propose other configurations after the same results. Then the
        recorded evaluations are only the beginning of the resumed search.
    """

    path: str
    text: str
    max_evaluations: int
    evaluations: dict[int, tuple[int, Evaluation]] = field(default_factory=dict)
    tests: list[Evaluation] = field(default_factory=list)
    of_other_proposals: bool = False

    def evaluation(
        self, index: int, configuration: Mapping[str, Any], instance: int | None, seed: int | None
    ) -> Evaluation | None:
        """Return the recorded evaluation with this index, or None if it is not recorded.

        Raises
        ------
        FileFormatError
            If the recorded evaluation has another configuration, instance or seed.
        """
        if index not in self.evaluations:
            return None
        line, found = self.evaluations[index]
        wanted = (plain(configuration), instance, seed)
        recorded = (found.configuration, found.instance, found.seed)
        if wanted != recorded:
            raise FileFormatError(
                f"the journal has {_shown(recorded)} as evaluation {index}, but the search now proposes "
                f"{_shown(wanted)}; probably NumPy, scikit-learn or SMAC3 has another version now",
                self.path,
                line,
            )
        return replace(found, configuration=dict(configuration))

    def next_to_learn(self, begun: Collection[int]) -> int | None:
        """Return the index in ``begun`` whose evaluation is first in the journal, or None if the journal has none."""
        known = [index for index in begun if index in self.evaluations]
        return min(known, key=lambda index: self.evaluations[index][0], default=None)

    def test(self, configuration: Mapping[str, Any], instance: int | None, seed: int | None) -> Evaluation | None:
        """Remove and return a matching recorded evaluation on a test instance; return None if there is none left."""
        wanted = (plain(configuration), instance, seed)
        found = next((e for e in self.tests if (e.configuration, e.instance, e.seed) == wanted), None)
        if found is None:
            return None
        self.tests.remove(found)
        return replace(found, configuration=dict(configuration))


def _shown(wanted: tuple[Mapping[str, Any], int | None, int | None]) -> str:
    configuration, instance, seed = wanted
    more = ((f" on the instance {instance}", instance), (f" with the seed {seed}", seed))
    return f"{dict(configuration)}" + "".join(text for text, given in more if given is not None)


def journal_name(run_name: str) -> str:
    """Return the name of the journal of a run."""
    return f"journal-run-{run_name}.jsonl"


def journals(folder: str) -> set[str]:
    """Return the names of the runs whose journals are in a folder."""
    before, after = journal_name("*").split("*")
    paths = glob.glob(os.path.join(glob.escape(folder), journal_name("*")))
    return {os.path.basename(path).removeprefix(before).removesuffix(after) for path in paths}


def digests(folder: str) -> set[str]:
    """Return the `digest` of each journal in a folder; it identifies the evaluations known at the start of the run."""
    found = set()
    for path in (os.path.join(folder, journal_name(name)) for name in journals(folder)):
        # `read_journal` reports the errors of a journal
        with contextlib.suppress(OSError, ValueError), open(path, "rb") as stream:
            found.add(str(_object(path, 1, stream.readline().rstrip(b"\n")).get("warmstart")))
    return found


def header_line(plan: Plan, run: int) -> str:
    """Return the first line of a run's journal."""
    return checked_line(header(plan, run))


def evaluation_line(evaluation: Evaluation, test: bool) -> str:
    """Return the line of an evaluation."""
    return checked_line({"test": test, **vars(evaluation), "configuration": plain(evaluation.configuration)})


def read_journal(path: str, plan: Plan, run: int) -> Recorded:
    """Read the journal of a run that is to be resumed.

    An incomplete last line is left out; its process may have been killed while it wrote the line. A changed line is an
    error, because the model must not use its data.

    Parameters
    ----------
    path : str
    plan : Plan
        The plan of the resumed search.
    run : int
        The index of the run in the plan, from 0.

    Raises
    ------
    ResumeError
        If the journal belongs to another search. The message names the first difference.
    LinkedFileError
        If the journal is a symbolic link.
    FileFormatError
        If the journal has any other error.
    OSError
    """
    if os.path.islink(path):  # the journal will be written too
        raise LinkedFileError(path)
    head, recorded = read_any_journal(path, lambda head: compare(path, head, plan, run))
    return replace(recorded, of_other_proposals=is_of_other_proposals(head))


def read_any_journal(
    path: str, check: Callable[[dict[str, Any]], None] = lambda head: None
) -> tuple[dict[str, Any], Recorded]:
    """Read the journal of any search; return its header and its content.

    ``check`` is called with the header before the other lines are read. See `read_journal` for the errors.

    Raises
    ------
    FileFormatError, OSError
    """
    try:
        with open(path, "rb") as stream:
            data = stream.read()
    except IsADirectoryError:
        raise FileFormatError("expected a file, this is a directory", path) from None
    *lines, rest = data.split(b"\n")
    if split_checksum(rest[:-1])[1]:
        raise FileFormatError(
            f"the line is damaged: expected a newline as the last character, got {chr(rest[-1])!r}",
            path,
            len(lines) + 1,
        )
    if split_checksum(rest)[1]:  # only the newline of the last line is missing
        lines.append(rest)
    first = lines[0] if lines else b""
    head = _object(path, 1, first)
    if head.get("journal") not in (VERSION, WITHOUT_CHECKSUMS):
        raise FileFormatError(f"expected a header that contains {{'journal': {VERSION}}}", path, 1)
    checked = head["journal"] != WITHOUT_CHECKSUMS
    if checked and split_checksum(first)[1] is None:
        raise _damaged(path, 1, "it has no checksum")
    if type(head.get("max_evaluations")) is not int or head["max_evaluations"] < 1:
        raise FileFormatError("max_evaluations: expected a whole number from 1", path, 1)
    check(head)
    evaluations: dict[int, tuple[int, Evaluation]] = {}
    tests = []
    for number, line in enumerate(lines[1:], 2):
        test, evaluation = _evaluation(path, number, line, checked)
        if test:
            tests.append(evaluation)
        elif evaluation.index in evaluations:
            raise FileFormatError(f"evaluation {evaluation.index} occurs a second time", path, number)
        else:
            evaluations[evaluation.index] = number, evaluation
    text = b"".join(line + b"\n" for line in lines).decode()
    return head, Recorded(path, text, head["max_evaluations"], evaluations, tests)


def _damaged(path: str, number: int, what: str) -> FileFormatError:
    return FileFormatError(f"the line is damaged: {what}{'' if number == 1 else OTHERS_COUNT}", path, number)


def _object(path: str, number: int, line: bytes) -> dict[str, Any]:
    body, fits = split_checksum(line)
    if fits is False:
        raise _damaged(path, number, "it does not fit its checksum")
    try:
        content = json.loads(body.decode())
    except (ValueError, RecursionError):  # UnicodeDecodeError is a ValueError too
        content = None
    if not isinstance(content, dict):
        found = repr(line[:80]) if line else "nothing that ends in a line break"
        raise _damaged(path, number, f"expected a JSON object, got {found}")
    return content


def _evaluation(path: str, number: int, line: bytes, checked: bool) -> tuple[bool, Evaluation]:
    content = _object(path, number, line)
    if checked and split_checksum(line)[1] is None:
        raise _damaged(path, number, "it has no checksum")
    test = content.pop("test", None)
    if not isinstance(test, bool):
        raise FileFormatError("expected true or false as 'test'", path, number)
    if content.keys() != _TYPES.keys():
        odd = sorted(content.keys() ^ _TYPES.keys())[0]
        raise FileFormatError(f"the key {odd!r} is {'unknown' if odd in content else 'missing'}", path, number)
    for name, types in _TYPES.items():
        if type(content[name]) not in types:
            raise FileFormatError(f"{name!r} cannot be {content[name]!r:.80}", path, number)
    if content["status"] not in get_args(Status):
        raise FileFormatError(f"'status' cannot be {content['status']!r:.80}", path, number)
    if content["index"] < 1:
        raise FileFormatError(f"'index' cannot be {content['index']}", path, number)
    return test, Evaluation(**content)
