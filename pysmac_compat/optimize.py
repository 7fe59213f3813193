"""`fmin`, the interface of pysmac's first releases (0.1 to 0.8)."""

from __future__ import annotations

import contextlib
import inspect
import math
import numbers
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeGuard

import numpy as np

from pysmac_compat import arguments
from pysmac_compat._process import check_platform, ended_by_sigterm
from pysmac_compat.engine.settings import EngineSettings, ForestSettings
from pysmac_compat.errors import ArgumentError, shown
from pysmac_compat.evaluation.outcome import Outcome
from pysmac_compat.events import CallWanted, Improved
from pysmac_compat.plan import Budget, Instances, Plan
from pysmac_compat.search.minimisation import Minimisation
from pysmac_compat.space.definition import define
from pysmac_compat.suggestions import did_you_mean

#: the default of ``smac_rf_num_trees``
_TREES = 100


def fmin(
    objective: Callable[..., Any],
    x0: Sequence[float] = (),
    xmin: Sequence[float] = (),
    xmax: Sequence[float] = (),
    x0_int: Sequence[int] | int = (),
    xmin_int: Sequence[int] | int = (),
    xmax_int: Sequence[int] = (),
    x_categorical: Mapping[str, Sequence[Any]] | None = None,
    custom_args: Mapping[str, Any] | None = None,
    max_evaluations: int = 100,
    seed: int = 1,
    cv_folds: int | None = None,
    update_status_every: int = 500,
    smac_rf_num_trees: int = _TREES,
    smac_rf_full_tree_bootstrap: bool = True,
    smac_intensification_percentage: float = 0.0,
    **arguments_of_objective: Any,
) -> tuple[dict[str, Any], float]:
    """Minimise a function; it is called in the process of the script, not in child processes.

    Parameters
    ----------
    objective : callable
        Called as ``objective([x=array][, x_int=array][, x_categorical=dict], **custom_args[,
        cv_fold=int])``, with an argument for each group that has parameters; it returns a real
        number. If all parameters are real and the objective has no argument ``x``, it gets the array by
        position, as in release 0.1.
    x0, xmin, xmax : sequence of float
        The start values, the lower bounds and the upper bounds of the real parameters.
    x0_int, xmin_int, xmax_int : sequence of int
        The start values, the lower bounds and the upper bounds of the integer parameters; a parameter with equal
        bounds is a constant. If an integer is passed as the fifth positional argument, it is ``max_evaluations``,
        and an integer as the sixth is ``seed``, as in release 0.1.
    x_categorical : dict of str to list
        The choices of each categorical parameter; the first choice is the start value.
    custom_args : dict
        Further keyword arguments of the objective.
    max_evaluations : int
    seed : int
    cv_folds : int or None
        If given, the objective also gets ``cv_fold``, one of 0, 1, ..., cv_folds - 1, and the search minimises its
        mean over the folds.
    update_status_every : int
        The number of evaluations after which a status line is printed again.
    smac_rf_num_trees : int
        A value other than the default makes the surrogate a random forest with this number of trees.
    smac_rf_full_tree_bootstrap, smac_intensification_percentage : object
        They have no effect.
    **arguments_of_objective
        Further keyword arguments of the objective, as in releases 0.1 to 0.4.

    Returns
    -------
    best : dict
        The best values, keyed by the objective's arguments, so that ``objective(**best)`` works. If the array is
        passed by position, its key is the name of the objective's first argument, and ``best["x"]`` works as well.
    value : float

    Raises
    ------
    ArgumentError
        A ``ValueError``, if an argument cannot be used.
    AssertionError
        If the objective returns something other than a real number.
    """
    check_platform()
    if not callable(objective):
        raise ArgumentError(f"objective must be callable, got {objective!r}")
    if _is_whole(x0_int):
        max_evaluations, x0_int = x0_int, ()
        if _is_whole(xmin_int):
            seed, xmin_int = xmin_int, ()
    groups = _Groups((x0, xmin, xmax), (x0_int, xmin_int, xmax_int), x_categorical or {})
    constants = {**(custom_args or {}), **arguments_of_objective}
    by_position = _checked(objective, groups, constants, arguments_of_objective)
    every = arguments.integer("update_status_every", update_status_every)
    n_trees = arguments.integer("smac_rf_num_trees", smac_rf_num_trees)
    plan = Plan(
        definition=define(groups.parameter_dict),
        seeds=arguments.seeds(seed, 1),
        budget=Budget(arguments.evaluations(max_evaluations)),
        instances=Instances(None if cv_folds is None else arguments.integer("cv_folds", cv_folds)),
        engine=EngineSettings(forest=ForestSettings() if n_trees == _TREES else ForestSettings(n_trees)),
    )
    best: tuple[dict[str, Any], float] | None = None
    count = 0
    minimisation = Minimisation(plan)
    with ended_by_sigterm(), contextlib.closing(minimisation):
        minimisation.start()
        try:
            for event in minimisation.events():
                if isinstance(event, CallWanted):
                    fold = {"cv_fold": event.arguments["instance"]} if cv_folds is not None else {}
                    point = groups.collect(event.arguments)
                    first = () if by_position is None else (point.pop("x"),)
                    minimisation.answer(_call(objective, first, {**point, **constants, **fold}))
                    count += 1
                    if count % every == 0 and best is not None:
                        print(f"Number of evaluations {count}, current fmin: {best[1]}")
                elif isinstance(event, Improved):
                    previous, best = best, (groups.collect(event.configuration), event.value)
                    if previous is None or best[1] < previous[1]:
                        print(f"Number of evaluations {count}, current fmin: {best[1]}")
        except KeyboardInterrupt:
            if best is None:
                raise
    if best is None:
        raise ArgumentError("the objective has never returned a finite number")
    point, value = best
    return point if by_position is None else _Renamed({by_position: point["x"]}), value


def _is_whole(value: Any) -> TypeGuard[int]:
    return isinstance(value, numbers.Integral) and not isinstance(value, bool)


def _checked(
    objective: Callable[..., Any],
    groups: _Groups,
    constants: Mapping[str, Any],
    given: Mapping[str, Any],
) -> str | None:
    """Refuse unknown keywords; if the objective gets the array by position, return its first argument's name."""
    doubled = sorted(constants.keys() & groups.names)
    if doubled:
        raise ArgumentError(f"fmin itself passes {doubled[0]!r} to the objective; rename your argument {doubled[0]!r}")
    try:
        accepted = inspect.signature(objective, follow_wrapped=False).parameters.values()
    except (TypeError, ValueError):  # a function written in C may have no signature
        return "x" if groups.names == {"x"} else None
    if any(a.kind is a.VAR_KEYWORD for a in accepted):
        return None
    names = [a.name for a in accepted if a.kind in (a.POSITIONAL_OR_KEYWORD, a.KEYWORD_ONLY)]
    for name in given:
        if name not in names:
            known = [*names, *inspect.signature(fmin).parameters]
            raise ArgumentError(
                f"{name!r} is neither an argument of fmin nor of the objective{did_you_mean(name, known)}"
            )
    if groups.names != {"x"} or "x" in names:
        return None
    return next((a.name for a in accepted if a.kind is not a.KEYWORD_ONLY), None)


class _Renamed(dict[str, Any]):
    """The best point, keyed by the objective's own name for the array."""

    def __missing__(self, name: str) -> Any:
        if name == "x":
            return next(iter(self.values()))
        raise KeyError(name)


def _call(objective: Callable[..., Any], first: tuple[Any, ...], keywords: Mapping[str, Any]) -> Outcome:
    value = objective(*first, **keywords)
    if not isinstance(value, numbers.Real) or isinstance(value, bool):
        raise AssertionError(f"the objective must return a real number, it returned {value!r}")
    return Outcome("SAT" if math.isfinite(value) else "CRASHED", float(value), 0.0, 0.0, 0.0)


class _Groups:
    """The parameters in the three groups of ``fmin``, and as a parameter dict for the search."""

    def __init__(
        self,
        real: tuple[Any, Any, Any],
        integer: tuple[Any, Any, Any],
        categorical: Mapping[str, Sequence[Any]],
    ) -> None:
        self.parameter_dict: dict[str, Any] = {}
        self.sizes: dict[str, int] = {}
        for group, kind, (start, lower, upper) in (("x", "real", real), ("x_int", "integer", integer)):
            suffix = "" if group == "x" else "_int"
            for what, values in zip(("x0", "xmin", "xmax"), (start, lower, upper), strict=True):
                if not hasattr(values, "__len__"):
                    raise ArgumentError(f"{what}{suffix} must be a sequence of numbers, got {shown(values)}")
            if not len(start) == len(lower) == len(upper):
                raise ArgumentError(
                    f"x0{suffix}, xmin{suffix} and xmax{suffix} must have the same length, "
                    f"got {len(start)}, {len(lower)} and {len(upper)}"
                )
            self.sizes[group] = len(start)
            for i in range(len(start)):
                constant = kind == "integer" and lower[i] == start[i] == upper[i]
                self.parameter_dict[f"{group}[{i}]"] = (
                    ("categorical", [start[i]], start[i]) if constant else (kind, [lower[i], upper[i]], start[i])
                )
        self.categorical = list(categorical)
        for name, choices in categorical.items():
            if not list(choices):
                raise ArgumentError(f"x_categorical[{name!r}] is empty")
            self.parameter_dict[f"x_categorical:{name}"] = ("categorical", list(choices), list(choices)[0])
        if not self.parameter_dict:
            raise ArgumentError("there is nothing to optimise: give x0, x0_int or x_categorical")

    @property
    def names(self) -> set[str]:
        """The names of the groups that exist, which are the names of the objective's arguments."""
        return {group for group, size in self.sizes.items() if size} | (
            {"x_categorical"} if self.categorical else set()
        )

    def collect(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Convert values of the parameters in the dict to keyword arguments for the objective."""
        point: dict[str, Any] = {}
        for group, size in self.sizes.items():
            if size:
                point[group] = np.array([values[f"{group}[{i}]"] for i in range(size)])
        if self.categorical:
            point["x_categorical"] = {name: values[f"x_categorical:{name}"] for name in self.categorical}
        return point


def __getattr__(name: str) -> Any:
    if name == "SMAC_optimizer":  # an AttributeError would lose its text in "from pysmac.optimize import ..."
        raise ImportError("SMAC_optimizer is in another module: from pysmac.optimizer import SMAC_optimizer")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
