"""Make a SMAC3 facade that contains all trials of a search."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ConfigSpace import Configuration
from smac import HyperparameterOptimizationFacade, Scenario
from smac.runhistory import StatusType, TrialInfo, TrialValue

from automax.core.record import TrialRecord

if TYPE_CHECKING:
    from automax.core.automax import AutoMAX


def facade_of(search: AutoMAX, record: TrialRecord) -> Any:
    """Return a SMAC3 facade that contains all trials of the search and has saved them to files.

    These files (runhistory.json, configspace.json, scenario.json, ...) are in ``smac3`` in the folder of the search.
    """
    config = search.config
    n_instances = getattr(search.trainer, "n_instances", None)
    scenario = Scenario(
        search.configspace,
        name="smac3",
        output_directory=record.folder,
        deterministic=config.deterministic,
        objectives=search.target,
        n_trials=config.n_trials,
        seed=config.SEED,
        instances=None if n_instances is None else [str(i) for i in range(n_instances)],
        instance_features=None if n_instances is None else {str(i): [float(i)] for i in range(n_instances)},
    )

    def train(space: Configuration, seed: int = 0) -> float:
        return search.train(space, seed)

    def train_instance(space: Configuration, instance: str, seed: int = 0) -> float:
        return search.train(space, seed, int(instance))

    target = train if n_instances is None else train_instance
    facade = HyperparameterOptimizationFacade(scenario, target, overwrite=True, logging_level=False)
    for trial in search.log:
        instance = None if trial["instance"] is None else str(trial["instance"])
        info = TrialInfo(Configuration(search.configspace, values=trial["space"]), instance, trial["seed"])
        status = StatusType.CRASHED if trial["status"] == "failed" else StatusType.SUCCESS
        value = TrialValue(cost=-trial["val"], time=float(trial.get("seconds", 0.0)), status=status)
        facade.tell(info, value, save=False)
    facade.optimizer.save()
    return facade
