"""Hints at the end of messages about unknown names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pysmac_compat.errors import cut, shown


def did_you_mean(name: Any, known: Iterable[str]) -> str:
    """Return a question with the nearest known names, without regard to case; empty if no name is near.

    >>> did_you_mean("epoch", ["epochs", "loss"])
    "; did you mean 'epochs'?"
    """
    import difflib  # imported late, because its modules make each fork of the process more expensive

    folded = {each.casefold(): each for each in known}
    near = difflib.get_close_matches(str(name).casefold(), folded, n=3)
    return f"; did you mean {' or '.join(shown(folded[each]) for each in near)}?" if near else ""


def nearest(name: Any, known: Iterable[str]) -> str:
    """Return a hint with the nearest known names, or with all known names if no name is near.

    >>> nearest("x", ["epochs", "loss", "loss"])
    '; known are epochs, loss'
    """
    known = sorted(set(known))
    return did_you_mean(name, known) or f"; known are {cut(', '.join(known))}"


def no_attribute(owner: object, name: str, meant: Mapping[str, str]) -> AttributeError:
    """Return the error about a missing attribute, with a hint that names a similar or the intended attribute.

    Parameters
    ----------
    owner : object
    name : str
    meant : dict of str to str
        What to use instead, keyed by the name in other tools.

    Examples
    --------
    >>> no_attribute("text", "find_it", {"find_it": "find('it')"})
    AttributeError("'str' object has no attribute 'find_it': use find('it')")
    """
    text = f"{type(owner).__name__!r} object has no attribute {name!r}"
    if name in meant:
        return AttributeError(f"{text}: use {meant[name]}")
    public = [] if name.startswith("_") else [each for each in dir(owner) if not each.startswith("_")]
    return AttributeError(text + did_you_mean(name, public))
