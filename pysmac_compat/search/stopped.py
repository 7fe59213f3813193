"""How the engine's process notices that the search must end: by a message, or by the end of its parent process."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from multiprocessing.connection import Connection

from pysmac_compat.evaluation.child import process_handle, readable
from pysmac_compat.events import INTERRUPTED, Stop, Verdict

#: seconds for which an engine continues after its parent process has ended
_LAST_WORDS = 2.0
_LOOK = 0.5  # seconds between two checks of the parent process


class Stopped:
    """Whether the search must end: calling the object returns the reason, or an empty text if the search continues."""

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
        """Call ``question``, which sends a message to the parent process, and wait for the `Verdict`.

        Returns the reason to end; an empty text if the run continues.
        """
        with self._asking:  # otherwise another thread might take the answer
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
        """Note a stop message that was received in place of an answer."""
        self._reason = stop.reason


def end_after(parent: int, stopped: Stopped) -> None:
    """Wait until the parent process has ended, and end this process soon afterwards, whatever it is doing.

    The connection alone does not show the end of the parent process, because other processes may keep the connection
    open, for example processes that a call has started in the background. Work in progress gets some time to end by
    itself, so a result that arrives in this time is still written to the files.
    """
    handle = process_handle(parent)
    while os.getppid() == parent:
        readable([] if handle is None else [handle], _LOOK)
    stopped.note(Stop(INTERRUPTED))
    time.sleep(_LAST_WORDS)
    os._exit(1)
