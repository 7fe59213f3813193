"""Calls on the workers of a Dask cluster; as on one machine, each call runs in a child process with limits.

::

    the engine's process: one caller for each call at a time
         │  one pipe: requests with their numbers, answers
         v
    this process: a thread ── client ── scheduler ──> workers, see `dask_worker`

The client sends the function to the cluster only once. When a worker gets its first call, it fetches the function from
any place in the cluster that has it. Everything that the cluster holds for a search belongs to futures of the client.
So the cluster releases all of it when the client is gone, however the client's process ends.
"""

from __future__ import annotations

import contextlib
import logging
import multiprocessing
import queue
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

from pysmac_compat.evaluation.child import readable, receive, send
from pysmac_compat.evaluation.dask_worker import NotHere, evaluate, keep
from pysmac_compat.evaluation.evaluator import Caller, CallsEnded, shut_down
from pysmac_compat.evaluation.limits import MISTAKES
from pysmac_compat.evaluation.outcome import OVER, Outcome, Report, judge
from pysmac_compat.evaluation.rules import Rules
from pysmac_compat.evaluation.server import Request

logger = logging.getLogger(__name__)

_GRACE = 5.0  # seconds beyond the total time for which a worker may still answer
_LOOK = 0.25  # seconds between two checks of the limits and of the connection to the scheduler
_SILENT = 10.0  # after this number of seconds without an answer, a warning says if the cluster has no workers
_TRIES = 4  # a lost call is submitted at most this many times; Dask itself also repeats the calls of a lost worker
_LOST = ("cancelled", "lost")  # states of a future that no worker computes
_HINT = (
    "; set PYTHONPATH on the workers so that they find your own modules, or define the function in the script itself. "
    "Then begin again without resume, since a resumed search keeps its crashes"
)


def cluster_callers(client: Any, function: Callable[..., Any], rules: Rules, workers: int) -> Sequence[Caller]:
    """Return the callers of one engine, whose calls run on a cluster; each caller makes one call at a time.

    Parameters
    ----------
    client : dask.distributed.Client
    function : callable
        The user's function.
    rules : Rules
        The limits of calls and the value of a failed call.
    workers : int
        The number of callers, that is, of calls at a time.
    """
    ours, theirs = multiprocessing.Pipe()
    server, line = _Server(client, function, rules, theirs), _Line(ours)
    return [DaskCaller(line, server, i) for i in range(workers)]


#: the index of a caller, and the number of one of its requests
_Key = tuple[int, int]


class DaskCaller(Caller):
    """A caller whose calls run on a cluster, one at a time; all callers of an engine share one `_Line`."""

    def __init__(self, line: _Line, server: _Server, index: int) -> None:
        super().__init__()
        self._line, self._server, self._index = line, server, index
        self.not_for_forks = (server.connection,)

    def _send(self, request: Request) -> None:
        self._line.ask((self._index, request.number), request)

    def _receive(self, number: int) -> Outcome:
        answer = self._line.wait((self._index, number))
        if "gone" in answer:
            raise CallsEnded(answer["gone"])
        return Outcome(**answer)

    def _drop(self, number: int) -> None:
        with contextlib.suppress(EOFError, OSError):  # the wait for the answer notices it
            self._line.send((self._index, number), None)

    def close(self) -> None:
        """End the calls of all callers that share the line; a second `close` has no effect."""
        self._line.close()
        self._server.close()


class _Line:
    """The engine's end of the pipe: any thread may send a request and wait for its own answer."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._lock = threading.Lock()
        self._waiting: dict[_Key, queue.SimpleQueue[dict[str, Any] | None]] = {}
        self._reads = self._ended = False

    def ask(self, key: _Key, request: Request) -> None:
        self._waiting[key] = queue.SimpleQueue()
        self.send(key, vars(request))

    def send(self, key: _Key, message: dict[str, Any] | None) -> None:
        """Send a request; the message None cancels the call."""
        with self._lock:
            if not self._reads:  # the thread must start in the engine's process, not in the one that forked it
                self._reads = True
                threading.Thread(target=self._read, name="pysmac-answers", daemon=True).start()
            if self._ended:
                raise EOFError
            send(self._connection.fileno(), (key, message))

    def wait(self, key: _Key) -> dict[str, Any]:
        answer = self._waiting[key].get()
        del self._waiting[key]
        if answer is None:
            raise EOFError
        return answer

    def _read(self) -> None:
        with contextlib.suppress(EOFError, OSError):
            while True:
                key, answer = receive(self._connection.fileno())
                self._waiting[key].put(answer)
        with self._lock:
            self._ended = True
            for waiting in list(self._waiting.values()):
                waiting.put(None)

    def close(self) -> None:
        if not self._connection.closed:
            shut_down(self._connection)
            self._connection.close()


def _lost(error: Exception) -> Report:
    """Return the report of a call that a worker could not make, for example because it cannot import the function."""
    message = f"the cluster lost the call: {type(error).__name__}: {error}"
    if isinstance(error, ImportError):
        message += _HINT
    return Report("CRASHED", message=message, flaw=message if isinstance(error, MISTAKES) else "")


@dataclass
class _Call:
    """A call that is on the cluster; ``deadline`` is a value of ``time.monotonic()``."""

    key: _Key
    request: Request
    deadline: float | None
    future: Any = None
    tries: int = 0


class _Server:
    """Passes requests to the cluster and sends the answers back; its own thread reads the requests."""

    def __init__(self, client: Any, function: Callable[..., Any], rules: Rules, connection: Connection) -> None:
        import hashlib  # imported here because its modules would make each fork of the process more expensive

        import cloudpickle

        self.connection = connection
        self._client, self._rules = client, rules
        self._data = cloudpickle.dumps((function, rules))
        self._name = f"pysmac-{hashlib.sha256(self._data).hexdigest()}"
        self._function: Any = None
        self._running: dict[_Key, _Call] = {}
        self._sending, self._submitting = threading.Lock(), threading.Lock()
        self._answered, self._is_empty = time.monotonic(), False
        self._thread = threading.Thread(target=self._serve, name="pysmac-dask", daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        looked = time.monotonic()
        with contextlib.suppress(EOFError, OSError), self.connection:
            while True:
                if readable([self.connection.fileno()], _LOOK):
                    key, request = receive(self.connection.fileno())
                    if request is None:
                        self._drop(key)
                    else:
                        self._begin(key, Request(**request))
                if time.monotonic() - looked >= _LOOK:
                    self._look()
                    looked = time.monotonic()

    def _begin(self, key: _Key, request: Request) -> None:
        if not self._running:
            self._answered = time.monotonic()
        deadline = None if request.wall is None else time.monotonic() + request.wall + _GRACE
        self._running[key] = call = _Call(key, request, deadline)
        self._submit(call)

    def _drop(self, key: _Key) -> None:
        if key in self._running:
            self._stop(self._running[key], dropped=True)

    def _submit(self, call: _Call) -> None:
        """Hand a call to the cluster."""
        # pure=False, because Dask would otherwise reuse the result of a call with the same arguments
        self._hand(call, lambda: self._client.submit(evaluate, self._name, call.request, pure=False))

    def _equip(self, call: _Call, worker: str) -> None:
        """Send the function to a worker that got this call but lacks the function.

        If other calls of the worker lack it too, they wait for the same transfer. The calls themselves do not depend
        on the function, so that Dask does not prefer the workers that have it.
        """
        at = {"key": f"{self._name}-{worker}", "workers": [worker], "allow_other_workers": True}
        self._hand(call, lambda: self._client.submit(keep, self._name, self._sent(), **at))

    def _hand(self, call: _Call, submit: Callable[[], Any]) -> None:
        with self._submitting:
            if call.key not in self._running:
                return
            try:
                call.future = future = submit()
            except Exception:  # the connection is lost; `_look` handles the call
                call.future = None
                return
        future.add_done_callback(lambda future: self._take(call, future))

    def _sent(self) -> Any:
        """Return a future of the pickled function; Dask passes the function from worker to worker."""
        import dask

        if self._function is None or self._function.status in _LOST:
            with dask.config.set({"distributed.admin.large-graph-warning-threshold": "1TiB"}):  # it is sent only once
                self._function = self._client.submit(bytes, self._data, key=self._name)
        return self._function

    def _take(self, call: _Call, future: Any) -> None:
        """Handle the result of a submitted call."""
        if future is not call.future or future.status in _LOST or call.key not in self._running:
            return
        from distributed import CancelledError

        try:
            result = future.result()
        except CancelledError:  # cancelled meanwhile
            return
        except Exception as error:
            result = self._judged(call, _lost(error))
        if self._is_empty:
            self._is_empty = False
            logger.warning("the Dask cluster has workers again; the search goes on")
        if isinstance(result, NotHere):
            self._equip(call, result.worker)
        elif result is None:  # the worker now has the function, or the worker is closing
            self._submit(call)
        else:
            self._answer(call, vars(result))

    def _look(self) -> None:
        """Handle calls that take too long and calls that the cluster has lost."""
        status = self._client.status
        if status == "running" and self._running and time.monotonic() >= self._answered + _SILENT:
            self._answered = time.monotonic()
            self._look_for_workers()
        for call in list(self._running.values()):
            if status in ("closing", "closed"):
                self._answer(call, {"gone": "the connection to the Dask cluster is lost"})
            elif call.deadline is not None and time.monotonic() >= call.deadline:
                self._stop(call, cut_short=OVER)
            elif status == "running" and (call.future is None or call.future.status in _LOST):
                call.tries += 1
                if call.tries < _TRIES:
                    self._submit(call)
                else:
                    lost = f"the cluster lost the call {_TRIES} times"
                    self._answer(call, vars(self._judged(call, Report("CRASHED", message=lost))))

    def _look_for_workers(self) -> None:
        """Warn, once for each loss, that the cluster has no workers."""
        try:
            is_empty = not self._client.nthreads()
        except Exception:  # the connection is lost; `_look` handles the calls
            return
        if is_empty and not self._is_empty:
            logger.warning("the Dask cluster has no workers; the search waits for new workers")
        self._is_empty = self._is_empty or is_empty

    def _stop(self, call: _Call, **why: Any) -> None:
        self._answer(call, vars(self._judged(call, Report("TIMEOUT"), stopped=True, **why)))
        self._cancel([call])

    def _judged(self, call: _Call, report: Report, **stopped: Any) -> Outcome:
        return judge(report, self._rules, cpu_time=0.0, wall_time=0.0, cutoff=call.request.cutoff, **stopped)

    def _answer(self, call: _Call, answer: dict[str, Any]) -> None:
        if self._running.pop(call.key, None) is not None:
            self._answered = time.monotonic()
            with self._sending, contextlib.suppress(OSError):
                send(self.connection.fileno(), (call.key, answer))

    def _cancel(self, calls: Sequence[_Call]) -> None:
        """Cancel calls on the cluster; their workers notice it and end the calls."""
        futures = [call.future for call in calls if call.future is not None]
        if futures and self._client.status == "running":
            with contextlib.suppress(Exception):
                self._client.cancel(futures)

    def close(self) -> None:
        """End the running calls and release everything that the cluster holds; a second `close` has no effect."""
        with self._submitting:
            calls = list(self._running.values())
            self._running.clear()
        self._cancel(calls)
        self._function = None
        if threading.current_thread() is not self._thread:
            self._thread.join(5.0)
