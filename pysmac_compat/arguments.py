"""Checks of the arguments of `SMAC_optimizer`, before any work starts."""

from __future__ import annotations

import contextlib
import functools
import inspect
import math
import operator
import os
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, TypeVar, cast

from pysmac_compat._warn import users_part, warn
from pysmac_compat.errors import ArgumentError, shown
from pysmac_compat.suggestions import nearest

#: the largest integer in SMAC v2: it is the largest seed, and as a limit it means no limit
LARGEST = 2**31 - 1

#: the names of arguments in other tools, and the argument of ``minimize`` to use instead
OTHER_NAMES = {
    **dict.fromkeys(("n_trials", "n_iter", "n_calls", "max_evals", "budget"), "max_evaluations=..."),
    **dict.fromkeys(("direction", "mode"), "maximize=True or False"),
    **dict.fromkeys(
        ("timeout", "time_budget"), "SMAC_optimizer(t_limit_total_s=...), or t_limit_function_s=... for one call"
    ),
    **dict.fromkeys(("n_jobs", "n_workers", "workers"), "smac_options['workers'] = ... of the optimizer"),
    **dict.fromkeys(("random_state", "rng"), "seed=..."),
    **dict.fromkeys(("callback", "callbacks"), "on_event=..., or stop_when=... to end the search"),
    **dict.fromkeys(("objective", "fun", "fn", "function"), "func, the first argument"),
    **dict.fromkeys(("space", "search_space", "configspace", "params"), "parameter_dict=..."),
    "show_progress_bar": "progress=True",
    "x0": "known=[(configuration, value), ...], or smac_options['initial-incumbent'] without its value",
    **{
        name: f"SMAC_optimizer({name}=...)"
        for name in ("working_directory", "persistent_files", "debug", "t_limit_total_s", "mem_limit_smac_mb")
    },
}
#: arguments in other tools for features that this package lacks, and tools that have them; see the table in docs/why.md
NOT_HERE = {
    **dict.fromkeys(
        ("directions", "objectives", "multi_objectives", "multi_objective_algorithm", "n_objectives"),
        "the search has one objective; Optuna, SMAC3 and Ax take several",
    ),
    **dict.fromkeys(
        ("pruner", "scheduler", "hyperband", "min_budget", "max_budget", "eta", "resource_attr", "max_t", "fidelity"),
        "the search has no pruning and no smaller budgets; Optuna has pruners, and SMAC3, Ray Tune and Syne Tune have "
        "Hyperband. To race configurations on folds or problems, use num_train_instances=...",
    ),
    **dict.fromkeys(
        ("storage", "storages", "load_if_exists"),
        "a search keeps files, not a database for several processes like Optuna. To resume a search, use "
        "SMAC_optimizer(working_directory=..., persistent_files=True) and minimize(resume=True); for calls on other "
        "machines, use smac_options['dask-client']",
    ),
    **dict.fromkeys(
        ("sampler", "algo", "search_alg", "surrogate", "acquisition_function", "base_estimator", "acq_func"),
        "the search is SMAC, whose model smac_options['model'] chooses; SMAC3, Ax and Optuna accept your own parts",
    ),
}
#: the names of arguments in other tools, and the argument of ``SMAC_optimizer`` to use instead
OTHER_NAMES_OF_OPTIMIZER = {
    **dict.fromkeys(("n_jobs", "n_workers", "workers"), "smac_options['workers'] = ... of the optimizer"),
    **{
        name: f"minimize({name}=...)"
        for name in ("num_runs", "num_procs", "seed", "maximize", "resume", "progress", "verbose", "t_limit_function_s")
    },
}


def integer(name: str, value: Any, least: int = 1, truncate: bool = False) -> int:
    """Return a value of any integer type as an ``int``.

    Parameters
    ----------
    name : str
        The argument's name, for the message.
    value : object
    least : int
        The smallest legal value.
    truncate : bool
        Whether to accept a float with a warning, as the original pysmac did.
    """
    if truncate and isinstance(value, float) and math.isfinite(value):
        warn(f"{name} must be an integer, got {shown(value)}; it is read as {int(value)}")
        value = int(value)
    try:
        if isinstance(value, bool):
            raise TypeError
        number = operator.index(value)
    except Exception:  # a class of the user may raise any exception
        raise ArgumentError(f"{name} must be an integer, got {shown(value)} ({type(value).__name__})") from None
    if number < least:
        raise ArgumentError(f"{name} must be at least {least}, got {shown(number)}")
    return number


def flag(name: str, value: Any) -> bool:
    """Return a bool unchanged; refuse every other value, even 0 and 1."""
    if not isinstance(value, bool):
        raise ArgumentError(f"{name} must be True or False, got {shown(value)}")
    return value


_Function = TypeVar("_Function", bound=Callable[..., Any])


def entrance(names: Mapping[str, str] = MappingProxyType({})) -> Callable[[_Function], _Function]:
    """Return a decorator for a public function, which suggests arguments and shortens the traceback of Ctrl-C.

    An unknown keyword argument raises a ``TypeError`` that suggests the right one. On Ctrl-C, the traceback contains
    no frames of this package below the public function, only those of the user's function.

    Parameters
    ----------
    names : dict of str to str
        The argument to use instead, keyed by its name in other tools.
    """

    def decorate(function: _Function) -> _Function:
        own = [name for name in inspect.signature(function).parameters if name != "self"]
        called = function.__qualname__.removesuffix(".__init__").rpartition(".")[2]

        @functools.wraps(function)
        def checked(*given: Any, **keywords: Any) -> Any:
            for name in keywords:
                if name in NOT_HERE and name not in own:
                    raise ArgumentError(f"{called}() has no argument {name!r}: {NOT_HERE[name]}")
                if name in names:
                    raise ArgumentError(f"{called}() has no argument {name!r}: use {names[name]}")
                if name not in own:
                    raise ArgumentError(f"{called}() got an unexpected keyword argument {name!r}{nearest(name, own)}")
            try:
                return function(*given, **keywords)
            except KeyboardInterrupt as error:
                raise error.with_traceback(users_part(error.__traceback__)) from None

        return cast(_Function, checked)

    return decorate


def whole(text: str) -> Any:
    """Return the number that a text of digits stands for; return the text itself if it is no number or is too long."""
    with contextlib.suppress(ValueError):
        return int(text) if text.isdecimal() else text
    return text


def path(name: str, value: Any) -> str:
    """Return the path of a file or folder as a str that the package can write into its files.

    Raises
    ------
    ArgumentError
            If the path has control characters, ends with a blank, or cannot be encoded for the file system.
    """
    found = os.fspath(value)
    text = os.fsdecode(found) if isinstance(found, bytes) else found
    try:
        os.fsencode(text)
    except UnicodeEncodeError:
        raise ArgumentError(f"{name} must be a path, got {shown(text)}") from None
    if any(ord(c) < 32 or ord(c) == 127 for c in text):
        raise ArgumentError(f"{name} must be a path without control characters, got {shown(text)}")
    if text != text.rstrip():
        raise ArgumentError(
            f"{name} must not end with a blank, got {shown(text)}: a scenario file cannot hold such a path"
        )
    return text


def evaluations(value: Any) -> int:
    """Return the number of evaluations; accept a string of digits with a warning, as the original pysmac did."""
    if isinstance(value, str) and isinstance(whole(value), int):
        warn(f"max_evaluations must be an integer, got {shown(value)}; it is read as {whole(value)}")
        value = whole(value)
    return integer("max_evaluations", value)


def limit(name: str, value: Any, zero_is_none: bool = False) -> float | None:
    """Return a positive number, or None for no limit; with ``zero_is_none``, 0 means no limit, too, as in pysmac."""
    if value is None:
        return None
    try:
        if isinstance(value, (bool, str, bytes)):
            raise TypeError
        number = float(value)
    except Exception:  # a class of the user may raise any exception, and a float cannot hold every integer
        raise ArgumentError(f"{name} must be a number or None, got {shown(value)} ({type(value).__name__})") from None
    if zero_is_none and number == 0:
        return None
    if not number > 0:
        least = "not be negative" if zero_is_none else "be positive"
        raise ArgumentError(f"{name} must {least}, got {shown(value)}")
    return None if math.isinf(number) else number


def seeds(seed: Any, num_runs: int) -> list[int]:
    """Return one seed per run: s, s + 1, ... for an integer s, or the elements of a list, tuple, range or array."""
    if seed is None:
        warn("seed=None is read as seed=0: pass an integer", DeprecationWarning)
        seed = 0
    if getattr(seed, "ndim", 0) == 1:
        seed = list(seed)  # from a NumPy array
    if isinstance(seed, (list, tuple, range)):
        found = [_seed(s) for s in seed]
        if len(found) != num_runs:
            raise ArgumentError(
                f"seed must have one element for each run (num_runs={num_runs}), got {len(found)} elements"
            )
        return found
    first = _seed(seed)
    return [_seed(first + i) for i in range(num_runs)]


def _seed(seed: Any) -> int:
    number = integer("seed", int(seed) if isinstance(seed, bool) else seed, least=0)
    if number > LARGEST:
        raise ArgumentError(f"seed must be at most {LARGEST}, got {shown(number)}")
    return number
