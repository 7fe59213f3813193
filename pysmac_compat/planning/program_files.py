"""Finds and reads the files that the scenario of a program names."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pysmac_compat.errors import ArgumentError, shown
from pysmac_compat.files.instances import read_features, read_named_instances
from pysmac_compat.files.pcs import read_pcs
from pysmac_compat.planning.option_names import Told
from pysmac_compat.space.definition import Definition
from pysmac_compat.space.ready import understand

#: the name of an instance and the words after it
Instance = tuple[str, str]


@dataclass(frozen=True)
class Places:
    """The folders to which the paths of a scenario are relative.

    Attributes
    ----------
    base : str
        The folder in which the command runs, or --experiment-dir if that is given. But if the path of the PCS file is
        valid only from the folder of the scenario file, ``base`` is that folder.
    others : sequence of str
        The folders that are searched for files that are not in ``base``.
    """

    base: str
    others: Sequence[str]

    @classmethod
    def of(cls, start: str, scenario_file: str | None, pcs: Told | None) -> Places:
        """Return the places of a scenario; ``start`` is the folder in which the command runs, or --experiment-dir."""
        beside = start if scenario_file is None else os.path.dirname(os.path.join(start, scenario_file)) or start
        beside = os.path.normpath(beside)
        here, there = cls(start, [beside]), cls(beside, [start])
        if pcs is None or os.path.exists(os.path.join(start, pcs.value)):
            return here
        return there if os.path.exists(os.path.join(beside, pcs.value)) else here

    def find(self, told: Told, kind: Callable[[str], bool] = os.path.exists, what: str = "file") -> str:
        """Return the path of the file or folder that an option names.

        Raises
        ------
        ArgumentError
            If there is no such file or folder in any of the places.
        """
        text = os.path.expanduser(told.value)
        folders = list(dict.fromkeys([self.base, *self.others]))
        paths = [os.path.normpath(os.path.join(folder, text)) for folder in folders]
        last = os.path.basename(os.path.normpath(text))
        if last not in (os.curdir, os.pardir):  # the scenario's folder with all its files may have been moved
            paths += [os.path.join(folder, last) for folder in self.others]
        for path in paths:
            if kind(path):
                return path
        looked = " or ".join(dict.fromkeys(shown(path) for path in paths[: len(folders)]))
        raise ArgumentError(f"{told.place}: {told.name} = {told.value}: there is no {what} {looked}")


def read_space(path: str) -> Definition:
    """Read the search space from a PCS file in either format, or from a JSON file of ConfigSpace.

    Raises
    ------
    ValueError
        If the file is not a valid search space.
    """
    if not path.lower().endswith(".json"):
        parameters, *clauses = read_pcs(path, any_encoding=True)
        return understand(parameters, *clauses)
    from ConfigSpace import ConfigurationSpace

    try:
        space = ConfigurationSpace.from_json(path)
    except Exception as error:  # ConfigSpace raises various exceptions, for example if a key is missing
        raise ArgumentError(f"{path}: not a search space as ConfigSpace writes it in JSON: {error!r}") from error
    return understand(space)


def read_program_instances(
    told: Told, path: str, folders: Sequence[str], suffix: str | None = None, required: bool = True
) -> list[Instance]:
    """Read the names of instances from a file; if the path is a folder, its files are the instances.

    Parameters
    ----------
    told : Told
        The option that names the file or folder.
    path : str
    folders : sequence of str
        The folders to which the names of the instances may be relative.
    suffix : str or None
        A regular expression. If ``path`` is a folder, only files whose names end with a match are instances.
    required : bool
        Whether there must be at least one instance.

    Raises
    ------
    ArgumentError, FileFormatError
    """
    if os.path.isdir(path):
        try:
            ends = re.compile(f"(?:{suffix or ''})$")
        except re.error as error:
            raise ArgumentError(f"instance-suffix must be a regular expression, got {shown(suffix)}: {error}") from None
        inside = (os.path.join(folder, name) for folder, _, names in os.walk(path) for name in names)
        found = sorted((each, "") for each in inside if ends.search(each))
    else:
        found = read_named_instances(path, folders, with_seeds=told.name.lower().endswith("seed_file"))
    if not found and required:
        raise ArgumentError(f"{told.place}: {told.name} = {told.value}: there are no instances in {shown(path)}")
    return found


def features_of_instances(path: str, instances: Sequence[Instance]) -> list[list[float]]:
    """Return the features of each instance.

    The names in the feature file may differ from the instances' names by parts such as ``./``, or in their folders.

    Raises
    ------
    ArgumentError, FileFormatError
    """
    _, features = read_features(path)
    normal = {os.path.normpath(name): row for name, row in features.items()}
    by_end: dict[str, list[list[float]]] = {}
    for name, values in features.items():
        by_end.setdefault(os.path.basename(name), []).append(values)
    found: list[list[float]] = []
    missing: list[str] = []
    for name, _ in instances:
        row: list[float] | None = features.get(name) or normal.get(os.path.normpath(name))
        if row is None and len(same := by_end.get(os.path.basename(name), [])) == 1:
            (row,) = same
        if row is None:
            missing.append(name)
        else:
            found.append(row)
    if missing:
        more = f" (nor have {len(missing) - 1} other instances)" if len(missing) > 1 else ""
        raise ArgumentError(f"{path}: the instance {shown(missing[0])} has no features{more}")
    return found
