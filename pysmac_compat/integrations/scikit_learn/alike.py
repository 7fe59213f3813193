"""Recognise a search in which all fits fail for one reason, so that it can stop early."""

from __future__ import annotations

from pysmac_compat.report.words import last_line
from pysmac_compat.results import Evaluation

_MOST = 10
#: why such a search ends
ALIKE = "all fits of the first ten configurations failed with the same message"


class AllAlike:
    """Whether the first ten configurations have all crashed with the same message.

    `SMAC_optimizer` also requires an error that shows a mistake in the code, such as a ``NameError``, since a function
    may raise other errors for some configurations only. Here, the error comes from ``fit``. If the parameters were to
    blame, ten random configurations would seldom raise the same error.
    """

    def __init__(self) -> None:
        self._messages: set[str] = set()
        self._configurations: set[str] = set()

    def add(self, evaluation: Evaluation) -> bool:
        """Add the next evaluation, and return whether the search is hopeless."""
        crashed = evaluation.status == "CRASHED"
        self._messages.add(last_line(evaluation.message) if crashed else "")
        self._configurations.add(repr(sorted(evaluation.configuration.items())))
        return crashed and len(self._messages) == 1 and len(self._configurations) >= _MOST
