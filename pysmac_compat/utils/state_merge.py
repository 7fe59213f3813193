"""Merge state-run folders, under the names in the original pysmac; see `pysmac_compat.files.state`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from pysmac_compat.files import state
from pysmac_compat.files.run_results import N_NUMBERS
from pysmac_compat.files.text import Path

Features = tuple[list[str], dict[str, npt.NDArray[np.float64]]]


def find_largest_file(glob_pattern: str) -> str:
    """Return the name of the largest file that matches a pattern."""
    return state.largest_file(glob_pattern)


def read_sate_run_folder(
    directory: Path,
    rar_fn: str = state.RUNS,
    inst_fn: str = state.INSTANCES,
    feat_fn: str = state.FEATURES,
    ps_fn: str = state.PARAMSTRINGS,
) -> tuple[list[dict[str, str]], list[list[str]], Features | None, npt.NDArray[np.float64]]:
    """Read a state-run folder.

    Returns
    -------
    configurations : list of dict of str to str
    instances : list of list of str
    features : (list of str, dict of str to array), or None
    runs : array of shape (n_runs, 14)
    """
    found = state.read_state_run(directory, rar_fn, inst_fn, feat_fn, ps_fn)
    runs = np.array([row.numbers for row in found.runs], dtype=np.float64).reshape(len(found.runs), N_NUMBERS)
    features = None
    if found.features is not None:
        names, values = found.features
        features = names, {instance: np.array(row) for instance, row in values.items()}
    return found.configurations, found.instances, features, runs


def state_merge(
    state_run_directory_list: Sequence[Path],
    destination: Path,
    check_scenario_files: bool = True,
    drop_duplicates: bool = False,
    instance_subset: Iterable[str] | None = None,
) -> tuple[dict[Any, dict[str, int]], dict[str, dict[str, Any]], dict[tuple[int, int], list[npt.NDArray[np.float64]]]]:
    """Merge state-run folders into the folder ``destination``; state files that are already there are overwritten.

    Returns
    -------
    configurations : dict of (pairs of name and text) to dict
        For each configuration, a dict with its 'index', from 1.
    instances : dict of str to dict
        For each instance, a dict with its 'index', from 1, 'features' (array or None) and 'additional info' (str or
        None).
    runs : dict of (int, int) to list of array of shape (12,)
        The keys are pairs: the index of the configuration, and the index of the instance.
    """
    merged = state.merge_states(
        state_run_directory_list, destination, check_scenario_files, drop_duplicates, instance_subset
    )
    features = {} if merged.features is None else {k: np.array(v) for k, v in merged.features[1].items()}
    instances = {
        name: {"index": index, "features": features.get(name), "additional info": " ".join(more) or None}
        for index, (name, more) in enumerate(merged.instances.items(), 1)
    }
    runs = {key: [np.array(row.numbers[2:], dtype=np.float64) for row in rows] for key, rows in merged.runs.items()}
    return {pairs: {"index": index} for pairs, index in merged.configurations.items()}, instances, runs
