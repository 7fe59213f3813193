"""A search in this process that is asked what to evaluate, and told what that came to: no calls, no processes.

A `Run` does what it does in the engine's process; but what makes a call there is what takes a `Trial` here, and a call
comes to its end when the result is told. So it proposes what `SMAC_optimizer.minimize` proposes.
"""

from __future__ import annotations

import contextlib
import importlib
import logging
import os
import tempfile
import threading
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pysmac_compat import arguments
from pysmac_compat._process import check_platform
from pysmac_compat._warn import warn
from pysmac_compat.errors import ArgumentError, FileFormatError, SearchError, shown
from pysmac_compat.evaluation.drop import Drop
from pysmac_compat.evaluation.installed import installed_packages
from pysmac_compat.evaluation.limits import failed
from pysmac_compat.evaluation.outcome import SUCCESSES, Outcome, Report, describe, judge
from pysmac_compat.events import Event, RunEnded, RunStarted, Warned
from pysmac_compat.files.saved_search import SavedSearch, read_search, write_search
from pysmac_compat.options.meaning import CallOptions, LimitOptions, Options
from pysmac_compat.options.smac_options import resolve
from pysmac_compat.plan import Plan
from pysmac_compat.planning.planner import make_plan
from pysmac_compat.results import Result
from pysmac_compat.search.result_builder import ResultBuilder
from pysmac_compat.search.run import Run
from pysmac_compat.space.definition import Definition
from pysmac_compat.space.parameters import Value
from pysmac_compat.space.ready import understand

if TYPE_CHECKING:
    from ConfigSpace import ConfigurationSpace

    from pysmac_compat.engine.session import Session


#: what other tools call arguments of `Search`
_OTHER_NAMES = {
    **{name: use for name, use in arguments.OTHER_NAMES.items() if name != "space"},
    "parameter_dict": "space, which comes first",
    **dict.fromkeys(
        ("func", "objective", "fun", "fn", "function"), "tell(trial, value): you call the function yourself"
    ),
    **dict.fromkeys(("n_jobs", "n_workers", "workers"), "ask() several times before you tell"),
    **dict.fromkeys(("timeout", "time_budget"), "t_limit_function_s=... for one trial; you end the search"),
    **dict.fromkeys(("callback", "callbacks"), "result, which is complete at any moment"),
}


@dataclass(frozen=True)
class Trial:
    """What is to be evaluated; it can be pickled, and is the key of its result.

    Attributes
    ----------
    number : int
        From 1: the index of its evaluation.
    values : tuple of (str, value)
        The active parameters, sorted by name.
    instance : int or None
    seed : int or None
        For a function that is not deterministic.
    cutoff : float or None
        The seconds that it may take: more tell nothing, it is a TIMEOUT then.
    """

    number: int
    values: tuple[tuple[str, Value], ...]
    instance: int | None = None
    seed: int | None = None
    cutoff: float | None = None

    @property
    def configuration(self) -> dict[str, Value]:
        """The active parameters as a dict."""
        return dict(self.values)

    @property
    def arguments(self) -> dict[str, Any]:
        """What `SMAC_optimizer.minimize` calls its function with: the configuration, ``instance`` and ``seed``."""
        more = (("instance", self.instance), ("seed", self.seed))
        return {**self.configuration, **{name: value for name, value in more if value is not None}}


class Search:
    """A search that is driven from outside: ask for a trial, evaluate it anywhere, tell what it came to.

    It proposes what `SMAC_optimizer.minimize` proposes with these arguments, as long as the same results are told.
    Several trials may be open at a time; their results are learnt as they are told. Iterating over it asks for one
    trial after the other until the search ends.

    Parameters
    ----------
    space : dict of str to tuple, or ConfigSpace.ConfigurationSpace
    conditional_clauses, forbidden_clauses : list of str
    max_evaluations : int
        When the search ends; the size of the initial design depends on it.
    deterministic, num_train_instances, train_instance_features, t_limit_function_s, maximize, known
        See `SMAC_optimizer.minimize`; ``t_limit_function_s`` is the ``cutoff`` of a trial.
    seed : int
    smac_options : dict
        What would be assigned to ``SMAC_optimizer().smac_options``; nothing that is about calls and files.

    Raises
    ------
    ArgumentError, ParameterError, ClauseError
        All of them ``ValueError``.

    Examples
    --------
    >>> search = Search({"x": ("real", [-5, 5], 4)}, max_evaluations=3)
    >>> for trial in search:
    ...     search.tell(trial, trial.configuration["x"] ** 2)
    >>> len(search.result), search.result.stopped_because
    (3, 'max_evaluations reached')
    """

    @arguments.other_names(_OTHER_NAMES, "Search")
    def __init__(
        self,
        space: Mapping[str, Any] | ConfigurationSpace | Definition,
        conditional_clauses: Sequence[str] = (),
        forbidden_clauses: Sequence[str] = (),
        *,
        max_evaluations: int,
        seed: int = 0,
        deterministic: bool = True,
        num_train_instances: int | None = None,
        train_instance_features: Any = None,
        t_limit_function_s: float | None = None,
        maximize: bool = False,
        known: Sequence[tuple[Mapping[str, Any], float]] = (),
        smac_options: Mapping[str, Any] | None = None,
    ) -> None:
        check_platform()
        if not isinstance(smac_options, (Mapping, type(None))):
            raise ArgumentError(f"smac_options must be a dict of options, got {shown(smac_options)}")
        self._definition = understand(space, conditional_clauses, forbidden_clauses)
        self._settings = {
            "max_evaluations": max_evaluations,
            "seed": seed,
            "deterministic": deterministic,
            "num_train_instances": num_train_instances,
            "train_instance_features": train_instance_features,
            "t_limit_function_s": t_limit_function_s,
            "maximize": maximize,
            "known": list(known) if isinstance(known, Iterable) else known,
            "smac_options": dict(smac_options or {}),
        }
        self._start()

    def _start(self, saved: SavedSearch | None = None) -> None:
        self._plan = _plan(self._definition, **self._settings)
        self._builder = ResultBuilder(self._plan)
        self._lock = threading.RLock()
        self._calls = _Calls()
        self._session: Session | None = None
        self._saved = saved
        self._design = self._plan.budget.evaluations if saved is None else saved.recorded.max_evaluations
        self._told: list[int] = []  # the indices of the trials, as they were told
        self._asked: list[int] = []  # how many had been asked for when each of them was told
        self._warnings: list[str] = []
        self._ended = ""
        self._take(RunStarted(0))

    def ask(self) -> Trial:
        """What is to be evaluated next.

        Raises
        ------
        SearchError
            A ``RuntimeError``: the search has ended, or results of open trials must be told first.
        """
        trial = self._next()
        if trial is None:
            if self._ended:
                raise SearchError(f"ask: the search has ended: {self._ended}")
            numbers = ", ".join(str(each.number) for each in self._calls.open)
            reason = "" if self._session is None else self._session.reason
            raise SearchError(f"ask: {reason or 'it needs a result first'}; open trials are: {numbers}")
        return trial

    def __iter__(self) -> Iterator[Trial]:
        while (trial := self._next()) is not None:
            yield trial

    def _next(self) -> Trial | None:
        with self._engine() as session:
            if not self._ended and session.ask():
                return self._calls.last
            self._end_if_over(session)
            return None

    def tell(self, trial: Trial, result: Any) -> None:
        """What a trial came to.

        Parameters
        ----------
        trial : Trial
            One that is open.
        result : float, dict or Exception
            What a function of `SMAC_optimizer.minimize` returns: a number, or a dict with 'value' and perhaps 'status'
            and 'runtime' (seconds; the objective RUNTIME needs it). An exception stands for a call that has crashed.

        Raises
        ------
        ArgumentError
            A ``ValueError``; the trial is open as before.
        """
        with self._engine() as session:
            self._check(trial)
            self._calls.end(trial, self._outcome(trial, result))
            self._learn(session)
            self._end_if_over(session)

    def _learn(self, session: Session) -> None:
        """Learn the result that was told, or the next one that is recorded."""
        number = self._run.next_to_learn(session.pending)
        self._told.append(self._run.index_of(number))
        self._asked.append(session.begun)
        session.learn(number)

    def _end_if_over(self, session: Session) -> None:
        if session.reason and not session.pending and not self._ended:
            self._ended = session.reason
            self._take(RunEnded(0, session.reason))

    def _check(self, trial: Any) -> None:
        if not isinstance(trial, Trial):
            raise ArgumentError(f"tell: expected a trial, as ask() returns it, got {shown(trial)}")
        if trial in self._calls.open:
            return
        if trial.number in self._told:
            raise ArgumentError(f"tell: the result of trial {trial.number} has been told before")
        numbers = ", ".join(str(each.number) for each in self._calls.open) or "none"
        raise ArgumentError(f"tell: {shown(trial)} is no trial of this search that is open; open are: {numbers}")

    def _outcome(self, trial: Trial, result: Any) -> Outcome:
        what = f"tell: trial {trial.number}"
        if isinstance(result, BaseException):
            report = failed(result, memory_limited=True)
        else:
            report = describe(result)
            status = result.get("status") if isinstance(result, Mapping) else None
            if report.status == "CRASHED" and status not in ("CRASHED", b"CRASHED"):
                raise ArgumentError(f"{what}: {_as_told(report.message)}; an exception stands for a call that failed")
            self._check_report(what, report)
        seconds = report.runtime or 0.0
        return judge(report, self._plan.rules, cpu_time=seconds, wall_time=seconds, cutoff=trial.cutoff)

    def _check_report(self, what: str, report: Report) -> None:
        if report.odd_runtime:
            raise ArgumentError(f"{what}: the runtime must be a number of seconds from 0, got {report.odd_runtime}")
        if self._plan.objective.runtime:
            if report.runtime is None and report.status in (*SUCCESSES, "TIMEOUT"):
                raise ArgumentError(f"{what}: the objective is RUNTIME, which needs a dict with the key 'runtime'")
        elif report.value is None and report.status in SUCCESSES:
            raise ArgumentError(f"{what}: {_as_told(report.message)}; an exception stands for a call that failed")

    @property
    def open(self) -> tuple[Trial, ...]:
        """The trials whose results have not been told, in the order in which they were asked for."""
        with self._engine():
            return tuple(self._calls.open)

    @property
    def unneeded(self) -> tuple[Trial, ...]:
        """Open trials whose configurations have lost meanwhile: nothing is learnt from what they come to."""
        with self._engine():
            return tuple(trial for trial, call in self._calls.open.items() if call.drop.given)

    @property
    def ended(self) -> str:
        """Why the search has ended; empty as long as it goes on, or nobody has asked for more than there is."""
        return self._ended

    @property
    def best(self) -> tuple[float, dict[str, Any]] | None:
        """The best value and its configuration, as `SMAC_optimizer.minimize` returns them; None before there is one."""
        result = self.result
        return (result.value, dict(result.configuration)) if result.runs[0].trajectory else None

    @property
    def result(self) -> Result:
        """All that is known so far, as `SMAC_optimizer.result`; what is told later does not change it."""
        with self._lock if self._saved is None else self._engine():
            found = self._builder.result if self._ended else self._builder.so_far(0)
            (run,) = found.runs
            run = replace(run, trajectory=list(run.trajectory), evaluations=list(run.evaluations))
            return replace(found, runs=[run])

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write all of it into a file, in place of what the file holds; see `load`.

        Raises
        ------
        ArgumentError
            If the space or an option has a value that JSON cannot hold.
        OSError
        """
        with self._engine() as session:
            evaluations = {each.index: each for each in self.result.runs[0].evaluations}
            told = [evaluations[index] for index in self._told]
            asked = [*self._asked, session.begun]
            write_search(path, self._definition, self._settings, self._design, asked, told)

    @classmethod
    def load(cls, path: str | os.PathLike[str], *, max_evaluations: int | None = None) -> Search:
        """Go on with a search that was saved; trials that were open are open again.

        The search is not in the file: it is done again with the results that are there, which takes seconds for
        hundreds of them, when it is asked something.

        Parameters
        ----------
        path : str or path-like
            Nothing in the file is executed.
        max_evaluations : int or None
            Where the search ends, if not where it would have ended; the initial design stays as it was.

        Raises
        ------
        FileFormatError
            A ``ValueError`` that names the line; also when it is asked, where the search comes to something else than
            what is recorded.
        OSError
        """
        saved = read_search(path)
        search = cls.__new__(cls)
        search._definition, search._settings = saved.definition, dict(saved.settings)
        if max_evaluations is not None:
            search._settings["max_evaluations"] = max_evaluations
        try:
            search._start(saved)
        except TypeError as error:  # an argument that is missing, unknown or of a wrong type
            raise FileFormatError(str(error), os.fspath(path), 1) from error
        return search

    def __reduce__(self) -> Any:
        raise TypeError("a Search cannot be pickled or copied: use save() and Search.load()")

    def __repr__(self) -> str:
        state = f"ended: {self._ended}" if self._ended else f"open: {len(self._calls.open)}"
        return f"<Search: told={len(self._told)}, max_evaluations={self._plan.budget.evaluations}, {state}>"

    @contextlib.contextmanager
    def _engine(self) -> Iterator[Session]:
        """The session, begun if it is not, with what holds in an engine's process: one thread, and silence."""
        try:
            with self._lock, warnings.catch_warnings(), _quiet("smac"):
                warnings.simplefilter("ignore")
                with _one_thread():
                    yield self._session or self._begin()
        finally:
            texts, self._warnings = self._warnings, []
            for text in texts:
                warn(text)

    def _begin(self) -> Session:
        recorded = None if self._saved is None else self._saved.recorded
        with tempfile.TemporaryDirectory(prefix="pysmac-smac3-") as folder:  # SMAC3 writes its scenario, nothing else
            self._run = Run(self._plan, 0, self._calls.outcome, self._take, Path(folder), self._calls, recorded)
            session = self._run.session(self._plan.calls.workers)
            session.begin(Path(folder))
        if self._saved is not None:
            self._replay(session, self._saved)
        self._session, self._saved = session, None
        return session

    def _replay(self, session: Session, saved: SavedSearch) -> None:
        """Ask and tell as it was done before."""
        for number, count in enumerate(saved.asked, 1):
            while session.begun < count and session.ask():
                pass
            if session.begun < count:
                reason = session.reason or "results are missing"
                raise FileFormatError(
                    f"evaluation {count} was asked for, where the search ends now: {reason}", saved.path
                )
            if number < len(saved.asked):
                self._learn(session)

    def _take(self, event: Event) -> None:
        if isinstance(event, Warned):  # when the user's filters are back
            self._warnings.append(event.text)
        else:
            self._builder.take(event)


@dataclass(frozen=True)
class _Call:
    """What ends the evaluation of an open trial."""

    future: Future[Any]
    end: Callable[[], Any]
    drop: Drop


class _Calls:
    """Takes the place of what makes the calls of a `Run`: each comes to its end when its result is told."""

    def __init__(self) -> None:
        self.open: dict[Trial, _Call] = {}
        self._outcome: Outcome | None = None

    @property
    def last(self) -> Trial:
        """The trial that was asked for last."""
        return next(reversed(self.open))

    def submit(
        self,
        function: Callable[..., Any],
        values: dict[str, Value],
        instance: int | None,
        seed: int | None,
        cutoff: float | None,
        index: int,
        origin: str | None,
        drop: Drop,
    ) -> Future[Any]:
        """What `Run` wants to be done; it is done when the result is told."""
        trial = Trial(index, tuple(values.items()), instance, seed, cutoff)
        end = partial(function, values, instance, seed, cutoff, index, origin, drop)
        self.open[trial] = _Call(Future(), end, drop)
        return self.open[trial].future

    def end(self, trial: Trial, outcome: Outcome) -> None:
        """The result of a trial."""
        self._outcome, call = outcome, self.open.pop(trial)
        call.future.set_result(call.end())

    def outcome(self, arguments: Mapping[str, Any], cutoff: float | None, drop: Drop | None) -> Outcome:
        """What the call comes to that is made now."""
        assert self._outcome is not None
        return self._outcome


def _plan(definition: Definition, *, smac_options: Mapping[str, Any], **settings: Any) -> Plan:
    options = resolve(smac_options)
    _refuse_calls(options)
    settings["maximize"] = arguments.flag("maximize", settings["maximize"])
    settings["deterministic"] = arguments.flag("deterministic", settings["deterministic"])
    return make_plan(options, definition=definition, **settings)


def _refuse_calls(options: Options) -> None:
    """Refuse what nobody would obey: a search that makes no calls cannot end or repeat them, and it writes no files."""
    calls, limits = CallOptions(), LimitOptions()
    refused = {
        "dask-client": options.calls.cluster is not calls.cluster,
        "isolate": options.calls.isolate is not calls.isolate,
        "retry-crashed-count": options.calls.retries != calls.retries,
        "kill-runs-on-file-delete": options.calls.kill_file is not calls.kill_file,
        "workers-order": options.calls.order != calls.order,
        "wallclock-limit": options.limits.wall_time is not limits.wall_time,
        "use-cpu-time-in-tunertime": options.limits.count_own_time is not limits.count_own_time,
    }
    name = next((name for name, is_so in refused.items() if is_so), None)
    if name is not None:
        raise ArgumentError(f"smac_options['{name}'] has no meaning in a Search: it makes no calls, you do")


def _as_told(message: str) -> str:
    """What is wrong with a result, where no function has returned it."""
    return message.replace("the function returned", "got").replace("the function reported", "got")


@contextlib.contextmanager
def _quiet(name: str) -> Iterator[None]:
    """Without lines of a logger."""
    found = logging.getLogger(name)
    level = found.level
    found.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        found.setLevel(level)


_limits: list[Any] = []  # what limits the threads of linear algebra; found once it is loaded


@contextlib.contextmanager
def _one_thread() -> Iterator[None]:
    """With SMAC3, and one thread for linear algebra: the order in which several add may not decide what is found."""
    if not _limits:
        with installed_packages():
            importlib.import_module("pysmac_compat.engine.session")
            import threadpoolctl
        _limits.append(threadpoolctl.ThreadpoolController())
    with _limits[0].limit(limits=1):
        yield
