"""How the engine's process learns that the search is to end: it is told so, or the process that started it is gone."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from multiprocessing.connection import Connection

from pysmac_compat.evaluation.child import process_handle, readable
from pysmac_compat.events import INTERRUPTED, Stop, Verdict

#: seconds that an engine goes on when the process that started it is gone
_LAST_WORDS = 2.0
_LOOK = 0.5  # seconds between two looks for that process


class Stopped:
    """Whether the process that started this one wants the search to end; the reason, or an empty text."""

    def __init__(self, connection: Connection) -> None:
        self._connection, self._reason = connection, ""
        self._asking = threading.Lock()

    def __call__(self) -> str:
        with self._asking:
            if not self._reason and self._connection.poll():
                try:
                    self.note(self._connection.recv())
                except (EOFError, OSError):
                    self._reason = INTERRUPTED
        return self._reason

    def ask(self, question: Callable[[], None]) -> str:
        """Put a question to that process, and wait for its `Verdict`; the reason, which may be another one by then."""
        with self._asking:  # else another thread might take the answer
            if not self._reason:
                question()
                try:
                    answer: Stop | Verdict = self._connection.recv()
                except (EOFError, OSError):
                    answer = Stop(INTERRUPTED)
                if isinstance(answer, Verdict):
                    return answer.reason
                self.note(answer)
        return self._reason

    def note(self, stop: Stop) -> None:
        """Note its message where that comes in place of an answer."""
        self._reason = stop.reason


def end_after(parent: int, stopped: Stopped) -> None:
    """End this process soon after the one that started it, whatever it is doing then.

    The connection to that process may be open in others, as in what a call has left in the background. What is
    going on gets some time to end by itself: a result that arrives is still written down.
    """
    handle = process_handle(parent)
    while os.getppid() == parent:
        readable([] if handle is None else [handle], _LOOK)
    stopped.note(Stop(INTERRUPTED))
    time.sleep(_LAST_WORDS)
    os._exit(1)
