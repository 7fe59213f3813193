"""Reads and merges state-run folders; such a folder holds the evaluations of one run."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from pysmac_compat.errors import FileFormatError, shown
from pysmac_compat.files.configuration_texts import paramstrings_line, read_paramstrings
from pysmac_compat.files.folder import Folder
from pysmac_compat.files.instances import features_text, instances_text, read_features, read_instances
from pysmac_compat.files.pcs import read_pcs
from pysmac_compat.files.run_results import HEADER, RunRow, read_runs_and_results
from pysmac_compat.files.scenario_files import read_scenario_by_old_names
from pysmac_compat.files.text import Path, TextFile
from pysmac_compat.space.definition import Definition
from pysmac_compat.space.parameters import Value
from pysmac_compat.space.values import typed_values

PARAMSTRINGS = "paramstrings-it*.txt"
RUNS = "runs_and_results-it*.csv"
INSTANCES = "instances.txt"
FEATURES = "instance-features.txt"
#: part of the names of the files that SMAC v2 writes at each iteration, and of those that it writes when it fails
_REGULAR, _LAST = "-it", "-CRASH"
#: prefix of the new name of a state-run folder that a later run has moved aside
OLD_STATE = "old-state-"


@dataclass(frozen=True)
class StateRun:
    """The content of a state-run folder.

    Attributes
    ----------
    configurations : list of dict of str to str
        The complete configurations. The ID of a configuration is its position, from 1.
    instances : list of list of str
        The name and the further words of each instance. The ID of an instance is its position, from 1.
    features : (list of str, dict of str to list of float), or None
        The names of the features, and the values of the features by instance; None if there is no feature file.
    runs : list of RunRow
    """

    configurations: list[dict[str, str]]
    instances: list[list[str]]
    features: tuple[list[str], dict[str, list[float]]] | None
    runs: list[RunRow]

    def typed(self, definition: Definition) -> list[dict[str, Value]]:
        """Convert the configurations to typed values of the active parameters of a search space.

        Raises
        ------
        ValueError
            If a configuration does not belong to this space.
        """
        return [typed_values(texts, definition) for texts in self.configurations]


def largest_file(pattern: str) -> str:
    """Return the largest of the files that match a pattern; of several state files, this is the latest.

    Raises
    ------
    FileNotFoundError
        If no file matches.
    """
    return _largest(glob.glob(pattern), pattern)


def _largest(paths: Iterable[str], pattern: str) -> str:
    found = sorted(paths)
    if not found:
        raise FileNotFoundError(f"there is no file {pattern}")
    return max(found, key=lambda path: (os.path.getsize(path), path))


def dumps(folder: Path, pattern: str = RUNS) -> list[str]:
    """Return the paths of the state files of one kind in a folder, including files that SMAC v2 wrote when it failed.

    Each file also holds the content of the earlier files, so the largest file is the latest, whatever its name.

    Parameters
    ----------
    folder : str or path-like
    pattern : str
        The pattern of the names, for example `RUNS`.
    """
    patterns = dict.fromkeys((pattern, pattern.replace(_REGULAR, _LAST)))
    inside = glob.escape(os.fspath(folder))
    return [path for each in patterns for path in glob.glob(os.path.join(inside, each))]


def latest_dump(folder: Path, pattern: str) -> str:
    """Return the latest of the files that `dumps` returns.

    Raises
    ------
    FileNotFoundError
    """
    return _largest(dumps(folder, pattern), os.path.join(folder, pattern))


def read_state_run(
    folder: Path,
    runs: str = RUNS,
    instances: str = INSTANCES,
    features: str = FEATURES,
    paramstrings: str = PARAMSTRINGS,
    growing: bool = False,
) -> StateRun:
    """Read a state-run folder.

    Parameters
    ----------
    folder : str or path-like
    runs, instances, features, paramstrings : str
        The names of the files, which may contain ``*``. If several files match, the largest is read (of feature files,
        any one). For runs and paramstrings, a name with ``-it`` also means the name with ``-CRASH``. The feature file
        may be missing.
    growing : bool
        See `TextFile`.

    Raises
    ------
    FileFormatError
        If a file has an error, or a run names a configuration or an instance that does not exist.
    FileNotFoundError
    """
    folder = os.fspath(folder)
    inside = glob.escape(folder)
    runs_file = latest_dump(folder, runs)
    features_files = glob.glob(os.path.join(inside, features))
    rows = read_runs_and_results(runs_file, growing)  # read first, because a configuration is written before its runs
    state = StateRun(
        configurations=read_paramstrings(latest_dump(folder, paramstrings), growing),
        instances=read_instances(largest_file(os.path.join(inside, instances))),
        features=read_features(features_files[0]) if features_files else None,
        runs=rows,
    )
    for line, row in enumerate(state.runs, 2):
        for what, number, known in (
            ("configuration", row.configuration, state.configurations),
            ("instance", row.instance, state.instances),
        ):
            if number > len(known):
                raise FileFormatError(
                    f"the row refers to {what} {number}, but the number of {what}s in the folder is {len(known)}",
                    runs_file,
                    line,
                )
    return state


@dataclass
class MergedState:
    """The merged content of several state-run folders.

    Attributes
    ----------
    configurations : dict of (pairs of name and text) to int
        The ID of each configuration.
    instances : dict of str to (list of str)
        The further words of each instance. The ID of an instance is its position, from 1.
    features : (list of str, dict), or None
    runs : dict of (int, int) to list of RunRow
        The keys are the IDs of the configuration and the instance.
    """

    configurations: dict[tuple[tuple[str, str], ...], int]
    instances: dict[str, list[str]]
    features: tuple[list[str], dict[str, list[float]]] | None
    runs: dict[tuple[int, int], list[RunRow]]


def merge_states(
    folders: Sequence[Path],
    destination: Path,
    check_scenario: bool = True,
    drop_duplicates: bool = False,
    instance_subset: Iterable[str] | None = None,
) -> MergedState:
    """Merge state-run folders into a new one.

    Parameters
    ----------
    folders : sequence of str or path-like
    destination : str or path-like
        The new folder. It is made if it does not exist; state files in it are replaced.
    check_scenario : bool
        Whether the folders must have the same scenario and the same search space. In any case, the destination gets
        the scenario and the search space of the first folder.
    drop_duplicates : bool
        Whether to keep only the first of several runs with the same configuration, instance and seed.
    instance_subset : iterable of str, or None
        The instances to keep; None keeps all. Configurations without a run on these instances are left out.

    Raises
    ------
    ValueError
        If the folders cannot be merged.
    """
    if isinstance(folders, (str, os.PathLike)) or not folders:
        raise ValueError(f"expected a list of state-run folders, got {shown(folders)}")
    paths = [os.fspath(folder) for folder in folders]
    states = [read_state_run(path) for path in paths]
    if check_scenario:
        _check_scenarios(paths)
    kept = None if instance_subset is None else {str(name) for name in instance_subset}
    merged = MergedState({}, {}, _merge_features(paths, states), {})
    for state in states:
        for name, *more in state.instances:
            if kept is None or name in kept:
                merged.instances.setdefault(name, more)
    unknown = sorted((kept or set()) - merged.instances.keys())
    if unknown:
        raise ValueError(f"instance_subset: there is no instance {shown(unknown[0])}")
    for state in states:
        _add_runs(merged, state, drop_duplicates)
    if merged.features is not None:
        names, features = merged.features
        merged.features = names, {name: features[name] for name in merged.instances if name in features}
    _write(merged, paths[0], os.fspath(destination))
    return merged


def _check_scenarios(paths: Sequence[str]) -> None:
    for name, read in (("scenario.txt", read_scenario_by_old_names), ("param.pcs", read_pcs)):
        first, *others = (os.path.join(path, name) for path in paths)
        # a single folder may lack these files; if it has them, they are copied, so they must be valid
        expected = read(first) if others or os.path.exists(first) else None
        for other in others:
            if read(other) != expected:
                raise ValueError(f"{first} and {other} differ: the runs belong to different scenarios")


def _merge_features(
    paths: Sequence[str], states: Sequence[StateRun]
) -> tuple[list[str], dict[str, list[float]]] | None:
    names: list[str] | None = None
    features: dict[str, list[float]] = {}
    for path, state in zip(paths, states, strict=True):
        if state.features is None:
            continue
        if names is not None and state.features[0] != names:
            raise ValueError(f"{path}: the names of the features differ from the names in the other folders")
        names = state.features[0]
        for instance, values in state.features[1].items():
            if features.setdefault(instance, values) != values:
                raise ValueError(
                    f"{path}: the features of {shown(instance)} differ from its features in the other folders"
                )
    return None if names is None else (names, features)


def _add_runs(merged: MergedState, state: StateRun, drop_duplicates: bool) -> None:
    places = {name: place for place, name in enumerate(merged.instances, 1)}
    pairs = [tuple(sorted(texts.items())) for texts in state.configurations]
    for row in state.runs:
        name = state.instances[row.instance - 1][0]
        if name not in places:
            continue
        configuration = merged.configurations.setdefault(pairs[row.configuration - 1], len(merged.configurations) + 1)
        runs = merged.runs.setdefault((configuration, places[name]), [])
        if not (drop_duplicates and any(run.seed == row.seed for run in runs)):
            runs.append(replace(row, configuration=configuration, instance=places[name]))


def _write(merged: MergedState, source: str, destination: str) -> None:
    texts: dict[str, str] = {}
    for name in ("param.pcs", "scenario.txt"):
        path = os.path.join(source, name)
        if os.path.exists(path):
            texts[name] = TextFile(path).text
    texts[INSTANCES] = instances_text([name, *more] for name, more in merged.instances.items())
    if merged.features is not None:
        texts[FEATURES] = features_text(merged.features[0], merged.features[1].items())
    texts[PARAMSTRINGS.replace("*", "0")] = "".join(
        paramstrings_line(index, dict(pairs)) for pairs, index in merged.configurations.items()
    )
    lines, total = [HEADER], 0.0
    for number, row in enumerate((row for rows in merged.runs.values() for row in rows), 1):
        total += row.runtime
        lines.append(replace(row, number=number, iteration=0, cumulative_runtime=total).line)
    texts[RUNS.replace("*", "0")] = "".join(lines)

    os.makedirs(destination, exist_ok=True)
    stale = (PARAMSTRINGS, RUNS, "uniq_configurations-it*.csv", INSTANCES, FEATURES, "param.pcs", "scenario.txt")
    for path in [path for pattern in stale for path in dumps(destination, pattern)]:
        os.unlink(path)
    folder = Folder(destination, [])
    for name, text in texts.items():
        folder.write(name, text)
