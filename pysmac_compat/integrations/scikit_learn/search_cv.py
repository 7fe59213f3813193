"""`SMACSearchCV`: a search with scikit-learn's interface, in which configurations race over the folds."""

from __future__ import annotations

import contextlib
import math
import numbers
import os
import time
import warnings
from collections.abc import Collection, Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
from joblib import effective_n_jobs
from sklearn.base import clone, is_classifier
from sklearn.exceptions import FitFailedWarning
from sklearn.model_selection import check_cv
from sklearn.model_selection._search import BaseSearchCV
from sklearn.utils import check_random_state, indexable
from sklearn.utils.validation import _check_method_params

from pysmac_compat.arguments import LARGEST, entrance, integer, limit
from pysmac_compat.errors import ArgumentError, shown
from pysmac_compat.events import Evaluated, Event, RunStarted, Stop
from pysmac_compat.integrations.scikit_learn.alike import ALIKE, AllAlike
from pysmac_compat.integrations.scikit_learn.cv_results import cv_results
from pysmac_compat.integrations.scikit_learn.fits import Fits
from pysmac_compat.integrations.scikit_learn.messages import (
    OTHER_NAMES,
    bad_scores,
    check_scoring,
    interrupted,
    own_names,
    without_failures,
)
from pysmac_compat.integrations.scikit_learn.space import Space
from pysmac_compat.integrations.scikit_learn.start import FOLDS, Start, checked_folder, hashes
from pysmac_compat.optimizer import SMAC_optimizer
from pysmac_compat.results import Result

#: the attributes that `fit` sets
_FITTED = {
    *("best_estimator_", "best_index_", "best_params_", "best_score_", "cv_results_", "feature_names_in_"),
    *("multimetric_", "n_splits_", "refit_time_", "result_", "scorer_"),
}
_FITS_PER_PROCESS = 100  # a small fit takes less time than the start of a process


class SMACSearchCV(BaseSearchCV):
    """Search for the best parameters of an estimator, with cross-validation and SMAC's model.

    The folds are the instances of the search: the estimator is first fitted with a new configuration on one fold, and
    on further folds only as long as the configuration is not worse than the incumbent on the same folds. The fits run
    in child processes, so a crash, a time-out or a lack of memory ends only one fit.

    Parameters
    ----------
    estimator : estimator
    space : dict or ConfigSpace.ConfigurationSpace
        For each parameter: a definition as in `SMAC_optimizer.minimize`, a distribution of SciPy (uniform, loguniform,
        randint), or a list of choices, which may be estimators. If the choices are a dict, its keys are their names,
        and ``NAME__C`` is the parameter C of the choice NAME, active only with this choice. If the definition has no
        default, it is the value in the estimator or in the choice if the range contains this value, otherwise the
        middle of the range or the first choice. Of choices that are objects, the first is the default.
    n_iter : int or None
        The number of configurations to try. The search takes at most ``n_iter * n_splits`` fits, usually about a third
        of them. None: ``n_fits`` and ``time_limit`` are the only limits.
    n_fits : int or None
        The largest number of fits. The final fit on all data does not count.
    conditional_clauses, forbidden_clauses : list of str
        As in `SMAC_optimizer.minimize`.
    scoring, refit, cv, error_score, return_train_score
        As in ``RandomizedSearchCV``. If there are several scores, the search maximises the score that ``refit`` names,
        or the first score if ``refit`` names none.
    n_jobs : int or None
        The number of simultaneous fits.
    verbose : int
        1 or more: print a line for each fit.
    random_state : int, RandomState or None
    fit_time_limit : float or None
        Limit on the CPU seconds of a fit with its scores. The limit on wall time is ten times as long.
    fit_memory_limit : float or None
        Memory in MB that a fit may use in addition to the memory of its process before the fit.
    time_limit : float or None
        Limit on the seconds that the search takes, without the final fit.
    progress : bool or 'auto'
        Whether to show a progress bar, as in `SMAC_optimizer.minimize`.
    working_directory : str, path or None
        The folder into which the search writes its files, and the results of the fits. None: no files are kept.
    resume : bool
        Whether to resume an earlier search in ``working_directory``, however it ended: fits that have ended are not
        repeated. The data, the folds, the estimator and the space must be the same. If ``random_state`` is not an int,
        the search goes on with its first seed. Without files from an earlier search, the search starts from the
        beginning.
    smac_options : dict or None
        Further options of `SMAC_optimizer`.

    Attributes
    ----------
    cv_results_ : dict of str to array
        As in ``RandomizedSearchCV``, with a row for each configuration, in the order in which they were tried. Folds
        that were not run are NaN; means are over the folds that were run, and ``n_folds`` is their number. Only the
        configurations with the largest ``n_folds`` are ranked; all other configurations share the last rank.
    best_estimator_, best_score_, best_params_, best_index_, scorer_, n_splits_, refit_time_, multimetric_
        As in ``RandomizedSearchCV``.
    result_ : Result
        The result of the search, as `SMAC_optimizer.result`; its instances are the folds. After Ctrl-C, ``result_``,
        ``cv_results_`` and ``best_params_`` are set if a fit has ended.
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        name: constraint for name, constraint in BaseSearchCV._parameter_constraints.items() if name != "pre_dispatch"
    } | {"random_state": ["random_state"]}

    @entrance(OTHER_NAMES)
    def __init__(
        self,
        estimator: Any,
        space: Any,
        *,
        n_iter: int | None = 10,
        n_fits: int | None = None,
        conditional_clauses: Sequence[str] = (),
        forbidden_clauses: Sequence[str] = (),
        scoring: Any = None,
        n_jobs: int | None = None,
        refit: Any = True,
        cv: Any = None,
        verbose: int = 0,
        random_state: Any = None,
        error_score: Any = np.nan,
        return_train_score: bool = False,
        fit_time_limit: float | None = None,
        fit_memory_limit: float | None = None,
        time_limit: float | None = None,
        progress: bool | str = False,
        working_directory: str | os.PathLike[str] | None = None,
        resume: bool = False,
        smac_options: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(
            estimator,
            scoring=scoring,
            n_jobs=n_jobs,
            refit=refit,
            cv=cv,
            verbose=verbose,
            error_score=error_score,
            return_train_score=return_train_score,
        )
        self.space, self.n_iter, self.n_fits = space, n_iter, n_fits
        self.conditional_clauses, self.forbidden_clauses = conditional_clauses, forbidden_clauses
        self.random_state = random_state
        self.fit_time_limit, self.fit_memory_limit, self.time_limit = fit_time_limit, fit_memory_limit, time_limit
        self.progress, self.working_directory, self.resume = progress, working_directory, resume
        self.smac_options = smac_options

    @own_names()
    def fit(self, X: Any, y: Any = None, **params: Any) -> SMACSearchCV:
        """Search, then fit the best estimator on all data.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
        y : array-like of shape (n_samples,) or (n_samples, n_outputs), or None
        **params : dict
            For the estimator's ``fit``, the scorer and the splitter, as in ``RandomizedSearchCV``.

        Returns
        -------
        SMACSearchCV

        Raises
        ------
        ValueError
            If an argument cannot be used, or if all fits fail.
        KeyboardInterrupt
            On Ctrl-C, after all processes have ended. If a fit has ended, ``result_``, ``cv_results_`` and
            ``best_params_`` are set.
        """
        self._validate_params()
        for name in _FITTED & vars(self).keys():  # an earlier call of `fit` has set them
            delattr(self, name)
        check_scoring(self.scoring, with_y=y is not None)
        scorer, _ = self._get_scorers()
        metric = self.refit if isinstance(self.refit, str) else None  # which of several scores to maximise
        X, y = indexable(X, y)
        routed = self._get_routed_params_for_fit(_check_method_params(X, params=params))
        cv = check_cv(self.cv, y, classifier=is_classifier(self.estimator))
        self.n_splits_ = cv.get_n_splits(X, y, **routed.splitter.split)
        splits = list(cv.split(X, y, **routed.splitter.split))
        if len(splits) != self.n_splits_:
            raise ArgumentError(f"cv: get_n_splits() returns {self.n_splits_}, but split() yields {len(splits)} folds")
        if not splits:
            raise ArgumentError("cv has no folds")
        base = clone(self.estimator)
        space = Space(self.space, self.conditional_clauses, self.forbidden_clauses, base.get_params())
        space.check(base)
        parts = {
            **{"X": X, "y": y, FOLDS: splits, "the estimator": base, "the choices of the space": space.objects},
            **{"scoring": self.scoring, "refit": metric, "return_train_score": self.return_train_score},
            "the parameters of fit": [routed.estimator.fit, routed.scorer.score],
        }
        start = Start(self._seed(), hashes({} if self.working_directory is None else parts))
        directory = checked_folder(self.working_directory, self.resume)
        time_limit = limit("time_limit", self.time_limit)
        optimizer = SMAC_optimizer(time_limit, working_directory=directory, persistent_files=directory is not None)
        folder = os.path.join(optimizer.working_directory, "fits")
        try:
            if self.resume:
                start = start.resumed(folder, any_seed=not isinstance(self.random_state, numbers.Integral))
            start.make_folder(folder)
            fits = Fits(
                estimator=base,
                X=X,
                y=y,
                splits=splits,
                scorer=scorer,
                metric=metric,
                fit_params=routed.estimator.fit,
                score_params=routed.scorer.score,
                return_train_score=self.return_train_score,
                space=space,
                folder=start.folder(folder),
                error_score=self._error_score,
                keeps_errors=self.error_score == "raise",
                random_states=start.random_states,
            )
            self.scorer_ = getattr(scorer, "_scorers", scorer)
            stopped: set[int] = set()
            try:
                self._search(optimizer, fits, start, folder, stopped)
            except KeyboardInterrupt as interrupt:
                with contextlib.suppress(Exception):  # perhaps no fit has ended
                    self._learn(fits, metric, stopped, complete=False)
                raise KeyboardInterrupt(interrupted(interrupt, vars(self))) from None
            self._learn(fits, metric, stopped)
        finally:
            optimizer.__del__()  # removes a temporary folder now
        if self.refit:
            self._refit(base, X, y, routed.estimator.fit)
        return self

    @property
    def _error_score(self) -> float:
        return math.nan if self.error_score == "raise" else float(self.error_score)

    def _search(self, optimizer: SMAC_optimizer, fits: Fits, start: Start, folder: str, stopped: set[int]) -> None:
        """Run the search, and add the index of each fit that was cut short at its end to ``stopped``."""
        n_iter = None if self.n_iter is None else integer("n_iter", self.n_iter)
        n_fits = None if self.n_fits is None else integer("n_fits", self.n_fits)
        fit_time_limit = limit("fit_time_limit", self.fit_time_limit)
        fit_memory_limit = limit("fit_memory_limit", self.fit_memory_limit, zero_is_none=True)
        most = [n for n in (n_fits, None if n_iter is None else n_iter * self.n_splits_) if n is not None]
        if not most and self.time_limit is None:
            raise ArgumentError("n_iter=None needs n_fits or time_limit; without a limit the search would not end")
        kept = self.working_directory is not None
        optimizer.smac_options["workers"] = effective_n_jobs(self.n_jobs)
        optimizer.smac_options["initial-incumbent-runs"] = self.n_splits_  # so bad challengers lose after few folds
        optimizer.smac_options["calls-per-process"] = _FITS_PER_PROCESS
        if n_iter is not None:
            optimizer.smac_options["max-configurations"] = n_iter
        for name in self.smac_options or {}:
            if name in OTHER_NAMES and name != "workers":
                raise ArgumentError(
                    f"smac_options: unknown option {shown(name)}; outside of smac_options, use {OTHER_NAMES[name]}"
                )
        optimizer.smac_options.update(self.smac_options or {})
        for name in ("dask-client", "isolate"):
            if name in optimizer.smac_options:
                raise ArgumentError(
                    f"SMACSearchCV cannot use smac_options['{name}']: the fits run in processes on this machine"
                )
        alike = AllAlike()

        def check(event: Event) -> Stop | None:
            if isinstance(event, RunStarted) and kept:  # only now, since an argument may be wrong
                if self.resume:  # another search may have begun meanwhile, and ended
                    start.resumed(folder)
                start.save(folder)
            return self._check(event, fits, stopped, alike)

        try:
            with contextlib.nullcontext() if self.verbose else without_failures():
                optimizer.minimize(
                    fits,
                    min(most, default=LARGEST),
                    fits.space.definition,
                    deterministic=True,
                    num_train_instances=self.n_splits_,
                    seed=start.seed,
                    t_limit_function_s=fit_time_limit,
                    mem_limit_function_mb=fit_memory_limit,
                    maximize=True,
                    resume=self.resume,
                    progress=self.progress,
                    verbose=int(self.verbose > 0),
                    on_event=check,
                )
        finally:
            if optimizer.result is not None:
                self.result_: Result = optimizer.result

    def _seed(self) -> int:
        if isinstance(self.random_state, numbers.Integral):
            return int(self.random_state) % (LARGEST + 1)
        return int(check_random_state(self.random_state).randint(LARGEST))

    def _check(self, event: Event, fits: Fits, stopped: set[int], alike: AllAlike) -> Stop | None:
        """Record which fits were stopped, and return the reason to stop the search, or None.

        Raise the error that ended a fit if ``error_score`` is 'raise', or an error if ``refit`` names no score.
        """
        if not isinstance(event, Evaluated):
            return None
        evaluation = event.evaluation
        if event.cut_short:
            stopped.add(evaluation.index)
        elif not evaluation.succeeded:
            if self.error_score == "raise":
                error = None if event.recorded else fits.error(evaluation)
                raise error or RuntimeError(f"a fit failed: {evaluation.message}")
        elif callable(self.scoring) and (fit := fits.read(evaluation)) is not None and fit.is_multimetric:
            self._check_refit_for_multimetric(fit.test)
        if event.recorded and not evaluation.succeeded:
            return None  # the cause may have been removed since then
        return Stop(ALIKE) if alike.add(evaluation) else None

    def _learn(self, fits: Fits, metric: str | None, stopped: Collection[int], complete: bool = True) -> None:
        """Set the attributes from the results of the search; ``complete`` is false after an interrupt."""
        evaluations = [each for each in self.result_.runs[0].evaluations if each.index not in stopped]
        if not evaluations:
            raise ValueError(f"no fit finished: {self.result_.stopped_because}")
        failed = [each for each in evaluations if not each.succeeded]
        n = len(evaluations)
        first = f"The first of them is {failed[0].status}:\n{failed[0].message}" if failed else ""
        if len(failed) == n:
            raise ValueError(f"all {n} fits failed. {first}")
        error_score = self._error_score
        written = {each.index: fits.read(each) for each in evaluations if each.succeeded}
        whole = next(filter(None, written.values()), None)
        read = {
            each.index: written[each.index] or fits.without_file(each, whole) for each in evaluations if each.succeeded
        }
        found = list(read.values())
        lost = sum(math.isnan(fit.fit_time) for fit in found)
        if lost:
            warnings.warn(
                f"the results of {lost} of {n} fits are missing in {fits.folder}; of each, only the score in the "
                "journal is known",
                stacklevel=4,
            )
        self.multimetric_ = found[0].is_multimetric
        self.cv_results_ = cv_results(
            evaluations, lambda each: read[each.index], fits.space.parameters, self.n_splits_, error_score
        )
        if failed:
            warnings.warn(
                f"{len(failed)} of {n} fits failed; their score is {error_score}. {first}",
                FitFailedWarning,
                stacklevel=4,
            )
        for text in bad_scores(found, error_score):
            warnings.warn(text, stacklevel=4)
        if self.refit or not self.multimetric_:
            name = metric if self.multimetric_ and metric is not None else next(iter(found[0].test))
            self.best_index_ = self._select_best_index(self.refit, name, self.cv_results_)
            if not callable(self.refit):
                self.best_score_ = self.cv_results_[f"mean_test_{name}"][self.best_index_]
            self.best_params_ = self.cv_results_["params"][self.best_index_]
            n_folds = self.cv_results_["n_folds"][self.best_index_]
            if n_folds < self.n_splits_ and complete:
                advice = "Raise n_iter, n_fits or time_limit"
                if callable(self.refit):
                    advice = "The function for refit must choose among the rows with the largest n_folds"
                warnings.warn(
                    f"the best configuration, row {self.best_index_} of cv_results_, was fitted on {n_folds} of "
                    f"{self.n_splits_} folds: its mean depends on luck. {advice}",
                    stacklevel=4,
                )

    def _refit(self, base: Any, X: Any, y: Any, fit_params: Mapping[str, Any]) -> None:
        self.best_estimator_ = clone(base).set_params(**clone(self.best_params_, safe=False))
        start = time.time()
        self.best_estimator_.fit(X, *(() if y is None else (y,)), **fit_params)
        self.refit_time_ = time.time() - start
        if hasattr(self.best_estimator_, "feature_names_in_"):
            self.feature_names_in_ = self.best_estimator_.feature_names_in_

    def _run_search(self, evaluate_candidates: Any) -> None:
        raise NotImplementedError("SMACSearchCV does not use _run_search: it makes the fits itself")
