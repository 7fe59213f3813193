"""Builds the `Result` of a minimisation from the events of its runs; the result is up to date after each event."""

from __future__ import annotations

import logging
from bisect import insort
from collections.abc import Collection, Sequence
from dataclasses import replace
from operator import attrgetter

from pysmac_compat._warn import warn
from pysmac_compat.arguments import LARGEST
from pysmac_compat.errors import SearchError
from pysmac_compat.evaluation.outcome import FAILURES
from pysmac_compat.events import (
    INTERRUPTED,
    Evaluated,
    Event,
    Improved,
    RunEnded,
    RunStarted,
    Tested,
    Warned,
    reason_of_all,
)
from pysmac_compat.plan import Plan
from pysmac_compat.plan.known import Known
from pysmac_compat.report.failures import counted
from pysmac_compat.report.hints import hint_for
from pysmac_compat.results import Evaluation, Incumbent, Result, RunResult, Searched

logger = logging.getLogger(__name__)


_index = attrgetter("index")
#: if a call used less than this share of a limit, the limit did not end the call
_LITTLE = 0.9


class ResultBuilder:
    """The results of all runs so far.

    Parameters
    ----------
    plan : Plan
    shows_failures : bool
        Whether to log the first failure.
    """

    def __init__(self, plan: Plan, shows_failures: bool = True) -> None:
        self.plan = plan
        self.search = _search(plan)
        self.known = [_known(each, plan) for each in plan.start.known]
        self._runs: dict[int, RunResult] = {}
        self._ends: dict[int, RunEnded] = {}
        self._aborted = self._contradicted = self._remarked = False
        self._shown = not shows_failures
        self._n_waited = 0  # number of calls that the wall clock limit ended although they used little CPU time
        #: for each run and instance: the first evaluation with SAT or UNSAT
        self._answers: dict[tuple[int, int | None], Evaluation] = {}

    def take(self, event: Event) -> None:
        """Add one event."""
        if isinstance(event, RunStarted):
            self._start(event.run)
        elif isinstance(event, Evaluated):
            self._add_evaluation(event.run, event.evaluation)
            self._check_consistency(event)
            self._check_clock(event)
        elif isinstance(event, Improved):
            self._improve(self._runs[event.run], event)
        elif isinstance(event, Tested):
            insort(self._runs[event.run].test_evaluations, event.evaluation, key=_index)
            self._check_consistency(event)
        elif isinstance(event, RunEnded):
            self._ends[event.run] = event
            if event.reason != INTERRUPTED:
                self._end(event.run)
        elif isinstance(event, Warned):
            warn(event.text)

    def _start(self, run: int) -> None:
        seed = self.plan.seeds[run]
        default = self.plan.definition.default
        complete = self.plan.definition.complete(default)
        self._runs[run] = RunResult(seed, self.plan.calls.failure_value, complete, default)
        logger.info("run %d starts with the seed %d", run, seed)

    def _add_evaluation(self, run: int, evaluation: Evaluation) -> None:
        insort(self._runs[run].evaluations, evaluation, key=_index)
        logger.debug("run %d, evaluation %d: %s %r", run, evaluation.index, evaluation.status, evaluation.value)
        if evaluation.succeeded and evaluation.message and not self._remarked:
            self._remarked = True
            warn(f"evaluation {evaluation.index}: {evaluation.message}; the search uses its value nevertheless")
        if evaluation.status not in FAILURES:
            return
        if evaluation.status == "ABORT":
            if not self._aborted:
                warn(f"evaluation {evaluation.index}: {evaluation.message or 'the function reported ABORT'}")
            self._aborted = True
        elif not self._shown:
            self._shown = True
            logger.warning("%s", _failure(run, evaluation, self.plan.instances.names))

    def _check_clock(self, event: Evaluated) -> None:
        """Count calls that the wall clock limit ended although they used little CPU time; warn about the first one."""
        new, limit = event.evaluation, self.plan.rules.wall_limit(event.evaluation.cutoff)
        if new.status != "TIMEOUT" or event.cut_short or limit is None or new.cutoff is None:
            return
        if new.wall_time < _LITTLE * limit or new.cpu_time >= _LITTLE * new.cutoff:
            return
        self._n_waited += 1
        if self._n_waited == 1:
            warn(
                f"the limit on wall-clock time stopped evaluation {new.index} after {new.wall_time:.1f} s, when it had "
                f"used {new.cpu_time:.2f} s of its {new.cutoff:g} s of CPU time. Is the machine busy, or does the "
                "function wait for something? (later cases are only counted)"
            )

    def _check_consistency(self, event: Evaluated | Tested) -> None:
        """If the plan requires it, warn or raise as soon as an instance has both results, SAT and UNSAT, in one run."""
        new = event.evaluation
        if not self.plan.check_consistency or self._contradicted or not new.succeeded:
            return
        old = self._answers.setdefault((event.run, new.instance), new)
        if old.status == new.status:
            return
        self._contradicted = True
        where = "" if new.instance is None else f" on the instance {new.instance}"
        text = f"{old.status} for {old.configuration} and {new.status} for {new.configuration}{where}"
        if self.plan.check_consistency == "raise":
            raise SearchError(f"check-sat-consistency: {text}; the results so far are kept")
        warn(f"check-sat-consistency: {text}")

    def _improve(self, run: RunResult, event: Improved) -> None:
        if event.configuration != run.active_configuration or not run.trajectory:
            before = self.known and all(e.configuration != event.configuration for e in run.evaluations)
            index = 0 if before else event.evaluation
            run.trajectory.append(Incumbent(index, event.value, event.configuration))
            logger.info("run %d, evaluation %d: new incumbent, %r", event.run, event.evaluation, event.value)
        else:  # the same incumbent has run again
            run.trajectory[-1] = replace(run.trajectory[-1], value=event.value)
        run.value, run.active_configuration = event.value, event.configuration
        run.configuration = self.plan.definition.complete(event.configuration)
        run.incumbent_runs = event.n_runs

    def _end(self, number: int) -> None:
        run, useless = self._runs[number], self.plan.calls.failure_value
        if not run.trajectory or (
            not self.plan.start.known and all(e.value == useless and not e.succeeded for e in run.evaluations)
        ):
            count = len(run.evaluations)
            if any(e.succeeded for e in run.evaluations):
                which = "each configuration has a failed evaluation"
            else:
                which = f"all {count} evaluations failed" if count > 1 else "the only evaluation failed"
            of_run = f"run {number}: " if len(self.plan.seeds) > 1 else ""
            warn(f"{of_run}{which}; the default configuration is returned")

    def so_far(self, run: int, unlearnt: Collection[int] = ()) -> Result:
        """Return the result of one run so far, without the ``unlearnt`` evaluations, which the run has not used yet."""
        found = self._runs[run]
        if unlearnt:
            found = replace(found, evaluations=[e for e in found.evaluations if e.index not in unlearnt])
        return Result(
            value=found.value,
            configuration=dict(found.configuration),
            active_configuration=dict(found.active_configuration),
            runs=[found],
            n_crashed=found.n_crashed,
            stopped_because="",
            search=self.search,
            known=self.known,
        )

    @property
    def result(self) -> Result:
        """The result so far; if several runs are equally good, the first of them counts as the best."""
        if not self._runs:
            self._start(0)
        runs = [self._runs[i] for i in sorted(self._runs)]
        turned = self.plan.objective.turned
        best = min(runs, key=lambda run: (not run.trajectory, turned(run.value)))  # runs without an incumbent come last
        ends = [self._ends.get(i, RunEnded(i, INTERRUPTED, of_search=True)) for i in sorted(self._runs)]
        return Result(
            value=best.value,
            configuration=dict(best.configuration),
            active_configuration=dict(best.active_configuration),
            runs=runs,
            n_crashed=sum(run.n_crashed for run in runs),
            stopped_because=reason_of_all(ends, ends[runs.index(best)]),
            search=self.search,
            known=list(self.known),
        )

    def conclude(self) -> None:
        """Warn the user if the result has noteworthy properties, for example many failed evaluations."""
        result = self.result
        counts = [run.incumbent_runs for run in result.runs]
        if text := counted(result):
            logger.warning("%s", text)
        if self._n_waited > 1:
            text = "the limit on wall-clock time stopped %d evaluations that had used little CPU time"
            logger.warning(text, self._n_waited)
        if len(set(counts)) > 1 and self.plan.needs_racing:
            of_runs = ", ".join(f"run {i}: {count}" for i, count in enumerate(counts))
            warn(
                f"the incumbents of the runs were evaluated on different numbers of instances or seeds ({of_runs}); "
                "the best run is chosen by their values nevertheless"
            )


def _known(known: Known, plan: Plan) -> Evaluation:
    """Convert a known value, which needed no call, to an `Evaluation`."""
    outcome = known.scored.outcome
    return Evaluation(
        index=0,
        configuration=known.configuration,
        instance=known.instance,
        seed=known.seed,
        status=outcome.status,
        value=plan.objective.turned(known.scored.cost),
        cutoff=None,
        cpu_time=outcome.cpu_time,
        wall_time=outcome.wall_time,
        message=outcome.message,
        runtime=outcome.runtime,
        quality=outcome.value,
    )


def _search(plan: Plan) -> Searched:
    """Return the attribute `search` of the result."""
    return Searched(
        space=plan.definition,
        maximize=plan.objective.maximize,
        runtime=plan.objective.runtime,
        penalty=plan.objective.penalty,
        cutoff=plan.objective.cutoff,
        max_evaluations=None if plan.budget.evaluations >= LARGEST else plan.budget.evaluations,
        total_time=plan.budget.total_time,
        num_runs=len(plan.seeds),
        workers=plan.calls.workers,
        n_instances=plan.instances.n_train,
        deterministic=plan.deterministic,
    )


def _failure(run: int, evaluation: Evaluation, names: Sequence[str] | None) -> str:
    """Return the message about the first failure: the traceback, a hint, and the arguments of the call."""
    hint = hint_for(evaluation.message)
    number = evaluation.instance
    instance = number if names is None or number is None else names[number]
    given = {"instance": instance, "seed": evaluation.seed}
    given = {name: value for name, value in given.items() if value is not None}
    got = ", ".join(f"{name}={value!r}" for name, value in {**given, **evaluation.configuration}.items())
    lines = [
        f"run {run}, evaluation {evaluation.index} has the status {evaluation.status} "
        "(later failures are only counted):",
        evaluation.message.rstrip(),
        *([f"hint: {hint}"] if hint else []),
        f"the function got {got}",
    ]
    return "\n".join(filter(None, lines))
