"""Instances and their features.

instances.dat, test_instances.dat and instances.txt have a line for each instance: its name and perhaps further words::

    id_0
    id_1

features.dat and instance-features.txt have a line for each instance: its name and its features::

    instance_name,feature0,feature1
    id_0,1.0,2.0
    id_1,2.0,3.0
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence

from pysmac_compat.errors import shown
from pysmac_compat.files.text import Path, TextFile
from pysmac_compat.space.values import java_number

#: the text before the index of an instance in its name; the function gets the index as ``instance``
PREFIX = "id_"


def instance_name(number: int | None) -> str:
    """Return the name of the instance with this index; None is for a function that gets no ``instance``."""
    return f"{PREFIX}{number or 0}"


def instance_number(name: str) -> int:
    """Return the index that the function gets as ``instance``, from the name of the instance.

    Raises
    ------
    ValueError
    """
    digits = name.removeprefix(PREFIX)
    if digits == name or not (digits.isascii() and digits.isdigit()):
        raise ValueError(f"expected the name of an instance such as {PREFIX}0, got {shown(name)}")
    return int(digits)


def instances_text(instances: Iterable[Sequence[str]]) -> str:
    """Return the text of an instance file, from the name and the further words of each instance."""
    return "".join(" ".join([_in_quotes(name), *more]) + "\n" for name, *more in instances)


def _in_quotes(name: str) -> str:
    """Return the name as an instance file has it: in quotes if it has blanks."""
    return f'"{name}"' if len(name.split()) > 1 else name


def read_instances(path: Path) -> list[list[str]]:
    """Read an instance file.

    Parameters
    ----------
    path : str or path-like

    Returns
    -------
    list of list of str
        The name and the further words of each instance.

    Raises
    ------
    FileFormatError
    """
    pairs = (_named(line.strip(), ()) for _, line in TextFile(path).lines)
    return [[name, *more.split()] for name, more in pairs]


_QUOTED = re.compile(r"""(?P<quote>["'])(?P<name>.+?)(?P=quote)(?P<more>\s.*|)""")


def read_named_instances(path: Path, folders: Sequence[str], with_seeds: bool = False) -> list[tuple[str, str]]:
    """Read an instance file, whose names may be in quotes or contain blanks.

    Parameters
    ----------
    path : str or path-like
    folders : sequence of str
        The folders that may hold the files of the instances. A name without quotes is the longest beginning of its
        line that is an existing path in one of the folders; if there is none, it is the first word.
    with_seeds : bool
        Whether each line begins with a seed, which is left out of the result.

    Returns
    -------
    list of (str, str)
        The name and the rest of each line.

    Raises
    ------
    FileFormatError
    """
    lines = (line.strip() for _, line in TextFile(path, any_encoding=True).lines)
    return [_named(line.split(None, 1)[-1] if with_seeds else line, folders) for line in lines]


def _named(text: str, folders: Sequence[str]) -> tuple[str, str]:
    quoted = _QUOTED.fullmatch(text)
    if quoted is not None:
        return quoted["name"], quoted["more"].strip()
    ends = [match.start() for match in re.finditer(r"\s+|$", text)]
    for end in reversed(ends[1:]):
        if any(os.path.exists(os.path.join(folder, text[:end])) for folder in folders):
            return text[:end], text[end:].strip()
    return text[: ends[0]], text[ends[0] :].strip()


def features_text(names: Sequence[str], features: Iterable[tuple[str, Sequence[float]]]) -> str:
    """Return the text of a feature file; each element of ``features`` is an instance and the values of its features."""
    rows = [["instance_name", *names], *([instance, *map(java_number, values)] for instance, values in features)]
    return "".join(",".join(row) + "\n" for row in rows)


def features_of(features: Sequence[Sequence[float]], instances: Sequence[str]) -> str:
    """Return the text of a feature file for features without names; row i of ``features`` belongs to instance i."""
    names = [f"feature{i}" for i in range(len(features[0]))]
    return features_text(names, zip(instances, features, strict=False))


def read_features(path: Path) -> tuple[list[str], dict[str, list[float]]]:
    """Read a feature file.

    Parameters
    ----------
    path : str or path-like

    Returns
    -------
    names : list of str
        The names of the features.
    features : dict of str to list of float
        The values of the features, by instance.

    Raises
    ------
    FileFormatError
    """
    file = TextFile(path)
    lines = ((number, file.cells(number, line) if '"' in line else line.split(",")) for number, line in file.lines)
    rows = [(number, [cell.strip() for cell in cells]) for number, cells in lines]
    names = rows[0][1][1:] if rows else []
    if not names:
        file.error(1, "expected a header such as 'instance_name,feature0,feature1'")
    features: dict[str, list[float]] = {}
    for number, (instance, *cells) in rows[1:]:
        if len(cells) != len(names):
            file.error(number, f"expected {len(names)} features, as in the header, got {len(cells)}")
        if instance in features:
            file.error(number, f"the instance {shown(instance)} occurs a second time")
        features[instance] = [file.number(number, cell, "feature") for cell in cells]
    return names, features
