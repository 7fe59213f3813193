"""Racing: it decides which configuration runs next on which instance and seed, and which one is the incumbent.

This is the racing of ROAR and SMAC: Hutter, Hoos, Leyton-Brown, "Sequential Model-Based Optimization
for General Algorithm Configuration", LION 5 (2011), algorithm 2. A challenger runs on 1, 2, 4, ... of the
incumbent's (instance, seed) pairs until it is worse than the incumbent on the pairs that both have run. In SMAC the
incumbent gets one more run before each challenge. Here it gets this run only while it has fewer than five runs, or
fewer than a tenth of the planned evaluations. After that, it gets a further run only when a challenger has run all of
the incumbent's pairs without being worse.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from ConfigSpace import Configuration
from smac import Scenario
from smac.callback import Callback
from smac.intensifier.abstract_intensifier import AbstractIntensifier
from smac.runhistory import StatusType, TrialInfo, TrialValue

from pysmac_compat.engine.capping import Capping
from pysmac_compat.engine.merit import Merit, Pair, Runs
from pysmac_compat.engine.settings import RacingSettings

#: the seeds that the user's function gets are below this number, as in SMAC v2
SEEDS = 2**24
#: an incumbent gets one more run before each challenge until it has at least this share of the planned evaluations, and
#: at least this number of runs
_SHARE, _FEW = 0.1, 5
#: if capping leaves no time for a run to this number of challengers in a row, it is assumed to leave none to any other
_MOST_CAPPED = 100


@dataclass
class _Race:
    """A race of a challenger against the incumbent."""

    challenger: Configuration
    todo: list[Pair]
    batch: list[Pair] = field(default_factory=list)
    size: int = 1


class Racing(AbstractIntensifier):
    """SMAC's racing of challengers.

    As in SMAC, there is one race at a time. But if SMAC3 requests a trial while earlier trials have no results yet,
    further races may begin. The results may arrive in any order.

    Parameters
    ----------
    scenario : Scenario
        If ``scenario.deterministic`` is true, a configuration runs at most once on each instance. Otherwise each
        instance has its own sequence of seeds, which is the same for all configurations.
    settings : RacingSettings
    cutoff : float or None
        The limit of each run, in CPU seconds; None: no limit.
    capping : Capping or None
        It lowers the limits of challengers' runs; None: each run has the limit ``cutoff``.
    penalty, instance_penalty : float
        See `Merit`.
    n_initial : int
        ``settings.initial_time`` applies to the first ``n_initial`` challengers.

    Attributes
    ----------
    cutoff : float or None
        The limit of the trial that was proposed last, in CPU seconds; None: no limit. Capping may lower it below the
        parameter ``cutoff``.
    """

    def __init__(
        self,
        scenario: Scenario,
        settings: RacingSettings = RacingSettings(),
        *,
        cutoff: float | None = None,
        capping: Capping | None = None,
        penalty: float = 1.0,
        instance_penalty: float = 1.0,
        n_initial: int = 0,
    ) -> None:
        self._settings = settings
        self._limit, self._capping = cutoff, capping
        self._merit = Merit(cutoff, penalty, instance_penalty)
        self._n_initial = n_initial
        self.cutoff = cutoff
        super().__init__(scenario, max_config_calls=settings.max_runs, max_incumbents=1)

    def reset(self) -> None:
        """Forget everything."""
        super().reset()
        self._runs: dict[Configuration, Runs] = {}
        self._races: dict[Configuration, _Race] = {}
        self._capped: set[Configuration] = set()
        self._running: dict[Configuration, None] = {}  # configurations with pending runs
        self._dropped: set[tuple[Configuration, Pair]] = set()
        self._incumbent_before: Configuration | None = None  # the incumbent at the last call of `take_lost`
        self._n_new, self._n_capped, self._time_used = 0, 0, 0.0
        self._is_matched = True
        self._first: Configuration | None = None
        self._pairs: list[Pair] = []
        self._random = np.random.RandomState(self._seed)
        self._pair_source = self._all_pairs()

    @property
    def uses_seeds(self) -> bool:
        return True

    @property
    def uses_budgets(self) -> bool:
        return False

    @property
    def uses_instances(self) -> bool:
        return self._scenario.instances is not None

    @property
    def uses_cutoffs(self) -> bool:
        return False

    @property
    def incumbent(self) -> Configuration | None:
        """The best configuration so far; None before the end of the first run."""
        return self._incumbents[0] if self._incumbents else None

    @property
    def is_over(self) -> bool:
        """Whether the largest allowed number of configurations have raced."""
        most = self._settings.max_configurations
        return most is not None and self._n_new + (self._first is not None) >= most

    @property
    def unbeatable(self) -> bool:
        """Whether capping leaves no challenger time for a run, because the incumbent's costs are so small."""
        return self._n_capped >= _MOST_CAPPED

    def mean(self, configuration: Configuration) -> float:
        """Return the mean cost of a configuration over all its runs, with the penalties of `Merit`."""
        return self._merit.mean(self._runs[configuration], list(self._runs[configuration].costs))

    def n_runs(self, configuration: Configuration) -> int:
        """Return the number of runs of a configuration."""
        return len(self._runs[configuration].costs)

    def has_failed(self, configuration: Configuration) -> bool:
        """Return whether a run of the configuration has failed."""
        return bool(self._runs[configuration].failed)

    def knows(self, configuration: Configuration) -> bool:
        """Return whether a configuration has a run that has ended."""
        return configuration in self._runs and bool(self._runs[configuration].costs)

    def let_race(self, configuration: Configuration) -> None:
        """Begin a race for a configuration that this search did not propose, so that it can become the incumbent."""
        self._races.setdefault(configuration, _Race(configuration, []))

    def abandon(self, configuration: Configuration) -> None:
        """End the race of a configuration whose trial was forgotten, if the configuration has no other run."""
        runs = self._runs[configuration]
        if not runs.costs and not runs.pending:
            self._races.pop(configuration, None)

    def get_callback(self) -> Callback:
        """Return the object that SMAC3 calls after each ``tell``."""
        return _Told(self)

    def __iter__(self) -> Iterator[TrialInfo]:
        self.__post_init__()
        return _Trials(self._trials())

    def _trials(self) -> Iterator[TrialInfo | None]:
        """Yield all trials, one after another; yield None while the next trial depends on results that are missing."""
        first = self.incumbent
        if first is None:
            first = next(self.config_generator, None)
            if first is None:
                return
            yield from self._first_runs(first)
        while True:
            best = self._best(first)
            extended = self._extend(best) if self._needs_more(best) else None
            self._is_matched = False
            if extended is not None:
                yield extended
            race = None if self.unbeatable or self.is_over else self._next_race(self._best(first))
            if race is not None:
                self._races[race.challenger] = race
            elif extended is None:
                # if no further configuration may race, the incumbent would run on new seeds without end
                yield None if self.is_over and not self._scenario.deterministic else self._extend(self._best(first))
            while (trial := self._next_of_races()) is not None:
                yield trial

    def _first_runs(self, first: Configuration) -> Iterator[TrialInfo]:
        """Yield the runs of the first configuration that come before any other configuration."""
        self._first = first
        self._pairs.append(next(self._pair_source))
        yield self._run(first, self._pairs[0], self._limit)
        for _ in range(self._settings.initial_runs - 1):
            yield from self._again(first)

    def _again(self, configuration: Configuration) -> Iterator[TrialInfo]:
        """Yield a further run of a configuration, if there is one."""
        trial = self._extend(configuration)
        if trial is not None:
            yield trial

    def _best(self, first: Configuration) -> Configuration:
        return first if self.incumbent is None else self.incumbent

    def take(self, info: TrialInfo, value: TrialValue) -> None:
        """Record the result of a trial and update the incumbent."""
        pair = (info.instance, info.seed)
        self._no_longer_pending(info)
        runs = self._runs.setdefault(info.config, Runs())
        runs.costs[pair] = float(value.cost)
        self._time_used += value.cpu_time if self._n_new else 0.0
        if value.status != StatusType.SUCCESS:
            runs.failed.add(pair)
        if self.incumbent is None:
            # a challenger whose run ends before the very first run does not race, because it becomes the incumbent
            self._races.pop(info.config, None)
            self._set_incumbent(info.config)
        elif info.config == self._first != self.incumbent and len(runs.costs) == 1:
            self._races.setdefault(info.config, _Race(info.config, []))
        race = self._races.get(info.config)
        if race is not None and not runs.pending and not race.batch:
            self._judge(race)

    def forget(self, info: TrialInfo) -> None:
        """Forget a trial that was proposed and will have no result."""
        self._no_longer_pending(info)
        self._dropped.discard((info.config, (info.instance, info.seed)))

    def take_lost(self, told: Configuration) -> list[TrialInfo]:
        """Return pending trials of configurations that have lost, because their results change nothing.

        No trial is returned twice.

        If several trials run at the same time, the session calls this method after each result, and a challenger that
        can no longer win gets no further runs. Otherwise a challenger finishes its batch, as in SMAC.

        Parameters
        ----------
        told : Configuration
            The configuration whose result `take` has recorded last.
        """
        suspects = [told]
        if self.incumbent is not self._incumbent_before or told == self.incumbent:  # any challenger may have lost
            suspects = list(dict.fromkeys([*self._races, *self._running]))
        self._incumbent_before = self.incumbent
        for race in [self._races[each] for each in suspects if each in self._races]:
            if self._has_failed_more(race):
                self._end(race, won=False)
            elif self._rest(race) <= 0:
                self._capped.add(race.challenger)
                self._end(race, won=False)
        lost = [
            (configuration, pair)
            for configuration in suspects
            if configuration in self._running and not self._is_needed(configuration)
            for pair in sorted(self._runs[configuration].pending, key=str)
            if (configuration, pair) not in self._dropped
        ]
        self._dropped.update(lost)
        return [TrialInfo(configuration, instance=pair[0], seed=pair[1]) for configuration, pair in lost]

    def start_warm(self) -> None:
        """Make the configuration with the most runs the incumbent; break ties by failures and then by the mean cost."""

        def rank(configuration: Configuration) -> tuple[float, ...]:
            runs = self._runs[configuration]
            return -len(runs.costs), *self._merit(runs, list(runs.costs))

        best = min(self._runs, key=rank)
        self._pairs = list(self._runs[best].costs)
        self._set_incumbent(best)

    def _all_pairs(self) -> Iterator[Pair]:
        """Yield all instances, each with a seed; if the function is not deterministic, repeat this with new seeds."""
        instances = list(self._scenario.instances or [None])
        seeds = {instance: np.random.RandomState([self._seed, i]) for i, instance in enumerate(instances)}
        while True:
            for i in self._order(len(instances)):
                instance = instances[i]
                yield instance, 0 if self._scenario.deterministic else int(seeds[instance].randint(SEEDS))
            if self._scenario.deterministic:
                return

    def _needs_more(self, incumbent: Configuration) -> bool:
        """Return whether the incumbent has few runs, or a challenger has just run all of the incumbent's pairs."""
        return self._is_matched or len(self._runs[incumbent].costs) < max(_FEW, _SHARE * self._scenario.n_trials)

    def _extend(self, incumbent: Configuration) -> TrialInfo | None:
        """Return one more run of the incumbent, or None if no pair is left."""
        runs = self._runs[incumbent]
        missing = next((pair for pair in self._pairs if pair not in runs.costs and pair not in runs.pending), None)
        if missing is None and len(self._pairs) < self._max_config_calls:
            missing = next((pair for pair in self._pair_source if pair not in self._pairs), None)
            if missing is not None:
                self._pairs.append(missing)
        return None if missing is None else self._run(incumbent, missing, self._limit)

    def _next_race(self, best: Configuration) -> _Race | None:
        """Return a race for the next proposed configuration.

        If nothing is proposed, return a race for a random configuration that may run on further pairs. If no
        configuration may, return None.
        """
        challenger = self._next_promising(best)
        if challenger is None:
            known = [c for c in self._runs if self._can_go_on(c, best)]
            if not known:
                return None
            challenger = known[self._random.randint(len(known))]
        return _Race(challenger, self._shuffled(self._missing(challenger, best)), size=self._settings.first_batch)

    def _can_go_on(self, known: Configuration, best: Configuration) -> bool:
        """Return whether a configuration that has lost may run on further pairs."""
        free = known != best and known not in self._races and known not in self._capped
        return free and bool(self._missing(known, best))

    def _next_promising(self, best: Configuration) -> Configuration | None:
        """Return a new configuration, or a known one that the selector proposes again; None if there is none left."""
        for challenger in self.config_generator:
            if challenger in self._runs:
                # with capping, the runs of a lost race show little about how far behind the configuration is
                if self._capping is None and self._can_go_on(challenger, best):
                    return challenger
                continue
            self._n_new += 1
            if self._n_new > self._n_initial or self._time_used < self._settings.initial_time:
                return challenger
        return None

    def _shuffled(self, pairs: list[Pair]) -> list[Pair]:
        return [pairs[i] for i in self._order(len(pairs))]

    def _order(self, n: int) -> Iterable[int]:
        return range(n) if self._settings.ordered else self._random.permutation(n)

    def _missing(self, challenger: Configuration, best: Configuration) -> list[Pair]:
        """Return the pairs of the best configuration that the challenger has not run yet."""
        runs, reference = self._runs.get(challenger, Runs()), self._runs[best]
        pairs = reference.costs or reference.pending  # `costs` is empty only until the very first run has ended
        return [pair for pair in pairs if pair not in runs.costs and pair not in runs.pending]

    def _next_of_races(self) -> TrialInfo | None:
        """Return the next run of a challenger; None if all challengers wait for results."""
        for race in list(self._races.values()):
            own = self._runs.get(race.challenger)
            if not race.batch and (own is None or not own.pending):
                race.batch, race.todo = race.todo[: race.size], race.todo[race.size :]
                race.size *= 2
            if race.batch:
                rest = self._rest(race)
                if rest > 0:
                    return self._run(race.challenger, race.batch.pop(0), self._cutoff(rest))
                self._capped.add(race.challenger)
                self._n_capped += 1
                self._end(race, won=False)
        return None

    def _is_needed(self, configuration: Configuration) -> bool:
        """Return whether further runs of this configuration may change anything."""
        waits_for_first = configuration == self._first and not self._runs[configuration].costs
        return configuration in self._races or configuration == self.incumbent or waits_for_first

    def _has_failed_more(self, race: _Race) -> bool:
        """Return whether a challenger already has more failures than the incumbent has up to the end of the batch."""
        own = self._runs.get(race.challenger)
        if own is None or self.incumbent is None:
            return False
        best = self._runs[self.incumbent]
        pairs = [pair for pair in (*own.costs, *own.pending, *race.batch) if pair in best.costs]
        return sum(pair in own.failed for pair in pairs) > sum(pair in best.failed for pair in pairs)

    def _no_longer_pending(self, info: TrialInfo) -> None:
        runs = self._runs.get(info.config)
        if runs is not None:
            runs.pending.pop((info.instance, info.seed), None)
            if not runs.pending:
                self._running.pop(info.config, None)

    def _cutoff(self, rest: float) -> float | None:
        """Return the limit of a challenger's next run; ``rest`` is the time that `_rest` has returned."""
        if self._capping is None or math.isinf(rest):
            return self._limit
        return self._capping.cutoff(rest, self._limit)

    def _rest(self, race: _Race) -> float:
        """Return the time that a challenger may still use up to the end of its batch without being worse."""
        if self._capping is None or self.incumbent is None:
            return math.inf
        own, known = self._runs.get(race.challenger, Runs()), self._runs[self.incumbent].costs
        pairs = [pair for pair in (*own.costs, *own.pending, *race.batch) if pair in known]
        used = sum(cost for pair, cost in own.costs.items() if pair in known)
        return sum(known[pair] for pair in pairs) - used + self._capping.allowance(len(pairs))

    def _judge(self, race: _Race) -> None:
        """Decide after a batch whether the challenger loses, continues or wins."""
        incumbent = self.incumbent
        assert incumbent is not None
        own, best = self._runs[race.challenger], self._runs[incumbent]
        pairs = [pair for pair in own.costs if pair in best.costs]
        if pairs and self._merit(own, pairs) > self._merit(best, pairs):
            self._end(race, won=False)
            return
        if not race.todo:
            # the incumbent has further pairs if it is new, or has run again, since the race began
            race.todo = self._shuffled(self._missing(race.challenger, incumbent))
        if not race.todo:
            self._is_matched = True
            self._end(race, won=self._merit(own, pairs) < self._merit(best, pairs))

    def _end(self, race: _Race, won: bool) -> None:
        del self._races[race.challenger]
        if won:
            self._remove_rejected_config(race.challenger)
            self._set_incumbent(race.challenger)
        elif race.challenger in self._runs:
            self._add_rejected_config(race.challenger)

    def _set_incumbent(self, configuration: Configuration) -> None:
        self._capped.clear()
        self._update_trajectory([configuration])

    def _run(self, configuration: Configuration, pair: Pair, cutoff: float | None) -> TrialInfo:
        self.cutoff = cutoff
        self._n_capped = 0
        self._runs.setdefault(configuration, Runs()).pending[pair] = None
        self._running[configuration] = None
        return TrialInfo(configuration, instance=pair[0], seed=pair[1])


class _Trials(Iterator[TrialInfo]):
    """The iterator for SMAC3.

    Unlike other iterators, it may yield trials even after a StopIteration, when further results are known.
    """

    def __init__(self, trials: Iterator[TrialInfo | None]) -> None:
        self._trials = trials

    def __next__(self) -> TrialInfo:
        trial = next(self._trials)
        if trial is None:
            raise StopIteration
        return trial


class _Told(Callback):
    """Passes each result to the racing."""

    def __init__(self, racing: Racing) -> None:
        super().__init__()
        self.racing = racing

    def on_tell_end(self, smbo: Any, info: TrialInfo, value: TrialValue) -> None:
        self.racing.take(info, value)
