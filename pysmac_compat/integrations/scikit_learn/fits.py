"""The function that `SMACSearchCV` maximises: it fits an estimator on one fold, in a child process."""

from __future__ import annotations

import contextlib
import hashlib
import json
import math
import numbers
import os
import pickle
import random
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from sklearn.base import clone
from sklearn.metrics._scorer import _MultimetricScorer
from sklearn.utils.metaestimators import _safe_split
from sklearn.utils.validation import _check_method_params

from pysmac_compat.errors import shown
from pysmac_compat.integrations.scikit_learn.space import Space
from pysmac_compat.results import Evaluation

Scores = dict[str, float]


@dataclass(frozen=True)
class Fit:
    """The results of a fit besides its value.

    Attributes
    ----------
    test, train : dict of str to float
        The scores, keyed by name; a single score has the name ``score``. ``train`` is empty unless it is requested.
    fit_time, score_time : float
        Seconds.
    is_multimetric : bool
        Whether the scorer returns several scores.
    errors : dict of str to str
        The tracebacks of the scores that failed, keyed by name.
    """

    test: Scores
    train: Scores
    fit_time: float
    score_time: float
    is_multimetric: bool
    errors: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Fits:
    """A function that fits the estimator with some parameters on one fold and returns the score to maximise.

    Attributes
    ----------
    estimator : estimator
    X, y : array-like
    splits : sequence of (array, array)
        The indices of the training and of the test samples, for each fold.
    scorer : callable
        Returns a number or a dict of numbers.
    metric : str or None
        The name of the score to maximise; None: the first score.
    fit_params, score_params : dict
    return_train_score : bool
    space : Space
    folder : str
        The folder in which each fit writes a file, because a call can only return a number. The name of the file
        depends only on the configuration and the fold.
    error_score : float
        The value of a score that failed, unless it is the score to maximise; without that score, the fit fails.
    keeps_errors : bool
        Whether to save the exception that ends a fit, so that `SMACSearchCV.fit` can raise it.
    random_states : tuple
        The states of the random generators of Python and NumPy. Each fit begins with these states, so that its result
        does not depend on earlier fits in the same process.
    """

    estimator: Any
    X: Any
    y: Any
    splits: Sequence[tuple[Any, Any]]
    scorer: Any
    metric: str | None
    fit_params: Mapping[str, Any]
    score_params: Mapping[str, Any]
    return_train_score: bool
    space: Space
    folder: str
    error_score: float
    keeps_errors: bool
    random_states: tuple[Any, Any] = field(default_factory=lambda: (random.getstate(), np.random.get_state()))

    def __call__(self, *, instance: int, **configuration: Any) -> float:
        """Fit the estimator on the fold ``instance`` and return the score."""
        path = self._path(configuration, instance)
        with contextlib.suppress(FileNotFoundError):
            os.unlink(f"{path}.error")  # of an earlier search in the same folder
        of_python, of_numpy = self.random_states
        random.setstate(of_python)
        np.random.set_state(of_numpy)
        try:
            fit = self._fit(self.space.parameters(configuration), *self.splits[instance])
            value = self._value(fit)
        except Exception as error:
            if self.keeps_errors:
                self._keep(error, path)
            raise
        with open(path, "w") as stream:
            json.dump(vars(fit), stream)
        return value

    def __reduce__(self) -> Any:
        raise TypeError("a search does not write its data into its files")

    def _value(self, fit: Fit) -> float:
        name = self.metric if self.metric in fit.test else next(iter(fit.test))
        if name in fit.errors:
            raise RuntimeError(f"the score {name!r} failed:\n{fit.errors[name]}")
        if not math.isfinite(fit.test[name]):
            which = f" as the score {name!r}" if fit.is_multimetric else ""
            raise ValueError(
                f"scoring must return a finite number{which}, got {fit.test[name]}; where a score is undefined, return "
                "a low number"
            )
        return fit.test[name]

    def _fit(self, parameters: Mapping[str, Any], train: Any, test: Any) -> Fit:
        # the parameters are cloned, because one may be an estimator, which must not be fitted twice
        estimator = clone(self.estimator).set_params(**clone(dict(parameters), safe=False))
        X_train, y_train = _safe_split(estimator, self.X, self.y, train)
        X_test, y_test = _safe_split(estimator, self.X, self.y, test, train)
        start = time.time()
        given = () if y_train is None else (y_train,)
        estimator.fit(X_train, *given, **_check_method_params(self.X, params=self.fit_params, indices=train))
        fitted = time.time()
        test_scores = self._score(estimator, X_test, y_test, test)
        scored = time.time()
        train_scores = self._score(estimator, X_train, y_train, train) if self.return_train_score else {}
        is_multimetric = isinstance(test_scores, dict)
        (named, errors), (of_train, _) = self._named(test_scores), self._named(train_scores)
        return Fit(named, of_train, fitted - start, scored - fitted, is_multimetric, errors)

    def _score(self, estimator: Any, X: Any, y: Any, indices: Any) -> Any:
        params = _check_method_params(self.X, params=self.score_params, indices=indices)
        given = () if y is None else (y,)
        return self.scorer(estimator, X, *given, **params)

    def _named(self, scores: Any) -> tuple[Scores, dict[str, str]]:
        """Return scores keyed by name, and the tracebacks that scikit-learn returned in place of failed scores."""
        if not isinstance(scores, Mapping):
            scores = {"score": scores}
        errors = {}
        if isinstance(self.scorer, _MultimetricScorer):
            errors = {str(name): score for name, score in scores.items() if isinstance(score, str)}
        return {str(n): self.error_score if str(n) in errors else _number(score) for n, score in scores.items()}, errors

    def read(self, evaluation: Evaluation) -> Fit | None:
        """Return the results of a fit that has succeeded; None if its file is missing."""
        try:
            with open(self._path(evaluation.configuration, evaluation.instance)) as stream:
                return Fit(**json.load(stream))
        except (FileNotFoundError, ValueError, TypeError):  # the fit was killed, perhaps while it wrote the file
            return None

    def without_file(self, evaluation: Evaluation, other: Fit | None) -> Fit:
        """Return what is known of a fit if somebody has removed its file; another fit shows which scores there are."""
        if other is None:
            names = map(str, getattr(self.scorer, "_scorers", ["score"]))
            other = Fit(dict.fromkeys(names, math.nan), {}, 0.0, 0.0, isinstance(self.scorer, _MultimetricScorer))
        scores, train = dict.fromkeys(other.test, math.nan), dict.fromkeys(other.train, math.nan)
        name = self.metric if self.metric in scores else next(iter(scores))
        return Fit(scores | {name: evaluation.value}, train, math.nan, math.nan, other.is_multimetric)

    def error(self, evaluation: Evaluation) -> Exception | None:
        """Return the exception that ended a fit; None if it was not saved or cannot be loaded."""
        try:
            with open(f"{self._path(evaluation.configuration, evaluation.instance)}.error", "rb") as stream:
                error: Exception = pickle.load(stream)  # safe: a child process of this search has written it
        except Exception:  # there is no such file, or the exception cannot be unpickled
            return None
        return error

    def _keep(self, error: Exception, path: str) -> None:
        try:
            data = pickle.dumps(error)
        except Exception:
            return
        with open(f"{path}.error", "wb") as stream:
            stream.write(data)

    def _path(self, configuration: Mapping[str, Any], instance: int | None) -> str:
        text = json.dumps([instance, sorted(configuration.items())])
        return os.path.join(self.folder, hashlib.sha256(text.encode()).hexdigest()[:32])


def _number(score: Any) -> float:
    if hasattr(score, "item"):
        with contextlib.suppress(ValueError):
            score = score.item()
    if not isinstance(score, numbers.Real):
        raise ValueError(f"scoring must return a number, got {shown(score)} ({type(score).__name__})")
    return float(score)
