"""The process that wants the calls, seen from those that make them."""

from __future__ import annotations

import os
import time
from multiprocessing.connection import Connection

from pysmac_compat.evaluation.child import process_handle, readable

_DYING = 0.05  # seconds in which a process that dies has died
#: bytes of the number of a request: so few that they are read whole or not at all
NUMBER_SIZE = 8
_PAUSE = 1.0  # seconds between two looks for it where the system has no handles of processes


class Owner:
    """Tells whether calls are still wanted.

    Parameters
    ----------
    pid : int
    lifeline : Connection
        Readable as soon as the process wants no more calls.
    drops : Connection
        Gives the numbers of requests whose calls it wants no more.
    """

    def __init__(self, pid: int, lifeline: Connection, drops: Connection) -> None:
        self._pid, self._lifeline, self.drops = pid, lifeline, drops
        self._handle = process_handle(pid)

    def wait(self, others: list[int], timeout: float) -> list[int]:
        """Which of these descriptors is readable; also ends when no more calls are wanted."""
        if self._handle is None:
            return readable([*others, self._lifeline.fileno()], min(timeout, _PAUSE))
        return readable([*others, self._lifeline.fileno(), self._handle], timeout)

    def lives(self) -> bool:
        """Whether the process has not ended."""
        if self._handle is not None:
            return not readable([self._handle], 0.0)
        try:
            os.kill(self._pid, 0)
        except ProcessLookupError:
            return False
        return True

    def waits(self) -> bool:
        """Whether it still wants calls."""
        if self._handle is None:
            return not readable([self._lifeline.fileno()], 0.0) and self.lives()
        return not readable([self._lifeline.fileno(), self._handle], 0.0)

    def dismisses(self) -> bool:
        """Whether it has closed the lifeline, and has not just died."""
        if not readable([self._lifeline.fileno()], 0.0):
            return False
        # a process that dies closes its files before it is seen to have gone
        if self._handle is not None:
            return not readable([self._handle], _DYING)
        time.sleep(_DYING)
        return self.lives()

    def drops_call(self, number: int) -> bool:
        """Whether it does not want this call any more; to be asked when `drops` is readable.

        Others that it names have ended before it knew.
        """
        return int.from_bytes(os.read(self.drops.fileno(), NUMBER_SIZE), "little") == number

    def forget(self) -> None:
        """Close the connections in this process."""
        self._lifeline.close()
        self.drops.close()
