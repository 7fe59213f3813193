"""The ``smac_options`` dict: its initial entries, and the check of the user's entries."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pysmac_compat._warn import warn
from pysmac_compat.arguments import OTHER_NAMES, OTHER_NAMES_OF_OPTIMIZER
from pysmac_compat.errors import ArgumentError, shown
from pysmac_compat.evaluation.rules import TIMEOUT_QUALITY
from pysmac_compat.options import table
from pysmac_compat.options.meaning import Options
from pysmac_compat.options.names import canonical_names
from pysmac_compat.options.rows import ROWS
from pysmac_compat.suggestions import did_you_mean

#: the entries in a new optimizer's dict; only entries that the user assigns later count as given by the user
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
#: options that only pysmac has, and that have no effect here because this package does not use Java
_IGNORED = ("java_executable",)
#: other tools' names for options that SMAC v2 lacks, and the name of the option here
_OTHER_NAMES = {
    **dict.fromkeys(("n_jobs", "n_workers", "num_workers"), "workers"),
    **dict.fromkeys(("dask", "client", "cluster", "scheduler"), "dask-client"),
}


class SmacOptions(dict[str, Any]):
    """A dict that records which keys were assigned, and in which order.

    Parameters
    ----------
    initial : dict
        The initial entries, which do not count as assigned.
    """

    def __init__(self, initial: Mapping[str, Any]) -> None:
        super().__init__(initial)
        self.assigned: dict[str, Any] = {}

    def __reduce__(self) -> tuple[Any, ...]:
        return SmacOptions, (dict(self),), {"assigned": dict(self.assigned)}

    def __setattr__(self, name: str, value: Any) -> None:
        if name != "assigned":
            raise AttributeError(f"smac_options is a dict: write smac_options[{name!r}] = {shown(value)}")
        super().__setattr__(name, value)

    def __setitem__(self, key: str, value: Any) -> None:
        super().__setitem__(key, value)
        self.assigned.pop(key, None)
        self.assigned[key] = value

    def __delitem__(self, key: str) -> None:
        super().__delitem__(key)
        self.assigned.pop(key, None)

    def update(self, *args: Any, **kwargs: Any) -> None:
        """Update the dict; all updated keys count as assigned."""
        for key, value in dict(*args, **kwargs).items():
            self[key] = value

    def setdefault(self, key: str, default: Any = None) -> Any:
        """Return the value of a key; if the key is new, set it to the default and count it as assigned."""
        if key not in self:
            self[key] = default
        return self[key]

    def __ior__(self, other: Any) -> SmacOptions:  # type: ignore[override,misc]
        self.update(other)
        return self

    def clear(self) -> None:
        """Remove all entries."""
        super().clear()
        self.assigned.clear()

    def popitem(self) -> tuple[str, Any]:
        """Remove an entry and return it."""
        key, value = super().popitem()
        self.assigned.pop(key, None)
        return key, value

    def pop(self, key: str, *default: Any) -> Any:
        """Remove a key and return its value."""
        self.assigned.pop(key, None)
        return super().pop(key, *default)


def _check_storable(name: str, value: Any) -> None:
    """Refuse a value that cannot be written into a scenario file, since all options are written into such a file.

    Raises
    ------
    ArgumentError
    """
    try:
        text = str(value)
        text.encode("utf-8", "surrogateescape")  # file names from the system may contain surrogates
    except UnicodeEncodeError:
        raise ArgumentError(
            f"{name} must be text that UTF-8 can encode, got {shown(value)}, which has half of a surrogate pair"
        ) from None
    except Exception as error:  # a class of the user raised it, or an integer has too many digits
        raise ArgumentError(f"{name} must be a value that can be written as text: {shown(error)}") from None
    odd = next((c for c in text if ord(c) < 32 and c not in "\t\n\r" or ord(c) == 127), None)
    if odd is not None:
        raise ArgumentError(f"{name} must be text without control characters, got {shown(value)}")


def resolve(options: Mapping[str, Any], defaults: Mapping[str, Any] | None = None) -> Options:
    """Check the options that the user has assigned, and convert them to `Options`.

    Parameters
    ----------
    options : dict
    defaults : dict or None
        The values of options that the user has not assigned.

    Raises
    ------
    ArgumentError
        If a name is unknown (the message proposes the nearest known names), or a value is illegal.
    """
    assigned = options.assigned if isinstance(options, SmacOptions) else dict(options)
    assigned = {**(defaults or {}), **assigned}
    arguments = {**OTHER_NAMES, **OTHER_NAMES_OF_OPTIMIZER}
    known = {**canonical_names(), **{name: name for name in (*ROWS, *_IGNORED)}}
    values: dict[str, tuple[str, Any]] = {}
    for name, value in assigned.items():
        if name not in known:
            if name in _OTHER_NAMES:
                hint = f"; did you mean {_OTHER_NAMES[name]!r}?"
            else:
                hint = f": use {arguments[name]}" if name in arguments else did_you_mean(str(name), known)
            raise ArgumentError(f"smac_options: unknown option {shown(name)}{hint}")
        _check_storable(f"smac_options[{shown(name)}]", value)
        values.pop(known[name], None)  # if the user assigned two names for one option, the last counts
        values[known[name]] = name, value
    found = Options()
    for canonical, (name, value) in values.items():
        if canonical in ROWS:
            row = ROWS[canonical]
            found = row.set(found, row.read(f"smac_options[{shown(name)}]", value))
        elif name not in _IGNORED:
            option = table.options()[canonical]
            if option.holds and str(value).lower() == option.holds.lower():
                continue
            warn(f"smac_options[{shown(name)}] has no effect here: {option.text}")
    return found
