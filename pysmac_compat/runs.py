"""The processes in which the runs of one minimisation are searched.

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
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from multiprocessing.connection import Connection, wait
from typing import TYPE_CHECKING, Any

from pysmac_compat._fork import ForkedProcess
from pysmac_compat._installed import prefer_installed
from pysmac_compat.evaluation.evaluator import Evaluator
from pysmac_compat.evaluation.outcome import Outcome
from pysmac_compat.events import CallWanted, Evaluated, Event, Failed, Improved, RunEnded, RunStarted, Tested, Warned
from pysmac_compat.objective import Scored
from pysmac_compat.plan import Plan
from pysmac_compat.results import Evaluation

if TYPE_CHECKING:
    from pysmac_compat.engine.session import Session, Standing

logger = logging.getLogger(__name__)

#: makes one call: arguments, cutoff in seconds
Call = Callable[[Mapping[str, Any], "float | None"], Outcome]


class Engine:
    """A process in which some runs are searched, one after the other.

    Parameters
    ----------
    plan : Plan
    runs : sequence of int
        The numbers of the runs, from 0.
    calls : Evaluator or None
        Makes the calls; without it they come back as `CallWanted`, to be answered with `answer`.
    """

    def __init__(self, plan: Plan, runs: Sequence[int], calls: Evaluator | None = None) -> None:
        self.connection, theirs = multiprocessing.Pipe()
        self._process = ForkedProcess(lambda: _serve(plan, runs, calls, theirs), close=(self.connection,))
        theirs.close()

    def receive(self) -> Event | None:
        """The next event; None when all runs have ended.

        Raises
        ------
        RuntimeError
            If the engine has failed or its process has died.
        """
        try:
            event: Event | None = self.connection.recv()
        except (EOFError, OSError):
            raise RuntimeError("the process of the search has died; what it had found is kept") from None
        if isinstance(event, Failed):
            raise RuntimeError(f"the search has failed; what it had found is kept\n{event.text}")
        return event

    def answer(self, outcome: Outcome) -> None:
        """Answer a `CallWanted`."""
        self.connection.send(outcome)

    def close(self) -> None:
        """End the process, whatever it is doing."""
        self.connection.close()
        self._process.kill()


def events_of(engines: Sequence[Engine]) -> Iterator[Event]:
    """What happens in some engines, as it happens, until all of them have done their runs."""
    working = {engine.connection: engine for engine in engines}
    while working:
        for connection in wait(list(working)):
            event = working[connection].receive()  # type: ignore[index]
            if event is None:
                del working[connection]  # type: ignore[arg-type]
            else:
                yield event


def _serve(plan: Plan, runs: Sequence[int], calls: Evaluator | None, connection: Connection) -> None:
    """What the engine's process does."""
    if calls is not None:
        calls.keep_calls_only()
    call: Call = calls if calls is not None else partial(_ask_back, connection)
    try:
        prefer_installed()
        _silence_smac()
        for run in runs:
            connection.send(RunStarted(run))
            search = _Search(plan, run, call, connection.send)
            session = search.session()
            # The clock starts here, not before SMAC3 is imported.
            deadline = None if plan.total_time is None else time.monotonic() + plan.total_time
            if calls is not None:
                calls.deadline = deadline
            reason = session.run(deadline)
            if calls is not None:
                calls.deadline = None
            search.test()
            connection.send(RunEnded(run, reason))
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


class _Search:
    """One run: a session whose evaluations are calls of the user's function, told to the other process."""

    def __init__(self, plan: Plan, run: int, call: Call, send: Callable[[Event], None]) -> None:
        self.plan, self.run, self.call, self.send = plan, run, call, send
        self.count = 0
        self.incumbent: dict[str, Any] = plan.definition.default

    def session(self) -> Session:
        """The session, ready to run; imports SMAC3."""
        from pysmac_compat.engine import parts
        from pysmac_compat.engine.racing import Capping
        from pysmac_compat.engine.session import Session
        from pysmac_compat.space.configspace import ParameterSpace

        plan, objective = self.plan, self.plan.objective
        return Session(
            ParameterSpace(plan.definition),
            self.evaluate,
            n_evaluations=plan.n_evaluations,
            seed=plan.seeds[self.run],
            cpu_time=plan.cpu_time,
            deterministic=plan.deterministic,
            n_instances=plan.n_train,
            features=plan.features,
            surrogate=partial(parts.surrogate, n_trees=plan.n_trees),
            selector=partial(parts.selector, use_model=plan.use_model),
            intensifier=partial(
                parts.intensifier,
                initial_runs=plan.initial_incumbent_runs,
                max_runs=plan.max_incumbent_runs,
                cutoff=objective.cutoff,
                capping=None if objective.capping is None else Capping(*objective.capping),
                penalty=objective.penalty,
            ),
            warn=lambda text: self.send(Warned(text)),
            observe=self.observe,
        )

    def evaluate(
        self, configuration: Mapping[str, Any], instance: int | None, seed: int | None, cutoff: float | None
    ) -> Scored:
        """Evaluate a configuration for the session."""
        scored, evaluation = self._call(_natives(configuration), instance, seed, cutoff, self.count + 1)
        self.count += 1
        self.send(Evaluated(self.run, evaluation))
        return scored

    def observe(self, standing: Standing) -> None:
        """Report the incumbent, unless it has failed."""
        if not standing.failed:
            self.incumbent = _natives(standing.configuration)
            self.send(Improved(self.run, self.incumbent, standing.cost, standing.n_runs))

    def test(self) -> None:
        """Evaluate the incumbent once on each test instance."""
        plan = self.plan
        for i in range(plan.n_test):
            instance = None if plan.n_train is None else plan.n_train + i
            seed = None if plan.deterministic else (plan.seeds[self.run] + 1 + i) * 7919 % 2**24
            _, evaluation = self._call(self.incumbent, instance, seed, plan.objective.cutoff, i + 1)
            self.send(Tested(self.run, evaluation))

    def _call(
        self,
        configuration: dict[str, Any],
        instance: int | None,
        seed: int | None,
        cutoff: float | None,
        index: int,
    ) -> tuple[Scored, Evaluation]:
        extra = {name: value for name, value in (("instance", instance), ("seed", seed)) if value is not None}
        outcome = self.call({**configuration, **extra}, cutoff)
        scored = self.plan.objective.score(outcome, cutoff)
        evaluation = Evaluation(
            index=index,
            configuration=configuration,
            instance=instance,
            seed=seed,
            status=outcome.status,
            value=scored.cost,
            cutoff=cutoff,
            cpu_time=outcome.cpu_time,
            wall_time=outcome.wall_time,
            message=outcome.message,
        )
        return scored, evaluation


def _natives(configuration: Mapping[str, Any]) -> dict[str, Any]:
    """The active parameters with the user's own types, sorted by name."""
    values = {name: configuration[name] for name in sorted(configuration)}
    return {name: value.item() if hasattr(value, "item") else value for name, value in values.items()}
