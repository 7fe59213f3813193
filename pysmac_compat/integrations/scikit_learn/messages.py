"""Messages of `SMACSearchCV`: hints for users of other tools, and warnings about scores."""

from __future__ import annotations

import contextlib
import inspect
import logging
import math
import warnings
from collections.abc import Container, Iterator, Mapping, Sequence
from typing import Any

from pysmac_compat.errors import ArgumentError, ParameterError
from pysmac_compat.integrations.scikit_learn.fits import Fit

#: the names of arguments in other tools, and the argument of `SMACSearchCV` to use instead
OTHER_NAMES = {
    **dict.fromkeys(("param_distributions", "param_grid", "search_spaces", "parameter_dict"), "space"),
    **dict.fromkeys(("n_trials", "n_calls", "max_evals", "max_evaluations"), "n_iter=... or n_fits=..."),
    "show_progress_bar": "progress=True",
    "persistent_files": "working_directory=...",
    **dict.fromkeys(
        ("on_event", "callback", "callbacks", "stop_when"),
        "n_fits=... or time_limit=...; a search of SMAC_optimizer has callbacks, and this one none",
    ),
    **dict.fromkeys(("timeout", "t_limit_total_s"), "time_limit=..."),
    **dict.fromkeys(("n_workers", "workers", "num_procs", "pre_dispatch"), "n_jobs=..."),
    "seed": "random_state=...",
}


def check_scoring(scoring: Any, with_y: bool) -> None:
    """Refuse a metric (a function of y_true and y_pred) where a scorer is needed; without y, it has two arguments.

    Raises
    ------
    ArgumentError
    """
    for name, each in scoring.items() if isinstance(scoring, Mapping) else [("", scoring)]:
        if not inspect.isfunction(each):  # scikit-learn checks everything else
            continue
        try:
            inspect.signature(each).bind_partial("estimator", "X", *["y"] * with_y)
        except TypeError:
            what, of = getattr(each, "__name__", "the function"), f"[{name!r}]" * bool(name)
            raise ArgumentError(
                f"scoring{of} must be a function of (estimator, X, y); write make_scorer({what}) if {what} is a "
                "function of (y_true, y_pred)"
            ) from None


def interrupted(interrupt: KeyboardInterrupt, attributes: Container[str]) -> str:
    """Return the message about a search that Ctrl-C has stopped."""
    held = [name for name in ("result_", "best_params_", "cv_results_") if name in attributes]
    of_fits = f"; {', '.join(held)} hold the fits that have ended, best_estimator_ is not fitted" if held[1:] else ""
    return f"{interrupt}{of_fits}"


def bad_scores(fits: Sequence[Fit], error_score: float) -> Iterator[str]:
    """Yield a message about each score that failed or is not finite in some of these fits."""
    for name in fits[0].test:
        errors = [fit.errors[name] for fit in fits if name in fit.errors]
        if errors:
            yield (
                f"Scoring failed: the score {name!r} failed in {len(errors)} of {len(fits)} fits, and is {error_score} "
                f"there. The first traceback is:\n{errors[0]}"
            )
        count = sum(name not in fit.errors and not math.isfinite(fit.test.get(name, error_score)) for fit in fits)
        if count:
            yield f"the score {name!r} is not finite in {count} of {len(fits)} fits"


#: words in messages about arguments of `SMAC_optimizer.minimize`, and the words for arguments of `SMACSearchCV`
_OWN_WORDS = {
    "smac_options['workers']": "n_jobs",
    "smac_options['max-configurations']": "n_iter",
    "t_limit_function_s": "fit_time_limit",
    "mem_limit_function_mb": "fit_memory_limit",
    "t_limit_total_s": "time_limit",
    "parameter_dict": "space",
    "num_train_instances": "the number of folds",
    "another seed": "another random_state",
}


@contextlib.contextmanager
def own_names() -> Iterator[None]:
    """Write the names of the arguments of `SMACSearchCV` in the messages of errors about arguments."""
    try:
        yield
    except (ArgumentError, ParameterError) as error:
        text = str(error)
        for word, own in _OWN_WORDS.items():
            text = text.replace(word, own)
        if text == str(error):
            raise
        error.args = (text,)
        raise


@contextlib.contextmanager
def without_failures() -> Iterator[None]:
    """Hide the search's messages about failed calls, because `SMACSearchCV.fit` itself warns about them at the end."""
    log = logging.getLogger("pysmac_compat.search.result_builder")

    def is_other(record: logging.LogRecord) -> bool:
        return record.levelno != logging.WARNING

    log.addFilter(is_other)
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", ".*the default configuration is returned")
            yield
    finally:
        log.removeFilter(is_other)
