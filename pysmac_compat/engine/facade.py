"""SMAC3's facade, with a run history in which adding a trial takes the same time however many trials it has."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from smac import HyperparameterOptimizationFacade
from smac.runhistory import RunHistory, StatusType, TrialInfo
from smac.runhistory.runhistory import TrialKey, TrialValue


class _Running:
    """A replacement for SMAC3's list of running trials, which finds a trial without a walk over all of them."""

    def __init__(self) -> None:
        self._trials: dict[tuple[Any, ...], TrialInfo] = {}

    @staticmethod
    def _key(trial: TrialInfo) -> tuple[Any, ...]:
        return trial.config, trial.instance, trial.seed, trial.budget

    def append(self, trial: TrialInfo) -> None:
        self._trials[self._key(trial)] = trial

    def remove(self, trial: TrialInfo) -> None:
        del self._trials[self._key(trial)]

    def __contains__(self, trial: TrialInfo) -> bool:
        return self._key(trial) in self._trials

    def __iter__(self) -> Iterator[TrialInfo]:
        return iter(self._trials.values())

    def __len__(self) -> int:
        return len(self._trials)


class History(RunHistory):
    """SMAC3's run history with faster additions.

    At each addition, SMAC3 walks over all trials to find the bounds of the costs, but this class only updates the
    bounds. SMAC3 also checks at each addition whether the trial can be written as JSON. This class omits the check,
    because a session only adds plain values.
    """

    def reset(self) -> None:
        """Forget everything."""
        super().reset()
        self._running_trials = _Running()
        self._bounds = (math.inf, -math.inf)
        self.results: list[TrialKey] = []

    def _add(self, k: TrialKey, v: TrialValue, status: StatusType) -> None:
        if status != StatusType.RUNNING:
            self.results.append(k)
        if v.status == StatusType.SUCCESS:
            self._bounds = (min(self._bounds[0], v.cost), max(self._bounds[1], v.cost))
        super()._add(k, v, status)

    def forget(self, info: TrialInfo) -> None:
        """Forget a running trial."""
        key = TrialKey(self._config_ids[info.config], info.instance, info.seed, info.budget)
        del self._data[key]
        self._running_trials.remove(info)
        self._running -= 1
        self._submitted -= 1

    def _update_objective_bounds(self) -> None:
        self._objective_bounds = [self._bounds]

    def _check_json_serializable(self, key: str, obj: Any, trial_key: TrialKey, trial_value: TrialValue) -> None:
        pass


class Facade(HyperparameterOptimizationFacade):
    """The facade of a session: all parts are keyword arguments, and the run history is a `History`."""

    def _update_dependencies(self) -> None:
        self._runhistory = History()  # the facade has no keyword for the run history
        super()._update_dependencies()

    def forget(self, info: TrialInfo) -> None:
        """Forget a trial that was proposed and will have no result."""
        self.runhistory.forget(info)
        self.intensifier.forget(info)
