"""The files that the process of the search itself writes: journals, about-run files, SMAC3's run directories."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from pysmac_compat.events import Evaluated, Event, Improved, RunEnded, RunStarted, Tested, Warned
from pysmac_compat.files.about_run import AboutRun, about_name, write_about
from pysmac_compat.files.journal import Recorded, evaluation_line, journal_name
from pysmac_compat.files.smac3 import RunDirectory
from pysmac_compat.files.text import Appender
from pysmac_compat.plan import Plan

#: SMAC3's files are written again after this multiple of the time that the last write took
_PAUSE = 20.0


def smac3_names(plan: Plan, run: int, run_name: str) -> tuple[str, int]:
    """Return the name and the seed of the run for SMAC3, which accepts seeds from 0 to 2**32 - 1."""
    seed = plan.seeds[run] % 2**32
    return "smac3" if str(seed) == run_name else f"smac3-{run_name}", seed


class SearchFiles:
    """In the process of the search, writes each event before any other process receives it.

    So each result is in the journal before the search continues, even if the process that started the search dies.
    If a file cannot be written, the search continues, and the next result triggers another attempt.

    Parameters
    ----------
    folder : str
        The folder WD/out/SCENARIO.
    plan : Plan
    names : list of str
        The name of each run, for the names of its files.
    journals : dict of int to str
        The initial text of each run's journal: only the header, or all earlier lines if the run is resumed. A run that
        is not in the dict has no journal.
    recorded : dict of int to Recorded
        The content of the journals of resumed runs.
    """

    def __init__(
        self,
        folder: str,
        plan: Plan,
        names: Sequence[str],
        journals: Mapping[int, str],
        recorded: Mapping[int, Recorded],
    ) -> None:
        self._folder, self._plan, self._names = folder, plan, names
        self._journals, self._recorded = journals, recorded
        self._journal: Appender | None = None
        self._smac3: _Smac3 | None = None
        self._in_trouble: set[str] = set()
        self._warnings: list[Warned] = []

    def take(self, event: Event) -> list[Warned]:
        """Write an event to the files; return warnings for the user."""
        self._note(event)
        try:
            self._tell_smac3(event)
        except OSError as error:
            self._warn_once("SMAC3's own files", error)
        except Exception as error:  # SMAC3 and ConfigSpace may raise anything, and these files are only a by-product
            self._smac3 = None
            self._warnings.append(Warned(f"the search stops writing SMAC3's own files: {error}"))
        warnings, self._warnings = self._warnings, []
        return warnings

    def close(self) -> None:
        """Close the journal, if it is still open, and sync it to the disk; no event may follow."""
        if self._journal is not None:
            self._journal.close()
            self._journal = None

    def _warn_once(self, what: str, error: OSError) -> None:
        if what not in self._in_trouble:
            self._in_trouble.add(what)
            self._warnings.append(Warned(f"cannot write {what}: {error}; the search will try again"))

    def _note(self, event: Event) -> None:
        self._tell_about(event)
        if isinstance(event, RunStarted) and event.run in self._journals:
            path = os.path.join(self._folder, journal_name(self._names[event.run]))
            trouble = partial(self._warn_once, f"the journal {path}")
            self._journal = Appender(path, self._journals[event.run], trouble, synced=True)
        elif self._journal is None:
            return
        elif isinstance(event, (Evaluated, Tested)) and not event.recorded and not event.cut_short:
            self._journal.append(evaluation_line(event.evaluation, test=isinstance(event, Tested)))
        elif isinstance(event, RunEnded):
            self._journal.close()
            if self._journal.is_behind:
                self._warnings.append(Warned(f"the journal {self._journal.path} is not complete"))
            self._journal = None

    def _tell_about(self, event: Event) -> None:
        if not isinstance(event, (RunStarted, RunEnded)):
            return
        about = AboutRun(self._plan.budget.evaluations, self._names)
        if isinstance(event, RunEnded):
            about = replace(about, ended=event.reason, of_search=event.of_search)
        name = self._names[event.run]
        try:
            write_about(self._folder, name, about)
        except OSError as error:
            self._warn_once(about_name(name), error)

    def _tell_smac3(self, event: Event) -> None:
        if isinstance(event, RunStarted):
            name, seed = smac3_names(self._plan, event.run, self._names[event.run])
            known = self._recorded.get(event.run)
            spent = sum(each.wall_time for _, each in known.evaluations.values()) if known else 0.0
            self._smac3 = _Smac3(self._folder, name, seed, self._plan, spent)
        elif self._smac3 is None:
            return
        elif isinstance(event, Evaluated) and not event.cut_short:
            self._smac3.evaluated(event)
        elif isinstance(event, Improved):
            self._smac3.improved(event)
        elif isinstance(event, RunEnded):
            self._smac3.write(finished=True)
            self._smac3 = None


class _Smac3:
    """Writes SMAC3's directory of one run at the end of the run, and before that at growing intervals.

    ``spent`` is the wall clock time of the recorded evaluations, seconds.
    """

    def __init__(self, folder: str, name: str, seed: int, plan: Plan, spent: float) -> None:
        self._place, self._plan = (folder, name, seed), plan
        self._directory: RunDirectory | None = None
        self._start = self._clock = time.time() - spent  # the clock includes the time of recorded evaluations
        self._due, self._has_incumbent = 0.0, False

    def evaluated(self, event: Evaluated) -> None:
        """Add an evaluation."""
        evaluation = event.evaluation
        self._clock = self._clock + evaluation.wall_time if event.recorded else time.time()
        info = {"result": evaluation.status, "message": evaluation.message, "cutoff": evaluation.cutoff}
        self._made().add(
            evaluation.configuration,
            evaluation.instance,
            evaluation.seed,
            evaluation.status,
            self._plan.objective.turned(evaluation.value),
            start=self._clock - evaluation.wall_time,
            end=self._clock,
            cpu_time=evaluation.cpu_time,
            origin=event.origin,
            info={name: value for name, value in info.items() if value},
        )
        if not self._has_incumbent:
            self._write_if_due()

    def improved(self, event: Improved) -> None:
        """Record the incumbent; this is called after each evaluation once there is an incumbent."""
        self._has_incumbent = True
        value = self._plan.objective.turned(event.value)
        self._made().improve(event.configuration, value, event.evaluation, time.time() - self._start)
        self._write_if_due()

    def _write_if_due(self) -> None:
        if time.monotonic() >= self._due:
            self.write(finished=False)

    def write(self, finished: bool) -> None:
        """Write the directory, and compute when the next write is due."""
        directory, begun = self._made(), time.monotonic()
        try:
            directory.write(time.time() - self._start, finished)
        finally:
            now = time.monotonic()
            self._due = now + _PAUSE * (now - begun)

    def _made(self) -> RunDirectory:
        """Return the directory; it is created late, so that SMAC3 is imported only in the process of the search."""
        if self._directory is None:
            from pysmac_compat.space.configspace import search_space

            space = search_space(self._plan.definition, self._plan.start.subspace)
            self._directory = RunDirectory(*self._place, space, **_scenario(self._plan))
            for known in self._plan.start.known:
                outcome = known.scored.outcome
                self._directory.add(
                    known.configuration,
                    known.instance,
                    known.seed,
                    outcome.status,
                    known.scored.cost,
                    start=self._start - outcome.wall_time,
                    end=self._start,
                    cpu_time=outcome.cpu_time,
                )
        return self._directory


def _scenario(plan: Plan) -> dict[str, Any]:
    """Return the arguments of SMAC3's `Scenario` for a plan."""
    limits = {"walltime_limit": plan.budget.total_time, "cputime_limit": plan.budget.cpu_time}
    return {
        "deterministic": plan.deterministic,
        "instances": None if plan.instances.n_train is None else [str(i) for i in range(plan.instances.n_train)],
        "instance_features": plan.instances.features
        and {str(i): list(row) for i, row in enumerate(plan.instances.features)},
        "crash_cost": plan.objective.turned(plan.calls.failure_value),
        "n_trials": plan.budget.evaluations + len(plan.start.known),
        **{name: limit for name, limit in limits.items() if limit is not None},
    }
