"""Notices a call that stands still, as one does that waits for threads that do not exist in its process."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from pysmac_compat.evaluation.openmp import runtimes
from pysmac_compat.evaluation.tree import ProcessTree

STILL = 60.0  # of wall clock time between two looks
_SHARE = 0.01  # of one CPU; what uses less stands still
_MOST_SHOWN = 200  # characters of the arguments


class Stillness:
    """Looks at the CPU time of a running call once a minute.

    Parameters
    ----------
    tree : ProcessTree
    start : float
        Value of ``time.monotonic()`` when the call began.
    """

    def __init__(self, tree: ProcessTree, start: float) -> None:
        self.tree = tree
        self._next, self._cpu = start + STILL, 0.0

    def timeout(self) -> float:
        """Seconds until the next look is due."""
        return max(0.0, self._next - time.monotonic())

    def look(self, arguments: Mapping[str, Any]) -> str:
        """What to tell the user of a call with these arguments; empty if there is nothing."""
        now = time.monotonic()
        if now < self._next:
            return ""
        processes = self.tree.processes()
        before, self._cpu = self._cpu, sum(used.cpu_seconds for used in processes.values())
        self._next = now + STILL
        loaded = sorted({name for pid in processes for name in runtimes(pid)})
        if self._cpu - before >= _SHARE * STILL or not loaded:
            return ""
        return (
            f"a call has stood still for {STILL:g} s, and OpenMP is loaded ({', '.join(loaded)}): perhaps it waits "
            "for threads that the script has started and that no fork has. See docs/calls.md. "
            f"Its arguments: {str(dict(arguments))[:_MOST_SHOWN]}"
        )
