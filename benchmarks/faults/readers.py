"""Reads all files of a working directory, each with the reader of its format."""

from __future__ import annotations

import contextlib
import glob
import json
import os
from collections.abc import Callable
from pathlib import Path

from pysmac_compat.files.configuration_texts import read_paramstrings
from pysmac_compat.files.instances import read_instances
from pysmac_compat.files.pcs import read_pcs
from pysmac_compat.files.pysmac_config import unpickle_pysmac_config
from pysmac_compat.files.run_results import read_runs_and_results
from pysmac_compat.files.scenario_files import read_scenario
from pysmac_compat.files.state import read_state_run
from pysmac_compat.files.text import TextFile
from pysmac_compat.utils.smac_output_readers import json_parse, read_trajectory_file


def _read_live(path: Path) -> None:
    with path.open() as stream:
        list(json_parse(stream))


#: patterns of names, and the readers of these files
_READERS: dict[str, Callable[[Path], object]] = {
    "parameters.pcs": read_pcs,
    "instances.dat": read_instances,
    "scenario.*": read_scenario,
    "pysmac_config.pkl": unpickle_pysmac_config,
    "out/*/traj-run-*.txt": read_trajectory_file,
    "out/*/detailed-traj-run-*.csv": lambda path: TextFile(path, appended=True),
    "out/*/live-rundata-*.json": _read_live,
    "out/*/state-run*/param.pcs": read_pcs,
    "out/*/state-run*/scenario.txt": read_scenario,
    "out/*/state-run*/instances.txt": read_instances,
    "out/*/state-run*/paramstrings-it*.txt": read_paramstrings,
    "out/*/state-run*/uniq_configurations-it*.csv": lambda path: TextFile(path, appended=True),
    "out/*/state-run*/runs_and_results-it*.csv": read_runs_and_results,
    "out/*/smac3*/*/*.json": lambda path: json.loads(path.read_text()),
}


def unparsable(folder: Path, n_runs: int | None = None) -> list[str]:
    """Return the errors in the files of a working directory.

    Parameters
    ----------
    folder : pathlib.Path
    n_runs : int or None
        The number of evaluations that each state must hold; None: the search was killed, and files may be missing.
    """
    problems = []
    for pattern, read in _READERS.items():
        found = sorted(glob.glob(os.path.join(glob.escape(str(folder)), pattern)))
        if n_runs is not None and not found:
            problems.append(f"{folder}: there is no {pattern}")
        for path in found:
            try:
                read(Path(path))
            except Exception as error:  # any error is reported
                problems.append(f"{path}: {type(error).__name__}: {error}")
    if n_runs is not None:
        problems += [f"{path}: left over" for path in glob.glob(f"{glob.escape(str(folder))}/**/*.tmp", recursive=True)]
        for path in glob.glob(f"{glob.escape(str(folder))}/out/*/state-run*"):
            with contextlib.suppress(ValueError, OSError):  # this error is already reported
                if len(read_state_run(path).runs) != n_runs:
                    problems.append(f"{path}: not all evaluations are there")
    return problems
