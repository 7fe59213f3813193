"""Facts about the call that this process makes, so that the function can, for example, pass the limit to a program."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Current:
    """Facts about the current call that are not among its arguments.

    Attributes
    ----------
    cutoff : float or None
        The CPU limit of the call, seconds, after capping.
    """

    cutoff: float | None = None


current = Current()
