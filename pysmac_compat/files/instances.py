"""Instances and their features.

instances.dat, test_instances.dat, instances.txt: a line for each, its name and perhaps more::

    id_0
    id_1

features.dat, instance-features.txt::

    instance_name,feature0,feature1
    id_0,1.0,2.0
    id_1,2.0,3.0
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pysmac_compat.errors import shown
from pysmac_compat.files.text import Path, TextFile
from pysmac_compat.space.values import java_number

#: before the number that the function gets as ``instance``
PREFIX = "id_"


def instance_name(number: int | None) -> str:
    """The name of an instance; of the only one, where the function gets none."""
    return f"{PREFIX}{number or 0}"


def instance_number(name: str) -> int:
    """What the function gets for a name.

    Raises
    ------
    ValueError
    """
    digits = name.removeprefix(PREFIX)
    if digits == name or not (digits.isascii() and digits.isdigit()):
        raise ValueError(f"expected the name of an instance as {PREFIX}0, got {shown(name)}")
    return int(digits)


def instances_text(instances: Iterable[Sequence[str]]) -> str:
    """The text of a file of instances, each its name and further words."""
    return "".join(" ".join(words) + "\n" for words in instances)


def read_instances(path: Path) -> list[list[str]]:
    """Read a file of instances.

    Parameters
    ----------
    path : str or path-like

    Returns
    -------
    list of list of str
        For each instance its name and the further words of its line.

    Raises
    ------
    FileFormatError
    """
    return [line.split() for _, line in TextFile(path).lines]


def features_text(names: Sequence[str], features: Iterable[tuple[str, Sequence[float]]]) -> str:
    """The text of a file of features, given the names of these and pairs of an instance and its values."""
    rows = [["instance_name", *names], *([instance, *map(java_number, values)] for instance, values in features)]
    return "".join(",".join(row) + "\n" for row in rows)


def features_of(features: Sequence[Sequence[float]], instances: Sequence[str]) -> str:
    """The text of a file of features without names, a row for each of the first instances."""
    names = [f"feature{i}" for i in range(len(features[0]))]
    return features_text(names, zip(instances, features, strict=False))


def read_features(path: Path) -> tuple[list[str], dict[str, list[float]]]:
    """Read a file of features.

    Parameters
    ----------
    path : str or path-like

    Returns
    -------
    names : list of str
        Of the features.
    features : dict of str to list of float
        By instance.

    Raises
    ------
    FileFormatError
    """
    file = TextFile(path)
    rows = [(number, [cell.strip() for cell in line.split(",")]) for number, line in file.lines]
    names = rows[0][1][1:] if rows else []
    if not names:
        file.error(1, "expected a header as 'instance_name,feature0,feature1'")
    features: dict[str, list[float]] = {}
    for number, (instance, *cells) in rows[1:]:
        if len(cells) != len(names):
            file.error(number, f"expected {len(names)} features, as in the header, got {len(cells)}")
        if instance in features:
            file.error(number, f"the instance {shown(instance)} stands here a second time")
        features[instance] = [file.number(number, cell, "feature") for cell in cells]
    return names, features
