"""Writes all files of a minimisation, from its plan and the events of its runs."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from pysmac_compat._errors import ArgumentError
from pysmac_compat._warn import warn
from pysmac_compat.events import Evaluated, Event, Improved, RunEnded, RunStarted, Tested
from pysmac_compat.files import instances
from pysmac_compat.files.folder import Folder
from pysmac_compat.files.journal import Recorded, header_line, journal_name, journals, read_journal
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
        some, and no journal.
    workers : int
        How many calls of a run go on at the same time.
    recorded : dict of int to Recorded, or None
        What is known of the runs, if they are resumed.
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
        workers: int = 1,
        recorded: Mapping[int, Recorded] | None = None,
    ) -> None:
        self._plan, self._made, self._recorded, self._workers = plan, made, recorded, workers
        self._has_journal = overwrite
        self._names = _run_names(plan.seeds)
        self._runs: dict[int, RunWriter] = {}
        self._basic, self._advanced = scenario_options(options, plan, path)
        scenario_file, results = _scenario_names(scenario_file, result_folder)
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
            if recorded is None:
                self._set_aside_journals()
            for name, text in files.items():
                folder.write(name, text)
            if config is not None:
                write_pysmac_config(folder.join("pysmac_config.pkl"), config)
        except OSError as error:
            self._stop(error)

    def _is_foreign(self, path: str) -> bool:
        return os.path.lexists(path) and path not in self._made

    def _set_aside_journals(self) -> None:
        """Keep the journals of earlier runs: nobody shall lose one by forgetting ``resume``."""
        for name in self._names:
            self._results.set_aside(journal_name(name), "old-")

    def take(self, event: Event) -> None:
        """Write down what has happened."""
        if not self._writing:
            return
        try:
            if isinstance(event, RunStarted):
                self._runs[event.run] = self._run_writer(event.run)
            elif isinstance(event, Evaluated):
                self._runs[event.run].evaluated(event)
            elif isinstance(event, Improved):
                self._runs[event.run].improved(event)
            elif isinstance(event, Tested):
                self._runs[event.run].tested(event)
            elif isinstance(event, RunEnded):
                self._runs.pop(event.run).close()
        except OSError as error:
            self._stop(error)

    def _run_writer(self, run: int) -> RunWriter:
        known = (self._recorded or {}).get(run)
        journal = known.text if known else header_line(self._plan, run, self._workers) if self._has_journal else ""
        return RunWriter(self._results, self._names[run], self._plan, self._basic, journal, resumed=known is not None)

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


def read_journals(path: str, plan: Plan, scenario_file: str, result_folder: str, workers: int) -> dict[int, Recorded]:
    """What the journals in a working directory hold of the runs of a plan, by their numbers.

    Runs without a journal have not begun.

    Raises
    ------
    ArgumentError
        If there are journals of other seeds only; see also `read_journal`.
    """
    folder = os.path.join(path, "out", _scenario_names(scenario_file, result_folder)[1])
    there = journals(folder)
    names = _run_names(plan.seeds)
    if there and not there & set(names):
        raise ArgumentError(
            f"resume: {folder} has journals of the runs {', '.join(sorted(there))}, "
            f"none of those that are wanted: {', '.join(names)}; a run is called by its seed"
        )
    return {
        run: read_journal(os.path.join(folder, journal_name(name)), plan, run, workers)
        for run, name in enumerate(names)
        if name in there
    }


def _scenario_names(scenario_file: str, result_folder: str) -> tuple[str, str]:
    """The scenario file, and the folder of the results in WD/out."""
    name = os.path.basename(scenario_file) or "scenario.dat"
    stem = os.path.splitext(name)[0]
    return name, os.path.basename(result_folder.replace("%SCENARIO_NAME", stem)) or stem


def _run_names(seeds: list[int]) -> list[str]:
    """What the files of each run are called by: its seed, with a further number where a seed comes again."""
    return [str(s) if s not in seeds[:i] else f"{s}-{seeds[:i].count(s) + 1}" for i, s in enumerate(seeds)]


def _instances_text(numbers: range) -> str:
    return instances.instances_text([instances.instance_name(number)] for number in numbers)
