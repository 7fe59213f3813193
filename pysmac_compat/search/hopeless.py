"""Ends a search in which nothing can work: a typing error, a missing package, a result that is no number."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pysmac_compat.evaluation.outcome import Outcome

_FIRST = 10  # configurations, or as many as the user starts with


class Hopeless:
    """Whether the first configurations of a run have all crashed for one reason that no configuration changes.

    Parameters
    ----------
    n_initial : int
        How many configurations the user wants to see first.
    """

    def __init__(self, n_initial: int) -> None:
        self._n = max(_FIRST, n_initial)
        self._flaw = ""
        self._crashed: set[str] = set()
        self._settled = False

    def take(self, configuration: Mapping[str, Any], outcome: Outcome) -> str:
        """Take a further outcome; why the run should end, empty if it should go on."""
        flaw = outcome.flaw
        if self._settled or not flaw or self._flaw not in ("", flaw):
            self._settled = True
            return ""
        self._flaw = flaw
        self._crashed.add(repr(configuration))
        if len(self._crashed) < self._n:
            return ""
        self._settled = True
        return f"the first {self._n} configurations have all crashed for the same reason: {flaw}"
