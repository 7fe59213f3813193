"""A check for a call that uses almost no CPU time, perhaps because it waits for threads that its process lacks."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from pysmac_compat.evaluation.openmp import runtimes
from pysmac_compat.evaluation.tree import ProcessTree

STILL = 60.0  # seconds of wall clock time between two checks
_SHARE = 0.01  # fraction of one CPU; the check reports a call that uses less
_MOST_SHOWN = 200  # characters of the arguments


class Stillness:
    """Checks the CPU time of a running call once a minute.

    Parameters
    ----------
    tree : ProcessTree
    start : float
        The value of ``time.monotonic()`` when the call began.
    """

    def __init__(self, tree: ProcessTree, start: float) -> None:
        self.tree = tree
        self._next, self._cpu = start + STILL, 0.0

    def timeout(self) -> float:
        """Return the seconds until the next check is due."""
        return max(0.0, self._next - time.monotonic())

    def look(self, arguments: Mapping[str, Any]) -> str:
        """Return a message for the user if the call with these arguments seems to be stuck, otherwise an empty text."""
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
            f"a call has used almost no CPU time for {STILL:g} s, and OpenMP is loaded ({', '.join(loaded)}): the call "
            "may be waiting for threads of the script, which a forked process does not have. See docs/calls.md. "
            f"The arguments of the call: {str(dict(arguments))[:_MOST_SHOWN]}"
        )
