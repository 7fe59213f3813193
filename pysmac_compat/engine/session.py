"""One run of the search: it asks SMAC3 for a trial, evaluates it, and passes the result to SMAC3, again and again."""

from __future__ import annotations

import logging
import math
import os
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from ConfigSpace import Configuration, ConfigurationSpace
from smac import Scenario
from smac.random_design import ProbabilityRandomDesign
from smac.runhistory import StatusType, TrialInfo, TrialValue

from pysmac_compat.engine import parts
from pysmac_compat.engine.encoder import CENSORED
from pysmac_compat.engine.facade import Facade
from pysmac_compat.errors import SearchError
from pysmac_compat.evaluation.outcome import Scored
from pysmac_compat.space import vectors

logger = logging.getLogger(__name__)

#: the fraction of the proposals that are random configurations
_RANDOM = 0.05

Part = Callable[[Scenario], Any]


#: a function evaluator(configuration, instance, seed, cutoff); see `Session`
Evaluator = Callable[[Configuration, "int | None", "int | None", "float | None"], "Scored | Future[Any]"]


@dataclass(frozen=True)
class Standing:
    """The best configuration so far.

    Attributes
    ----------
    number : int
        The evaluation whose result SMAC3 got last: its position, from 1, in the order in which the evaluations began.
        If there is no such evaluation, 0.
    configuration : Configuration
    cost : float
        The mean cost over the runs of the configuration.
    n_runs : int
    failed : bool
        Whether a run of this configuration has failed; if so, no configuration without failures is known.
    cpu_used : float
        CPU seconds of the evaluations so far; see `Scored.tuner_time`.
    """

    number: int
    configuration: Configuration
    cost: float
    n_runs: int
    failed: bool
    cpu_used: float


class Session:
    """Searches a configuration space for the configuration with the least cost.

    By default, the default configuration is evaluated first. The search ends when the budget is spent or when
    there is no further legal configuration. In this class, the number of an evaluation is its position, from 1,
    in the order in which the evaluations of the session began.

    Parameters
    ----------
    space : ConfigurationSpace
    evaluator : callable
        ``evaluator(configuration, instance, seed, cutoff)`` returns a `Scored`, or a future whose result is one.
    n_evaluations : int
        The largest number of evaluations.
    design_evaluations : int or None
        The number of evaluations that sets the size of the initial design; None: ``n_evaluations`` sets it.
    window : int
        The largest number of pending evaluations: they have begun, and SMAC3 has not got their results.
    choose : callable or None
        Gets the numbers of the pending evaluations, and returns the number of the one whose result SMAC3 gets next; it
        may wait until an evaluation ends. If it is None, the least number is next, so that the order in which
        evaluations end has no effect.
    drop : callable
        Gets the number of an evaluation that the search no longer needs, because its configuration has lost.
        SMAC3 does not get its result.
    seed : int
    cpu_time : float or None
        CPU seconds that all evaluations together may use.
    count_own_time : bool
        Whether the CPU time of the search itself also counts towards ``cpu_time``.
    clock : callable
        Returns the CPU seconds that the search itself has used since any fixed point in time.
    stop_file : str or None
        The search ends when this file no longer exists.
    kill_file : str or None
        Like ``stop_file``; if this file is removed, the evaluator also stops the evaluations that are running.
    deterministic : bool
        Whether each configuration runs once on each instance, without a seed.
    n_instances : int or None
        Number of instances; their indices are 0, 1, ..., n - 1.
    features : sequence of sequence of float, or None
        The features of each instance, for the surrogate.
    surrogate, acquisition, maximizer, selector, intensifier, initial_design, encoder : callable
        Each makes one part of SMAC3 for a scenario; the defaults are functions in `parts`.
    known : sequence of tuple
        ``(values, instance, seed, evaluated)`` of earlier evaluations, whose results SMAC3 gets before the search
        begins. If there are any, there is no initial design.
    warn : callable
        Gets the text of a warning for the user.
    observe : callable
        Gets the `Standing` after each result.
    stopped : callable
        Called before each evaluation; it returns why the search must end, or an empty text.

    Attributes
    ----------
    cpu_used : float
        CPU seconds of the evaluations so far; see `Scored.tuner_time`.
    begun : int
        Number of evaluations that have begun.
    pending : dict
        The pending evaluations, keyed by their numbers.
    reason : str
        Why no further evaluation begins; empty as long as further evaluations may begin.
    """

    def __init__(
        self,
        space: ConfigurationSpace,
        evaluator: Evaluator,
        *,
        n_evaluations: int,
        design_evaluations: int | None = None,
        window: int = 1,
        choose: Callable[[Collection[int]], int] | None = None,
        drop: Callable[[int], None] = lambda number: None,
        seed: int = 0,
        cpu_time: float | None = None,
        count_own_time: bool = False,
        clock: Callable[[], float] = time.process_time,
        stop_file: str | None = None,
        kill_file: str | None = None,
        deterministic: bool = True,
        n_instances: int | None = None,
        features: Sequence[Sequence[float]] | None = None,
        surrogate: Part = parts.surrogate,
        acquisition: Part = parts.acquisition,
        maximizer: Part = parts.maximizer,
        selector: Part = parts.selector,
        intensifier: Part = parts.intensifier,
        initial_design: Part = parts.initial_design,
        encoder: Part = parts.encoder,
        known: Sequence[tuple[Mapping[str, Any], int | None, int | None, Scored]] = (),
        warn: Callable[[str], None] = logger.warning,
        observe: Callable[[Standing], None] = lambda standing: None,
        stopped: Callable[[], str] = lambda: "",
    ) -> None:
        self.space, self.evaluator, self.warn, self.observe = space, evaluator, warn, observe
        self.stopped = stopped
        self.n_evaluations, self.window, self.seed = n_evaluations, window, seed
        self.choose, self.drop = min if choose is None else choose, drop
        self.design_evaluations = n_evaluations if design_evaluations is None else design_evaluations
        self.deterministic, self.n_instances, self.features = deterministic, n_instances, features
        self.cpu_time = math.inf if cpu_time is None else cpu_time
        self.clock = clock
        self.count_own_time, self.stop_file, self.kill_file = count_own_time, stop_file, kill_file
        self.known = known
        self.cpu_used, self.begun, self.reason = 0.0, 0, ""
        self._broken = ""
        self.pending: dict[int, tuple[TrialInfo, Scored | Future[Any]]] = {}
        self._dropped: set[int] = set()
        self._parts = {
            "model": surrogate,
            "acquisition_function": acquisition,
            "acquisition_maximizer": maximizer,
            "config_selector": selector,
            "intensifier": intensifier,
            "initial_design": initial_design,
            "runhistory_encoder": encoder,
        }

    def run(self, deadline: float | None = None) -> str:
        """Search until the budget is spent.

        Parameters
        ----------
        deadline : float or None
            Value of ``time.monotonic()`` after which no evaluation starts.

        Returns
        -------
        str
            Why the search has ended.
        """
        self.begin(deadline)
        while True:
            while len(self.pending) < self.window and self.ask():
                pass
            if not self.pending:
                if not self.begun and self.known:
                    self._observe(0)
                return self.reason
            self.learn(self.choose(self.pending))

    def begin(self, deadline: float | None = None) -> None:
        """Prepare for the first `ask`; for ``deadline``, see `run`."""
        self._facade = self._make_facade()
        self._end = math.inf if deadline is None else deadline
        self._start = self.clock()
        self._learn_known()

    @property
    def killed(self) -> bool:
        """Whether there is a ``kill_file`` for this search and the file has been removed."""
        return self.kill_file is not None and not os.path.exists(self.kill_file)

    def ask(self) -> bool:
        """Begin an evaluation and return True.

        Return False if there is nothing left to evaluate, or if SMAC3 first needs another result.
        """
        self.reason = self.reason or self._spent()
        if self.reason:
            return False
        info = self._next()
        if getattr(self._facade._config_selector, "over", False):
            self.reason = "iteration-limit reached"
        elif info is not None:
            self.begun += 1
            self.pending[self.begun] = info, self._evaluate(info, self._facade.intensifier.cutoff)
            return True
        elif not self.pending:
            self.reason = self._out_of_trials()
        return False

    def learn(self, number: int) -> None:
        """Wait until the evaluation with this number has ended, and pass its result to SMAC3."""
        info, evaluated = self.pending.pop(number)
        outcome = evaluated.result() if isinstance(evaluated, Future) else evaluated
        self.cpu_used += outcome.tuner_time
        if not outcome.cut_short:
            self._tell(info, outcome, number, learn=number not in self._dropped)
            several = self.window > 1 or self.pending
            for lost in self._facade.intensifier.take_lost(info.config) if several else ():
                self._dropped.add(number := next(each for each in self.pending if self.pending[each][0] == lost))
                self.drop(number)
        self.reason = outcome.final or self.reason
        if outcome.cut_short and not self.reason:
            self.reason = f"the file {self.kill_file} does not exist" if self.killed else "t_limit_total_s reached"

    def expect(self, values: Mapping[str, Any]) -> None:
        """Exclude a configuration from the proposals, because it is evaluated elsewhere.

        It counts as running until `take_in` gets its result.
        """
        info, history = self._of_others(values), self._facade.runhistory
        if not history.get_trials(info.config) and info not in history.get_running_trials():
            history.add_running_trial(info)

    def take_in(self, values: Mapping[str, Any], outcome: Scored) -> None:
        """Pass SMAC3 the result of a configuration that this search did not propose; only the first result counts."""
        info = self._of_others(values)
        if not self._facade.intensifier.knows(info.config):
            self._facade.intensifier.let_race(info.config)
            self._take(info, outcome)

    def give_up(self, number: int) -> None:
        """Forget the pending evaluation with this number, because it will have no result."""
        info, _ = self.pending.pop(number)
        self._facade.forget(info)
        self._facade.intensifier.abandon(info.config)

    def _of_others(self, values: Mapping[str, Any]) -> TrialInfo:
        configuration = vectors.from_values(self.space, values)
        self._facade._config_selector.skip(configuration)
        return TrialInfo(configuration, seed=0)

    def _spent(self) -> str:
        """Return why no further evaluation may begin; empty if one may begin."""
        if self.begun >= self.n_evaluations:
            return "max_evaluations reached"
        if reason := self.stopped():
            return reason
        if self.killed:
            return f"the file {self.kill_file} does not exist"
        if self.stop_file is not None and not os.path.exists(self.stop_file):
            return f"the file {self.stop_file} does not exist"
        if self.begun and time.monotonic() >= self._end:
            return "t_limit_total_s reached"
        own_time = self.clock() - self._start if self.count_own_time else 0
        if self.begun and self.cpu_time - self.cpu_used <= own_time:
            return "cputime-limit reached"
        return ""

    def _out_of_trials(self) -> str:
        """Return why there is nothing left to evaluate, and warn the user."""
        if self._facade.intensifier.is_over:
            return "max-configurations reached"
        count = f"{self.begun} evaluation" + "s" * (self.begun != 1)
        if self._facade.intensifier.unbeatable:
            self.warn(
                f"the search ends after {count}: adaptive capping leaves no time for a call of a challenger, because "
                "the incumbent is so fast"
            )
            return "no challenger can beat the incumbent"
        if not vectors.is_enumerable(self.space):
            self.warn(
                f"the search ends after {count}: {vectors.MOST_DRAWS:,} random draws in a row found no "
                "new legal configuration. If forbidden clauses exclude nearly everything, use smaller ranges or "
                "conditions in their place"
            )
            return "no further configuration found"
        self.warn(f"the search space is exhausted: nothing is left to evaluate after {count}")
        return "search space exhausted"

    def _next(self) -> TrialInfo | None:
        if self._broken:  # the exception has ended SMAC3's generators, so SMAC3 would report that nothing is left
            raise SearchError(
                f"ask: this search cannot continue, because an earlier ask() raised {self._broken}. Save the search "
                "and load the file, or make a new search"
            )
        try:
            return self._facade.ask()
        except StopIteration:
            return None
        except BaseException as error:
            self._broken = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
            raise

    def _evaluate(self, info: TrialInfo, cutoff: float | None) -> Scored | Future[Any]:
        instance = None if info.instance is None else int(info.instance)
        return self.evaluator(info.config, instance, None if self.deterministic else info.seed, cutoff)

    def _learn_known(self) -> None:
        told = set()
        for values, instance, seed, evaluated in self.known:
            configuration = vectors.from_values(self.space, values)
            info = TrialInfo(configuration, None if instance is None else str(instance), seed or 0)
            key = (configuration, info.instance, info.seed)
            if key not in told:  # if a key has several results, the first counts
                self._take(info, evaluated)
                told.add(key)
        if told:
            self._facade.intensifier.start_warm()

    def _tell(self, info: TrialInfo, outcome: Scored, number: int, learn: bool) -> None:
        if learn:
            self._take(info, outcome)
        else:
            self._facade.forget(info)
        self._observe(number)

    def _take(self, info: TrialInfo, outcome: Scored) -> None:
        value = TrialValue(
            cost=outcome.cost,
            time=outcome.wall_time,
            cpu_time=outcome.cpu_time,
            status=StatusType.SUCCESS if outcome.learnable else StatusType.CRASHED,
            additional_info={CENSORED: True} if outcome.censored else {},
        )
        self._facade.tell(info, value, save=False)

    def _observe(self, number: int) -> None:
        racing = self._facade.intensifier
        best = racing.incumbent
        assert best is not None
        n_runs, failed = racing.n_runs(best), racing.has_failed(best)
        self.observe(Standing(number, best, racing.mean(best), n_runs, failed, self.cpu_used))

    def _make_facade(self) -> Facade:
        scenario = Scenario(
            self.space,
            name="run",
            deterministic=self.deterministic,
            n_trials=self.design_evaluations,
            seed=self.seed % 2**32,
            instances=self._instances(),
            instance_features=self._instance_features(),
        )
        made = {name: make(scenario) for name, make in self._parts.items()}
        if getattr(made["config_selector"], "rare", False):
            self.warn(
                "fewer than one in 10,000 configurations are legal: the search evaluates the default and random legal "
                "configurations, without a model"
            )
        return Facade(
            scenario,
            random_design=ProbabilityRandomDesign(probability=_RANDOM, seed=scenario.seed),
            logging_level=False,
            overwrite=True,
            **made,
        )

    def _instances(self) -> list[str] | None:
        return None if self.n_instances is None else [str(i) for i in range(self.n_instances)]

    def _instance_features(self) -> Mapping[str, list[float]] | None:
        return None if self.features is None else {str(i): list(row) for i, row in enumerate(self.features)}
