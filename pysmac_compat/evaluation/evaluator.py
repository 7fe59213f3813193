"""Requests for calls of the user's function, and the start of the light process (see `server`) that makes them."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import socket
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from multiprocessing.connection import Connection
from typing import Any

from pysmac_compat._process import IGNORED, Closeable, ForkedProcess, scripts_handler
from pysmac_compat.errors import SearchError
from pysmac_compat.evaluation.bootstrap import EXIT_SECONDS
from pysmac_compat.evaluation.child import receive, send
from pysmac_compat.evaluation.drop import Drop
from pysmac_compat.evaluation.openmp import release_threads
from pysmac_compat.evaluation.outcome import Outcome
from pysmac_compat.evaluation.owner import NUMBER_SIZE, Owner
from pysmac_compat.evaluation.rules import Rules
from pysmac_compat.evaluation.server import CallServer, Request


class CallsLost(SearchError):
    """The process that makes the calls has died."""


class CallsEnded(CallsLost):
    """The cluster that makes the calls is gone; the search then ends without an error, with its results so far."""


class Caller(ABC):
    """Requests calls of the user's function, one after another.

    The object works in the process that created it and in forks of that process.

    Attributes
    ----------
    deadline : float or None
        The value of ``time.monotonic()`` at the end of the total time.
    notice : callable
        A function that takes each message for the user about a running call.
    not_for_forks : tuple of Connection
        Connections that a fork of the creating process has to close, so that the fork notices the end of that process.
    """

    def __init__(self) -> None:
        self.deadline: float | None = None
        self.notice: Callable[[str], None] = lambda text: None
        self.not_for_forks: tuple[Connection, ...] = ()
        self._number = 0  # the number of the last request

    def __call__(self, arguments: Mapping[str, Any], cutoff: float | None = None, drop: Drop | None = None) -> Outcome:
        """Request a call of the function, wait until it ends, and return its outcome.

        Parameters
        ----------
        arguments : dict
            The keyword arguments.
        cutoff : float or None
            The CPU limit, seconds; for the wall clock limit see `Rules`.
        drop : Drop or None
            An order to stop the call. If the order is given, the call stops, and its outcome is a TIMEOUT.

        Returns
        -------
        Outcome

        Raises
        ------
        CallsLost
            If the process or cluster that makes the calls is gone.
        """
        wall = None
        if self.deadline is not None:
            wall = max(0.0, self.deadline - time.monotonic()) + (cutoff or 0.0)
        try:
            self._number += 1
            self._send(Request(dict(arguments), cutoff, wall, self._number))
            with contextlib.nullcontext() if drop is None else drop.stops(partial(self._drop, self._number)):
                return self._receive(self._number)
        except (EOFError, OSError):
            raise CallsLost("the process that calls the function has died") from None

    @abstractmethod
    def _send(self, request: Request) -> None:
        """Send a request for a call; raise EOFError or OSError if the process that makes the calls is gone."""

    @abstractmethod
    def _receive(self, number: int) -> Outcome:
        """Wait for the outcome of this request; raise EOFError or OSError if no outcome can come any more."""

    @abstractmethod
    def _drop(self, number: int) -> None:
        """Stop the call with this request number, unless the call has ended."""

    @abstractmethod
    def close(self) -> None:
        """End the running calls and the connection to the process that makes the calls."""


class Evaluator(Caller):
    """Calls a function in child processes of a light process; the constructor forks the light process.

    Parameters
    ----------
    function : callable
        The user's function; it is called with keyword arguments.
    rules : Rules
        The limits of calls and the value of a failed call.
    not_for_calls : sequence of Closeable
        Open objects of the creating process, such as connections, that the light process and the calls close.
    """

    def __init__(
        self,
        function: Callable[..., Any],
        rules: Rules | None = None,
        not_for_calls: Sequence[Closeable] = (),
    ) -> None:
        super().__init__()
        self._connection, theirs = multiprocessing.Pipe()
        their_lifeline, self._lifeline = multiprocessing.Pipe()
        their_drops, self._drops = multiprocessing.Pipe(duplex=False)
        owner = os.getpid()
        handlers = {int(signum): scripts_handler(signum) for signum in (*IGNORED, signal.SIGCHLD)}

        fresh_thread = not release_threads()

        def serve() -> None:
            CallServer(
                function,
                theirs,
                Owner(owner, their_lifeline, their_drops),
                rules or Rules(),
                handlers=handlers,
                fresh_thread=fresh_thread,
            ).run()

        self._process = ForkedProcess(serve, close=(self._connection, self._lifeline, self._drops, *not_for_calls))
        for each in (theirs, their_lifeline, their_drops):
            each.close()

    def _drop(self, number: int) -> None:
        with contextlib.suppress(OSError):  # the light process is gone; the wait for the answer notices it
            os.write(self._drops.fileno(), number.to_bytes(NUMBER_SIZE, "little"))

    def _send(self, request: Request) -> None:
        send(self._connection.fileno(), vars(request))

    def _receive(self, number: int) -> Outcome:
        while "notice" in (answer := receive(self._connection.fileno())):
            self.notice(answer["notice"])
        return Outcome(**answer)

    def dismiss(self) -> None:
        """End the light process and a running call; `CallsLost` is raised in a thread that waits for the call."""
        shut_down(self._lifeline)

    def close(self) -> None:
        """End the light process and a running call, and close the connections."""
        self.dismiss()
        for each in (self._lifeline, self._drops, self._connection):
            each.close()
        if not self._process.wait(EXIT_SECONDS + 1.0):
            self._process.kill()


def shut_down(connection: Connection) -> None:
    """Shut a connection down, so that the other side notices it even if another process has a copy of this end."""
    with contextlib.suppress(OSError), socket.socket(fileno=os.dup(connection.fileno())) as copy:
        copy.shutdown(socket.SHUT_RDWR)
