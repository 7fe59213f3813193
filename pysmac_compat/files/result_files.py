"""Writes the result files of a minimisation from its plan and the events of its runs."""

from __future__ import annotations

import logging
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

logger = logging.getLogger(__name__)


class ResultFiles:
    """Writes the files in ``out/SCENARIO``, which are complete at any moment.

    If a file cannot be written, the minimisation continues. If an addition to a growing file fails, for example
    because the disk is full for a moment, it is written later. After any other error, nothing more is written. In each
    of these two cases, the user gets one warning.

    Parameters
    ----------
    plan : Plan
    scenario : dict
        The options in the scenario file.
    instances : list of list of str
        The name and the further words of each instance: first the training instances, then the test instances.

    Attributes
    ----------
    of_search : SearchFiles or None
        The writer that the process of the search uses, if that process writes files too.
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
        """Prepare the folder, so that `take` can write into it.

        Parameters
        ----------
        folder : Folder
            The folder ``out/SCENARIO``.
        recorded : dict of int to Recorded, or None
            The content of the journals of resumed runs.
        keep : bool
            Whether the process of the search writes files too, such as SMAC3's files.
        journals : bool
            Whether that process also writes journals; this has no effect without ``keep``.

        Raises
        ------
        LinkedFileError
            If one of the files is a symbolic link. Then nothing has been written.
        OSError
        """
        self._folder, self._recorded = folder, recorded or {}
        if not keep:
            return
        patterns = [pattern for run in range(len(self._names)) for pattern in self._patterns(run)]
        folder.refuse_links(patterns)
        folder.remove_incomplete(patterns)
        beginnings, renamed = {}, []
        for run, name in enumerate(self._names):
            known = self._recorded.get(run)
            if known is None:
                folder.remove(about_name(name))
                stem, seed = smac3_names(self._plan, run, name)
                Folder(folder.join(stem), folder.made).set_aside(str(seed), "old-")
            if journals:
                if known is None:  # a user who forgets ``resume`` must not lose the journal
                    renamed += folder.set_aside(journal_name(name), "old-")
                beginnings[run] = known.text if known else header_line(self._plan, run)
        if renamed:
            logger.warning(
                "an earlier search in %s is not resumed (resume=True or --resume does that); load_result reads its "
                "renamed journal: %s",
                folder.path,
                ", ".join(renamed),
            )
        self.of_search = SearchFiles(folder.path, self._plan, self._names, beginnings, self._recorded)

    def _patterns(self, run: int) -> list[str]:
        """Return patterns for the files of a run in ``out/SCENARIO``."""
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
        """Write an event to the files."""
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
        """Finish the files of runs that have not ended; no event may follow."""
        while self._folder is not None and self._runs:
            try:
                self._runs.popitem()[1].close()
            except OSError as error:
                self.stop(error)

    def _wait(self, error: OSError) -> None:
        """Warn once that a write has failed and will be tried again."""
        if not self._is_behind:
            self._is_behind = True
            warn(f"cannot write the files in the working directory: {error}; the search will try again")

    def stop(self, error: OSError) -> None:
        """Stop writing, and warn."""
        self._folder = None
        warn(
            f"cannot write the files in the working directory: {error}; the files stay incomplete, but opt.result is "
            "complete"
        )


def read_journals(folder: str, plan: Plan) -> dict[int, Recorded]:
    """Read the journals of a plan's runs in ``out/SCENARIO``; the keys are the indices of the runs in the plan.

    A run without a journal is left out, because it has not begun. If the folder has only journals of other seeds, the
    function warns, because the user may have mistyped the seed, or several jobs of an array may share the folder.

    Raises
    ------
    ResumeError, FileFormatError
        See `read_journal`.
    """
    there = journals(folder)
    names = run_names(plan.seeds)
    if there and not there & set(names):
        warn(
            f"resume: {folder} has journals of the seeds {', '.join(sorted(there))}, but not of {', '.join(names)}: "
            "this search starts from the beginning"
        )
    return {
        run: read_journal(os.path.join(folder, journal_name(name)), plan, run)
        for run, name in enumerate(names)
        if name in there
    }


def scenario_names(scenario_file: str, result_folder: str) -> tuple[str, str]:
    """Return the name of the scenario file and the name of the folder for the results in WD/out.

    Parameters
    ----------
    scenario_file : str
    result_folder : str
        ``%SCENARIO_NAME`` in this text is replaced by the name of the scenario file without its extension.
    """
    name = os.path.basename(scenario_file) or "scenario.dat"
    stem = os.path.splitext(name)[0]
    return name, os.path.basename(result_folder.replace("%SCENARIO_NAME", stem)) or stem


def run_names(seeds: list[int]) -> list[str]:
    """Return the name of each run for its files: the seed, and a counter if an earlier run has the same seed."""
    return [str(s) if s not in seeds[:i] else f"{s}-{seeds[:i].count(s) + 1}" for i, s in enumerate(seeds)]
