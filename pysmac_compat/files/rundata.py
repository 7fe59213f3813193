"""``live-rundata-N.json``: a sequence of JSON values: first the list of instances, then an object for each run.

This package writes each value in one line; SMAC v2 breaks and indents the lines. An object that several runs share,
such as a configuration, is written in full only once; later, its ``@..-id`` refers to it. IDs begin with 2.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import IO, Any

from pysmac_compat.errors import FileFormatError
from pysmac_compat.files.run_results import RunRow

_FIRST_ID = 2
_NOT_BLANK = re.compile(r"\S")


class RunDataText:
    """Builds the texts that the caller appends to live-rundata-N.json.

    Parameters
    ----------
    instances : sequence of sequence of str
        The name and the further words of each instance.
    pcs_path, pcs_text : str
        The path and the text of the file that defines the search space.
    algorithm : str
        The option algo-exec.
    folder : str
        The option algo-exec-dir.
    cutoff : float
        The CPU limit of a run, seconds.
    deterministic : bool
    """

    def __init__(
        self,
        instances: Sequence[Sequence[str]],
        pcs_path: str,
        pcs_text: str,
        algorithm: str,
        folder: str,
        cutoff: float,
        deterministic: bool,
    ) -> None:
        self._instances = instances
        self._space = {"@pcs-id": _FIRST_ID, "pcs-filename": pcs_path, "pcs-text": pcs_text, "pcs-subspace": {}}
        self._algorithm: dict[str, Any] = {
            "@algo-exec-config-id": _FIRST_ID,
            "algo-exec": algorithm,
            "algo-exec-dir": folder,
            "algo-pcs": self._space,
            "algo-cutoff": cutoff,
            "algo-deterministic": deterministic,
            "algo-tae-context": {},
        }
        self._known: dict[tuple[Any, ...], int] = {}

    @property
    def beginning(self) -> str:
        """The text of the list of instances, with which the file begins."""
        instances = [
            {
                "@pi-id": _FIRST_ID + i,
                "pi-name": name,
                "pi-instance-specific-info": " ".join(more) or "0",
                "pi-features": {},
                "pi-instance-id(deprecated)": 1 + i,
            }
            for i, (name, *more) in enumerate(self._instances)
        ]
        return _text(instances)

    def run(self, row: RunRow, texts: Mapping[str, str], active: Sequence[str], default: bool) -> str:
        """Return the text of the object of a run.

        Parameters
        ----------
        row : RunRow
        texts : dict of str to str
            The configuration.
        active : sequence of str
            The active parameters of the configuration.
        default : bool
            Whether the configuration is the default configuration.
        """
        run_id = row.number + _FIRST_ID - 1
        instance = self._object(run_id, ("pi", row.instance), "@pi-id", {}, _FIRST_ID + row.instance - 1)
        pair = self._object(
            run_id,
            ("pisp", row.instance, row.seed),
            "@pisp-id",
            {"pisp-pi": instance, "pisp-seed": row.seed},
        )
        configuration = self._object(
            run_id,
            ("pc", row.configuration),
            "@pc-id",
            {
                "pc-pcs": {"@pcs-id": _FIRST_ID},
                "pc-settings": dict(texts),
                "pc-active-parameters": list(active),
                "pc-forbidden": False,
                "pc-default": default,
            },
        )
        run = {
            "r-rc": {
                "@rc-id": run_id,
                "rc-algo-exec-config": self._object(
                    run_id, ("algo",), "@algo-exec-config-id", self._algorithm, _FIRST_ID
                ),
                "rc-cutoff": row.cutoff,
                "rc-pisp": pair,
                "rc-pc": configuration,
                "rc-sample-idx": 0,
            },
            "r-run-result": row.result,
            "r-runtime": row.runtime,
            "r-run-length": row.run_length,
            "r-quality": row.quality,
            "r-result-seed": row.seed,
            "r-addl-run-data": row.additional,
            "r-wallclock-time": row.wall_time,
        }
        return _text(run)

    def _object(
        self, run_id: int, key: tuple[Any, ...], name: str, content: Mapping[str, Any], own_id: int | None = None
    ) -> dict[str, Any]:
        """Return the whole object when it is new, and later only its ID."""
        if key in self._known:
            return {name: self._known[key]}
        self._known[key] = run_id if own_id is None else own_id
        return {name: self._known[key], **content}


def _text(value: Any) -> str:
    return json.dumps(value) + "\n"  # to indent the text like SMAC v2 would take ten times as long


def parse_json(stream: IO[str], decoder: json.JSONDecoder | None = None, buffersize: int = 2048) -> Iterator[Any]:
    """Read a sequence of JSON values.

    Parameters
    ----------
    stream : text file
        The stream, open for reading.
    decoder : json.JSONDecoder
    buffersize : int
        The number of characters to read at a time, at least.

    Yields
    ------
    object

    Raises
    ------
    FileFormatError
        At the first text that is not a JSON value. The values before it have been yielded.
    """
    decoder = decoder or json.JSONDecoder()
    name = str(getattr(stream, "name", "<stream>"))
    text, position, line, ended = "", 0, 1, False
    while True:
        start = _NOT_BLANK.search(text, position)
        after = start.start() if start else len(text)
        line += text.count("\n", position, after)
        position = after
        try:
            value, end = decoder.raw_decode(text, position)
        except (ValueError, RecursionError) as error:
            if ended:
                if position == len(text):
                    return
                wrong = error.pos if isinstance(error, json.JSONDecodeError) else position
                place = line + text.count("\n", position, wrong)
                reason = getattr(error, "msg", str(error))
                raise FileFormatError(f"expected a JSON value: {reason}", name, place) from None
        else:
            if ended or end < len(text):  # otherwise the value may be a number that continues
                yield value
                line += text.count("\n", position, end)
                position = end
                continue
        more = _read(stream, max(buffersize, len(text) - position), name, line)
        ended = not more
        text, position = text[position:] + more, 0


def _read(stream: IO[str], size: int, name: str, line: int) -> str:
    try:
        return stream.read(size)
    except UnicodeDecodeError as error:
        raise FileFormatError(f"expected text, this is binary data: {error}", name, line) from None


def read_rundata(path: str) -> list[Any]:
    """Read the whole of live-rundata-N.json; return the list of instances, then a dict for each run.

    Raises
    ------
    FileFormatError
    """
    try:
        stream = open(path, encoding="utf-8")  # noqa: SIM115 (closed by the with below)
    except IsADirectoryError:
        raise FileFormatError("expected a file, this is a directory", str(path)) from None
    except ValueError as error:
        raise FileFormatError(f"this is not a file name: {error}", str(path)) from None
    with stream:
        return list(parse_json(stream))
