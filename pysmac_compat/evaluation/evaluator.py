"""The caller's side of the calls: starts the light process, asks it for one call after the other."""

from __future__ import annotations

import multiprocessing
import signal
import time
from collections.abc import Callable, Mapping
from multiprocessing.connection import Connection
from typing import Any

from pysmac_compat._fork import ForkedProcess
from pysmac_compat.evaluation.outcome import TIMEOUT_QUALITY, Outcome
from pysmac_compat.evaluation.server import CallServer, Request

#: what holds light processes alive; a fork of this process must not
_lifelines: set[Connection] = set()


class CallsLost(RuntimeError):
    """The process that makes the calls has died."""


class Evaluator:
    """Calls a function in child processes of a light process that is forked now.

    The object works in the process that made it and in forks of that.

    Parameters
    ----------
    function : callable
        The user's; called with keyword arguments.
    memory_mb : float or None
        MB of address space that a call may use on top of what its process has before.
    crash_value : float or None
        Value of a failed call, ``timeout_quality``.
    needs_value : bool
        Whether a success without a value is none.
    """

    def __init__(
        self,
        function: Callable[..., Any],
        memory_mb: float | None = None,
        crash_value: float | None = TIMEOUT_QUALITY,
        needs_value: bool = True,
    ) -> None:
        self._connection, theirs = multiprocessing.Pipe()
        their_lifeline, self._lifeline = multiprocessing.Pipe(duplex=False)
        server = CallServer(function, theirs, their_lifeline, memory_mb, crash_value, needs_value)
        interrupt = signal.getsignal(signal.SIGINT)
        _lifelines.add(self._lifeline)
        self._process = ForkedProcess(lambda: server.serve(interrupt), close=(self._connection, *_lifelines))
        theirs.close()
        their_lifeline.close()
        self.deadline: float | None = None

    def __call__(self, arguments: Mapping[str, Any], cutoff: float | None = None) -> Outcome:
        """Call the function.

        Parameters
        ----------
        arguments : dict
            Keyword arguments.
        cutoff : float or None
            CPU limit in seconds; the wall clock limit is ten times that.

        Returns
        -------
        Outcome

        Raises
        ------
        CallsLost
            If the light process is gone.
        """
        wall = None
        if self.deadline is not None:
            wall = max(0.0, self.deadline - time.monotonic()) + (cutoff or 0.0)
        try:
            self._connection.send(Request(dict(arguments), cutoff, wall))
            outcome: Outcome = self._connection.recv()
        except (EOFError, OSError):
            raise CallsLost("the process that calls the function has died") from None
        return outcome

    def keep_calls_only(self) -> None:
        """In a fork of the process that made this: let go of what ends the light process."""
        for lifeline in _lifelines:
            lifeline.close()

    def close(self) -> None:
        """End the light process and a call that is still running."""
        _lifelines.discard(self._lifeline)
        self._lifeline.close()
        self._connection.close()
        if not self._process.wait(5.0):
            self._process.kill()
