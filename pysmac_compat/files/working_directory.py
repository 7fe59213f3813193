"""Writes all files of a minimisation, from its plan and the events of its runs."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from pysmac_compat._warn import warn
from pysmac_compat.events import Evaluated, Event, Improved, RunEnded, RunStarted, Tested
from pysmac_compat.files import instances
from pysmac_compat.files.folder import Folder
from pysmac_compat.files.pcs import definition_text
from pysmac_compat.files.pysmac_config import write_pysmac_config
from pysmac_compat.files.run_writer import RunWriter
from pysmac_compat.files.scenario import scenario_options, scenario_text
from pysmac_compat.plan import Plan


class WorkingDirectory:
    """The files in the working directory of the original, complete at any moment.

    A file that cannot be written, as on a full disk, does not end the minimisation: there is one
    warning, and nothing more is written.

    Parameters
    ----------
    path : str
        The working directory.
    plan : Plan
    options : dict
        ``smac_options``.
    scenario_file : str
        Name of the scenario file.
    result_folder : str
        Name of the folder of the results; ``%SCENARIO_NAME`` stands for the scenario file's without its extension.
    config : dict or None
        For pysmac_config.pkl; None: no such file.
    made : list of str
        Grows by the path of each file and folder that was not there before.
    overwrite : bool
        Whether files of others, as of earlier runs, may be replaced. Without it nothing is written where there are
        some.
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
    ) -> None:
        self._plan, self._made = plan, made
        self._names = _run_names(plan.seeds)
        self._runs: dict[int, RunWriter] = {}
        self._basic, self._advanced = scenario_options(options, plan, path)
        scenario_file = os.path.basename(scenario_file) or "scenario.dat"
        stem = os.path.splitext(scenario_file)[0]
        results = os.path.basename(result_folder.replace("%SCENARIO_NAME", stem)) or stem
        files = {
            "parameters.pcs": definition_text(plan.definition),
            "instances.dat": _instances_text(range(plan.n_train or 1)),
            scenario_file: scenario_text(self._basic),
            "scenario.advanced": scenario_text(self._advanced),
        }
        if plan.features is not None:
            files["features.dat"] = instances.features_of(plan.features)
        if plan.n_test:
            first = plan.n_train or 0
            files["test_instances.dat"] = _instances_text(range(first, first + plan.n_test))
        foreign = [
            name for name in (*files, os.path.join("out", results)) if self._is_foreign(os.path.join(path, name))
        ]
        self._writing = overwrite or not foreign
        if not self._writing:
            return
        try:
            os.makedirs(path, exist_ok=True)
            folder = Folder(path, made)
            folder.make("exec")
            self._results = folder.make("out", results)
            for name, text in files.items():
                folder.write(name, text)
            if config is not None:
                write_pysmac_config(folder.join("pysmac_config.pkl"), config)
        except OSError as error:
            self._stop(error)

    def _is_foreign(self, path: str) -> bool:
        return os.path.lexists(path) and path not in self._made

    def take(self, event: Event) -> None:
        """Write down what has happened."""
        if not self._writing:
            return
        try:
            if isinstance(event, RunStarted):
                self._runs[event.run] = RunWriter(self._results, self._names[event.run], self._plan, self._basic)
            elif isinstance(event, Evaluated):
                self._runs[event.run].evaluated(event.evaluation)
            elif isinstance(event, Improved):
                self._runs[event.run].improved(event)
            elif isinstance(event, Tested):
                self._runs[event.run].tested(event.evaluation)
            elif isinstance(event, RunEnded):
                self._runs.pop(event.run).close()
        except OSError as error:
            self._stop(error)

    def close(self) -> None:
        """No event will follow: end the runs that have not ended."""
        while self._writing and self._runs:
            try:
                self._runs.popitem()[1].close()
            except OSError as error:
                self._stop(error)

    def _stop(self, error: OSError) -> None:
        self._writing = False
        warn(f"the files in the working directory cannot be written any more: {error}; opt.result holds all of it")


def _run_names(seeds: list[int]) -> list[str]:
    """What the files of each run are called by: its seed, with a further number where a seed comes again."""
    return [str(s) if s not in seeds[:i] else f"{s}-{seeds[:i].count(s) + 1}" for i, s in enumerate(seeds)]


def _instances_text(numbers: range) -> str:
    return instances.instances_text([instances.instance_name(number)] for number in numbers)
