"""The call that this process makes, for a function that hands its limit on to a program."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Current:
    """What the arguments of a call do not say.

    Attributes
    ----------
    cutoff : float or None
        Its CPU limit, seconds, also where it is capped.
    """

    cutoff: float | None = None


current = Current()
