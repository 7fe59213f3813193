"""Runs a trial: it starts a search, kills one of its processes, and resumes the search."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

import psutil

from benchmarks.faults.notes import Notes
from benchmarks.faults.processes import MOST, command_of, pause_until, wait_for_end_of_session
from benchmarks.faults.readers import unparsable
from benchmarks.faults.searches import QUICK, call, call_of, cost, journal_of, recorded, search, summary
from pysmac_compat.errors import SearchError
from pysmac_compat.files.checksums import split_checksum

N = 24  # number of evaluations of a run
PATIENCE = 5.0  # seconds after which no process of a search may be left

_FORK = multiprocessing.get_context("fork")


@dataclass(frozen=True)
class Cell:
    """The search and the process that is killed.

    Attributes
    ----------
    target : str
        The killed process: script, engine, light or call.
    mode : str
    keywords : dict
        Arguments of `search`.
    running : int
        The number of calls at a time.
    cluster : bool
        Whether a Dask cluster makes the calls.
    """

    target: str
    mode: str
    keywords: dict[str, Any] = field(default_factory=dict)
    running: int = 1
    cluster: bool = False

    @property
    def runs(self) -> int:
        """The number of runs."""
        return int(self.keywords.get("num_runs", 1))


CELLS = [
    Cell("script", "sequential"),
    Cell("script", "limits", {"t_limit_function_s": 60, "mem_limit_function_mb": 1000}),
    Cell("script", "workers=2", {"options": {**QUICK, "workers": 2}}, running=2),
    Cell("script", "workers=4", {"options": {**QUICK, "workers": 4}}, running=4),
    Cell("script", "num_procs=2", {"num_runs": 2, "num_procs": 2}, running=2),
    Cell("script", "Dask", {"options": {**QUICK, "workers": 2}}, running=2, cluster=True),
    Cell("engine", "sequential"),
    Cell("light", "sequential"),
    Cell("call", "sequential"),
]


@dataclass
class Counts:
    """The damage in some trials; all numbers should be 0.

    Attributes
    ----------
    lost : int
        Evaluations that ended before the kill but are in no journal.
    doubled : int
        Calls that were repeated although a journal has them.
    orphans : int
        Processes that still lived `PATIENCE` seconds after the kill.
    unparsable : int
        Files that their readers refuse, after the kill and after the resumption.
    different : int
        Results that differ from the result of a search that was not killed and gets the same answers.
    invalid : int
        Complete lines of journals with a wrong checksum.
    """

    lost: int = 0
    doubled: int = 0
    orphans: int = 0
    unparsable: int = 0
    different: int = 0
    invalid: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(**{each.name: getattr(self, each.name) + getattr(other, each.name) for each in fields(self)})

    def __bool__(self) -> bool:
        return any(asdict(self).values())


class Trial:
    """A kill, the resumption and the checks.

    Parameters
    ----------
    folder : pathlib.Path
        An empty folder.
    cell : Cell
    chance : random.Random
        Chooses the moment.

    Attributes
    ----------
    complaints : list of str
        Descriptions of the errors.
    """

    def __init__(self, folder: Path, cell: Cell, chance: random.Random) -> None:
        self.folder, self.cell, self.chance = folder, cell, chance
        self.wd = folder / "wd"
        self.notes, self.processes = Notes(folder / "calls"), Notes(folder / "processes")
        self.complaints: list[str] = []

    def run(self) -> Counts:
        """Kill the search, check the files, resume the search, and check the files again."""
        counts = Counts()
        counts.orphans = self._kill()
        begun, kept = self.notes.lines, self._recorded()
        counts.lost = max(0, len(begun) - self.cell.running - len(kept))
        counts += self._look(complete=False)
        self.notes.path.unlink(missing_ok=True)
        result = self._search("resumed", resume=True)
        again = self.notes.lines
        ended = self._recorded()
        # two runs may share a call, for example the default, so the numbers of calls are compared
        made = Counter([*map(self._call_of, kept), *again])
        counts.doubled = (made - Counter(map(self._call_of, ended))).total()
        counts.lost += sum(each not in ended for each in kept) + max(0, N * self.cell.runs - len(ended))
        counts += self._look(complete=True)
        counts.different = int(result != self._replay())
        for name, number in asdict(counts).items():
            if number:
                self.complaints.append(f"{self.cell.target}, {self.cell.mode}: {name} {number} in {self.folder}")
        return counts

    def _recorded(self) -> list[dict[str, Any]]:
        return [each for run in range(self.cell.runs) for each in recorded(self.wd, run)]

    def _call_of(self, evaluation: dict[str, Any]) -> str:
        return call_of(evaluation)

    def _moment(self) -> tuple[int, float]:
        """Return the number of begun calls after which to kill, and a delay in seconds."""
        moment = self.chance.randrange(N * self.cell.runs)
        return moment, self.chance.uniform(0, 0.5 if not moment else 0.05)

    def _kill(self) -> int:
        """Start the search, kill a process, wait for the end, and return the number of processes that are left."""
        moment, seconds = self._moment()
        script = _FORK.Process(target=self._script, args=("killed", {}))
        script.start()
        assert script.pid is not None
        least = 0 if self.cell.target == "script" else 1
        pause_until(script, self.notes, max(moment, least), seconds)
        with contextlib.suppress(ProcessLookupError, psutil.NoSuchProcess, StopIteration):  # already ended
            os.kill(self._victim(script.pid), signal.SIGKILL)
        script.join(MOST)
        left = wait_for_end_of_session(script.pid, PATIENCE)
        for pid in left:
            self.complaints.append(f"left: {' '.join(command_of(pid))}")
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        return len(left)

    def _victim(self, script: int) -> int:
        if self.cell.target == "script":
            return script
        child, light = map(int, self.processes.lines[-1].split())
        if self.cell.target == "engine":  # the child of the script that is no ancestor of the calls
            above = {light, *(process.pid for process in psutil.Process(light).parents())}
            return next(process.pid for process in psutil.Process(script).children() if process.pid not in above)
        return light if self.cell.target == "light" else child

    def _search(self, name: str, **keywords: Any) -> str:
        """Run an undisturbed search in a separate process, and return its summary."""
        script = _FORK.Process(target=self._script, args=(name, keywords))
        script.start()
        script.join(MOST)
        assert script.pid is not None
        for pid in wait_for_end_of_session(script.pid, PATIENCE):
            self.complaints.append(f"left after {name}: {' '.join(command_of(pid))}")
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        with contextlib.suppress(FileNotFoundError):
            return (self.folder / name).read_text()
        self.complaints.append(f"{name}: no result: {(self.folder / 'stderr').read_text()[-400:]}")
        return ""

    def _script(self, name: str, more: dict[str, Any]) -> None:
        """Do the work of the user's process."""
        os.setsid()
        errors = os.open(self.folder / "stderr", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.dup2(errors, 2)
        self._search_here(name, more)

    def _search_here(self, name: str, more: dict[str, Any]) -> None:
        """Search in this process, and write the summary into a file."""
        keywords = {"folder": self.wd, "notes": self.notes, "options": QUICK, **self.cell.keywords, **more}
        with self._cluster(keywords), contextlib.suppress(SearchError):
            result = search(n=N, function=keywords.pop("function", self._function), **keywords).result
            assert result is not None
            (self.folder / name).write_text(repr(summary(result)))

    @contextlib.contextmanager
    def _cluster(self, keywords: dict[str, Any]) -> Iterator[None]:
        if not self.cell.cluster:
            yield
            return
        from distributed import Client, LocalCluster

        with (
            LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster,
            Client(cluster) as client,
        ):
            keywords["options"] = {**keywords["options"], "dask-client": client}
            yield

    def _function(self, **arguments: Any) -> float:
        self.processes.write(os.getpid(), os.getppid())
        time.sleep(0.01 + hash(call(arguments)) % 100 / 5000)
        return cost(**arguments)

    def _replay(self) -> str:
        """Return the result of an undisturbed search whose calls give the answers of the journal.

        If several calls run at a time, the result depends on the order of their ends. The journal holds this order, so
        the search resumes the whole journal.
        """
        answers = {call_of(each): each for each in self._recorded()}

        def function(**arguments: Any) -> float:
            answer = answers[call(arguments)]
            if answer["status"] != "SAT":
                raise RuntimeError(answer["message"])
            return float(answer["quality"])

        folder = self.folder / "replayed_wd"
        if self.cell.running > self.cell.runs:
            target = journal_of(folder)
            target.parent.mkdir(parents=True)
            target.write_bytes(journal_of(self.wd).read_bytes())

            def function(**arguments: Any) -> float:
                raise AssertionError("it stands in the journal")

        return self._search("replayed", folder=folder, notes=None, function=function, resume=True)

    def _look(self, complete: bool) -> Counts:
        """Read all files, and count the damage."""
        counts = Counts()
        for run in range(self.cell.runs):
            path = journal_of(self.wd, run)
            lines = path.read_bytes().split(b"\n")[:-1] if path.exists() else []
            counts.invalid += sum(not split_checksum(line)[1] for line in lines)
        for problem in unparsable(self.wd, N if complete else None):
            self.complaints.append(problem)
            counts.unparsable += 1
        return counts


def preload() -> None:
    """Import the modules of a search once, for all forks."""
    import ConfigSpace  # noqa: F401
    import smac  # noqa: F401

    sys.stdout.flush()
