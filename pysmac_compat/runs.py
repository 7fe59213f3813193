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
import math
import multiprocessing
import queue
import tempfile
import threading
import time
import traceback
import warnings
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pysmac_compat._fork import ForkedProcess
from pysmac_compat._installed import prefer_installed
from pysmac_compat.evaluation.evaluator import Evaluator
from pysmac_compat.evaluation.outcome import Outcome
from pysmac_compat.events import CallWanted, Evaluated, Event, Failed, Improved, RunEnded, RunStarted, Tested, Warned
from pysmac_compat.objective import Scored
from pysmac_compat.plan import Plan
from pysmac_compat.results import Evaluation
from pysmac_compat.validation import Step

if TYPE_CHECKING:
    from pysmac_compat.engine.session import Session, Standing

logger = logging.getLogger(__name__)

#: of a real value on its way through the search, in units of its range or of itself
_ROUNDING = 1e-12

#: makes one call: arguments, cutoff in seconds
Call = Callable[[Mapping[str, Any], "float | None"], Outcome]


class Engine:
    """A process in which some runs are searched, one after the other.

    Parameters
    ----------
    plan : Plan
    runs : sequence of int
        The numbers of the runs, from 0.
    calls : sequence of Evaluator
        Make the calls, as many at a time as there are; without any, calls come back as
        `CallWanted`, to be answered with `answer`.
    """

    def __init__(self, plan: Plan, runs: Sequence[int], calls: Sequence[Evaluator] = ()) -> None:
        self.connection, theirs = multiprocessing.Pipe()
        self._folder = tempfile.TemporaryDirectory(prefix="pysmac-smac3-")
        folder = Path(self._folder.name)
        self._process = ForkedProcess(lambda: _serve(plan, runs, calls, theirs, folder), close=(self.connection,))
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
        self._folder.cleanup()


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


def _serve(plan: Plan, runs: Sequence[int], calls: Sequence[Evaluator], connection: Connection, folder: Path) -> None:
    """What the engine's process does."""
    pool = ThreadPoolExecutor(len(calls)) if len(calls) > 1 else None
    call: Call = partial(_call_any, _queue(calls)) if calls else partial(_ask_back, connection)
    sending = threading.Lock()

    def send(event: Event | None) -> None:
        with sending:
            connection.send(event)

    try:
        prefer_installed()
        _silence_smac()
        for run in runs:
            send(RunStarted(run))
            search = _Search(plan, run, call, send, folder / str(run), pool)
            session = search.session(max(1, len(calls)))
            # The clock starts here, not before SMAC3 is imported.
            search.start = time.monotonic()
            deadline = None if plan.total_time is None else search.start + plan.total_time
            for evaluator in calls:
                evaluator.deadline = deadline
            reason = session.run(deadline)
            for evaluator in calls:
                evaluator.deadline = None
            if not session.killed:
                search.test(session.cpu_used)
            send(RunEnded(run, reason))
        send(None)
    except BrokenPipeError:  # nobody listens any more
        return
    except Exception:
        with contextlib.suppress(BrokenPipeError):
            send(Failed(traceback.format_exc()))


def _queue(calls: Sequence[Evaluator]) -> queue.SimpleQueue[Evaluator]:
    idle: queue.SimpleQueue[Evaluator] = queue.SimpleQueue()
    for evaluator in calls:
        idle.put(evaluator)
    return idle


def _call_any(idle: queue.SimpleQueue[Evaluator], arguments: Mapping[str, Any], cutoff: float | None) -> Outcome:
    """Make a call with an evaluator that has nothing to do."""
    evaluator = idle.get()
    try:
        return evaluator(arguments, cutoff)
    finally:
        idle.put(evaluator)


def _ask_back(connection: Connection, arguments: Mapping[str, Any], cutoff: float | None) -> Outcome:
    connection.send(CallWanted(dict(arguments), cutoff))
    outcome: Outcome = connection.recv()
    return outcome


def _silence_smac() -> None:
    """Nothing of SMAC3's own log reaches the user, unless he debugs."""
    debugging = logger.isEnabledFor(logging.DEBUG)
    logging.getLogger("smac").setLevel(logging.INFO if debugging else logging.CRITICAL)
    warnings.simplefilter("ignore")


class _Search:
    """One run: a session whose evaluations are calls of the user's function, told to the other process."""

    def __init__(
        self,
        plan: Plan,
        run: int,
        call: Call,
        send: Callable[[Event], None],
        folder: Path,
        pool: ThreadPoolExecutor | None = None,
    ) -> None:
        self.plan, self.run, self.call, self.send, self.folder, self.pool = plan, run, call, send, folder, pool
        self.count = 0
        self.start = time.monotonic()
        self.incumbents: list[Step] = []  # the last is the best
        self.evaluated: dict[str, dict[str, Any]] = {}

    def session(self, workers: int) -> Session:
        """The session, ready to run; imports SMAC3."""
        from pysmac_compat.engine import parts
        from pysmac_compat.engine.racing import Capping
        from pysmac_compat.engine.session import Session

        plan, objective = self.plan, self.plan.objective
        more: Mapping[str, Mapping[str, Any]] = defaultdict(dict, plan.parts)
        return Session(
            plan.definition.space(plan.subspace),
            self.evaluate,
            n_evaluations=plan.n_evaluations,
            workers=workers,
            seed=plan.seeds[self.run] + plan.seed_offset,
            cpu_time=plan.cpu_time,
            deterministic=plan.deterministic,
            n_instances=plan.n_train,
            features=plan.features,
            surrogate=partial(parts.surrogate, **more["surrogate"]),
            acquisition=partial(parts.acquisition, **more["acquisition"]),
            maximizer=partial(parts.maximizer, **more["maximizer"]),
            selector=partial(parts.selector, use_model=plan.use_model, first=plan.first, **more["selector"]),
            encoder=partial(
                parts.encoder,
                cutoff=objective.cutoff,
                penalty=objective.penalty if plan.penalise_imputed else 1.0,
                **more["encoder"],
            ),
            intensifier=partial(
                parts.intensifier,
                initial_runs=plan.initial_incumbent_runs,
                max_runs=plan.max_incumbent_runs,
                cutoff=objective.cutoff,
                capping=None if objective.capping is None else Capping(*objective.capping),
                penalty=objective.penalty,
                instance_penalty=objective.instance_penalty,
                n_initial=len(plan.first or ()) - 1,
                **more["intensifier"],
            ),
            folder=self.folder,
            **more["session"],
            warn=lambda text: self.send(Warned(text)),
            observe=self.observe,
        )

    def evaluate(
        self, configuration: Mapping[str, Any], instance: int | None, seed: int | None, cutoff: float | None
    ) -> Scored | Future[Scored]:
        """Evaluate a configuration for the session."""
        values = self._values(configuration)
        self.count += 1
        if self.plan.validation.which == "all":
            self.evaluated[repr(values)] = values
        return self._start(self._evaluate, values, instance, seed, cutoff, self.count)

    def _start(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """Call it now, or as soon as an evaluator is idle and then return a future."""
        return function(*arguments) if self.pool is None else self.pool.submit(function, *arguments)

    def _evaluate(
        self, values: dict[str, Any], instance: int | None, seed: int | None, cutoff: float | None, index: int
    ) -> Scored:
        scored, evaluation = self._call(values, instance, seed, cutoff, index, first=index == 1)
        # told at once, not in the order of the search: what has been computed is never lost
        self.send(Evaluated(self.run, evaluation))
        return scored

    def _values(self, configuration: Mapping[str, Any]) -> dict[str, Any]:
        """The active values; those that the user wrote down exactly as he did."""
        values = _natives(configuration)
        for name, value in self.plan.subspace.items():
            if name in values and self._same(name, value, values[name]):
                values[name] = value
        given = (c for c in self.plan.first or () if c is not None and self._equal(c, values))
        return dict(next(given, values))

    def _equal(self, one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
        return one.keys() == other.keys() and all(self._same(name, one[name], other[name]) for name in one)

    def _same(self, name: str, one: Any, other: Any) -> bool:
        parameter = self.plan.definition.parameters[name]
        if parameter.kind != "real":
            return bool(one == other)
        # what is left of a value that went to [0, 1] and back
        slack = 0.0 if parameter.log else _ROUNDING * (parameter.values[1] - parameter.values[0])
        return math.isclose(one, other, rel_tol=_ROUNDING, abs_tol=slack)

    def observe(self, standing: Standing) -> None:
        """Report the incumbent, unless it has failed."""
        if not standing.failed:
            incumbent = self._values(standing.configuration)
            if not self.incumbents or incumbent != self.incumbents[-1].configuration:
                self.incumbents.append(Step(time.monotonic() - self.start, standing.cpu_used, incumbent))
            self.send(Improved(self.run, standing.n_told, incumbent, standing.cost, standing.n_runs))

    def test(self, cpu_time: float) -> None:
        """Evaluate the incumbent, or several, on the test instances, after calls of so many CPU seconds."""
        plan, rules = self.plan, self.plan.validation
        wall_time = time.monotonic() - self.start
        if wall_time < rules.min_wall_time or cpu_time < rules.min_cpu_time:
            return
        incumbents = self.incumbents or [Step(0.0, 0.0, plan.definition.default)]
        chosen = self.evaluated.values() if rules.which == "all" else rules.choose(incumbents, wall_time, cpu_time)
        base = plan.seeds[self.run] if rules.seed is None else rules.seed
        runs = [(c, i, number) for c in chosen for i, number in rules.runs(plan.n_test, plan.deterministic)]
        started = []
        for index, (configuration, i, number) in enumerate(runs, 1):
            instance = None if plan.n_train is None else plan.n_train + i
            seed = None if plan.deterministic else (base + number) * 7919 % 2**24
            started.append(self._start(self._test, configuration, instance, seed, index))
        for each in started:
            if isinstance(each, Future):
                each.result()

    def _test(self, configuration: dict[str, Any], instance: int | None, seed: int | None, index: int) -> None:
        _, evaluation = self._call(configuration, instance, seed, self.plan.objective.cutoff, index)
        self.send(Tested(self.run, evaluation))

    def _call(
        self,
        configuration: dict[str, Any],
        instance: int | None,
        seed: int | None,
        cutoff: float | None,
        index: int,
        first: bool = False,
    ) -> tuple[Scored, Evaluation]:
        extra = {name: value for name, value in (("instance", instance), ("seed", seed)) if value is not None}
        outcome = self.call({**configuration, **extra}, cutoff)
        for _ in range(self.plan.retries):
            if outcome.status not in ("CRASHED", "MEMOUT") or outcome.cut_short:
                break
            again = self.call({**configuration, **extra}, cutoff)
            outcome = replace(
                again,
                cpu_time=outcome.cpu_time + again.cpu_time,
                wall_time=outcome.wall_time + again.wall_time,
            )
        if outcome.status in ("CRASHED", "MEMOUT") and self.plan.crashed_quality is not None:
            outcome = replace(outcome, value=self.plan.crashed_quality)
        scored = self.plan.objective.score(outcome, cutoff, first)
        outcome = scored.outcome
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
            runtime=outcome.runtime,
            quality=outcome.value,
        )
        return scored, evaluation


def _natives(configuration: Mapping[str, Any]) -> dict[str, Any]:
    """The active parameters with the user's own types, sorted by name."""
    values = {name: configuration[name] for name in sorted(configuration)}
    return {name: value.item() if hasattr(value, "item") else value for name, value in values.items()}
