"""The ``smac_options`` dict: its initial entries, the names of SMAC v2, and what they mean here."""

from __future__ import annotations

import difflib
import importlib.resources
import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from pysmac_compat._errors import ArgumentError
from pysmac_compat._warn import warn
from pysmac_compat.arguments import integer, limit
from pysmac_compat.evaluation.outcome import TIMEOUT_QUALITY
from pysmac_compat.space.parameters import NUMBER

#: what the dict of a new optimizer holds; only what the user assigns afterwards counts as his
INITIAL: dict[str, Any] = {
    "algo-exec": "echo 0",
    "run-obj": "QUALITY",
    "validation": False,
    "cutoff_time": 3600,
    "intensification-percentage": 0.5,
    "numPCA": 7,
    "rf-full-tree-bootstrap": False,
    "rf-ignore-conditionality": False,
    "rf-num-trees": 10,
    "skip-features": False,
    "console-log-level": "OFF",
    "abort-on-first-run-crash": False,
    "overall_obj": "MEAN",
    "scenario_fn": "scenario.dat",
    "java_executable": "java",
    "timeout_quality": TIMEOUT_QUALITY,
}
#: names of pysmac's own, beside those of SMAC v2
_OWN = (
    "scenario_fn",
    "java_executable",
    "timeout_quality",
    "stop-on-abort",
    "isolate",
    "workers",
    "dask-client",
    "model",
)
#: options of SMAC v2 that its own list of options leaves out
_UNLISTED = (("run-obj", "run-objective", "runObj", "run_obj"), ("algo-exec", "algoExec", "algo"))
#: names of pysmac's own without a meaning, now that there is no Java
_IGNORED = ("java_executable",)
_NOT_YET = ("workers", "dask-client", "model")


class SmacOptions(dict[str, Any]):
    """A dict that knows which keys were assigned, and in which order.

    Parameters
    ----------
    initial : dict
        Entries that do not count as assigned.
    """

    def __init__(self, initial: Mapping[str, Any]) -> None:
        super().__init__(initial)
        self.assigned: dict[str, Any] = {}

    def __setitem__(self, key: str, value: Any) -> None:
        super().__setitem__(key, value)
        self.assigned.pop(key, None)
        self.assigned[key] = value

    def __delitem__(self, key: str) -> None:
        super().__delitem__(key)
        self.assigned.pop(key, None)

    def update(self, *args: Any, **kwargs: Any) -> None:
        """As for a dict; the keys count as assigned."""
        for key, value in dict(*args, **kwargs).items():
            self[key] = value

    def setdefault(self, key: str, default: Any = None) -> Any:
        """As for a dict; a key that was not there counts as assigned."""
        if key not in self:
            self[key] = default
        return self[key]

    def __ior__(self, other: Any) -> SmacOptions:  # type: ignore[override,misc]
        self.update(other)
        return self

    def clear(self) -> None:
        """As for a dict."""
        super().clear()
        self.assigned.clear()

    def popitem(self) -> tuple[str, Any]:
        """As for a dict."""
        key, value = super().popitem()
        self.assigned.pop(key, None)
        return key, value

    def pop(self, key: str, *default: Any) -> Any:
        """As for a dict."""
        self.assigned.pop(key, None)
        return super().pop(key, *default)


@dataclass(frozen=True)
class Settings:
    """What the options come to; None where the user has assigned nothing.

    Attributes
    ----------
    timeout_quality : float or None
    runtime_objective : bool
    penalty : float or None
        Factor of overall-obj: 1, 10 or 1000.
    n_trees : int
    scenario : str
        The name of the folder of the results.
    max_evaluations : int or None
    cutoff, wall_time, cpu_time : float or None
        Limits in seconds: of a call; of a run's wall clock; of a run's calls.
    deterministic : bool or None
    max_incumbent_runs : int
    initial_incumbent_runs : int
    capping : bool or None
    capping_factor, capping_summand : float
    skip_features : bool
    use_model : bool
        False in execution mode ROAR.
    stop_on_abort : bool
    isolate : bool
        Whether calls happen in child processes.
    """

    timeout_quality: float | None = TIMEOUT_QUALITY
    runtime_objective: bool = False
    penalty: float | None = None
    n_trees: int = 10
    scenario: str = "scenario"
    max_evaluations: int | None = None
    cutoff: float | None = None
    wall_time: float | None = None
    cpu_time: float | None = None
    deterministic: bool | None = None
    max_incumbent_runs: int = 2000
    initial_incumbent_runs: int = 1
    capping: bool | None = None
    capping_factor: float = 1.3
    capping_summand: float = 1.0
    skip_features: bool = False
    use_model: bool = True
    stop_on_abort: bool = False
    isolate: bool = True


@cache
def canonical_names() -> dict[str, str]:
    """The first name of each option of SMAC v2, by all its names."""
    text = importlib.resources.files("pysmac_compat").joinpath("smac_v2_options.json").read_text()
    groups = [*_UNLISTED, *(entry["names"] for entry in json.loads(text))]
    return {name: names[0] for names in groups for name in names}


def resolve(options: Mapping[str, Any]) -> Settings:
    """Check the options that the user has assigned, and say what they mean.

    Raises
    ------
    ArgumentError
        For an unknown name (with the nearest known ones) and for an illegal value.
    """
    assigned = options.assigned if isinstance(options, SmacOptions) else dict(options)
    known = {**canonical_names(), **{name: name for name in _OWN}}
    values: dict[str, tuple[str, Any]] = {}
    for name, value in assigned.items():
        if name not in known:
            near = difflib.get_close_matches(str(name), known, n=3)
            hint = f"; did you mean {' or '.join(map(repr, near))}?" if near else ""
            raise ArgumentError(f"smac_options: unknown option {name!r}{hint}")
        values[known[name]] = name, value
    settings: dict[str, Any] = {}
    for canonical, (name, value) in values.items():
        reader = _BY_CANONICAL.get(canonical)
        if reader is not None:
            field, read = reader
            settings[field] = read(f"smac_options[{name!r}]", value)
        elif name in _NOT_YET:
            raise NotImplementedError(f"smac_options[{name!r}] is not supported yet")
        elif name not in _IGNORED:
            warn(f"smac_options[{name!r}] has no effect here")
    return Settings(**settings)


def _choice(*choices: Any) -> Callable[[str, Any], Any]:
    def read(name: str, value: Any) -> Any:
        if value not in choices:
            raise ArgumentError(f"{name} must be one of {', '.join(map(repr, choices))}, got {value!r}")
        return value

    return read


def _flag(name: str, value: Any) -> bool:
    word = str(value).lower()
    if word not in ("true", "false", "0", "1"):
        raise ArgumentError(f"{name} must be True or False, got {value!r}")
    return word in ("true", "1")


def _quality(name: str, value: Any) -> float | None:
    try:
        number = None if value is None else float(value)
    except (TypeError, ValueError):
        number = math.nan
    if number is not None and not math.isfinite(number):
        raise ArgumentError(f"{name} must be a finite number or None, got {value!r}")
    return number


def _seconds(name: str, value: Any) -> float | None:
    return limit(name, float(value) if isinstance(value, str) and NUMBER.fullmatch(value) else value)


def _number(name: str, value: Any) -> float:
    number = _seconds(name, value)
    if number is None:
        raise ArgumentError(f"{name} must be a number, got {value!r}")
    return number


def _count(name: str, value: Any) -> int:
    return integer(name, int(value) if isinstance(value, str) and value.isdecimal() else value)


def _scenario(name: str, value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise ArgumentError(f"{name} must be a file name, got {value!r}")
    return value.rsplit(".", 1)[0] or value


#: the field of `Settings` that an option sets, and what reads its value
_READERS: dict[str, tuple[str, Callable[[str, Any], Any]]] = {
    "timeout_quality": ("timeout_quality", _quality),
    "run-obj": ("runtime_objective", lambda name, value: _choice("QUALITY", "RUNTIME")(name, value) == "RUNTIME"),
    "overall-obj": (
        "penalty",
        lambda name, value: {"MEAN": 1.0, "MEAN10": 10.0, "MEAN1000": 1000.0}[
            _choice("MEAN", "MEAN10", "MEAN1000")(name, value)
        ],
    ),
    "rf-num-trees": ("n_trees", _count),
    "scenario_fn": ("scenario", _scenario),
    "runcount-limit": ("max_evaluations", _count),
    "cutoff-time": ("cutoff", _seconds),
    "wallclock-limit": ("wall_time", _seconds),
    "cputime-limit": ("cpu_time", _seconds),
    "deterministic": ("deterministic", _flag),
    "max-incumbent-runs": ("max_incumbent_runs", _count),
    "initial-incumbent-runs": ("initial_incumbent_runs", _count),
    "adaptive-capping": ("capping", _flag),
    "ac-mult-slack": ("capping_factor", _number),
    "ac-add-slack": ("capping_summand", _number),
    "skip-features": ("skip_features", _flag),
    "stop-on-abort": ("stop_on_abort", _flag),
    "isolate": ("isolate", _flag),
    "execution-mode": ("use_model", lambda name, value: _choice("SMAC", "ROAR")(name, value) == "SMAC"),
}
_BY_CANONICAL = {canonical_names().get(name, name): reader for name, reader in _READERS.items()}
