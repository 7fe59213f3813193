"""The processes that carry out the runs of one minimisation.

::

    this process ── forks ──> the light process of the calls (`evaluation`)
         │                              ^ │
         └── forks ──> the engine ── asks ┘ and is answered; tells this process of each evaluation

"This process" is the process of the user's script. Only the engine's process imports SMAC3. So the script's process
uses no memory for SMAC3, nor do the processes that later minimisations fork from it.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import logging
import math
import multiprocessing
import os
import queue
import selectors
import sys
import threading
import time
import traceback
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from multiprocessing.connection import Connection
from types import MappingProxyType
from typing import Any

from pysmac_compat._process import ForkedProcess, uninterrupted
from pysmac_compat.errors import FileFormatError, SearchError
from pysmac_compat.evaluation.drop import Drop
from pysmac_compat.evaluation.evaluator import Caller, CallsEnded, CallsLost
from pysmac_compat.evaluation.installed import prefer_installed, without_unused
from pysmac_compat.evaluation.outcome import Outcome
from pysmac_compat.events import (
    CallWanted,
    Event,
    Failed,
    Improved,
    RunEnded,
    RunStarted,
    Stop,
    Verdict,
    VerdictWanted,
    Warned,
)
from pysmac_compat.files.journal import Recorded
from pysmac_compat.files.search_files import SearchFiles
from pysmac_compat.plan import Plan
from pysmac_compat.search.jobs import Call, EvaluationLost
from pysmac_compat.search.run import Run
from pysmac_compat.search.stopped import Stopped, end_after

logger = logging.getLogger(__name__)

#: seconds within which a stopped engine can still send the events of evaluations that have ended
_FAREWELL = 5.0


class Engine:
    """A process that carries out some of the runs, one after another.

    Parameters
    ----------
    plan : Plan
    runs : sequence of int
        The indices of the runs, from 0.
    calls : sequence of Caller
        The callers, each of which makes one call at a time. Without callers, the engine sends a `CallWanted` event
        for each call, and waits for its outcome; see `answer`.
    recorded : dict of int to Recorded
        The recorded evaluations of the runs that are resumed.
    files : SearchFiles or None
        The files that the engine's process itself writes.
    asks : bool
        Whether each run sends `VerdictWanted` after each result and waits for the answer; see `judge`.
    tells : bool
        Whether to send a `Begun` for each call.
    """

    def __init__(
        self,
        plan: Plan,
        runs: Sequence[int],
        calls: Sequence[Caller] = (),
        recorded: Mapping[int, Recorded] = MappingProxyType({}),
        files: SearchFiles | None = None,
        asks: bool = False,
        tells: bool = False,
    ) -> None:
        self.connection, theirs = multiprocessing.Pipe()
        parent = os.getpid()
        self._process = ForkedProcess(
            lambda: _serve(plan, runs, calls, theirs, recorded, files, parent, asks, tells),
            close=(self.connection, *(each for call in calls for each in call.not_for_forks)),
        )
        theirs.close()

    def receive(self) -> Event | None:
        """Return the next event; None after all runs have ended.

        Raises
        ------
        SearchError
            If the engine has failed or its process has ended without a message.
        ValueError
            If the engine has failed because of the user's input.
        """
        try:
            event: Event | None = self.connection.recv()
        except (EOFError, OSError):
            raise SearchError("the process of the search ended unexpectedly; the results so far are kept") from None
        if isinstance(event, Failed):
            if event.error is not None:
                raise event.error
            raise SearchError(f"the search failed; its results so far are kept\n{event.text}")
        return event

    def answer(self, outcome: Outcome) -> None:
        """Send the outcome of the call that a `CallWanted` event requests."""
        self.connection.send(outcome)

    def judge(self, verdict: Verdict) -> None:
        """Send the answer to a `VerdictWanted` event."""
        with contextlib.suppress(OSError):  # the engine has ended
            self.connection.send(verdict)

    def stop(self, reason: str) -> None:
        """Tell the engine to end without further evaluations; this does not stop calls that are running."""
        with contextlib.suppress(OSError):  # the engine has ended
            self.connection.send(Stop(reason))

    def close(self) -> None:
        """End the engine's process at once."""
        self.connection.close()
        self._process.kill()


def events_of(engines: Sequence[Engine], take: Callable[[Event], None] = lambda event: None) -> Iterator[Event]:
    """Yield the events of these engines as they arrive, until all engines have finished their runs.

    Parameters
    ----------
    engines : sequence of Engine
    take : callable, optional
        Called with each event as soon as it is received, before Ctrl-C can interrupt.
    """
    with selectors.PollSelector() as selector:
        for engine in engines:
            selector.register(engine.connection, selectors.EVENT_READ, engine)
        while selector.get_map():
            for key, _ in selector.select():
                with uninterrupted():
                    event = key.data.receive()
                    if event is not None:
                        take(event)
                if event is None:
                    selector.unregister(key.fileobj)
                else:
                    yield event


def stop(engines: Sequence[Engine], calls: Sequence[Caller], reason: str) -> None:
    """End the search in these engines, and the calls that are running; the engines still send their last events."""
    with uninterrupted():
        for engine in engines:
            engine.stop(reason)
        for call in calls:
            call.close()


def take_the_rest(engines: Sequence[Engine], take: Callable[[Event], None]) -> None:
    """Call ``take`` with the last events of stopped engines, unless the engines take too long."""
    end = time.monotonic() + _FAREWELL
    with uninterrupted():
        for engine in engines:
            with contextlib.suppress(RuntimeError, ValueError, OSError):  # the engine has failed or is gone
                while engine.connection.poll(max(0.0, end - time.monotonic())):
                    event = engine.receive()
                    if event is None:
                        break
                    take(event)


def _serve(
    plan: Plan,
    runs: Sequence[int],
    calls: Sequence[Caller],
    connection: Connection,
    recorded: Mapping[int, Recorded],
    files: SearchFiles | None,
    parent: int,
    asks: bool,
    tells: bool,
) -> None:
    """Run the engine: the main function of its process."""
    pool = ThreadPoolExecutor(len(calls)) if len(calls) > 1 else None
    stopped = Stopped(connection)
    threading.Thread(target=end_after, args=(parent, stopped), name="pysmac-parent", daemon=True).start()
    call: Call = partial(_call_any, _queue(calls), stopped) if calls else partial(_ask_back, connection, stopped)
    sending = threading.Lock()
    known: tuple[Any, ...] = ()

    def send(event: Event | None) -> None:
        nonlocal known
        with sending:
            # files first: if the parent process has ended, sending fails, and then the engine's process ends, too
            for warning in files.take(event) if files is not None and event is not None else ():
                connection.send(warning)
            if isinstance(event, Improved):  # the run sends one after each result, also without a change
                before, known = known, (event.run, event.configuration, event.value, event.n_runs)
                if before == known:
                    return
            connection.send(event)

    def ask(run: int, unlearnt: tuple[int, ...]) -> str:
        return stopped.ask(lambda: send(VerdictWanted(run, unlearnt)))

    noticed: list[str] = []

    def notice(text: str) -> None:
        if not noticed:  # only once in a search
            noticed.append(text)
            send(Warned(text))

    for evaluator in calls:
        evaluator.notice = notice
    try:
        prefer_installed()
        _use_one_thread()
        _silence_smac()
        _import_engine()
        for run in runs:
            send(RunStarted(run))
            search = Run(plan, run, call, send, pool, recorded.get(run), stopped)
            search.tells = tells
            if asks:
                search.ask = partial(ask, run)
            session = search.session(max(1, len(calls)))
            # The clock starts only here, so that the import of SMAC3 does not count.
            search.start = time.monotonic()
            deadline = None if plan.budget.total_time is None else search.start + plan.budget.total_time
            search.end = math.inf if deadline is None else deadline
            for evaluator in calls:
                evaluator.deadline = deadline
            reason = session.run(deadline)
            for evaluator in calls:
                evaluator.deadline = None
            if not session.killed and not search.broken and not stopped():
                search.test(session.cpu_used)
            send(RunEnded(run, stopped() or search.verdict or reason, of_search=bool(stopped())))
            if stopped():
                break
        send(None)
    except FileFormatError as error:  # the journal does not fit the search
        with contextlib.suppress(BrokenPipeError):
            send(Failed(str(error), error))
    except BrokenPipeError:  # the parent process has ended
        return
    except Exception:
        with contextlib.suppress(BrokenPipeError):
            send(Failed(traceback.format_exc()))
    finally:
        if files is not None:
            files.close()


def _queue(calls: Sequence[Caller]) -> queue.SimpleQueue[Caller]:
    idle: queue.SimpleQueue[Caller] = queue.SimpleQueue()
    for evaluator in calls:
        idle.put(evaluator)
    return idle


def _call_any(
    idle: queue.SimpleQueue[Caller],
    stopped: Stopped,
    arguments: Mapping[str, Any],
    cutoff: float | None,
    drop: Drop | None,
) -> Outcome:
    """Make a call with an idle evaluator."""
    evaluator = idle.get()
    try:
        return evaluator(arguments, cutoff, drop)
    except CallsEnded as error:
        evaluator.notice(f"{error}; the search ends with its results so far")
        stopped.note(Stop(str(error)))
        raise EvaluationLost(str(error)) from error
    except CallsLost as error:
        raise EvaluationLost(str(error)) from error
    finally:
        idle.put(evaluator)


def _ask_back(
    connection: Connection, stopped: Stopped, arguments: Mapping[str, Any], cutoff: float | None, drop: Drop | None
) -> Outcome:
    connection.send(CallWanted(dict(arguments), cutoff))
    answer: Outcome | Stop = connection.recv()
    if isinstance(answer, Stop):
        stopped.note(answer)
        raise EvaluationLost("the search has been stopped")
    return answer


def _use_one_thread() -> None:
    """Limit linear algebra in this process to one thread.

    The matrices of a search are small, so more threads take twice the CPU time and no less wall time. Besides, the
    result of a search must not depend on the order in which threads add numbers.
    """
    for library in ("OMP", "OPENBLAS", "MKL", "NUMEXPR", "VECLIB_MAXIMUM"):  # for a library that is not loaded yet
        os.environ[f"{library}_NUM_THREADS"] = "1"
    if "numpy" in sys.modules:  # the user's script has loaded it
        import threadpoolctl

        threadpoolctl.threadpool_limits(1)


def _import_engine() -> None:
    """Import SMAC3 and all other modules that a search needs.

    Meanwhile the garbage collector is off, because the imported objects are never garbage, and the collector would
    take a tenth of the time of the import.
    """
    gc.disable()
    with without_unused():
        importlib.import_module("pysmac_compat.engine.parts")
        importlib.import_module("pysmac_compat.engine.session")
    gc.freeze()
    gc.enable()


def _silence_smac() -> None:
    """Hide SMAC3's own log from the user, unless the user debugs this package."""
    debugging = logger.isEnabledFor(logging.DEBUG)
    logging.getLogger("smac").setLevel(logging.INFO if debugging else logging.CRITICAL)
    warnings.simplefilter("ignore")
