"""The owner is the process that requests the calls; the processes that make the calls use this module to watch it."""

from __future__ import annotations

import os
import time
from multiprocessing.connection import Connection

from pysmac_compat.evaluation.child import process_handle, readable

_DYING = 0.05  # seconds within which a dying process has ended
#: bytes of a request number; a pipe delivers so few bytes together or not at all
NUMBER_SIZE = 8
_PAUSE = 1.0  # seconds between two checks of the owner if the system has no process handles


class Owner:
    """The process that requests the calls; the methods check whether it still needs calls.

    Parameters
    ----------
    pid : int
    lifeline : Connection
        It becomes readable when the owner needs no more calls.
    drops : Connection
        It delivers the number of each request whose call the owner does not need any more.
    """

    def __init__(self, pid: int, lifeline: Connection, drops: Connection) -> None:
        self._pid, self._lifeline, self.drops = pid, lifeline, drops
        self._handle = process_handle(pid)

    def wait(self, others: list[int], timeout: float) -> list[int]:
        """Wait until a descriptor is readable or the owner needs no more calls; return the readable descriptors."""
        if self._handle is None:
            return readable([*others, self._lifeline.fileno()], min(timeout, _PAUSE))
        return readable([*others, self._lifeline.fileno(), self._handle], timeout)

    def lives(self) -> bool:
        """Return whether the process of the owner is still running."""
        if self._handle is not None:
            return not readable([self._handle], 0.0)
        try:
            os.kill(self._pid, 0)
        except ProcessLookupError:
            return False
        return True

    def waits(self) -> bool:
        """Return whether the owner still needs calls."""
        if self._handle is None:
            return not readable([self._lifeline.fileno()], 0.0) and self.lives()
        return not readable([self._lifeline.fileno(), self._handle], 0.0)

    def dismisses(self) -> bool:
        """Return whether the owner has closed the lifeline and is still alive."""
        if not readable([self._lifeline.fileno()], 0.0):
            return False
        # a dying process closes its files before its end is visible
        if self._handle is not None:
            return not readable([self._handle], _DYING)
        time.sleep(_DYING)
        return self.lives()

    def drops_call(self, number: int) -> bool:
        """Read one number from `drops`, which must be readable; return whether it is the number of this call.

        Any other number belongs to an earlier call, which had ended before the owner received its outcome.
        """
        return int.from_bytes(os.read(self.drops.fileno(), NUMBER_SIZE), "little") == number

    def forget(self) -> None:
        """Close the connections in this process."""
        self._lifeline.close()
        self.drops.close()
