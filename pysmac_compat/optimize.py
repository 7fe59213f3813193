"""`fmin`, the interface of pysmac's first releases (0.1 to 0.8)."""

from __future__ import annotations

import contextlib
import math
import numbers
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from pysmac_compat import arguments
from pysmac_compat._process import check_platform, ended_by_sigterm
from pysmac_compat.engine.settings import EngineSettings, ForestSettings
from pysmac_compat.errors import ArgumentError
from pysmac_compat.evaluation.outcome import Outcome
from pysmac_compat.events import CallWanted, Improved
from pysmac_compat.plan import Budget, Instances, Plan
from pysmac_compat.search.minimisation import Minimisation
from pysmac_compat.space.definition import define

#: the default of ``smac_rf_num_trees``
_TREES = 100


def fmin(
    objective: Callable[..., Any],
    x0: Sequence[float] = (),
    xmin: Sequence[float] = (),
    xmax: Sequence[float] = (),
    x0_int: Sequence[int] = (),
    xmin_int: Sequence[int] = (),
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
) -> tuple[dict[str, Any], float]:
    """Minimise a function, in this process.

    Parameters
    ----------
    objective : callable
        Called as ``objective([x=array][, x_int=array][, x_categorical=dict], **custom_args[,
        cv_fold=int])``, with those groups that exist; returns a real number.
    x0, xmin, xmax : sequence of float
        Start, lower and upper bounds of the real parameters.
    x0_int, xmin_int, xmax_int : sequence of int
        The same of the integer ones.
    x_categorical : dict of str to list
        The choices of each categorical parameter; the first is the start.
    custom_args : dict
        Further keyword arguments of the objective.
    max_evaluations : int
    seed : int
    cv_folds : int or None
        The objective gets ``cv_fold``, one of 0, 1, ..., cv_folds - 1; its mean over the folds is minimised.
    update_status_every : int
        Evaluations between two status lines.
    smac_rf_num_trees : int
        Another number than the default makes the surrogate a random forest with so many trees.
    smac_rf_full_tree_bootstrap, smac_intensification_percentage : object
        Without effect.

    Returns
    -------
    best : dict
        The groups of the best point, so that ``objective(**best)`` works.
    value : float

    Raises
    ------
    ArgumentError
        A ``ValueError`` for arguments that cannot be used.
    AssertionError
        If the objective returns something that is no real number.
    """
    check_platform()
    if not callable(objective):
        raise ArgumentError(f"objective must be callable, got {objective!r}")
    groups = _Groups((x0, xmin, xmax), (x0_int, xmin_int, xmax_int), x_categorical or {})
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
                    minimisation.answer(
                        _call(objective, {**groups.collect(event.arguments), **(custom_args or {}), **fold})
                    )
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
    return best


def _call(objective: Callable[..., Any], keywords: Mapping[str, Any]) -> Outcome:
    value = objective(**keywords)
    if not isinstance(value, numbers.Real) or isinstance(value, bool):
        raise AssertionError(f"the objective must return a real number, it returned {value!r}")
    return Outcome("SAT" if math.isfinite(value) else "CRASHED", float(value), 0.0, 0.0, 0.0)


class _Groups:
    """The parameters of ``fmin`` in their three groups, and as one parameter dict."""

    def __init__(
        self,
        real: tuple[Sequence[float], Sequence[float], Sequence[float]],
        integer: tuple[Sequence[int], Sequence[int], Sequence[int]],
        categorical: Mapping[str, Sequence[Any]],
    ) -> None:
        self.parameter_dict: dict[str, Any] = {}
        self.sizes: dict[str, int] = {}
        for group, kind, (start, lower, upper) in (("x", "real", real), ("x_int", "integer", integer)):
            suffix = "" if group == "x" else "_int"
            if not len(start) == len(lower) == len(upper):
                raise ArgumentError(
                    f"x0{suffix}, xmin{suffix} and xmax{suffix} must have the same length, "
                    f"got {len(start)}, {len(lower)} and {len(upper)}"
                )
            self.sizes[group] = len(start)
            for i in range(len(start)):
                self.parameter_dict[f"{group}[{i}]"] = (kind, [lower[i], upper[i]], start[i])
        self.categorical = list(categorical)
        for name, choices in categorical.items():
            if not list(choices):
                raise ArgumentError(f"x_categorical[{name!r}] is empty")
            self.parameter_dict[f"x_categorical:{name}"] = ("categorical", list(choices), list(choices)[0])
        if not self.parameter_dict:
            raise ArgumentError("there is nothing to optimise: give x0, x0_int or x_categorical")

    def collect(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """The keyword arguments of the objective from the values of the parameter dict."""
        point: dict[str, Any] = {}
        for group, size in self.sizes.items():
            if size:
                point[group] = np.array([values[f"{group}[{i}]"] for i in range(size)])
        if self.categorical:
            point["x_categorical"] = {name: values[f"x_categorical:{name}"] for name in self.categorical}
        return point
