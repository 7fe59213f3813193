"""One run of the search: a `Session` whose evaluations call the user's function."""

from __future__ import annotations

import itertools
import math
import queue
import threading
import time
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import Future
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from pysmac_compat.evaluation.drop import Drop
from pysmac_compat.evaluation.outcome import CRASHES, Outcome, Scored
from pysmac_compat.events import Begun, Evaluated, Event, Improved, Tested, Warned
from pysmac_compat.files.journal import Recorded
from pysmac_compat.plan import Plan
from pysmac_compat.plan.validation import Step
from pysmac_compat.results import Evaluation
from pysmac_compat.search.hopeless import Hopeless
from pysmac_compat.search.jobs import Call, EvaluationLost, Job, Pool, test_jobs

if TYPE_CHECKING:
    from pysmac_compat.engine.session import Session, Standing

#: the rounding error of a real value in the search, relative to its range or to the value
_ROUNDING = 1e-12

#: the outcome of an evaluation that was stopped together with the search
_LOST = Outcome("TIMEOUT", 0.0, 0.0, 0.0, 0.0, cut_short=True)


class Run:
    """One run of the search; it passes its events to ``send``.

    If an evaluation is in ``recorded``, the run takes its result from there and makes no call. The size of the initial
    design depends on a number of evaluations: the recorded number if there is ``recorded``, otherwise ``design``; if
    both are None, the plan's number.
    """

    def __init__(
        self,
        plan: Plan,
        run: int,
        call: Call,
        send: Callable[[Event], None],
        pool: Pool | None = None,
        recorded: Recorded | None = None,
        stopped: Callable[[], str] = lambda: "",
        design: int | None = None,
    ) -> None:
        self.plan, self.run, self.call, self.send, self.pool = plan, run, call, send, pool
        self.recorded, self.stopped = recorded, stopped
        self.design = design if recorded is None else recorded.max_evaluations
        self.tells = False  # whether to send a `Begun` for each call
        self.ask: Callable[[tuple[int, ...]], str] | None = None  # returns why the run should end, or an empty text
        self.verdict = ""  # what `ask` has returned
        self.broken = False  # whether an outcome, such as an ABORT, ends the run without tests
        self._begun: list[int] = []  # the indices of all evaluations, in the order in which they began
        self._unlearnt: tuple[int, ...] = ()  # the indices of evaluations whose results the session has not got yet
        self._as_they_end = False
        self._hopeless = Hopeless(len(plan.start.first or ())) if plan.budget.stop_when_hopeless else None
        self._numbers: dict[int, int] = {}  # for each index: the session's number for the evaluation, see `Session`
        self._drops: dict[int, Drop] = {}  # keyed by index
        self._ended: queue.SimpleQueue[int] = queue.SimpleQueue()  # the indices of evaluations that have ended
        self._ending = threading.Lock()
        self._old: list[Evaluation] = []  # recorded by a version of the package that made other proposals than this one
        if recorded is not None and recorded.of_other_proposals:
            self._old = [evaluation for _, (_, evaluation) in sorted(recorded.evaluations.items())]
        taken = {evaluation.index for evaluation in self._old}
        self._indices = (index for index in itertools.count(1) if index not in taken)
        self.count = 0  # the index of the last evaluation
        self.start, self.end = time.monotonic(), math.inf  # between these times, evaluations may begin
        self.incumbents: list[Step] = []  # the last one is the best
        self._incumbent: Mapping[str, Any] | None = None
        self.evaluated: dict[str, dict[str, Any]] = {}

    def session(self, workers: int, clock: Callable[[], float] = time.process_time) -> Session:
        """Import SMAC3 and return the session of this run; ``clock`` returns the CPU seconds of the search itself."""
        from pysmac_compat.engine import parts
        from pysmac_compat.engine.capping import Capping
        from pysmac_compat.engine.session import Session
        from pysmac_compat.space.configspace import search_space

        plan, objective, engine = self.plan, self.plan.objective, self.plan.engine
        self._as_they_end = workers > 1 and not plan.calls.in_order
        return Session(
            search_space(plan.definition, plan.start.subspace),
            self.evaluate,
            n_evaluations=max(0, plan.budget.evaluations - len(self._old)),
            design_evaluations=self.design,
            window=plan.calls.most_unlearnt(workers),
            choose=self.choose,
            drop=self.drop,
            seed=plan.seeds[self.run] + plan.start.seed_offset,
            cpu_time=plan.budget.cpu_time,
            count_own_time=plan.budget.count_own_time,
            clock=clock,
            stop_file=plan.budget.stop_file,
            kill_file=plan.calls.kill_file,
            deterministic=plan.deterministic,
            n_instances=plan.instances.n_train,
            features=plan.instances.features,
            surrogate=partial(parts.surrogate, settings=engine.surrogate, forest=engine.forest),
            acquisition=partial(parts.acquisition, settings=engine.acquisition),
            maximizer=partial(parts.maximizer, settings=engine.maximizer),
            selector=partial(parts.selector, settings=engine.selector, first=plan.start.first),
            initial_design=partial(parts.initial_design, settings=engine.racing),
            encoder=partial(
                parts.encoder,
                settings=engine.encoder,
                cutoff=objective.cutoff if objective.runtime else None,
                penalty=objective.penalty,
            ),
            intensifier=partial(
                parts.intensifier,
                settings=engine.racing,
                cutoff=objective.cutoff,
                capping=None if objective.capping is None else Capping(*objective.capping),
                penalty=objective.penalty,
                instance_penalty=objective.instance_penalty,
                n_initial=len(plan.start.first or ()) - 1,
            ),
            known=[(k.configuration, k.instance, k.seed, k.scored) for k in plan.start.known] + self._learn_old(),
            warn=lambda text: self.send(Warned(text)),
            observe=self.observe,
            stopped=lambda: self.stopped() or self.verdict,
        )

    def _learn_old(self) -> list[tuple[Mapping[str, Any], int | None, int | None, Scored]]:
        """Send the evaluations in `_old` as events; return them as known evaluations for the session."""
        if self._old:
            n = len(self._old)
            self.send(
                Warned(
                    f"resume: another version of pysmac_compat made the first {n} evaluations; this version would have "
                    "proposed other configurations"
                )
            )
        for evaluation in self._old:
            self.send(Evaluated(self.run, evaluation, recorded=True))
        return [(e.configuration, e.instance, e.seed, self._scored(e)) for e in self._old]

    def evaluate(
        self, configuration: Mapping[str, Any], instance: int | None, seed: int | None, cutoff: float | None
    ) -> Scored | Future[Scored]:
        """Evaluate a configuration for the session."""
        values = self._values(configuration)
        origin = getattr(configuration, "origin", None)
        self.count = next(self._indices)
        self._numbers[self.count] = len(self._numbers) + 1
        self._begun.append(self.count)
        if self.plan.validation.which == "all":
            self.evaluated[repr(values)] = values
        if self.recorded is not None and not self._old:
            known = self.recorded.evaluation(self.count, values, instance, seed)
            if known is not None:
                self.send(Evaluated(self.run, known, recorded=True, origin=origin))
                return self._scored(known)
        if self.tells:
            self.send(Begun(self.run, self.count))
        drop = self._drops[self.count] = Drop()
        return self._start(self._evaluate, Job(self.count, values, instance, seed, cutoff, origin=origin, drop=drop))

    def drop(self, number: int) -> None:
        """Stop the evaluation to which the session gave this number, unless it is recorded and so makes no call."""
        index = self._begun[number - 1]
        if index in self._drops:
            self._drops[index].give()

    def choose(self, begun: Collection[int]) -> int:
        """Return the evaluation in ``begun`` whose result the session gets next.

        ``begun`` and the returned value are the session's numbers for evaluations.
        """
        number = self.next_to_learn(begun) if self._as_they_end else min(begun)
        self._unlearnt = tuple(self._begun[other - 1] for other in begun if other != number)
        return number

    def next_to_learn(self, begun: Collection[int]) -> int:
        """Return the number of the evaluation in ``begun`` that was recorded first.

        If none of them is recorded, return the number of the first that ends, and wait for it if necessary.
        """
        known = None if self.recorded is None or self._old else self.recorded.next_to_learn(begun)
        return self._numbers[self._ended.get()] if known is None else known

    def index_of(self, number: int) -> int:
        """Return the index of the evaluation to which the session gave this number."""
        return self._begun[number - 1]

    def number_of(self, index: int) -> int:
        """Return the session's number for the evaluation with this index."""
        return self._numbers[index]

    def _scored(self, known: Evaluation) -> Scored:
        """Convert a recorded evaluation to the `Scored` that the session gets."""
        assert known.quality is not None
        assert known.runtime is not None
        outcome = Outcome(known.status, known.quality, known.runtime, known.cpu_time, known.wall_time, known.message)
        return self.plan.objective.judge(outcome, first=known.index == 1)

    def _start(self, function: Callable[[Job], Any], job: Job) -> Any:
        """Without a pool, do the job now and return its result; with a pool, return a future."""
        return function(job) if self.pool is None else self.pool.submit(function, job)

    def _evaluate(self, job: Job) -> Scored:
        if job.index != self._begun[0] and time.monotonic() >= self.end:  # no worker was free before the end
            self._ended.put(job.index)
            return Scored(_LOST, _LOST.value)
        try:
            scored, evaluation = self._call(job)
        except BaseException as error:
            self._ended.put(job.index)
            if isinstance(error, EvaluationLost) and (reason := self.stopped()):
                return Scored(_LOST, _LOST.value, final=reason)
            raise
        # even if the session gets the result only later, the event is sent at once, so that no result is lost
        with self._ending:  # so that the journal has the same order as `_ended`
            self.send(Evaluated(self.run, evaluation, cut_short=scored.cut_short, origin=job.origin))
            self._ended.put(job.index)
        return scored

    def _values(self, configuration: Mapping[str, Any]) -> dict[str, Any]:
        """Return the active values; a value that the user has given is returned exactly as given."""
        values = _natives(configuration)
        for name, value in self.plan.start.subspace.items():
            if name in values and self._same(name, value, values[name]):
                values[name] = value
        given = (c for c in self.plan.start.first or () if c is not None and self._equal(c, values))
        return dict(next(given, values))

    def _equal(self, one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
        return one.keys() == other.keys() and all(self._same(name, one[name], other[name]) for name in one)

    def _same(self, name: str, one: Any, other: Any) -> bool:
        parameter = self.plan.definition.parameters[name]
        if parameter.kind != "real":
            return bool(one == other)
        # the rounding error of the conversion to [0, 1] and back
        slack = 0.0 if parameter.log else _ROUNDING * (parameter.values[1] - parameter.values[0])
        return math.isclose(one, other, rel_tol=_ROUNDING, abs_tol=slack)

    def observe(self, standing: Standing) -> None:
        """Send the incumbent as an event, unless it has failed; then call `ask` to decide whether the run continues."""
        if not standing.failed:
            if standing.configuration is not self._incumbent:
                self._incumbent, values = standing.configuration, self._values(standing.configuration)
                if not self.incumbents or values != self.incumbents[-1].configuration:
                    self.incumbents.append(Step(time.monotonic() - self.start, standing.cpu_used, values))
            incumbent = self.incumbents[-1].configuration
            index = self._begun[standing.number - 1] if standing.number else len(self._old)
            value = self.plan.objective.turned(standing.cost)
            self.send(Improved(self.run, index, incumbent, value, standing.n_runs))
        if self.ask is not None and not self.verdict:
            self.verdict = self.ask(self._unlearnt)

    def test(self, cpu_time: float) -> None:
        """Evaluate the plan's choice of configurations on the test instances.

        ``cpu_time``: the CPU seconds that the calls of the search have used.
        """
        for each in [self.begin_test(job) for job in self.tests(cpu_time)]:
            if isinstance(each, Future):
                each.result()

    def tests(self, cpu_time: float) -> list[Job]:
        """Return the evaluations that `test` makes, in order."""
        plan, rules, wall_time = self.plan, self.plan.validation, time.monotonic() - self.start
        if wall_time < rules.min_wall_time or cpu_time < rules.min_cpu_time:
            return []
        incumbents = self.incumbents or [Step(0.0, 0.0, plan.definition.default)]
        chosen = list(self.evaluated.values())
        if rules.which != "all":
            chosen = rules.choose(incumbents, wall_time, cpu_time)
        if rules.with_default and plan.definition.default not in chosen:
            chosen.insert(0, plan.definition.default)  # readers take the last one for the final incumbent
        return test_jobs(plan, self.run, chosen)

    def begin_test(self, job: Job) -> Any:
        """Begin one of the `tests` and return what `_start` returns; if it is recorded, send its event, return None."""
        known = None if self.recorded is None else self.recorded.test(job.configuration, job.instance, job.seed)
        if known is None:
            return self._start(self._test, job)
        self.send(Tested(self.run, replace(known, index=job.index), recorded=True))
        return None

    def _test(self, job: Job) -> None:
        try:
            scored, evaluation = self._call(job)
        except EvaluationLost:
            if self.stopped():
                return
            raise
        self.send(Tested(self.run, evaluation, cut_short=scored.cut_short))

    def _call(self, job: Job) -> tuple[Scored, Evaluation]:
        number = job.index if self.plan.calls.numbered else None
        requests = (("instance", job.instance), ("seed", job.seed), ("evaluation_index", number))
        # these come first, as in the original pysmac, because some functions make a command line of all their keywords
        keywords = {**{name: value for name, value in requests if value is not None}, **job.configuration}
        outcome = self.call(keywords, job.cutoff, job.drop)
        for _ in range(self.plan.calls.retries):
            if not outcome.may_be_repeated:
                break
            again = self.call(keywords, job.cutoff, job.drop)
            outcome = replace(
                again,
                cpu_time=outcome.cpu_time + again.cpu_time,
                wall_time=outcome.wall_time + again.wall_time,
            )
        if outcome.status in CRASHES and self.plan.calls.crashed_quality is not None:
            outcome = replace(outcome, value=self.plan.calls.crashed_quality)
        scored = self.plan.objective.score(outcome, job.cutoff, first=job.index == 1 and not job.test)
        if self._hopeless is not None and (reason := self._hopeless.take(job.configuration, outcome)):
            self.send(Warned(f"{reason}. To search nevertheless, set smac_options['stop-when-hopeless'] = False"))
            scored = replace(scored, final=scored.final or reason)
        self.broken = self.broken or bool(scored.final)
        outcome = scored.outcome
        evaluation = Evaluation(
            index=job.index,
            configuration=job.configuration,
            instance=job.instance,
            seed=job.seed,
            status=outcome.status,
            value=self.plan.objective.turned(scored.cost),
            cutoff=job.cutoff,
            cpu_time=outcome.cpu_time,
            wall_time=outcome.wall_time,
            message=outcome.message,
            runtime=outcome.runtime,
            quality=outcome.value,
        )
        return scored, evaluation


def _natives(configuration: Mapping[str, Any]) -> dict[str, Any]:
    """Return the active parameters with Python's own types, sorted by name."""
    values = {name: configuration[name] for name in sorted(configuration)}
    return {name: value.item() if hasattr(value, "item") else value for name, value in values.items()}
