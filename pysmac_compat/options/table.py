"""The options of SMAC v2 as data: names, domains, and what each of them does here."""

from __future__ import annotations

import importlib.resources
import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

#: options of SMAC v2 that its own list of options leaves out
UNLISTED = (("run-obj", "run-objective", "runObj", "run_obj"), ("algo-exec", "algoExec", "algo"))

#: what SMAC v2 hands to each call of a program before the parameters, and its types
HEAD: dict[str, Callable[[str], Any]] = {
    "instance": str,
    "instance_info": str,
    "cutoff_time": float,
    "cutoff_length": int,
    "seed": int,
}

#: 'none': what it was for does not exist here
Category = Literal["effect", "none"]


@dataclass(frozen=True)
class Option:
    """An option of SMAC v2.

    Attributes
    ----------
    names : tuple of str
        The first is its name, the others are aliases.
    group, domain, default : str
        As SMAC v2 described them.
    category : {'effect', 'none'}
    text : str
        Its effect here, or why it has none.
    holds : str
        Of an option without an effect: the value that says what holds here anyway.
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
    """All options of SMAC v2, in its own order, by their first names."""
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
    """The first name of each option of SMAC v2, by all its names."""
    listed = _read("smac_v2_options.json")  # not `options`: a search has no need of the texts
    groups = [*UNLISTED, *(entry["names"] for entry in listed)]
    return {name: names[0] for names in groups for name in names}


def _read(name: str) -> Any:
    return json.loads(importlib.resources.files("pysmac_compat.options").joinpath(name).read_text(encoding="utf-8"))
