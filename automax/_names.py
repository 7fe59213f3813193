"""Names that a person has misspelt."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Any


def nearest(name: Any, known: Iterable[str]) -> str:
    """The end of a message about an unknown name: the nearest of the known ones, or all of them.

    >>> nearest("epoch", ["epochs", "loss"])
    "; did you mean 'epochs'?"
    >>> nearest("x", ["epochs", "loss"])
    '; known are epochs, loss'
    """
    known = sorted(known)
    lower = {each.lower(): each for each in known}
    close = difflib.get_close_matches(str(name).lower(), lower, n=1, cutoff=0.6)
    return f"; did you mean {lower[close[0]]!r}?" if close else f"; known are {', '.join(known)}"
