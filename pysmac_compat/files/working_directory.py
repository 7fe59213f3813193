"""Writes all files of a minimisation into its working directory, in the layout of the original pysmac."""

from __future__ import annotations

import contextlib
import glob
import os
import re
import shutil
import tempfile
from collections.abc import Mapping
from typing import Any

from pysmac_compat import arguments
from pysmac_compat._warn import warn
from pysmac_compat.errors import ArgumentError, LinkedFileError, shown
from pysmac_compat.files import instances
from pysmac_compat.files.folder import Folder
from pysmac_compat.files.journal import Recorded
from pysmac_compat.files.pcs import definition_text
from pysmac_compat.files.pysmac_config import write_pysmac_config
from pysmac_compat.files.result_files import ResultFiles, scenario_names
from pysmac_compat.files.scenario_files import is_scenario_of_search, scenario_options, scenario_text
from pysmac_compat.plan import Plan

#: names of other files and folders in a working directory
_NAMES = (
    "parameters.pcs",
    "instances.dat",
    "test_instances.dat",
    "features.dat",
    "scenario.advanced",
    "pysmac_config.pkl",
    "exec",
    "out",
)


class WorkingDirectory(ResultFiles):
    """Writes the files that the original pysmac wrote into its working directory; they are complete at any moment.

    Parameters
    ----------
    path : str
        The working directory.
    plan : Plan
    options : dict
        ``smac_options``.
    scenario_file : str
        The name of the scenario file.
    result_folder : str
        The name of the folder for the results. ``%SCENARIO_NAME`` in this name is replaced by the name of the scenario
        file without its extension.
    config : dict or None
        The content of pysmac_config.pkl; None means that this file is not written.
    made : list of str
        A list to which the path of each new file and folder is appended.
    overwrite : bool
        Whether files of an earlier run or of another program may be replaced. If not, no journals, about-run files and
        SMAC3 files are written. If there also are files that would be replaced, nothing is written, and the user gets
        a warning.
    recorded : dict of int to Recorded, or None
        The content of the journals of resumed runs.

    Raises
    ------
    ArgumentError
        If the scenario file would replace another file. Then nothing has been written.
    LinkedFileError
        If any of the files is a symbolic link.
    """

    def __init__(
        self,
        path: str,
        plan: Plan,
        options: Mapping[str, Any],
        scenario_file: str,
        result_folder: str,
        config: Mapping[str, Any] | None,
        made: list[str],
        overwrite: bool,
        recorded: Mapping[int, Recorded] | None = None,
    ) -> None:
        n_train = plan.instances.n_train or 1
        names = [[instances.instance_name(i)] for i in range(n_train + plan.instances.n_test)]
        if plan.instances.n_train is None:  # then the test instances are numbered from 0 too
            names[n_train:] = [[instances.instance_name(i)] for i in range(plan.instances.n_test)]
        basic, advanced = scenario_options(options, plan, path)
        super().__init__(plan, basic, names)
        scenario_file, results = scenario_names(scenario_file, result_folder)
        if scenario_file in _NAMES:
            raise ArgumentError(
                f"smac_options['scenario_fn'] must not be {scenario_file!r}: a search has another file of this name"
            )
        files = {
            "parameters.pcs": definition_text(plan.definition),
            "instances.dat": instances.instances_text(names[:n_train]),
            scenario_file: scenario_text(basic),
            "scenario.advanced": scenario_text(advanced),
        }
        if plan.instances.features is not None:
            files["features.dat"] = instances.features_of(plan.instances.features, [name for (name,) in names])
        if plan.instances.n_test:
            files["test_instances.dat"] = instances.instances_text(names[n_train:])
        there = (os.path.join(path, name) for name in (*files, os.path.join("out", results)))
        found = [each for each in there if os.path.lexists(each) and each not in made]
        if found and not overwrite:  # a reader would mistake the old files for the results of this run
            warn(
                f"this run writes no files: working_directory {path!r} already has files that it would replace, for "
                f"example {os.path.relpath(found[-1], path)!r}; to replace them, use "
                "SMAC_optimizer(persistent_files=True)"
            )
            return
        Folder(path, made).refuse_links([*map(glob.escape, files), "pysmac_config.pkl"])
        scenario_path = os.path.join(path, scenario_file)
        if os.path.lexists(scenario_path) and scenario_path not in made and not is_scenario_of_search(scenario_path):
            raise ArgumentError(
                f"smac_options['scenario_fn']: {scenario_path!r} exists, and no search wrote it; "
                "use another name, or move the file away"
            )
        try:
            os.makedirs(path, exist_ok=True)
            folder = Folder(path, made)
            folder.make("exec")
            self.open(folder.make("out", results), recorded, keep=overwrite, journals=True)
            for name, text in files.items():
                folder.write(name, text)
            if config is not None:
                write_pysmac_config(folder.join("pysmac_config.pkl"), config)
        except LinkedFileError:
            raise
        except OSError as error:
            self.stop(error)


def results_path(path: str, scenario_file: str, result_folder: str) -> str:
    """Return the folder of the results in a working directory."""
    return os.path.join(path, "out", scenario_names(scenario_file, result_folder)[1])


def make_folders(working_directory: str | None) -> tuple[str, list[str]]:
    """Make the working directory and its sub-folders; return its path and the list of new folders, outermost first."""
    if working_directory is None:
        path = tempfile.mkdtemp(prefix="pysmac_")
        made = [path]
    else:
        if not isinstance(working_directory, (str, os.PathLike)):
            raise ArgumentError(f"working_directory must be a path, got {shown(working_directory)}")
        arguments.path("working_directory", working_directory)
        path = os.path.abspath(os.path.expanduser(os.fspath(working_directory)))
        if re.search(r"\$[{\w]", path):
            warn(f"working_directory {path!r} has a '$', which stays as it is; os.path.expandvars replaces variables")
        made = []
    for folder in (path, os.path.join(path, "exec"), os.path.join(path, "out")):
        missing = []
        while not os.path.isdir(folder):
            missing.append(folder)
            folder = os.path.dirname(folder)
        for each in reversed(missing):
            try:
                os.mkdir(each)
            except OSError as error:
                if isinstance(error, FileExistsError) and os.path.isdir(each):
                    continue  # another process has just made it, for example another job of an array
                problem = "cannot be created"
                if os.path.isdir(path):
                    problem = "exists, but nothing can be written into it"
                elif os.path.lexists(path):
                    problem = "is not a folder"
                raise ArgumentError(f"working_directory {path!r} {problem}: {error}") from error
            made.append(each)
    return path, made


def remove_made(made: list[str], temporary: bool, owner: int) -> None:
    """Remove what the optimizer made: a temporary folder with all its content, other folders only if they are empty."""
    if os.getpid() != owner:
        return  # this is a fork of the process that owns the folders
    if temporary:
        shutil.rmtree(made[0], ignore_errors=True)
    for path in reversed(made):
        with contextlib.suppress(OSError):
            if os.path.isdir(path):
                os.rmdir(path)
            else:
                os.unlink(path)
