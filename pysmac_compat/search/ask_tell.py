"""A search in this process that is asked what to evaluate, and told what that came to: no calls, no processes.

A `Run` does what it does in the engine's process; but what makes a call there is what takes a `Trial` here, and a call
comes to its end when the result is told. So it proposes what `SMAC_optimizer.minimize` proposes.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pysmac_compat import arguments
from pysmac_compat._process import check_platform
from pysmac_compat._warn import warn
from pysmac_compat.errors import ArgumentError, FileFormatError, SearchError, shown
from pysmac_compat.events import Event, RunEnded, RunStarted, Warned
from pysmac_compat.files.saved_search import SavedSearch, read_search, write_search
from pysmac_compat.options.meaning import CallOptions, LimitOptions, Options
from pysmac_compat.options.smac_options import resolve
from pysmac_compat.plan import Plan
from pysmac_compat.planning.planner import make_plan
from pysmac_compat.results import Result
from pysmac_compat.search.here import engine_here
from pysmac_compat.search.result_builder import ResultBuilder
from pysmac_compat.search.run import Run
from pysmac_compat.search.trials import Calls, Trial, told_outcome
from pysmac_compat.space.definition import Definition
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

    @arguments.entrance(_OTHER_NAMES)
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

    def _start(self, design: int | None = None) -> None:
        self._plan = _plan(self._definition, **self._settings)
        self._builder = ResultBuilder(self._plan, shows_failures=False)  # who has told of one knows it
        self._lock = threading.RLock()
        self._calls = Calls()
        self._session: Session | None = None
        self._design = design or self._plan.budget.evaluations
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
            A ``RuntimeError``: the search has ended, or results of open trials must be told first, or an exception
            has come out of an earlier `ask`: `save` the search and `load` it to go on.
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
            self._calls.end(trial, told_outcome(trial, result, self._plan))
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
            raise ArgumentError(
                f"tell: the result of trial {trial.number} has been told before; it cannot be changed, but "
                "known=[(configuration, value), ...] hands corrected results to a new search"
            )
        numbers = ", ".join(str(each.number) for each in self._calls.open) or "none"
        raise ArgumentError(f"tell: {shown(trial)} is no trial of this search that is open; open are: {numbers}")

    @property
    def open(self) -> tuple[Trial, ...]:
        """The trials whose results have not been told, in the order in which they were asked for."""
        with self._lock:
            return tuple(self._calls.open)

    @property
    def unneeded(self) -> tuple[Trial, ...]:
        """Open trials whose configurations have lost meanwhile: nothing is learnt from what they come to."""
        with self._lock:
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
        with self._lock:
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
        hundreds of them.

        Parameters
        ----------
        path : str or path-like
            Nothing in the file is executed.
        max_evaluations : int or None
            Where the search ends, if not where it would have ended; the initial design stays as it was.

        Raises
        ------
        FileFormatError
            A ``ValueError`` that names the line; also where the search comes to something else than what is recorded.
        OSError
        """
        saved = read_search(path)
        search = cls.__new__(cls)
        search._definition, search._settings = saved.definition, dict(saved.settings)
        if max_evaluations is not None:
            search._settings["max_evaluations"] = max_evaluations
        try:
            search._start(saved.recorded.max_evaluations)
        except TypeError as error:  # an argument that is missing, unknown or of a wrong type
            raise FileFormatError(str(error), os.fspath(path), 1) from error
        with search._engine(saved):
            return search

    def __reduce__(self) -> Any:
        raise TypeError("a Search cannot be pickled or copied: use save() and Search.load()")

    def __repr__(self) -> str:
        state = f"ended: {self._ended}" if self._ended else f"open: {len(self._calls.open)}"
        return f"<Search: told={len(self._told)}, max_evaluations={self._plan.budget.evaluations}, {state}>"

    @contextlib.contextmanager
    def _engine(self, saved: SavedSearch | None = None) -> Iterator[Session]:
        """The session, begun if it is not, with what holds in an engine's process: one thread, and silence."""
        try:
            with self._lock, engine_here():
                yield self._session or self._begin(saved)
        finally:
            texts, self._warnings = self._warnings, []
            for text in texts:
                warn(text)

    def _begin(self, saved: SavedSearch | None) -> Session:
        recorded = None if saved is None else saved.recorded
        with tempfile.TemporaryDirectory(prefix="pysmac-smac3-") as folder:  # SMAC3 writes its scenario, nothing else
            self._run = Run(self._plan, 0, self._calls.outcome, self._take, Path(folder), self._calls, recorded)
            session = self._run.session(self._plan.calls.workers)
            session.begin(Path(folder))
        if saved is not None:
            self._replay(session, saved)
        self._session = session
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
