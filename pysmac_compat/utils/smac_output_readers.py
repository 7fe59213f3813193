"""Readers for the files that a run writes, under the names in the original pysmac; see `pysmac_compat.files`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import IO, Any

import numpy as np
import numpy.typing as npt

from pysmac_compat.files import configuration_texts, instances, run_results, rundata, trajectory, validation_files
from pysmac_compat.files.text import Path
from pysmac_compat.space.parameters import parse_parameter
from pysmac_compat.space.values import value_of


def convert_param_dict_types(param_dict: dict[str, Any], pcs: Mapping[str, Any]) -> dict[str, Any]:
    """Convert the values of a configuration to the types of its parameters.

    Parameters
    ----------
    param_dict : dict of str to str
        The configuration. The function changes it in place.
    pcs : dict of str to tuple
        A parameter dict for `minimize`, or one that `smac_input_readers.read_pcs` returned.

    Returns
    -------
    dict
        ``param_dict`` itself.

    Raises
    ------
    ValueError
        If ``pcs`` lacks one of the parameters, or if a value is not legal for its parameter.
    """
    unknown = sorted(param_dict.keys() - pcs.keys())
    if unknown:
        raise ValueError(f"there is no parameter {unknown[0]!r} in the space")
    for name, value in param_dict.items():
        param_dict[name] = value_of(str(value), parse_parameter(name, pcs[name]))
    return param_dict


def json_parse(
    fileobj: IO[str],
    decoder: json.JSONDecoder = json.JSONDecoder(),  # noqa: B008  the original's signature
    buffersize: int = 2048,
) -> Iterator[Any]:
    """Yield the values of a file that is a sequence of JSON values, such as live-rundata-N.json."""
    return rundata.parse_json(fileobj, decoder, buffersize)


def read_runs_and_results_file(fn: Path) -> npt.NDArray[np.float64]:
    """Read runs_and_results-itK.csv.

    Returns
    -------
    array of shape (n_runs, 14)
        The columns of the file, except the first column and the additional data. The result of a run is written as 2
        for SAT, 1 for UNSAT, 0 for TIMEOUT, and -1 for any other status.
    """
    rows = run_results.read_runs_and_results(fn)
    return np.array([row.numbers for row in rows], dtype=np.float64).reshape(len(rows), run_results.N_NUMBERS)


def read_paramstrings_file(fn: Path) -> list[dict[str, str]]:
    """Read paramstrings-itK.txt; return a dict for each configuration."""
    return configuration_texts.read_paramstrings(fn)


def read_validationCallStrings_file(fn: Path) -> list[dict[str, str]]:
    """Read validationCallStrings-traj-run-N-walltime.csv; return a dict for each configuration."""
    return validation_files.read_call_strings(fn)


def read_validationObjectiveMatrix_file(fn: Path) -> dict[int, list[float]]:
    """Read validationObjectiveMatrix-traj-run-N-walltime.csv.

    Returns
    -------
    dict of int to list of float
        For each instance, a list with a value for each configuration. The value is the mean over the instance's seeds.
    """
    return validation_files.read_objectives(fn)


def read_trajectory_file(fn: Path) -> list[dict[str, Any]]:
    """Read traj-run-N.txt; return a dict for each line, in which 'Configuration' is a dict and the rest are floats."""
    return trajectory.read_trajectory(fn)


def read_instances_file(fn: Path) -> list[list[str]]:
    """Read instances.txt; return for each instance its name and the further words on its line."""
    return instances.read_instances(fn)


def read_instance_features_file(fn: Path) -> tuple[list[str], dict[str, npt.NDArray[np.float64]]]:
    """Read instance-features.txt or features.dat; return the names of the features, and an array for each instance."""
    names, features = instances.read_features(fn)
    return names, {instance: np.array(values) for instance, values in features.items()}
