"""`AutoMAX`: the search of `SMAC_optimizer` over the hyperparameters of a training."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ConfigSpace import Configuration, ConfigurationSpace

from automax.core.automax_configration import AutoMAXConfigration
from automax.core.best import keep_best, leading, mean_score, remove_weights
from automax.core.keys import key, natives
from automax.core.record import WORST, TrialRecord
from automax.core.refit import refit
from automax.core.trial import SearchedTrainer, Training, check_trainer, identity_of, new_trial
from automax.progress import progress_line, stopped, table
from automax.selection.ensemble import members_of
from automax.selection.rules import size
from pysmac_compat import Evaluation, FileFormatError, ResumeError, SMAC_optimizer, load_result
from pysmac_compat.errors import ArgumentError, warn
from pysmac_compat.events import Evaluated, Event
from pysmac_compat.report import Pace, last_line, say

if TYPE_CHECKING:
    from smac import HyperparameterOptimizationFacade


class AutoMAX(SMAC_optimizer):
    """Search for the hyperparameters with the best validation score.

    Parameters
    ----------
    trainer : callable
        A callable with the attribute ``cs``, its search space. The search calls ``trainer(space=configuration)``, which
        returns an object with a method ``train()``. After ``train()``, the object's ``state.train_summary`` is a dict
        with the validation score ``val`` (higher is better). An `autopartial` is such a callable; docs/automax.md has
        the whole protocol.
    config : AutoMAXConfigration
    target : str
        Name of the metric to maximise.

    Attributes
    ----------
    configspace, trainer, config, target : ConfigurationSpace, callable, AutoMAXConfigration, str
    smac : smac.HyperparameterOptimizationFacade
        SMAC3's facade with all trials so far. The facade's files are below the folder of the search.
    log : list of dict
        The summaries of the trials that have ended, with ``number``, ``space``, ``status`` ('finished' or 'failed') and
        ``seconds``. A failed trial has a ``message``, and its ``val`` is below the scores of all finished trials. The
        entry ``by_hand`` marks a trial that was trained by hand, until the search proposes the same trial.
    finished : int
        The number of trials in `log` when this object was made; 0 with ``overwrite=True``.
    best_score : float
        After `optimize`: the validation score of the configuration that it returned, or the mean of the scores if the
        configuration has several trainings. Before `optimize`: the best score of the trials that were trained by hand.
        Minus infinity if there is no score. The folder ``<experiment_name>_best`` is a copy of the folder of the trials
        that have this score; `optimize` adds the other models that it returns.
    """

    def __init__(self, trainer: SearchedTrainer, config: AutoMAXConfigration, target: str) -> None:
        super().__init__()
        self._started = False
        self.config = config
        self.trainer, self.target = trainer, check_trainer(trainer, target)
        self.configspace: ConfigurationSpace = trainer.cs
        self._smac: Any = None
        self.log: list[dict[str, Any]] = []
        self.best_score = float("-inf")
        if not config.overwrite:
            self._read_log()
        self.finished = len(self.log)

    @property
    def config(self) -> AutoMAXConfigration:
        """The settings of the search. New settings can be assigned; the next call of a method uses them."""
        return self._config

    @config.setter
    def config(self, config: AutoMAXConfigration) -> None:
        if not isinstance(config, AutoMAXConfigration):
            raise ArgumentError(f"config must be an AutoMAXConfigration, got {config!r:.200}")
        record, self._config = TrialRecord(Path(config.folder).absolute()), config
        self._started = self._started and self._record.folder == record.folder
        self._record: TrialRecord = record

    def minimize(self, *args: Any, **kwargs: Any) -> Any:
        """Raise a ``TypeError``, because `AutoMAX` has `optimize` in place of this method."""
        raise TypeError("AutoMAX has no function to minimise: use optimize()")

    def optimize(self) -> Configuration:
        """Search, and print a line for each trial and a table of all trials.

        If a search is resumed, the trials that have ended are not trained again.

        Returns
        -------
        Configuration
            The best configuration. If all trials failed, it is the default configuration.

        Raises
        ------
        ArgumentError
            A ``ValueError``, before the first trial: if the folder contains another search (the message names the
            difference), if another process is working on the search, or if ``keep='best'`` is combined with several
            trainings of a configuration.
        RuntimeError
            If this process already uses CUDA, because the processes of the trials, which are forked from this one,
            could not use it.
        """
        _check_cuda()
        if self.config.keep == "best" and not self._one_training:
            raise ArgumentError(
                "keep='best' needs one training of each configuration: no folds, no repeats, and deterministic=True"
            )
        self._open()
        with self.locked():
            training = self._start()
            try:
                best = self._search(training)
                self._record.note_returned(best)
            except KeyboardInterrupt as error:
                error.args = (stopped(self.log, training.n_trials, self.target),)
                raise
            finally:
                self._read_log()
                members = self._members()
                keep_best(self._record, members=members)
                self._record.tidy()
            if self.config.keep == "best":
                remove_weights(self._record, members or leading(self._record))
            print(table(self.log, self.target), f"the search has ended: {self._why_ended()}", sep="\n", flush=True)
            return Configuration(self.configspace, values=best)

    def _search(self, training: Training) -> dict[str, Any]:
        """Search, and return the best configuration."""
        config, follow = self.config, self._follow(training.n_trials)
        # SEED is passed as an offset, not as the name of the run, so that the lock's name does not depend on SEED
        limit = {} if config.total_time_limit is None else {"wallclock-limit": config.total_time_limit}
        self.smac_options.update({"workers": config.workers, "seed-offset": config.SEED} | limit)
        cutoff, wall = config.trial_time_limit, config.trial_wall_limit
        if wall is not None:
            cutoff = cutoff or wall / 1.000001  # the factor below must be above 1
            self.smac_options["kill-run-exceeding-captime-factor"] = wall / cutoff
        for resume in (True, False):
            first = self._record.description["first"]
            if first:
                self.smac_options.update({"initial-incumbent": first[0], "initial-challengers": first[1:]})
            try:
                _, found = super().minimize(
                    lambda **values: training(**values),  # unlike `training`, a lambda is not pickled to a file
                    training.n_trials,
                    self.configspace,
                    deterministic=config.deterministic,
                    num_train_instances=getattr(self.trainer, "n_instances", None),
                    mem_limit_function_mb=config.trial_memory_limit,
                    t_limit_function_s=cutoff,
                    on_event=follow,
                    resume=resume,
                    numbered=True,
                    maximize=True,
                    progress=config.progress,
                )
                break
            except (ResumeError, FileFormatError) as error:
                if not resume:
                    raise
                warn(f"{error}; the search starts again, but trials that have a result are not trained again")
                self._record.describe(first=self._known())
        return self.result.active_configuration if self.result else found

    def train(self, space: Mapping[str, Any], seed: int = 0, instance: int | None = None) -> float:
        """Train one configuration by hand.

        Parameters
        ----------
        space : Configuration
        seed : int
        instance : int or None
            The index of the fold or repeat, if the trainer has ``n_instances``. None: all of them, each as a separate
            trial.

        Returns
        -------
        float
            The negative validation score. If the trainer has ``n_instances`` and ``instance`` is None, it is the mean
            over the instances. If a trial fails, its value is finite and above the values of all finished trials. A
            trial that has already ended is not trained again; its recorded value is returned.

        Raises
        ------
        ArgumentError
            A ``ValueError``: if the trainer does not have this instance, or if the folder holds another search.
        """
        n_instances = getattr(self.trainer, "n_instances", None)
        if instance is None and n_instances is not None:
            return sum(self.train(space, seed, i) for i in range(n_instances)) / n_instances
        if instance is not None and instance not in range(n_instances or 0):
            has = "no instances" if n_instances is None else f"the instances 0 to {n_instances - 1}"
            raise ArgumentError(f"instance must fit the trainer, which has {has}, got {instance!r:.200}")
        if not self._started:
            self._open()
        training = self._start()
        values = natives(space)
        name = key(values, seed, instance)
        if self._record.find(name) is None:
            trial = training.train(space, values, seed, instance)
            self._read_log()
            keep_best(self._record, trial)
            self._show(name, self.best_score, training.n_trials)
        return -float(next(trial["val"] for trial in self.log if trial["key"] == name))

    def report(self, path: str | os.PathLike[str] | None = None) -> str | None:
        """Write a page about the search and its models, or return the page's text if ``path`` is None."""
        from automax.page import page

        if not any("number" in trial for trial in self.log):
            raise ArgumentError("report() needs the trials of a search: call optimize() first")
        return page(self, self._record, self.result or load_result(self._record.folder), path)

    def refit(self) -> dict[str, Any]:
        """Train the best configuration once more, on the rows of train and val together.

        No rows are left by which to choose the best epoch. The training therefore has as many epochs as the best epoch
        of the configuration's earlier trainings, on average. The model and its predictions are kept in
        ``<experiment_name>_refit``. If `refit` is called again, it returns the summary of the first call.

        Returns
        -------
        dict
            The trainer's summary, with ``epochs`` and, if the trainer has ``args``, with ``directory``. The summary of
            LibAUC's trainer has ``metrics``, and ``test`` if there is a test split.

        Raises
        ------
        ArgumentError
            A ``ValueError``: if `optimize` has not returned yet; if the trainer has no ``refit(space, epochs)``; or if
            no summary of the configuration has an ``epoch``.
        RuntimeError
            If the training fails.
        """
        if self.result is None:
            raise ArgumentError("refit() needs the best configuration: call optimize() first")
        config = self.config
        best = Configuration(self.configspace, values=dict(self.result.active_configuration))
        return refit(self.trainer, best, self._record, config.SEED, config.trial_memory_limit, config.trial_time_limit)

    @property
    def smac(self) -> HyperparameterOptimizationFacade:
        """SMAC3's facade with all trials so far."""
        if self._smac is None:
            from automax.core.smac_facade import facade_of

            self._smac = facade_of(self, self._record)
        return self._smac

    def _open(self) -> None:
        self.set_working_directory(str(self._record.folder), persistent_files=True)

    def _start(self) -> Training:
        """Return the `Training` for the trials, and prepare the folder.

        With ``overwrite``, the first call moves an earlier search aside. Otherwise, an earlier search in the folder
        must have the same settings, so that this call can continue it.
        """
        config, record = self.config, self._record
        if config.overwrite and not self._started:
            with self.locked():
                record.move_aside()
            self.log, self.best_score = [], float("-inf")
        description = {
            "space": str(self.configspace),
            "target": self.target,
            "SEED": config.SEED,
            "deterministic": config.deterministic,
            "identity": identity_of(self.trainer),
        }
        before = record.description
        record.check(description)
        description["identity"] = description["identity"] or before.get("identity")
        record.describe(**description, first=before.get("first", self._known()))
        self._started = True
        # if n_trials is below the number of recorded trials, the search returns the best recorded trial
        n_trials = max([config.n_trials, *(t["number"] for t in record.trials() if "number" in t)])
        return Training(self.trainer, record, config.SEED, config.deterministic, n_trials)

    def _known(self) -> list[dict[str, Any]]:
        """Return the configurations with which a new search begins: those already tried, or else `trainer.first`."""
        known = {repr(t["space"]): t["space"] for t in self._record.trials() if "number" in t}
        return list(known.values()) or list(getattr(self.trainer, "first", ()))

    def _follow(self, n_trials: int) -> Callable[[Event], None]:
        """Return the callback for a search's events, which updates the log and the best trial and prints a line."""
        shown = {trial["key"] for trial in self._record.trials() if "number" in trial}
        pace = Pace(self.config.total_time_limit)
        if shown:
            say(f"resume: {len(shown)} of {n_trials} trials have already ended and are not trained again")

        def follow(event: Event) -> None:
            if not isinstance(event, Evaluated) or event.cut_short:
                return
            evaluation = event.evaluation
            name = key(evaluation.configuration, evaluation.seed or 0, evaluation.instance)
            if name in shown:
                return
            shown.add(name)
            trial = self._record.find(name)
            # the trial wrote its summary but was killed before it returned its score, so for the search it failed
            unanswered = trial is not None and trial["status"] == "finished" and not evaluation.succeeded
            if trial is None or (unanswered and trial.get("number") == evaluation.index):
                trial = self._note_lost(evaluation)
            self._read_log()
            if self._one_training:
                keep_best(self._record, trial)
            pace.note()
            left = pace.left(max(0, n_trials - len(shown)))
            scores = (t["val"] for t in self.log if t["key"] in shown and t["status"] == "finished")
            self._show(name, max(scores, default=float("-inf")), n_trials, left)

        return follow

    def _show(self, name: str, best: float, n_trials: int, left: float | None = None) -> None:
        """Print a line about a trial that has ended."""
        trial = next(t for t in self.log if t["key"] == name)
        say(progress_line(trial, trial.get("number"), best, n_trials, self.target, left))

    def _note_lost(self, evaluation: Evaluation) -> dict[str, Any]:
        """Write and return the summary of a trial whose process was killed (or the like) before it could write it."""
        about: dict[str, Any] = {"number": evaluation.index, "seconds": round(evaluation.wall_time, 3)}
        if evaluation.succeeded:  # the summary is missing, but the journal has the score
            about["val"] = evaluation.value
        else:
            about |= {"status": "failed", "message": last_line(evaluation.message) or evaluation.status}
        trial = new_trial(evaluation.configuration, evaluation.seed or 0, evaluation.instance, **about)
        self._record.write(trial)
        return trial

    def _read_log(self) -> None:
        before, self.log = self.log, _public(self._record.trials())
        if self.log != before:
            self._smac = None  # made again at the next use of `smac`
            self._record.write_state(self.log)
        self.best_score = mean_score(leading(self._record))

    def _members(self) -> list[Mapping[str, Any]]:
        """Return the trials that form the ensemble. The list is empty if one model is returned alone."""
        trials, best = self._record.trials(), leading(self._record)
        if not self._one_training or len(best) != 1 or best[0].get("by_hand"):
            return []
        k = size(sum("number" in trial for trial in trials), self.config.ensemble)
        return members_of(trials, best[0], k, getattr(self.trainer, "metrics", None), self.target)

    @property
    def _one_training(self) -> bool:
        """Whether each configuration is trained once. If not, the best configuration is known only at the end."""
        return self.config.deterministic and getattr(self.trainer, "n_instances", None) is None

    def _why_ended(self) -> str:
        reason = self.result.stopped_because if self.result else ""
        words = {"max_evaluations": "n_trials", "t_limit_total_s": "total_time_limit"}
        return " ".join(words.get(word, word) for word in reason.split())


def _public(trials: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the trials for the user: ``val`` of a failed trial is a finite value below all scores."""
    worst = min([WORST, *(t["val"] - 1 for t in trials if t["val"] is not None)])
    return [{**trial, "val": worst if trial["val"] is None else trial["val"]} for trial in trials]


def _check_cuda() -> None:
    torch = sys.modules.get("torch")
    if torch is not None and torch.cuda.is_initialized():
        raise RuntimeError(
            "CUDA is in use in this process already, and the processes of the trials, which are forked from it, could "
            "not use it: start the search before any model or tensor is moved to the GPU, or in a script of its own"
        )
