"""SMAC3's own run directory, which the loaders of SMAC3 and DeepCAVE can open without this package.

The directory ``NAME/SEED/`` holds scenario.json, configspace.json, runhistory.json, intensifier.json and
optimization.json. They are in the format of SMAC3 2.4 for a `HyperparameterOptimizationFacade` without a target
function, that is, for ask and tell.

ConfigSpace has no expressions. Forbidden clauses that are expressions are in an additional file, forbidden.json::

    {"forbidden_clauses": ["{x^2 + y^2 < 9}"]}
"""

from __future__ import annotations

import json
import os
import tempfile
import time
from collections.abc import Mapping
from functools import cache
from pathlib import Path as FolderPath
from typing import TYPE_CHECKING, Any

from pysmac_compat.errors import ArgumentError, FileFormatError
from pysmac_compat.evaluation.outcome import Status
from pysmac_compat.files.text import Path, TextFile, write_text

if TYPE_CHECKING:
    from ConfigSpace import ConfigurationSpace

FORBIDDEN = "forbidden.json"
_CLAUSES = "forbidden_clauses"

#: the values of SMAC3's ``StatusType``, which has no ABORT
_STATUS: dict[Status, int] = {"SAT": 1, "UNSAT": 1, "CRASHED": 2, "ABORT": 2, "TIMEOUT": 3, "MEMOUT": 4}
#: the decimals to which ConfigSpace rounds
_DIGITS = 13
#: The time that ConfigSpace takes to build a space grows with the square of the number of chains of conditions. It is
#: up to three seconds for `_MOST_CHAINS`. If conditions include the conditions of their parents, it is a tenth of a
#: second for `_MOST_JOINED`.
_MOST_CHAINS, _MOST_JOINED = 1100, 300
#: the seed of a trial if the function gets no seed
_NO_SEED = 0
#: the origin that SMAC3 gives to a configuration that is neither from an initial design nor from its model
_NO_ORIGIN = "Custom"


class RunDirectory:
    """Collects the trials of a run and writes the directory; it imports SMAC3.

    It replaces each file as a whole. It writes runhistory.json before intensifier.json, because the incumbents in
    intensifier.json refer to configurations in runhistory.json.

    Parameters
    ----------
    parent : str or path-like
        The files are in ``parent/name/seed``.
    name : str
    seed : int
        A number from 0 to 2**32 - 1.
    space : ConfigurationSpace
    **scenario
        Further arguments of SMAC3's `Scenario`.

    Attributes
    ----------
    path : str

    Raises
    ------
    ArgumentError
        If ConfigSpace alone cannot represent the space, for example because it rounds numbers to 13 decimals.
    """

    def __init__(self, parent: Path, name: str, seed: int, space: ConfigurationSpace, **scenario: Any) -> None:
        from ConfigSpace import ConfigurationSpace
        from ConfigSpace.hyperparameters import UniformFloatHyperparameter

        self.path = os.path.join(os.path.abspath(parent), name, str(seed))
        description = _described(space)
        clauses = [each["clause"] for each in description["forbiddens"] if each["type"] == "EXPRESSION"]
        description["forbiddens"] = [each for each in description["forbiddens"] if each["type"] != "EXPRESSION"]
        try:
            self._space = ConfigurationSpace.from_serialized_dict(description)
        except ValueError as error:
            raise ArgumentError(f"ConfigSpace cannot hold this space: {error}") from error
        self._new = {**self._scenario_texts(name, seed, scenario), FORBIDDEN: json.dumps({_CLAUSES: clauses}) + "\n"}
        self._bounds = {
            name: (hp.lower, hp.upper) for name, hp in self._space.items() if isinstance(hp, UniformFloatHyperparameter)
        }
        self._ids: dict[tuple[Any, ...], int] = {}
        self._configurations: dict[int, dict[str, Any]] = {}
        self._origins: dict[int, str] = {}
        self._trials: dict[tuple[int, int | None, int | None], dict[str, Any]] = {}
        self._trajectory: list[dict[str, Any]] = []

    def _scenario_texts(self, name: str, seed: int, options: Mapping[str, Any]) -> dict[str, str]:
        from smac import HyperparameterOptimizationFacade, Scenario

        # SMAC3 itself decides when it writes these files, so it writes them to a temporary folder instead of ``path``
        with tempfile.TemporaryDirectory(prefix="pysmac-smac3-") as elsewhere:
            scenario = Scenario(
                self._space, name=name, output_directory=FolderPath(elsewhere), seed=seed, **dict(options)
            )
            HyperparameterOptimizationFacade(scenario, logging_level=False, overwrite=True)
            texts = {
                file: (scenario.output_directory / file).read_text(encoding="utf-8")
                for file in ("scenario.json", "configspace.json")
            }
        content = {**json.loads(texts["scenario.json"]), "output_directory": self.path}
        return {**texts, "scenario.json": json.dumps(content, indent=2)}

    def add(
        self,
        configuration: Mapping[str, Any],
        instance: int | None,
        seed: int | None,
        status: Status,
        cost: float,
        start: float,
        end: float,
        cpu_time: float = 0.0,
        origin: str | None = None,
        info: Mapping[str, Any] | None = None,
    ) -> None:
        """Add a trial, unless there already is a trial with the same configuration, instance and seed.

        Parameters
        ----------
        configuration : dict
            The active values.
        instance, seed : int or None
        status : str
        cost : float
        start, end : float
            Seconds since the epoch.
        cpu_time : float
            Seconds.
        origin : str or None
            The origin of the configuration, in the words of SMAC3.
        info : dict
            Further data that JSON can hold.
        """
        key = self._id(configuration, origin), instance, seed
        if key in self._trials:
            return
        self._trials[key] = {  # DeepCAVE relies on the order
            "config_id": key[0],
            "instance": None if instance is None else str(instance),
            "seed": _NO_SEED if seed is None else seed,
            "budget": None,
            "cost": cost,
            "time": end - start,
            "cpu_time": cpu_time,
            "status": _STATUS[status],
            "starttime": start,
            "endtime": end,
            "additional_info": dict(info or {}),
        }

    def _id(self, configuration: Mapping[str, Any], origin: str | None) -> int:
        bounds = self._bounds  # the bounds after ConfigSpace's rounding
        values = {
            name: min(max(value, bounds[name][0]), bounds[name][1]) if name in bounds else value
            for name, value in configuration.items()
        }
        # two keys are equal if the configurations are equal for ConfigSpace
        key = tuple((name, round(value, _DIGITS) if name in bounds else value) for name, value in values.items())
        if key not in self._ids:
            self._ids[key] = number = len(self._ids) + 1
            self._configurations[number], self._origins[number] = values, origin or _NO_ORIGIN
        return self._ids[key]

    def improve(self, configuration: Mapping[str, Any], cost: float, n_trials: int, wall_time: float) -> None:
        """Record the incumbent after ``n_trials`` trials and ``wall_time`` seconds; ignore an unchanged incumbent."""
        identifier = self._id(configuration, None)
        if not self._trajectory or self._trajectory[-1]["config_ids"] != [identifier]:
            step = {"config_ids": [identifier], "costs": [cost], "trial": n_trials, "walltime": wall_time}
            self._trajectory.append(step)

    def write(self, wall_time: float, finished: bool) -> None:
        """Write the directory; ``wall_time`` is the time since the run began, seconds.

        Raises
        ------
        OSError
        """
        os.makedirs(self.path, exist_ok=True)
        for name, text in self._new.items():
            write_text(os.path.join(self.path, name), text)
        self._new = {}
        n, trials = len(self._trials), list(self._trials.values())
        incumbents = self._trajectory[-1]["config_ids"] if self._trajectory else []
        contents: dict[str, Any] = {
            "runhistory": {
                "stats": {"submitted": n, "finished": n, "running": 0},
                "data": trials,
                "configs": self._configurations,
                "config_origins": self._origins,
            },
            "intensifier": {
                "incumbent_ids": incumbents,
                "rejected_config_ids": sorted({trial["config_id"] for trial in trials}.difference(incumbents)),
                "incumbents_changed": len(self._trajectory),
                "trajectory": self._trajectory,
                "state": {"queue": []},
            },
            "optimization": {
                "used_walltime": wall_time,
                "used_target_function_walltime": sum(trial["time"] for trial in trials),
                "used_target_function_cputime": sum(trial["cpu_time"] for trial in trials),
                "last_update": time.time(),
                "finished": finished,
            },
        }
        for name, content in contents.items():
            write_text(os.path.join(self.path, f"{name}.json"), json.dumps(content) + "\n")


def _described(space: ConfigurationSpace) -> dict[str, Any]:
    """Convert a space to JSON data from which ConfigSpace itself can build the space in reasonable time."""
    from pysmac_compat.space.configspace import ParameterSpace

    description: dict[str, Any] = json.loads(json.dumps(space.to_serialized_dict()))
    n_chains = _n_chains(description["conditions"])
    if n_chains <= _MOST_JOINED or not isinstance(space, ParameterSpace):
        return description
    if n_chains > _MOST_CHAINS:
        raise ArgumentError("ConfigSpace cannot hold this space: too many conditions depend on each other")
    # Conditions that leave out the conditions of the parents take less time, and still hold for whole configurations.
    shorter = ParameterSpace(space.definition, longest_joined=0)
    return {**description, "conditions": json.loads(json.dumps(shorter.to_serialized_dict()))["conditions"]}


def _n_chains(conditions: list[dict[str, Any]]) -> int:
    """Count the chains of conditions: the paths from any parameter up to parameters on which it depends."""
    parents: dict[str, set[str]] = {}
    while conditions:
        for each in conditions:
            if "parent" in each:
                parents.setdefault(each["child"], set()).add(each["parent"])
        conditions = [part for each in conditions for part in each.get("conditions", ())]

    @cache
    def above(name: str) -> frozenset[str]:
        return frozenset().union(*({parent, *above(parent)} for parent in parents.get(name, ())))

    @cache
    def count(name: str) -> int:
        return sum(1 + count(other) for other in above(name))

    return sum(map(count, parents))


def read_forbidden(path: Path) -> list[str]:
    """Read forbidden.json: the clauses that configspace.json leaves out, in the form that `minimize` accepts.

    Raises
    ------
    FileFormatError
    OSError
    """
    file = TextFile(path)
    try:
        content = json.loads(file.text)
    except json.JSONDecodeError as error:
        file.error(error.lineno, f"expected JSON: {error.msg}")
    except RecursionError:
        file.error(1, "expected JSON: this is nested too deeply")
    clauses = content.get(_CLAUSES) if isinstance(content, dict) else None
    if not isinstance(clauses, list) or not all(isinstance(clause, str) for clause in clauses):
        raise FileFormatError(f"expected an object with {_CLAUSES!r}, a list of strings", os.fspath(path), 1)
    return clauses
