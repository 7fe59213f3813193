"""The choice of the next run if runs differ only by their seeds: a new configuration, or the best one again.

If runs are noisy, a challenger that is only as good as the incumbent wins every second comparison of two runs, so races
would take more evaluations than new configurations do. Here each new configuration runs once, always with the same
seed. Between the new configurations, the configuration with the least predicted cost runs again with further seeds: if
it was only lucky, the surrogate soon prefers another configuration. Picheny, Wagner, Ginsbourger, "A benchmark of
kriging-based infill criteria for noisy optimization", Structural and Multidisciplinary Optimization 48 (2013), compares
such strategies.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from ConfigSpace import Configuration
from smac.runhistory import StatusType, TrialInfo, TrialValue

from pysmac_compat.engine.merit import Runs
from pysmac_compat.engine.racing import Racing

#: no configuration runs again before this number of evaluations
_FIRST = 10
#: the least and the largest share of further runs (of configurations that have run before) among all evaluations
_LEAST, _MOST = 0.05, 0.2
#: this share is largest if the noise is at least this part of the distance from the least mean cost to the median of
#: the mean costs
_MUCH = 0.4
#: this number of further runs is enough to estimate the noise
_ENOUGH = 3
_FAR = 1e150  # larger differences count as this one, because their squares overflow
#: if this number of further runs have exactly the costs of the earlier runs, it is assumed that there is no noise
_SURE = 5


class Repeating(Racing):
    """Runs each configuration once, but the incumbent several times.

    The incumbent is the configuration with the least predicted cost or, before the first prediction, with the least
    mean cost. The larger the noise is, the more often the incumbent runs again.
    """

    def reset(self) -> None:
        """Forget everything."""
        super().reset()
        self._n_asked = self._n_again = 0
        self._means: dict[Configuration, float] = {}
        self._squares, self._n_told_again = 0.0, 0  # squared differences between further runs and earlier means

    def take(self, info: TrialInfo, value: TrialValue) -> None:
        """Record the result of a trial and choose the incumbent."""
        pair = (info.instance, info.seed)
        self._no_longer_pending(info)
        runs = self._runs.setdefault(info.config, Runs())
        if value.status != StatusType.SUCCESS:
            runs.failed.add(pair)
        elif runs.costs and not runs.failed:
            n = len(runs.costs)
            away = min(abs(float(value.cost) - self._means[info.config]), _FAR)
            self._squares += n / (n + 1) * away**2
            self._n_told_again += 1
        runs.costs[pair] = float(value.cost)
        self._means[info.config] = self.mean(info.config)
        self._time_used += value.cpu_time if self._n_new else 0.0
        best = self._best_of(self.incumbent or info.config, info.config)
        if best != self.incumbent:
            self._set_incumbent(best)

    def take_lost(self, told: Configuration) -> list[TrialInfo]:
        """Return no trial, because even a single run of a configuration is useful to the surrogate."""
        return []

    def _best_of(self, incumbent: Configuration, told: Configuration) -> Configuration:
        leading = self._config_selector.leading
        if leading is None:  # only the mean of ``told`` has changed
            return min(self._means if told == incumbent else (incumbent, told), key=self._rank)
        return leading if self.knows(leading) and not self.has_failed(leading) else incumbent

    def _rank(self, configuration: Configuration) -> tuple[float, float]:
        runs = self._runs[configuration]
        return len(runs.failed) / len(runs.costs), self._means[configuration]

    def _trials(self) -> Iterator[TrialInfo | None]:
        for trial in self._next_trials():
            self._n_asked += trial is not None
            yield trial

    def _next_trials(self) -> Iterator[TrialInfo | None]:
        first = self.incumbent
        if first is None:
            first = next(self.config_generator, None)
            if first is None:
                return
            yield from self._first_runs(first)
        while True:
            best = self._best(first)
            if self._n_asked >= _FIRST and self._n_again < self._share() * self._n_asked:
                yield from self._again(best)
            challenger = None if self.is_over else self._next_promising(best)
            if challenger is not None:
                yield self._run(challenger, self._pairs[0], self._limit)
            else:
                yield None if self.is_over else self._extend(min(self._runs, key=self._n_known))

    def _share(self) -> float:
        """Return the share of further runs among all evaluations."""
        if self._n_told_again < _ENOUGH:
            return _LEAST
        if self._squares == 0.0:
            return 0.0 if self._n_told_again >= _SURE else _LEAST
        noise = math.sqrt(self._squares / self._n_told_again)
        means = list(self._means.values())
        away = _MUCH * (float(np.median(means)) - min(means))
        return _LEAST + (_MOST - _LEAST) * (1.0 if noise >= away else noise / away)

    def _again(self, configuration: Configuration) -> Iterator[TrialInfo]:
        """Yield a further run of a configuration, if there is one, and count it."""
        for trial in super()._again(configuration):
            self._n_again += 1
            yield trial

    def _n_known(self, configuration: Configuration) -> tuple[float, int]:
        """Return a sort key: if no new configuration is left, one with few failures, and then few runs, runs again."""
        runs = self._runs[configuration]
        n = len(runs.costs) + len(runs.pending)
        return len(runs.failed) / n, n
