r"""Configurations as texts, and the files that list configurations.

``paramstrings-itK.txt``::

    1: x='4.0', y='7'
    2: x='2.3801473994966518', y='8'

``uniq_configurations-itK.csv``, where each value is a number::

    1,0.9,0.8333333333333334
    2,0.7380147399496652,0.9444444444444444

A single quote within a value is written as ``\'``, and backslashes before a quote are doubled. All other backslashes
are written unchanged. SMAC v2 could not write values with quotes at all.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from pysmac_compat.errors import shown
from pysmac_compat.files.text import Path, TextFile
from pysmac_compat.space.definition import Definition
from pysmac_compat.space.parameters import Value
from pysmac_compat.space.values import java_number, unit_value

_QUOTED = r"'(?P<value>(?:[^'\\]|\\+(?!['\\])|(?:\\\\)*\\')*(?:\\\\)*)'"
_PAIR = re.compile(rf"(?P<name>[^\s'\"#]+?)={_QUOTED}")
_ARGUMENT = re.compile(rf"-(?P<name>[^\s'\"#]+) {_QUOTED}")
_BEFORE_QUOTE = re.compile(r"(\\*)('|\Z)")


def _quote(text: str) -> str:
    if "'" not in text and not text.endswith("\\"):
        return f"'{text}'"
    escaped = _BEFORE_QUOTE.sub(lambda m: m[1] * 2 + ("\\'" if m[2] else ""), text)
    return f"'{escaped}'"


def _unquote(text: str) -> str:
    return _BEFORE_QUOTE.sub(lambda m: m[1][: len(m[1]) // 2] + m[2], text)


def format_pairs(texts: Mapping[str, str]) -> str:
    """Write a configuration in the form ``x='4.0', y='7'``."""
    return ", ".join(f"{name}={_quote(text)}" for name, text in texts.items())


def format_arguments(texts: Mapping[str, str]) -> str:
    """Write a configuration in the form ``-x '4.0' -y '7'``."""
    return " ".join(f"-{name} {_quote(text)}" for name, text in texts.items())


def parse_pairs(file: TextFile, line: int, text: str) -> dict[str, str]:
    """Read a configuration in the form that `format_pairs` writes."""
    return _parse(file, line, text.strip(), _PAIR, ", ", "name='value', name='value', ...")


def parse_arguments(file: TextFile, line: int, text: str) -> dict[str, str]:
    """Read a configuration in the form that `format_arguments` writes."""
    return _parse(file, line, text.strip(), _ARGUMENT, " ", "-name 'value' -name 'value' ...")


def _parse(
    file: TextFile, line: int, text: str, pattern: re.Pattern[str], separator: str, expected: str
) -> dict[str, str]:
    texts: dict[str, str] = {}
    position = 0
    while True:
        match = pattern.match(text, position)
        if match is None or match["name"] in texts:
            file.error(line, f"expected a configuration such as {expected}, got {shown(text[position:])}")
        texts[match["name"]] = _unquote(match["value"])
        position = match.end()
        if position == len(text):
            return texts
        if not text.startswith(separator, position):
            file.error(line, f"expected {shown(separator)} between two parameters, got {shown(text[position:])}")
        position += len(separator)


def paramstrings_line(index: int, texts: Mapping[str, str]) -> str:
    """Return a line of paramstrings-itK.txt."""
    return f"{index}: {format_pairs(texts)}\n"


def read_paramstrings(path: Path, growing: bool = False) -> list[dict[str, str]]:
    """Read paramstrings-itK.txt.

    Parameters
    ----------
    path : str or path-like
    growing : bool
        See `TextFile`.

    Returns
    -------
    list of dict of str to str
        The configurations. The first one has the ID 1.

    Raises
    ------
    FileFormatError
    """
    file = TextFile(path, appended=True, growing=growing)
    found: list[dict[str, str]] = []
    for number, line in file.lines:
        index, colon, text = line.partition(":")
        if not colon or file.integer(number, index, "ID of the configuration") != len(found) + 1:
            file.error(number, f"expected '{len(found) + 1}: ' and a configuration, got {shown(line)}")
        found.append(parse_pairs(file, number, text))
    return found


def uniq_configurations_line(index: int, values: Mapping[str, Value], definition: Definition) -> str:
    """Return a line of uniq_configurations-itK.csv; see `unit_value`."""
    complete = definition.complete(values)
    units = [java_number(unit_value(value, definition.parameters[name])) for name, value in complete.items()]
    return ",".join([str(index), *units]) + "\n"


def read_uniq_configurations(path: Path) -> list[list[float]]:
    """Read uniq_configurations-itK.csv; return a row of numbers for each configuration, without its ID."""
    file = TextFile(path, appended=True)
    rows: list[list[float]] = []
    for number, line in file.lines:
        index, *cells = line.split(",")
        if file.integer(number, index, "ID of the configuration") != len(rows) + 1:
            file.error(number, f"expected the ID {len(rows) + 1}, got {shown(index)}")
        rows.append([file.number(number, cell, "value of a parameter") for cell in cells])
        if not cells or len(cells) != len(rows[0]):
            file.error(number, f"expected {len(rows[0])} values, got {len(cells)}")
    return rows
