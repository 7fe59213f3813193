"""The code that runs on a Dask worker: it makes each call in a child process, and ends a call that nobody waits for."""

from __future__ import annotations

import contextlib
import pickle
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from pysmac_compat.evaluation.evaluator import CallsLost, Evaluator
from pysmac_compat.evaluation.outcome import Outcome
from pysmac_compat.evaluation.rules import Rules
from pysmac_compat.evaluation.server import Request

_LOOK = 0.25  # seconds between two checks whether a call is still wanted
_KEEP = 600.0  # seconds for which a worker keeps an unused function
_CLOSING = {"closing", "closed", "failed"}  # states of a worker that stops or has stopped


class Kept:
    """A function and its rules, unpickled once for all calls that the worker process makes."""

    def __init__(self, data: bytes) -> None:
        content: tuple[Callable[..., Any], Rules] = pickle.loads(data)
        self.function, self.rules = content
        self.calls: set[str] = set()  # the keys of the running calls
        self.used = time.monotonic()


_kept: dict[str, Kept] = {}


@dataclass(frozen=True)
class NotHere:
    """The answer of a worker that does not have the function."""

    worker: str


def keep(name: str, data: bytes) -> None:
    """Unpickle the function and its rules, and keep both on this worker for later calls."""
    if name not in _kept:
        _kept[name] = Kept(data)
    _forget_later(name)


def evaluate(name: str, request: Request) -> Outcome | NotHere | None:
    """Make one call; return its outcome, `NotHere` if the function is missing, or None if nobody waits any more."""
    from distributed import get_worker

    worker = get_worker()
    kept = _kept.get(name)
    if kept is None:
        return NotHere(worker.address)
    key = worker.get_current_task()
    kept.calls.add(key)
    try:
        return _evaluate(kept, request, worker, key)
    finally:
        kept.used = time.monotonic()
        kept.calls.discard(key)
        _forget_later(name)


def _forget_later(name: str) -> None:
    from distributed import get_worker

    loop = get_worker().loop
    loop.add_callback(loop.call_later, _KEEP, _forget, name)


def _forget(name: str) -> None:
    kept = _kept.get(name)
    if kept is not None and not kept.calls and time.monotonic() - kept.used >= _KEEP:
        del _kept[name]


def _evaluate(kept: Kept, request: Request, worker: Any, key: str) -> Outcome | None:
    with contextlib.closing(Evaluator(kept.function, kept.rules)) as call, _while_wanted(call, worker, key):
        if request.wall is not None:
            call.deadline = time.monotonic() + request.wall - (request.cutoff or 0.0)
        try:
            return call(request.arguments, request.cutoff)
        except CallsLost:
            if _is_wanted(worker, key):
                raise
            return None


@contextlib.contextmanager
def _while_wanted(call: Evaluator, worker: Any, key: str) -> Iterator[None]:
    """End the call as soon as nobody waits for it any more.

    Dask itself never stops a running task. But the state of the task on the worker shows at once that the client has
    cancelled the task, or that the scheduler has lost the client.
    """
    over = threading.Event()

    def look() -> None:
        while not over.wait(_LOOK):
            if not _is_wanted(worker, key):
                call.dismiss()
                return

    thread = threading.Thread(target=look, name="pysmac-wanted", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _is_wanted(worker: Any, key: str) -> bool:
    task = worker.state.tasks.get(key)
    return worker.status.name not in _CLOSING and task is not None and task.state != "cancelled"
