"""All options of SMAC v2 with their names, their domains, and their effects in this package."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Literal

from pysmac_compat.options.names import UNLISTED, data
from pysmac_compat.options.rows import NO_EFFECT, ROWS

#: 'none' means that the option has no effect, because this package lacks what it sets
Category = Literal["effect", "none"]


@dataclass(frozen=True)
class Option:
    """An option of SMAC v2.

    Attributes
    ----------
    names : tuple of str
        The name of the option, followed by its aliases.
    group, domain, default : str
        As SMAC v2 describes them.
    category : {'effect', 'none'}
    text : str
        The effect of the option here, or why it has none.
    holds : str
        For an option without an effect: the value, as text, that describes how this package behaves.
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
    """Return all options of SMAC v2, keyed by their first names, in the order of SMAC v2's own list."""
    unlisted = ({"names": names, "group": "Scenario Options"} for names in UNLISTED)
    found = {}
    for entry in (*data("smac_v2_options"), *unlisted):
        names = tuple(entry["names"])
        about = names, entry["group"], entry.get("domain", ""), entry.get("default", "")
        if names[0] in ROWS:
            found[names[0]] = Option(*about, "effect", ROWS[names[0]].effect)
        else:
            without = NO_EFFECT[names[0]]
            found[names[0]] = Option(*about, "none", without.reason, without.holds)
    return found
