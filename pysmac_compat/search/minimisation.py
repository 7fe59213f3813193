"""A minimisation: it carries out a plan, and yields events and a result."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from pysmac_compat._process import uninterrupted
from pysmac_compat.evaluation.direct import call_directly
from pysmac_compat.evaluation.evaluator import Caller, Evaluator
from pysmac_compat.evaluation.on_dask import cluster_callers
from pysmac_compat.evaluation.outcome import Outcome
from pysmac_compat.events import INTERRUPTED, Begun, CallWanted, Event, RunStarted, Stop, Verdict, VerdictWanted
from pysmac_compat.files.journal import Recorded
from pysmac_compat.files.lock import RunLock, shared_with_forks
from pysmac_compat.files.result_files import ResultFiles
from pysmac_compat.plan import Plan
from pysmac_compat.report.progress import Display, Wishes
from pysmac_compat.results import Result
from pysmac_compat.search.process import Engine, events_of, stop, take_the_rest
from pysmac_compat.search.result_builder import ResultBuilder
from pysmac_compat.stopping import StopRules


class Minimisation:
    """Carries out a plan.

    Parameters
    ----------
    plan : Plan
    function : callable or None
        Called in child processes or on a cluster, according to the plan. If it is None, or if the plan does not
        isolate calls, `events` yields a `CallWanted` event in place of each call; see `answer`.
    files : ResultFiles or None
        The object that writes the result files.
    locks : sequence of RunLock
        The locks of the runs. The user's process and the engines keep them; the processes that make the calls do not.
    recorded : dict of int to Recorded
        The recorded evaluations of the runs that are resumed.
    rules : StopRules or None
        Rules that end a run early.
    wishes : Wishes or None
        What to display while the minimisation runs.
    """

    def __init__(
        self,
        plan: Plan,
        function: Callable[..., Any] | None = None,
        *,
        files: ResultFiles | None = None,
        locks: Sequence[RunLock] = (),
        recorded: Mapping[int, Recorded] = MappingProxyType({}),
        rules: StopRules | None = None,
        wishes: Wishes | None = None,
    ) -> None:
        self._plan, self._function, self._files = plan, function, files
        self._locks, self._recorded, self._rules = locks, recorded, rules
        self._builder = ResultBuilder(plan)
        self._display: Display | None = None
        if wishes is not None and (wishes.progress or wishes.verbose):
            n_runs, processes = len(plan.seeds), plan.processes
            known = () if plan.needs_racing else [each.value for each in self._builder.known]
            workers = plan.calls.workers * processes
            self._display = Display(wishes, self._builder.search, n_runs, processes, workers, known)
        self._callers: list[Caller] = []
        self._engines: list[Engine] = []
        self._started = contextlib.ExitStack()

    def start(self) -> None:
        """Start the processes that make the calls, and the engines."""
        plan = self._plan
        for i in range(plan.processes):
            callers: list[Caller] = []
            if self._function is not None and plan.calls.isolate:
                callers = start_callers(plan, self._function, self._started, self._locks)
            self._callers += callers
            runs = range(i, len(plan.seeds), plan.processes)
            of_search = None if self._files is None else self._files.of_search
            with shared_with_forks():  # with the locks, because the engine writes files as well
                asks, tells = bool(self._rules), self._display is not None
                self._engines.append(Engine(plan, runs, callers, self._recorded, of_search, asks, tells))
            self._started.callback(self._engines[-1].close)
        if self._display is not None:
            self._started.enter_context(self._display)

    def events(self) -> Iterator[Event]:
        """Yield each event as it arrives, until all runs have ended; the result and the files get each event first."""
        for event in events_of(self._engines, self._take):
            if self._display is not None:
                self._display.take(event)
            if isinstance(event, VerdictWanted):
                assert self._rules is not None
                reason = self._rules.verdict(self._builder.so_far(event.run, event.unlearnt))
                self._engines[event.run % self._plan.processes].judge(Verdict(reason))
            elif not isinstance(event, Begun):
                yield event

    def _take(self, event: Event) -> None:
        if not isinstance(event, (CallWanted, VerdictWanted)):
            self._builder.take(event)
            if self._files is not None:
                self._files.take(event)

    def carry_out(self, on_event: Callable[[Event], object] | None = None) -> None:
        """Carry out the whole plan, including calls that are not isolated; end all processes, even after an exception.

        Parameters
        ----------
        on_event : callable or None
            Called with each event; the search ends if it returns ``True`` or a `Stop`.
        """
        stopped = False
        try:
            self.start()
            for event in self.events():
                if isinstance(event, CallWanted):
                    assert self._function is not None
                    self.answer(call_directly(self._function, event.arguments, self._plan.rules, event.cutoff))
                elif on_event is not None and not stopped:
                    answer = on_event(self._complete(event))
                    if answer is True or isinstance(answer, Stop):
                        stopped = True
                        self.stop("on_event returned True" if answer is True else answer.reason)
        except BaseException:
            self.interrupt()
            raise
        finally:
            self.close()
        self.conclude()

    def _complete(self, event: Event) -> Event:
        """Add the result so far to a `RunStarted` event, because the engine that sent it does not have the result."""
        return replace(event, result=self._builder.so_far(event.run)) if isinstance(event, RunStarted) else event

    def answer(self, outcome: Outcome) -> None:
        """Send the outcome of the call that a `CallWanted` event requests."""
        self._engines[0].answer(outcome)

    def stop(self, reason: str) -> None:
        """End the search; the result keeps the evaluations, and `events` continues with the remaining events."""
        stop(self._engines, self._callers, reason)

    def interrupt(self) -> None:
        """End the search because of an exception; if possible, the events of ended evaluations are not lost."""
        with contextlib.suppress(Exception):
            self.stop(INTERRUPTED)
            take_the_rest(self._engines, self._take)

    @property
    def result(self) -> Result:
        """The result so far."""
        return self._builder.result

    def conclude(self) -> None:
        """Warn the user if the result has noteworthy properties, for example many failed evaluations."""
        self._builder.conclude()

    def close(self) -> None:
        """End all processes; to close again has no effect."""
        with uninterrupted():
            self._started.close()
            if self._files is not None:
                self._files.close()


def start_callers(
    plan: Plan, function: Callable[..., Any], started: contextlib.ExitStack, locks: Sequence[RunLock] = ()
) -> list[Caller]:
    """Start one caller for each call that the plan makes at the same time; when ``started`` closes, they end."""
    callers: list[Caller] = []
    if plan.calls.cluster is not None:
        callers += cluster_callers(plan.calls.cluster, function, plan.rules, plan.calls.workers)
        started.callback(callers[0].close)
        return callers
    for _ in range(plan.calls.workers):
        callers.append(Evaluator(function, plan.rules, locks))
        started.callback(callers[-1].close)
    return callers
