"""The owner, which is the process that requests the calls; this module is for the processes that make the calls."""

from __future__ import annotations

import os
import time
from multiprocessing.connection import Connection

from pysmac_compat.evaluation.child import process_handle, readable

_DYING = 0.05  # seconds within which a dying process has ended
#: bytes of the number of a request; a pipe delivers so few bytes together or not at all
NUMBER_SIZE = 8
_PAUSE = 1.0  # seconds between two checks on a system without handles of processes


class Owner:
    """The owner of the calls: it answers whether it still wants calls.

    Parameters
    ----------
    pid : int
    lifeline : Connection
        It becomes readable when the owner wants no more calls.
    drops : Connection
        It delivers the numbers of requests whose calls the owner does not want any more.
    """

    def __init__(self, pid: int, lifeline: Connection, drops: Connection) -> None:
        self._pid, self._lifeline, self.drops = pid, lifeline, drops
        self._handle = process_handle(pid)

    def wait(self, others: list[int], timeout: float) -> list[int]:
        """Wait until one of these descriptors is readable or the owner wants no more calls; return readable ones."""
        if self._handle is None:
            return readable([*others, self._lifeline.fileno()], min(timeout, _PAUSE))
        return readable([*others, self._lifeline.fileno(), self._handle], timeout)

    def lives(self) -> bool:
        """Return whether the process has not ended."""
        if self._handle is not None:
            return not readable([self._handle], 0.0)
        try:
            os.kill(self._pid, 0)
        except ProcessLookupError:
            return False
        return True

    def waits(self) -> bool:
        """Return whether the owner still wants calls."""
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

        Another number belongs to a call that had ended before the owner knew it.
        """
        return int.from_bytes(os.read(self.drops.fileno(), NUMBER_SIZE), "little") == number

    def forget(self) -> None:
        """Close the connections in this process."""
        self._lifeline.close()
        self.drops.close()
