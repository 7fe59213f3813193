"""The files with the results of a minimisation, from its plan and the events of its runs."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

from pysmac_compat._warn import warn
from pysmac_compat.events import Evaluated, Event, Improved, RunEnded, RunStarted, Tested
from pysmac_compat.files.about_run import about_name
from pysmac_compat.files.folder import Folder
from pysmac_compat.files.journal import Recorded, header_line, journal_name, journals, read_journal
from pysmac_compat.files.run_writer import RunWriter
from pysmac_compat.files.search_files import SearchFiles, smac3_names
from pysmac_compat.plan import Plan


class ResultFiles:
    """What stands in ``out/SCENARIO``, complete at any moment.

    A file that cannot be written does not end the minimisation. On a disk that is full for a moment what is missing
    is written later; else nothing more is written. There is one warning of each.

    Parameters
    ----------
    plan : Plan
    scenario : dict
        The options in the scenario file.
    instances : list of list of str
        Name and further words of each instance: those for training, then those for tests.

    Attributes
    ----------
    of_search : SearchFiles or None
        What the process of the search is to write.
    """

    def __init__(self, plan: Plan, scenario: Mapping[str, Any], instances: Sequence[Sequence[str]]) -> None:
        self._plan, self._scenario, self._instances = plan, scenario, instances
        self._names = run_names(plan.seeds)
        self._runs: dict[int, RunWriter] = {}
        self._recorded: Mapping[int, Recorded] = {}
        self._folder: Folder | None = None
        self._is_behind = False
        self.of_search: SearchFiles | None = None

    def open(
        self,
        folder: Folder,
        recorded: Mapping[int, Recorded] | None = None,
        keep: bool = True,
        journals: bool = False,
    ) -> None:
        """Begin to write.

        Parameters
        ----------
        folder : Folder
            ``out/SCENARIO``.
        recorded : dict of int to Recorded, or None
            What is known of the runs, if they are resumed.
        keep : bool
            Whether there are SMAC3's files, too.
        journals : bool
            Whether there are journals.

        Raises
        ------
        LinkedFileError
            If one of its files is a symbolic link; nothing has been written then.
        OSError
        """
        self._folder, self._recorded = folder, recorded or {}
        if not keep:
            return
        patterns = [pattern for run in range(len(self._names)) for pattern in self._patterns(run)]
        folder.refuse_links(patterns)
        folder.remove_incomplete(patterns)
        beginnings = {}
        for run, name in enumerate(self._names):
            known = self._recorded.get(run)
            if known is None:
                folder.remove(about_name(name))
                stem, seed = smac3_names(self._plan, run, name)
                Folder(folder.join(stem), folder.made).set_aside(str(seed), "old-")
            if journals:
                if known is None:  # nobody shall lose a journal by forgetting ``resume``
                    folder.set_aside(journal_name(name), "old-")
                beginnings[run] = known.text if known else header_line(self._plan, run)
        self.of_search = SearchFiles(folder.path, self._plan, self._names, beginnings, self._recorded)

    def _patterns(self, run: int) -> list[str]:
        """What the files of a run match, in ``out/SCENARIO``."""
        name = self._names[run]
        stem, seed = smac3_names(self._plan, run, name)
        return [
            journal_name(name),
            about_name(name),
            f"*traj-run-{name}.*",
            f"*-traj-run-{name}-walltime.csv",
            f"live-rundata-{name}.json",
            os.path.join(f"state-run{name}", "*"),
            os.path.join(stem, str(seed), "*"),
        ]

    def take(self, event: Event) -> None:
        """Write down what has happened."""
        if self._folder is None:
            return
        try:
            if isinstance(event, RunStarted):
                self._runs[event.run] = RunWriter(
                    self._folder,
                    self._names[event.run],
                    self._plan,
                    self._scenario,
                    self._instances,
                    self._wait,
                    resumed=event.run in self._recorded,
                )
            elif isinstance(event, Evaluated):
                self._runs[event.run].evaluated(event)
            elif isinstance(event, Improved):
                self._runs[event.run].improved(event)
            elif isinstance(event, Tested):
                self._runs[event.run].tested(event)
            elif isinstance(event, RunEnded):
                self._runs.pop(event.run).close()
        except OSError as error:
            self.stop(error)

    def close(self) -> None:
        """No event will follow: end the runs that have not ended."""
        while self._folder is not None and self._runs:
            try:
                self._runs.popitem()[1].close()
            except OSError as error:
                self.stop(error)

    def _wait(self, error: OSError) -> None:
        """What could not be written is tried again."""
        if not self._is_behind:
            self._is_behind = True
            warn(f"the files in the working directory cannot be written at the moment: {error}; it is tried again")

    def stop(self, error: OSError) -> None:
        """Write nothing more."""
        self._folder = None
        warn(f"the files in the working directory cannot be written any more: {error}; opt.result holds all of it")


def read_journals(folder: str, plan: Plan) -> dict[int, Recorded]:
    """What the journals in ``out/SCENARIO`` hold of the runs of a plan, by their numbers.

    Runs without a journal have not begun. Where there are journals of other seeds only, a warning says so: it may
    be a slip, or one of an array of jobs that share the folder.

    Raises
    ------
    ResumeError, FileFormatError
        See `read_journal`.
    """
    there = journals(folder)
    names = run_names(plan.seeds)
    if there and not there & set(names):
        warn(
            f"resume: {folder} has journals of the seeds {', '.join(sorted(there))}, none of {', '.join(names)}: "
            "this search begins anew"
        )
    return {
        run: read_journal(os.path.join(folder, journal_name(name)), plan, run)
        for run, name in enumerate(names)
        if name in there
    }


def scenario_names(scenario_file: str, result_folder: str) -> tuple[str, str]:
    """The scenario file, and the folder of the results in WD/out.

    Parameters
    ----------
    scenario_file : str
    result_folder : str
        ``%SCENARIO_NAME`` stands for the scenario file's without its extension.
    """
    name = os.path.basename(scenario_file) or "scenario.dat"
    stem = os.path.splitext(name)[0]
    return name, os.path.basename(result_folder.replace("%SCENARIO_NAME", stem)) or stem


def run_names(seeds: list[int]) -> list[str]:
    """What the files of each run are called by: its seed, with a further number where a seed comes again."""
    return [str(s) if s not in seeds[:i] else f"{s}-{seeds[:i].count(s) + 1}" for i, s in enumerate(seeds)]
