"""SMAC3's facade, with a run history in which adding a trial is fast, and without files."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ConfigSpace import Configuration
from smac import HyperparameterOptimizationFacade
from smac.main.smbo import SMBO
from smac.runhistory import RunHistory, StatusType, TrialInfo
from smac.runhistory.dataclasses import InstanceSeedKey, TrialKey, TrialValue


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
    """SMAC3's run history with faster additions, for searches with one objective.

    At each addition, SMAC3 walks over all trials to find the bounds of the costs, checks whether the trial can be
    written as JSON, and computes the mean cost of the configuration. A session needs none of this.

    Attributes
    ----------
    results : list of TrialKey
        The trials that have ended, in the order in which they were added.
    """

    def reset(self) -> None:
        """Forget everything."""
        super().reset()
        self._running_trials = _Running()
        self.results: list[TrialKey] = []

    def add(
        self,
        config: Configuration,
        cost: Any,
        time: float = 0.0,
        cpu_time: float = 0.0,
        status: StatusType = StatusType.SUCCESS,
        instance: str | None = None,
        seed: int | None = None,
        budget: float | None = None,
        starttime: float = 0.0,
        endtime: float = 0.0,
        additional_info: dict[str, Any] | None = None,
        force_update: bool = False,
    ) -> None:
        """Add a trial, or the result of a running trial; no trial gets two results."""
        number = self._config_ids.get(config)
        if number is None:
            self._n_id = number = len(self._config_ids) + 1
            self._config_ids[config], self._ids_config[number] = number, config
        config.config_id = number
        key, trial = TrialKey(number, instance, seed, budget), TrialInfo(config, instance, seed, budget)
        self._submitted += key not in self._data
        self._data[key] = TrialValue(float(cost), time, cpu_time, status, starttime, endtime, additional_info or {})
        if status == StatusType.RUNNING:
            self._running += 1
            self._running_trials.append(trial)
            return
        if trial in self._running_trials:
            self._running -= 1
            self._running_trials.remove(trial)
        self._finished += 1
        self.results.append(key)
        self._config_id_to_isk_to_budget.setdefault(number, {})[InstanceSeedKey(instance, seed)] = [budget]

    def forget(self, info: TrialInfo) -> None:
        """Forget a running trial."""
        key = TrialKey(self._config_ids[info.config], info.instance, info.seed, info.budget)
        del self._data[key]
        self._running_trials.remove(info)
        self._running -= 1
        self._submitted -= 1


class _Loop(SMBO):
    """SMAC3's loop without files; the journal of a search has all that is needed to resume it."""

    def _initialize_state(self) -> None:
        """Neither look for an earlier state nor save this one."""


class Facade(HyperparameterOptimizationFacade):
    """The facade of a session: all parts are keyword arguments, and the run history is a `History`."""

    def _get_optimizer(self) -> SMBO:
        return _Loop(self._scenario, self._runner, self._runhistory, self._intensifier, overwrite=True)

    def _update_dependencies(self) -> None:
        self._runhistory = History()  # the facade has no keyword for the run history
        super()._update_dependencies()

    def forget(self, info: TrialInfo) -> None:
        """Forget a trial that was proposed and will have no result."""
        self.runhistory.forget(info)
        self.intensifier.forget(info)
