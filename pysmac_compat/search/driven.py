"""A search that its caller drives: it returns trials, and the caller reports their outcomes; it starts no processes.

The search is a `Run`, as in the engine's process. But in place of a call of the user's function there is a `Trial`,
which ends when the caller reports its outcome. So the search proposes the same configurations as
`SMAC_optimizer.minimize`.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pysmac_compat._process import uninterrupted
from pysmac_compat._warn import warn
from pysmac_compat.errors import ArgumentError, FileFormatError, shown
from pysmac_compat.evaluation.outcome import Outcome
from pysmac_compat.events import INTERRUPTED, Event, RunEnded, RunStarted, Warned
from pysmac_compat.files.journal import Recorded
from pysmac_compat.files.result_files import ResultFiles
from pysmac_compat.files.saved_search import History
from pysmac_compat.plan import Plan
from pysmac_compat.results import Result
from pysmac_compat.search.here import OwnTime, engine_here
from pysmac_compat.search.jobs import Job
from pysmac_compat.search.result_builder import ResultBuilder
from pysmac_compat.search.run import Run
from pysmac_compat.search.trials import Calls, Trial

if TYPE_CHECKING:
    from pysmac_compat.engine.session import Session


class DrivenSearch:
    """Returns the trials of a plan's first run: first the trials of the search, then the trials on test instances.

    The first `ask` imports SMAC3 and starts the clock of the total time. Several threads may use the search.

    Parameters
    ----------
    plan : Plan
    builder : ResultBuilder or None
        The object that builds the result; None: no result is kept.
    files : ResultFiles or None
        The object that writes the result files.
    recorded : Recorded or None
        The recorded evaluations, if an earlier search is continued; see `repeat`.
    design : int or None
        The number of evaluations that sets the size of the initial design; None: the plan's number.

    Attributes
    ----------
    plan : Plan
    ended : str
        Why the search has ended; empty before that.
    """

    def __init__(
        self,
        plan: Plan,
        builder: ResultBuilder | None,
        *,
        files: ResultFiles | None = None,
        recorded: Recorded | None = None,
        design: int | None = None,
    ) -> None:
        self.plan, self._builder, self._files = plan, builder, files
        self._recorded, self._design = recorded, design
        self._lock = threading.RLock()
        self._own_time = OwnTime()
        self._calls = Calls(plan.calls.retries)
        self._session: Session | None = None
        self.ended = ""
        self._learnt: list[int] = []  # the indices of the evaluations, in the order in which results were reported
        self._asked: list[int] = []  # for each result: how many trials `ask` had returned before
        self._n_tests = 0  # the number of tests that have begun
        self._tested: set[int] = set()  # the indices of the tests with results
        self._tests: deque[Job] | None = None  # tests that have not begun yet; None: the search has not ended
        self._events: deque[Event] = deque()  # events that the result and the files have not got yet
        self._take(RunStarted(0))
        self._tell_events()

    def ask(self) -> Trial | None:
        """Return the next trial; None if there is none or if it depends on missing outcomes (see `why_nothing`)."""
        with self._lock:
            if self.ended:
                return None
            with self.engine() as session:
                if self._tests is None and session.ask():
                    return self._calls.open[-1]
                self._turn_to_tests(session)
                while self._tests:
                    if self._begin_test():
                        return self._calls.open[-1]
                self._end_if_over(session)
                return None

    @property
    def why_nothing(self) -> str:
        """Why `ask` has returned None."""
        if self.ended:
            return f"the search has ended: {self.ended}"
        reason = "" if self._session is None else self._session.reason
        reason = reason or "the search needs the result of an open trial first"
        those = _numbers(self.open)
        return f"{reason}; trials without a result: {those}" if those else reason

    def check(self, trial: Any) -> None:
        """Raise an `ArgumentError` if this is not an open trial."""
        if not isinstance(trial, Trial):
            raise ArgumentError(f"tell: expected a trial, as ask() returns it, got {shown(trial)}")
        if trial in self.open:
            return
        if trial.number in (self._tested if trial.test else self._learnt):
            raise ArgumentError(
                f"tell: trial {trial.number} has a result, which cannot be changed; pass corrected results to a new "
                "search with known=[(configuration, value), ...]"
            )
        those = _numbers(self.open) or "none"
        raise ArgumentError(f"tell: {shown(trial)} is not an open trial of this search; open trials: {those}")

    def tell(self, trial: Trial, outcome: Outcome) -> None:
        """Record the outcome of a trial. The trial stays open if it has crashed and the plan repeats crashed calls.

        Raises
        ------
        ArgumentError
            If the trial is not open.
        """
        with self.engine() as session:
            self.check(trial)
            if not self._calls.end(trial, outcome):
                return
            if trial.test:
                self._tested.add(trial.number)
            else:
                self._learn(session)
                self._turn_to_tests(session)
            self._end_if_over(session)

    def give_up(self, trial: Trial) -> None:
        """Forget an open trial of the search, because nobody will report its outcome."""
        with self.engine() as session:
            self.check(trial)
            self._calls.give_up(trial)
            session.give_up(self._run.number_of(trial.number))

    def _learn(self, session: Session) -> None:
        """Pass an outcome to the session: the next recorded one or, if none is left, the one that `tell` got."""
        number = self._run.next_to_learn(session.pending)
        self._learnt.append(self._run.index_of(number))
        self._asked.append(session.begun)
        session.learn(number)

    def _turn_to_tests(self, session: Session) -> None:
        """Choose the tests, if the search is over."""
        if self._tests is None and session.reason and not session.pending:
            broken = session.killed or self._run.broken
            self._tests = deque([] if broken else self._run.tests(session.cpu_used))

    def _begin_test(self) -> bool:
        """Begin the next test, and return True; if its result is recorded, take that result and return False."""
        assert self._tests is not None
        job = self._tests.popleft()
        self._n_tests += 1
        if self._run.begin_test(job) is not None:
            return True
        self._tested.add(job.index)
        return False

    def _end_if_over(self, session: Session) -> None:
        if self._tests is not None and not self._tests and not self._calls.open and not self.ended:
            self.ended = session.reason
            self._take(RunEnded(0, session.reason))

    @property
    def open(self) -> tuple[Trial, ...]:
        """The trials without an outcome, in the order in which `ask` returned them."""
        with self._lock:
            return self._calls.open

    @property
    def unneeded(self) -> tuple[Trial, ...]:
        """The open trials whose outcomes the search no longer needs."""
        with self._lock:
            return self._calls.unneeded

    @property
    def n_told(self) -> int:
        """The number of trials of the search that have an outcome; tests do not count."""
        return len(self._learnt)

    @property
    def result(self) -> Result:
        """The result so far; later outcomes do not change this object."""
        assert self._builder is not None
        with self._lock:
            found = self._builder.result if self.ended else self._builder.so_far(0)
            (run,) = found.runs
            run = replace(
                run,
                trajectory=list(run.trajectory),
                evaluations=list(run.evaluations),
                test_evaluations=list(run.test_evaluations),
            )
            return replace(found, runs=[run])

    def history(self) -> History:
        """Return the trials and outcomes so far."""
        with self._lock:
            (run,) = self.result.runs
            evaluations = {each.index: each for each in run.evaluations}
            begun = 0 if self._session is None else self._session.begun
            unused = [] if self._recorded is None else self._recorded.tests  # results of a longer search, not used yet
            return History(
                told=[evaluations[index] for index in self._learnt],
                asked=[*self._asked, begun],
                tested=[*run.test_evaluations, *unused],
                n_tests=self._n_tests,
            )

    def repeat(self, asked: Sequence[int], n_tests: int) -> None:
        """Repeat the recorded search: let the session propose trials, and pass it their outcomes in the recorded order.

        ``asked`` and ``n_tests`` are attributes of the recorded `History`.

        Raises
        ------
        FileFormatError
            If the repeated search differs from the recorded search.
        """
        assert self._recorded is not None
        with self.engine() as session:
            for number, count in enumerate(asked, 1):
                while session.begun < count and session.ask():
                    pass
                if session.begun < count:
                    reason = session.reason or "results are missing"
                    text = f"the file has evaluation {count}, but the search now ends before this evaluation: {reason}"
                    raise FileFormatError(text, self._recorded.path)
                if number < len(asked):
                    self._learn(session)
            if n_tests and not session.ask():
                self._turn_to_tests(session)
                while self._tests and self._n_tests < n_tests:
                    self._begin_test()
                self._end_if_over(session)

    @contextlib.contextmanager
    def engine(self) -> Iterator[Session]:
        """Yield the session within the context `engine_here`; begin the session if it has not begun."""
        with self._lock:
            try:
                with engine_here(), self._own_time.goes_on():
                    yield self._session or self._begin()
            finally:
                self._tell_events()  # only now, when the user's warning filters hold again

    def _begin(self) -> Session:
        plan, calls, send = self.plan, self._calls, self._take
        self._run = Run(plan, 0, calls.outcome, send, calls, self._recorded, design=self._design)
        session = self._run.session(plan.calls.workers, self._own_time)
        total_time = plan.budget.total_time
        session.begin(None if total_time is None else time.monotonic() + total_time)
        self._session = session
        return session

    def _take(self, event: Event) -> None:
        self._events.append(event)
        if self._files is not None and self._files.of_search is not None:
            self._events += self._files.of_search.take(event)

    def _tell_events(self) -> None:
        try:
            while self._events:
                self._tell_event(self._events.popleft())
        finally:
            if self._events:  # so that no event is lost if, for example, a filter turns a warning into an exception
                self._tell_events()

    def _tell_event(self, event: Event) -> None:
        if isinstance(event, Warned):
            warn(event.text)
            return
        try:
            if self._builder is not None:
                self._builder.take(event)
        finally:
            if self._files is not None:
                self._files.take(event)

    def close(self) -> None:
        """End the search in its present state; to close it again has no effect."""
        with self._lock, uninterrupted():
            self.ended = self.ended or INTERRUPTED
            self._calls = Calls()
            if self._files is not None:
                self._files.close()


def _numbers(trials: Sequence[Trial]) -> str:
    return ", ".join(str(each.number) for each in trials)
