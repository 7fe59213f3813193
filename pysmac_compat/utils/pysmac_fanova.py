"""The importance of parameters, computed from the files of SMAC runs."""

from __future__ import annotations

import glob
import os

from pysmac_compat.errors import ArgumentError, ClauseError, FileFormatError
from pysmac_compat.evaluation.outcome import SUCCESSES
from pysmac_compat.evaluation.rules import TIMEOUT_QUALITY
from pysmac_compat.files.configuration_texts import read_paramstrings
from pysmac_compat.files.pcs import read_pcs
from pysmac_compat.files.state import PARAMSTRINGS, StateRun, latest_dump, merge_states, read_state_run
from pysmac_compat.files.text import TextFile
from pysmac_compat.report.anova import ForestAnova
from pysmac_compat.report.importance import importance
from pysmac_compat.space.definition import Definition, define
from pysmac_compat.space.values import typed_values


def smac_to_fanova(
    state_run_directory: str, destination_dir: str, check_scenario_files: bool = True, n_trees: int = 64, seed: int = 0
) -> ForestAnova:
    """Merge all runs in a folder, and compute which parameters are important in them.

    Parameters
    ----------
    state_run_directory : str
        The folder that contains the state-run folders, such as ``out/<scenario>`` in the working directory.
    destination_dir : str
        The folder into which the merged run is written; see `merge_states`.
    check_scenario_files : bool
        Whether to raise an error if the runs belong to different scenarios.
    n_trees, seed : int
        The number of trees in the fitted forest, and its seed.

    Returns
    -------
    ForestAnova
        An object with the methods ``quantify_importance(dims)`` and ``get_most_important_pairwise_marginals(n)``.

    Raises
    ------
    ArgumentError
        If there are no runs, or no run succeeded. The error is a ``ValueError``.
    FileFormatError
        If a file has an error, or a clause or a configuration does not fit the space.
    """
    folders = sorted(glob.glob(os.path.join(glob.escape(state_run_directory), "state-run*")))
    if not folders:
        raise ArgumentError(f"there is no state-run folder in {state_run_directory!r}")
    definition = _read_definition(os.path.join(folders[0], "param.pcs"))
    try:
        merge_states(folders, destination_dir, check_scenario_files)
    except IsADirectoryError as error:
        raise FileFormatError("expected a file, this is a directory", error.filename) from None
    for folder in folders:  # checked before the merge, so that an error names a file that the user knows
        _check_configurations(latest_dump(folder, PARAMSTRINGS), definition)
    return anova_of_state(definition, read_state_run(destination_dir), n_trees, seed)


def _read_definition(path: str) -> Definition:
    """Read the search space; an error names the file, and the line if a clause is wrong."""
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
            raise FileFormatError(
                f"configuration {number} does not belong to the search space: {error}", path
            ) from None


def anova_of_state(definition: Definition, state: StateRun, n_trees: int = 64, seed: int = 0) -> ForestAnova:
    """Compute which parameters are important in the runs of a state; see `importance`.

    A run is left out if it failed, or if its cost is not finite and below 2^127.

    Parameters
    ----------
    definition : Definition
    state : StateRun
    n_trees, seed : int
        See `ForestAnova`.
    """
    used = [row for row in state.runs if row.result in (*SUCCESSES, "TIMEOUT") and abs(row.response) < TIMEOUT_QUALITY]
    active = state.typed(definition)
    configurations = [active[row.configuration - 1] for row in used]
    costs, instances = [row.response for row in used], [row.instance for row in used]
    return importance(definition, configurations, costs, instances, n_trees, seed).anova
