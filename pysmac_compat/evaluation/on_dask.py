"""Calls on the workers of a Dask cluster: each is made there as it is here, in a child process with its limits."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import socket
import threading
import time
from collections.abc import Callable
from typing import Any

from pysmac_compat.errors import ArgumentError
from pysmac_compat.evaluation.child import receive, send
from pysmac_compat.evaluation.evaluator import Caller, Evaluator
from pysmac_compat.evaluation.outcome import Outcome, Report, judge
from pysmac_compat.evaluation.rules import Rules
from pysmac_compat.evaluation.server import Request

_GRACE = 5.0  # seconds that a worker gets beyond the total time to say that it is over


def check_client(client: Any, function: Callable[..., Any]) -> None:
    """Refuse what cannot work, before anything is started.

    Parameters
    ----------
    client : dask.distributed.Client
    function : callable
        The user's; must be one that cloudpickle can send.

    Raises
    ------
    ArgumentError
        If the client is closed, has no workers, or cannot send the function.
    """
    import cloudpickle

    name = "smac_options['dask-client']"
    if getattr(client, "asynchronous", False):
        raise ArgumentError(f"{name} must not be asynchronous")
    if client.status != "running":
        raise ArgumentError(f"{name} is not connected to a cluster: its status is {client.status!r}")
    if not client.nthreads():
        raise ArgumentError(f"{name}: the cluster has no workers yet; see Client.wait_for_workers")
    try:
        cloudpickle.dumps(function)
    except Exception as error:
        raise ArgumentError(f"{name}: the function cannot be sent to the workers: {error}") from error


def evaluate(function: Callable[..., Any], rules: Rules, request: Request) -> Outcome:
    """Make one call; what a worker of the cluster does."""
    with contextlib.closing(Evaluator(function, rules)) as call:
        if request.wall is not None:
            call.deadline = time.monotonic() + request.wall - (request.cutoff or 0.0)
        return call(request.arguments, request.cutoff)


class DaskEvaluator(Caller):
    """Has the calls of a function made by the workers of a Dask cluster.

    Requests come from the process of the search; a thread of this process, which has the
    client, passes them on.

    Parameters
    ----------
    client : dask.distributed.Client
    function : callable
        The user's.
    rules : Rules
        Limits, and what a failed call is worth.
    """

    def __init__(self, client: Any, function: Callable[..., Any], rules: Rules) -> None:
        ours, theirs = multiprocessing.Pipe()
        super().__init__(ours)
        self.not_for_forks = (theirs,)
        self._running: Any = None

        def serve() -> None:
            with contextlib.suppress(EOFError, OSError), theirs:
                while True:
                    request = Request(**receive(theirs.fileno()))
                    send(theirs.fileno(), vars(self._outcome(client, function, rules, request)))

        self._thread = threading.Thread(target=serve, name="pysmac-dask", daemon=True)
        self._thread.start()

    def _outcome(self, client: Any, function: Callable[..., Any], rules: Rules, request: Request) -> Outcome:
        """What a call on the cluster came to; one that is lost there has crashed."""
        import asyncio  # here, as all that fork this module would bear its size

        from distributed import wait

        deadline = None if request.wall is None else time.monotonic() + request.wall + _GRACE
        try:
            # each call anew: Dask would take the same arguments for the same result
            self._running = client.submit(evaluate, function, rules, request, pure=False)
            while not self._running.done() and (deadline is None or time.monotonic() < deadline):
                with contextlib.suppress(TimeoutError, asyncio.TimeoutError):
                    wait(self._running, timeout=None if deadline is None else deadline - time.monotonic())
            if self._running.done():
                outcome: Outcome = self._running.result()
                return outcome
            self._running.cancel()
            report, late = Report("TIMEOUT"), "the total time is over"
        except Exception as error:
            lost = f"the call was lost on the cluster: {type(error).__name__}: {error}"
            report, late = Report("CRASHED", message=lost), ""
        return judge(
            report,
            cpu_time=0.0,
            wall_time=0.0,
            cutoff=request.cutoff,
            stopped=bool(late),
            cut_short=late,
            rules=rules,
        )

    def close(self) -> None:
        """Forget a call that is still running; its worker ends it at its limits."""
        with contextlib.suppress(OSError), socket.socket(fileno=os.dup(self._connection.fileno())) as connection:
            connection.shutdown(socket.SHUT_RDWR)
        self._connection.close()
        if self._running is not None:
            self._running.cancel()
        self._thread.join(5.0)
