"""`AutoMAX`: the search of `SMAC_optimizer` over the hyperparameters of a training."""

from __future__ import annotations

import json
import sys
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ConfigSpace import Configuration, ConfigurationSpace

from automax.core.automax_configration import AutoMAXConfigration
from automax.core.record import WORST, TrialRecord, move_aside
from automax.core.space import ReadySpace, key, natives
from automax.core.trial import MARKER, TrialFailed, check_trainer, keep_best, one_thread, run_trial, trial_seed
from automax.report import progress_line, table
from pysmac_compat import SMAC_optimizer
from pysmac_compat._errors import ArgumentError

if TYPE_CHECKING:
    from smac import HyperparameterOptimizationFacade


class AutoMAX(SMAC_optimizer):
    """Search for the hyperparameters with the best validation score.

    Parameters
    ----------
    trainer : callable
        Called as ``trainer(space=configuration)``. Has its search space as ``cs``. Returns an object with
        ``train()``, and after that ``state.train_summary``, a dict with the validation score ``val`` and perhaps
        ``test``: higher is better. If the object has ``args`` with ``output_path`` and ``experiment_name``, as
        LibAUC's trainers do, each trial gets a folder of its own below them. A trainer may have
        ``metrics``, among which the target then must be, and ``n_instances`` (folds, repeats): then it is
        called with ``instance``, 0, 1, ..., too, and the mean over them counts. An `autopartial` is such a callable.
    config : AutoMAXConfigration
    target : str
        Name of the metric that is maximised.

    Attributes
    ----------
    configspace : ConfigurationSpace
    trainer : callable
    config : AutoMAXConfigration
    target : str
    smac : smac.HyperparameterOptimizationFacade
        SMAC3's facade with all trials so far, made when it is first asked for; its files are below the folder
        of the search.
    log : list of dict
        The summaries of the trials that have ended, with ``space``, ``status`` ('finished' or 'failed') and
        ``seconds``. A failed one has as ``val`` a value below all others, and a ``message``.
    finished : int
        How many trials were known when this object was made.
    best_score : float
        The best validation score so far; minus infinity without any.
    """

    def __init__(self, trainer: Callable[..., Any], config: AutoMAXConfigration, target: str) -> None:
        if not isinstance(config, AutoMAXConfigration):
            raise ArgumentError(f"config must be an AutoMAXConfigration, got {config!r:.200}")
        super().__init__(t_limit_total_s=config.total_time_limit)
        self.target = check_trainer(trainer, target)
        self._definition = ReadySpace.of(trainer.cs)  # type: ignore[attr-defined]
        self.trainer, self.config = trainer, config
        self.configspace: ConfigurationSpace = trainer.cs  # type: ignore[attr-defined]
        self._record = TrialRecord(Path(config.folder).absolute())
        self._started = False
        self._smac: Any = None
        self.log: list[dict[str, Any]] = []
        self.best_score = float("-inf")
        if not config.overwrite:
            self._read_log()
        self.finished = len(self.log)

    def minimize(self, *args: Any, **kwargs: Any) -> Any:
        """Not for this class."""
        raise TypeError("AutoMAX has no function to minimise: use optimize()")

    def optimize(self) -> Configuration:
        """Search, and print a line for each trial and a table of all.

        Trials that had ended in a search that is resumed are not trained again.

        Returns
        -------
        Configuration
            The best one; the default if all trials have failed.

        Raises
        ------
        ArgumentError
            A ``ValueError``, before the first trial: if an other search was done under that name.
        RuntimeError
            If CUDA is in use already, so that the trials' processes could not use it.
        """
        _check_cuda()
        self._start()
        config = self.config
        self.smac_options["workers"] = config.workers
        try:
            _, found = super().minimize(
                self._call,
                config.n_trials,
                self._definition,  # type: ignore[arg-type]
                deterministic=config.deterministic,
                num_train_instances=getattr(self.trainer, "n_instances", None),
                seed=config.SEED,
                mem_limit_function_mb=config.trial_memory_limit,
                t_limit_function_s=config.trial_time_limit,
            )
        finally:
            self._note_lost_trials()
            self._read_log()
        self._mend_best(found)
        print(table(self.log, self.target), flush=True)
        return self._configuration(self.result.active_configuration if self.result else found)

    def train(self, space: Mapping[str, Any], seed: int = 0, instance: int | None = None) -> float:
        """Train with one configuration.

        Parameters
        ----------
        space : Configuration
        seed : int
        instance : int or None
            Fold or repeat, for trainers that have them.

        Returns
        -------
        float
            The negative validation score; a finite value above all others if the trial fails. A
            trial that has ended before is not repeated.
        """
        if not self._started:
            self._start()
        values = natives(space)
        name = key(values, seed, instance)
        if self._record.find(name) is None:
            self._train(space, values, name, seed, instance)
        self._read_log()
        return -float(next(trial["val"] for trial in self.log if trial["key"] == name))

    @property
    def smac(self) -> HyperparameterOptimizationFacade:
        """See the class."""
        if self._smac is None:
            from automax.core.facade import facade_of

            self._smac = facade_of(self, self._record)
        return self._smac

    def _start(self) -> None:
        """Once before the first trial: move an old search aside, or take it up."""
        if self.config.overwrite and not self._started:
            move_aside(self._record.folder)
            self.log, self.best_score = [], float("-inf")
        before = self._record.starts()
        first = before[-1]["first"] if before else 0
        known = list({repr(t["space"]): t["space"] for t in self._record.trials()}.values())
        if before and before[-1]["n_trials"] != self.config.n_trials:
            # Another budget means another initial design: what is known comes first, in place of it.
            first = len(known)
        if first:
            self.smac_options["initial-incumbent"] = known[0]
            self.smac_options["initial-challengers"] = known[1:first]
        self._record.start(
            {
                "space": str(self.configspace),
                "target": self.target,
                "SEED": self.config.SEED,
                "deterministic": self.config.deterministic,
                "n_trials": self.config.n_trials,
                "first": first,
            }
        )
        self._started = True

    def _call(self, **values: Any) -> float:
        """What the search calls, in a process of its own."""
        seed, instance = values.pop("seed", 0), values.pop("instance", None)
        name = key(values, seed, instance)
        ended = self._record.find(name)
        if ended is None:
            with one_thread():
                ended = self._train(self._configuration(values), values, name, seed, instance)
        if ended["val"] is None:
            raise TrialFailed(ended.get("traceback") or ended["message"])
        return -ended["val"]

    def _train(
        self, space: Mapping[str, Any], values: dict[str, Any], name: str, seed: int, instance: int | None
    ) -> dict[str, Any]:
        """Train and write down how it ended."""
        folder = f"trial-{key(values, 0, None)}"
        if not self.config.deterministic:
            folder += f"/seed-{seed}"
        if instance is not None:
            folder += f"/{instance}"
        trial: dict[str, Any] = {
            "event": "trial",
            "key": name,
            "space": values,
            "seed": seed,
            "instance": instance,
            "status": "finished",
            "val": None,
        }
        number = self._record.begin(name)
        before = [t["curve"] for t in self._record.trials() if t["instance"] == instance and "curve" in t]
        own_seed = trial_seed(self.config.SEED, name)
        try:
            trial.update(run_trial(self.trainer, space, own_seed, folder, instance, before))
        except Exception as error:
            lines = traceback.format_exception_only(error)
            trial.update(status="failed", message="".join(lines).strip(), traceback=traceback.format_exc()[-4000:])
        with self._record.locked():
            others = self._record.trials()
            self._record.append(trial)
            self._keep(trial, others)
            self._record.write_state(_public([*others, trial]))
        print(progress_line(trial, number, others, self.config.n_trials, self.target), flush=True)
        return trial

    def _keep(self, trial: Mapping[str, Any], others: list[dict[str, Any]]) -> None:
        """Keep the folder of the best trial so far."""
        scores = [t["val"] for t in others if t["val"] is not None]
        if "directory" not in trial or trial["val"] is None or trial["val"] <= max(scores, default=float("-inf")):
            return
        if trial["instance"] is not None or not self.config.deterministic:
            return  # which is best is known at the end only
        directory = Path(trial["directory"])
        (directory / MARKER).write_text(json.dumps({"key": trial["key"], "val": trial["val"]}) + "\n")
        keep_best(directory, _best_of(directory), fresh=not scores)

    def _mend_best(self, found: Mapping[str, Any]) -> None:
        """Put right what a kill between two steps, or the mean over several trainings, has left to do."""
        scored = [t for t in self._record.trials() if t["val"] is not None and "directory" in t]
        if not scored:
            return
        if scored[0]["instance"] is None and self.config.deterministic:
            best = max(scored, key=lambda t: t["val"])
            directory = Path(best["directory"])
            marker = _best_of(directory) / MARKER
            if not marker.exists() or json.loads(marker.read_text())["key"] != best["key"]:
                (directory / MARKER).write_text(json.dumps({"key": best["key"], "val": best["val"]}) + "\n")
                keep_best(directory, _best_of(directory), fresh=False)
            return
        incumbent = self.result.active_configuration if self.result else found
        mine = [t for t in scored if key(t["space"], 0, None) == key(incumbent, 0, None)]
        if mine:
            directory = next(p for p in Path(mine[0]["directory"]).parents if p.name.startswith("trial-"))
            (directory / MARKER).write_text(json.dumps({"key": key(incumbent, 0, None)}) + "\n")
            keep_best(directory, _best_of(directory), fresh=False)

    def _note_lost_trials(self) -> None:
        """Write down the trials that could not do it themselves: killed, out of time or memory."""
        for run in self.result.runs if self.result else ():
            for evaluation in run.evaluations:
                seed, instance = evaluation.seed or 0, evaluation.instance
                name = key(evaluation.configuration, seed, instance)
                if evaluation.succeeded or self._record.find(name):
                    continue
                self._record.append(
                    {
                        "event": "trial",
                        "key": name,
                        "space": evaluation.configuration,
                        "seed": seed,
                        "instance": instance,
                        "status": "failed",
                        "val": None,
                        "message": evaluation.message.strip() or evaluation.status,
                        "seconds": round(evaluation.wall_time, 3),
                    }
                )

    def _read_log(self) -> None:
        self.log = _public(self._record.trials())
        if self.log:
            self._record.write_state(self.log)
        means: dict[str, list[float]] = {}
        for trial in self.log:
            if trial["status"] == "finished":
                means.setdefault(key(trial["space"], 0, None), []).append(trial["val"])
        n = getattr(self.trainer, "n_instances", None) or 1
        whole = [values for values in means.values() if len(values) >= n] or list(means.values())
        self.best_score = max((sum(v) / len(v) for v in whole), default=float("-inf"))

    def _configuration(self, values: Mapping[str, Any]) -> Configuration:
        return Configuration(self.configspace, values=dict(values))


def _public(trials: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The trials for the user: those that failed with a finite value below all others."""
    worst = min([WORST, *(t["val"] - 1 for t in trials if t["val"] is not None)])
    shown = []
    for trial in trials:
        entry = {name: value for name, value in trial.items() if name != "event"}
        if entry["val"] is None:
            entry["val"] = worst
        shown.append(entry)
    return shown


def _best_of(directory: Path) -> Path:
    """Where the best trial is kept, from the folder of one: ``<experiment_name>_best``."""
    while not directory.name.startswith("trial-"):
        directory = directory.parent
    experiment = directory.parent
    return experiment.with_name(experiment.name + "_best")


def _check_cuda() -> None:
    torch = sys.modules.get("torch")
    if torch is not None and torch.cuda.is_initialized():
        raise RuntimeError(
            "CUDA is in use in this process already, and the processes of the trials, which are forked from it, could "
            "not use it: start the search before any model or tensor is moved to the GPU, or in a script of its own"
        )
