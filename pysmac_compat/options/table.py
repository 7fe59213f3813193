"""The options of SMAC v2 as data: their names, domains, and effects here."""

from __future__ import annotations

import importlib.resources
import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

#: options of SMAC v2 that its own list of options leaves out
UNLISTED = (("run-obj", "run-objective", "runObj", "run_obj"), ("algo-exec", "algoExec", "algo"))

#: the arguments that SMAC v2 passes to each call of a program before the parameters, and their types
HEAD: dict[str, Callable[[str], Any]] = {
    "instance": str,
    "instance_info": str,
    "cutoff_time": float,
    "cutoff_length": int,
    "seed": int,
}

#: 'none': the option has no effect, because the thing that it sets does not exist here
Category = Literal["effect", "none"]


@dataclass(frozen=True)
class Option:
    """An option of SMAC v2.

    Attributes
    ----------
    names : tuple of str
        The first is the name of the option, and the further names are aliases.
    group, domain, default : str
        The descriptions in SMAC v2.
    category : {'effect', 'none'}
    text : str
        The effect of the option here, or the reason why it has none.
    holds : str
        For an option without an effect: the value that agrees with the behaviour here.
    """

    names: tuple[str, ...]
    group: str
    domain: str
    default: str
    category: Category
    text: str
    holds: str = ""


@cache
def options() -> dict[str, Option]:
    """Return all options of SMAC v2, in its own order, by their first names."""
    effects = _read("smac_v2_effects.json")
    entries = [*_read("smac_v2_options.json"), *({"names": names, "group": "Scenario Options"} for names in UNLISTED)]
    found = {}
    for entry in entries:
        names = tuple(entry["names"])
        about = entry["group"], entry.get("domain", ""), entry.get("default", "")
        found[names[0]] = Option(names, *about, *effects[names[0]])
    return found


@cache
def canonical_names() -> dict[str, str]:
    """Return a dict from every name of an option of SMAC v2 to the first name of the option."""
    listed = _read("smac_v2_options.json")  # not `options`, because a search does not need the texts
    groups = [*UNLISTED, *(entry["names"] for entry in listed)]
    return {name: names[0] for names in groups for name in names}


def _read(name: str) -> Any:
    return json.loads(importlib.resources.files("pysmac_compat.options").joinpath(name).read_text(encoding="utf-8"))
