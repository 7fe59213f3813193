"""The importance of parameters from the files of SMAC runs."""

from __future__ import annotations

import glob
import os
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from pysmac_compat.anova import ForestAnova
from pysmac_compat.errors import ArgumentError, ClauseError, FileFormatError
from pysmac_compat.evaluation.outcome import SUCCESSES
from pysmac_compat.evaluation.rules import TIMEOUT_QUALITY
from pysmac_compat.files.configuration_texts import read_paramstrings, unit_value
from pysmac_compat.files.pcs import read_pcs
from pysmac_compat.files.state import PARAMSTRINGS, StateRun, largest_file, merge_states, read_state_run
from pysmac_compat.files.text import TextFile
from pysmac_compat.space.definition import Definition, define
from pysmac_compat.space.values import typed_values

_INACTIVE: Any = object()


def smac_to_fanova(
    state_run_directory: str, destination_dir: str, check_scenario_files: bool = True, n_trees: int = 64, seed: int = 0
) -> ForestAnova:
    """Merge all runs in a folder, and find out which parameters matter in them.

    Parameters
    ----------
    state_run_directory : str
        The folder that holds the state-run folders: ``out/<scenario>`` in the working directory.
    destination_dir : str
        Where the merged run is written, see `merge_states`.
    check_scenario_files : bool
        Whether runs of different scenarios are an error.
    n_trees, seed : int
        Of the forest that is fitted.

    Returns
    -------
    ForestAnova
        With ``quantify_importance(dims)`` and ``get_most_important_pairwise_marginals(n)``.

    Raises
    ------
    ArgumentError
        A ``ValueError``, where there are no runs, or none that succeeded.
    FileFormatError
        Also where a clause or a configuration does not fit the space.
    """
    folders = sorted(glob.glob(os.path.join(glob.escape(state_run_directory), "state-run*")))
    if not folders:
        raise ArgumentError(f"there is no state-run folder in {state_run_directory!r}")
    definition = _read_definition(os.path.join(folders[0], "param.pcs"))
    try:
        merge_states(folders, destination_dir, check_scenario_files)
    except IsADirectoryError as error:
        raise FileFormatError("expected a file, this is a directory", error.filename) from None
    for folder in folders:  # not in the merged files, of which the user knows nothing
        _check_configurations(largest_file(os.path.join(glob.escape(folder), PARAMSTRINGS)), definition)
    return anova_of_state(definition, read_state_run(destination_dir), n_trees, seed)


def _read_definition(path: str) -> Definition:
    """Read the space; what is wrong with it is told with the file, and the line of a clause."""
    space = read_pcs(path)
    try:
        return define(*space)
    except ClauseError as error:
        clause = error.clause.strip()
        places = (number for number, line in TextFile(path).lines if line.strip() == clause)
        raise FileFormatError(str(error), path, next(places, None)) from None
    except ValueError as error:
        raise FileFormatError(str(error), path) from None


def _check_configurations(path: str, definition: Definition) -> None:
    for number, texts in enumerate(read_paramstrings(path), 1):
        try:
            typed_values(texts, definition)
        except ValueError as error:
            raise FileFormatError(f"configuration {number} is not of the space: {error}", path) from None


def anova_of_state(definition: Definition, state: StateRun, n_trees: int = 64, seed: int = 0) -> ForestAnova:
    """Which parameters matter in the runs of a state.

    Real parameters and integers are taken on their own scale, logarithmic or not. Choices are put
    in the order of their mean costs, which is the order in which a tree can split them best. The
    cost is the same for all values of an inactive parameter, so that it has one at random: with
    its default everywhere, what depends on its parent would be taken for an effect of its own.
    Runs that failed, or have no finite cost below 2^127, are left out. The instance is averaged out.

    Parameters
    ----------
    definition : Definition
    state : StateRun
    n_trees, seed : int
        See `ForestAnova`.
    """
    used = [row for row in state.runs if row.result in (*SUCCESSES, "TIMEOUT") and abs(row.response) < TIMEOUT_QUALITY]
    if not used:
        raise ArgumentError("the importance of parameters needs runs that succeeded, there are none")
    active = state.typed(definition)
    costs = np.array([row.response for row in used])
    rng = np.random.RandomState(seed)
    columns: list[np.ndarray] = []
    cells: list[int | None] = []
    for name, parameter in definition.parameters.items():
        given = [active[row.configuration - 1].get(name, _INACTIVE) for row in used]
        column = rng.random_sample(len(used))
        if not parameter.numeric:
            cells.append(len(parameter.values))
            place = _by_cost(given, costs, parameter.values)
        else:
            low, high = parameter.values
            cells.append(high - low + 1 if parameter.kind == "integer" and not parameter.log else None)
            place = {value: unit_value(value, parameter) for value in given if value is not _INACTIVE}
        if (k := cells[-1]) is not None:
            column = (np.floor(column * k) + 0.5) / k
        for i, value in enumerate(given):
            column[i] = place.get(value, column[i])
        columns.append(column)
    instances = [row.instance for row in used]
    kinds = set(instances)
    if len(kinds) > 1:
        place = _by_cost(instances, costs, kinds)
        columns.append(np.array([place[instance] for instance in instances]))
        cells.append(len(kinds))
    return ForestAnova(list(definition.parameters), np.array(columns).T, costs, cells, n_trees, seed)


def _by_cost(given: Sequence[Any], costs: np.ndarray, choices: Iterable[Any]) -> dict[Any, float]:
    """The places of choices in [0, 1], in the order of their mean costs; those never seen come last."""
    seen: dict[Any, list[float]] = defaultdict(list)
    for value, cost in zip(given, costs, strict=True):
        seen[value].append(cost)
    ordered = sorted(choices, key=lambda choice: np.mean(seen[choice]) if choice in seen else np.inf)
    return {choice: (i + 0.5) / len(ordered) for i, choice in enumerate(ordered)}
