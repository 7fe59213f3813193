"""The ends of messages about unknown names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pysmac_compat.errors import cut, shown


def did_you_mean(name: Any, known: Iterable[str]) -> str:
    """The nearest known names, whatever their case; empty if none is near.

    >>> did_you_mean("epoch", ["epochs", "loss"])
    "; did you mean 'epochs'?"
    """
    import difflib  # not above: what it loads makes each fork of the process more expensive

    folded = {each.casefold(): each for each in known}
    near = difflib.get_close_matches(str(name).casefold(), folded, n=3)
    return f"; did you mean {' or '.join(shown(folded[each]) for each in near)}?" if near else ""


def nearest(name: Any, known: Iterable[str]) -> str:
    """The nearest known names, or all of them if none is near.

    >>> nearest("x", ["epochs", "loss"])
    '; known are epochs, loss'
    """
    known = sorted(known)
    return did_you_mean(name, known) or f"; known are {cut(', '.join(known))}"


def no_attribute(owner: object, name: str, meant: Mapping[str, str]) -> AttributeError:
    """The error of an object without this attribute, which says what is meant.

    Parameters
    ----------
    owner : object
    name : str
    meant : dict of str to str
        What is meant, by the name in other tools.

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
