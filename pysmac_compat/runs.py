"""The independent runs of one minimisation: their processes, their events, their record.

::

    this process ── forks ──> the light process of the calls (`evaluation`)
         │                              ^ │
         └── forks ──> the engine ── asks ┘ and is answered; tells this process of each evaluation

SMAC3 is imported in the engine's process only, so that this process stays as light as the
user's script has made it, and so do the processes that later minimisations fork from it.
"""

from __future__ import annotations

import contextlib
import logging
import multiprocessing
import time
import traceback
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from multiprocessing.connection import Connection
from typing import Any

from pysmac_compat._fork import ForkedProcess
from pysmac_compat._installed import prefer_installed
from pysmac_compat.evaluation.evaluator import Evaluator
from pysmac_compat.evaluation.outcome import Outcome
from pysmac_compat.results import Evaluation, Incumbent, Result, RunResult
from pysmac_compat.space.definition import Definition

logger = logging.getLogger(__name__)

#: makes one call: arguments, cutoff in seconds
Call = Callable[[Mapping[str, Any], "float | None"], Outcome]


@dataclass(frozen=True)
class Plan:
    """What is to be done, checked.

    Attributes
    ----------
    definition : Definition
    n_evaluations : int
        Of each run.
    seeds : list of int
        One a run.
    failure_value : float
        What is returned where all evaluations have failed.
    total_time : float or None
        Seconds, for each run.
    cutoff : float or None
        CPU limit of a call, seconds.
    n_trees : int
        Of the surrogate.
    """

    definition: Definition
    n_evaluations: int
    seeds: list[int]
    failure_value: float
    total_time: float | None = None
    cutoff: float | None = None
    n_trees: int = 10


@dataclass(frozen=True)
class RunStarted:
    """A run begins."""

    seed: int


@dataclass(frozen=True)
class Evaluated:
    """An evaluation has ended."""

    evaluation: Evaluation


@dataclass(frozen=True)
class RunEnded:
    """A run has ended, and why."""

    reason: str


@dataclass(frozen=True)
class Warned:
    """The engine has something to say to the user."""

    text: str


@dataclass(frozen=True)
class CallWanted:
    """The engine waits for a call that this process makes."""

    arguments: dict[str, Any]


@dataclass(frozen=True)
class Failed:
    """The engine could not go on."""

    text: str


Event = RunStarted | Evaluated | RunEnded | Warned | CallWanted | Failed


class Engine:
    """The process in which the runs are searched, as a source of events.

    Parameters
    ----------
    plan : Plan
    calls : Evaluator or None
        Makes the calls; without it they come back as `CallWanted`, to be answered with `answer`.
    """

    def __init__(self, plan: Plan, calls: Evaluator | None = None) -> None:
        self._connection, theirs = multiprocessing.Pipe()
        self._process = ForkedProcess(lambda: _serve(plan, calls, theirs), close=(self._connection,))
        theirs.close()

    def events(self) -> Iterator[Event]:
        """What happens, as it happens, until all runs have ended.

        Raises
        ------
        RuntimeError
            If the engine fails or its process dies.
        """
        while True:
            try:
                event: Event | None = self._connection.recv()
            except (EOFError, OSError):
                raise RuntimeError("the process of the search has died; what it had found is kept") from None
            if event is None:
                return
            if isinstance(event, Failed):
                raise RuntimeError(f"the search has failed; what it had found is kept\n{event.text}")
            yield event

    def answer(self, outcome: Outcome) -> None:
        """Answer a `CallWanted`."""
        self._connection.send(outcome)

    def close(self) -> None:
        """End the process, whatever it is doing."""
        self._connection.close()
        self._process.kill()


def _serve(plan: Plan, calls: Evaluator | None, connection: Connection) -> None:
    """What the engine's process does."""
    if calls is not None:
        calls.keep_calls_only()
    call: Call = calls if calls is not None else partial(_ask_back, connection)
    try:
        prefer_installed()
        _silence_smac()
        for seed in plan.seeds:
            connection.send(RunStarted(seed))
            deadline = None if plan.total_time is None else time.monotonic() + plan.total_time
            if calls is not None:
                calls.deadline = deadline
            connection.send(RunEnded(_search(plan, seed, deadline, call, connection.send)))
        connection.send(None)
    except BrokenPipeError:  # nobody listens any more
        return
    except Exception:
        with contextlib.suppress(BrokenPipeError):
            connection.send(Failed(traceback.format_exc()))


def _ask_back(connection: Connection, arguments: Mapping[str, Any], cutoff: float | None) -> Outcome:
    connection.send(CallWanted(dict(arguments)))
    outcome: Outcome = connection.recv()
    return outcome


def _silence_smac() -> None:
    """Nothing of SMAC3's own log reaches the user, unless he debugs."""
    debugging = logger.isEnabledFor(logging.DEBUG)
    logging.getLogger("smac").setLevel(logging.INFO if debugging else logging.CRITICAL)
    warnings.simplefilter("ignore")


def _search(plan: Plan, seed: int, deadline: float | None, call: Call, send: Callable[[Event], None]) -> str:
    from pysmac_compat.engine import parts
    from pysmac_compat.engine.session import Session
    from pysmac_compat.space.configspace import ParameterSpace

    count = 0

    def evaluate(configuration: Any, instance: int | None, seed: int | None, cutoff: float | None) -> Outcome:
        nonlocal count
        arguments = {name: _native(configuration[name]) for name in sorted(configuration)}
        outcome = call(arguments, cutoff)
        count += 1
        send(
            Evaluated(
                Evaluation(
                    index=count,
                    configuration=arguments,
                    instance=instance,
                    seed=seed,
                    status=outcome.status,
                    value=outcome.value,
                    cutoff=cutoff,
                    cpu_time=outcome.cpu_time,
                    wall_time=outcome.wall_time,
                    message=outcome.message,
                )
            )
        )
        return outcome

    session = Session(
        ParameterSpace(plan.definition),
        evaluate,
        n_evaluations=plan.n_evaluations,
        seed=seed,
        deadline=deadline,
        cutoff=plan.cutoff,
        surrogate=partial(parts.surrogate, n_trees=plan.n_trees),
        warn=lambda text: send(Warned(text)),
    )
    return session.run()


def _native(value: Any) -> Any:
    """A numpy scalar of a configuration as the user's own type."""
    return value.item() if hasattr(value, "item") else value


@dataclass
class Record:
    """Builds the `Result` from the events, complete at any moment."""

    plan: Plan
    runs: list[RunResult] = field(default_factory=list)
    stopped_because: str = "interrupted"
    _failures: int = 0

    def take(self, event: Event) -> None:
        """Add one event."""
        if isinstance(event, RunStarted):
            default = self.plan.definition.default
            self.runs.append(
                RunResult(event.seed, self.plan.failure_value, self.plan.definition.complete(default), default)
            )
            logger.info("run with seed %d", event.seed)
        elif isinstance(event, Evaluated):
            self._take_evaluation(event.evaluation)
        elif isinstance(event, RunEnded):
            self.stopped_because = event.reason
            self._end_run()
        elif isinstance(event, Warned):
            warnings.warn(event.text, stacklevel=4)

    def _take_evaluation(self, evaluation: Evaluation) -> None:
        run = self.runs[-1]
        run.evaluations.append(evaluation)
        logger.debug("evaluation %d: %s %r", evaluation.index, evaluation.status, evaluation.value)
        if evaluation.status in ("CRASHED", "MEMOUT", "ABORT"):
            self._show_failure(evaluation)
            return
        if not run.trajectory or evaluation.value < run.value:
            run.value, run.active_configuration = evaluation.value, evaluation.configuration
            run.configuration = self.plan.definition.complete(evaluation.configuration)
            run.trajectory.append(Incumbent(evaluation.index, evaluation.value, evaluation.configuration))
            logger.info("evaluation %d: new incumbent, %r", evaluation.index, evaluation.value)

    def _show_failure(self, evaluation: Evaluation) -> None:
        """The first failure is shown in full, later ones are counted."""
        self._failures += 1
        if self._failures == 1:
            logger.warning(
                "evaluation %d has the status %s (later failures are counted only):\n%s",
                evaluation.index,
                evaluation.status,
                evaluation.message.rstrip(),
            )

    def _end_run(self) -> None:
        run = self.runs[-1]
        if not any(e.succeeded for e in run.evaluations):
            warnings.warn(
                f"all {len(run.evaluations)} evaluations have failed; the default configuration is returned",
                stacklevel=5,
            )

    @property
    def result(self) -> Result:
        """All that is known so far; the first of the best runs wins."""
        if not self.runs:
            self.take(RunStarted(self.plan.seeds[0]))
        best = min(self.runs, key=lambda run: run.value)
        failed = sum(run.n_crashed for run in self.runs)
        if self._failures > 1:
            logger.warning("%d of %d evaluations have failed", failed, sum(len(r.evaluations) for r in self.runs))
        return Result(
            value=best.value,
            configuration=dict(best.configuration),
            active_configuration=dict(best.active_configuration),
            runs=self.runs,
            n_crashed=failed,
            stopped_because=self.stopped_because,
        )
