"""Detects a search that cannot succeed, for example because of a typing error, a missing package or a wrong result."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pysmac_compat.evaluation.outcome import Outcome

_FIRST = 10  # least number of configurations before the search may end


class Hopeless:
    """Detects that the first configurations of a run all crash for the same reason, which does not depend on them.

    Parameters
    ----------
    n_initial : int
        The number of configurations that the user has given to be tried first.
    """

    def __init__(self, n_initial: int) -> None:
        self._n = max(_FIRST, n_initial)
        self._flaw = ""
        self._crashed: set[str] = set()
        self._settled = False

    def take(self, configuration: Mapping[str, Any], outcome: Outcome) -> str:
        """Note the next outcome; return why the run should end, or an empty text if it should continue."""
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
