"""Puts what was written to a file on the disk, so that it outlives the machine, not only the process.

That takes as long as the disk likes, from a millisecond to seconds. So a thread does it, at most once a second; the
search goes on meanwhile. The thread lives in the process of the search, which forks no other process.
"""

from __future__ import annotations

import errno
import os
import threading
from collections.abc import Callable

#: least seconds between two times
INTERVAL = 1.0
#: errors of file systems that cannot do it
_UNABLE = (errno.EINVAL, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP)


class BackgroundSync:
    """Puts one file on the disk, again and again.

    Parameters
    ----------
    descriptor : int
        Of the open file, which stays open until `close`.
    trouble : callable
        Gets the error, in the thread, when the disk fails.
    """

    def __init__(self, descriptor: int, trouble: Callable[[OSError], None]) -> None:
        self._descriptor, self._trouble = descriptor, trouble
        self._changed, self._closed = threading.Event(), threading.Event()
        self._thread: threading.Thread | None = threading.Thread(target=self._work, name="pysmac-sync", daemon=True)
        try:
            self._thread.start()
        except RuntimeError:  # the limits of this machine leave no room for a thread; `close` does it
            self._thread = None

    def note(self) -> None:
        """The file has changed; takes no time."""
        self._changed.set()

    def close(self) -> None:
        """Put the rest on the disk, now."""
        self._closed.set()
        self._changed.set()
        if self._thread is not None:
            self._thread.join()
        self._sync()

    def _work(self) -> None:
        while self._changed.wait() and not self._closed.is_set():
            self._changed.clear()  # before: what comes meanwhile is for the next time
            self._sync()
            self._closed.wait(INTERVAL)

    def _sync(self) -> None:
        try:
            sync(self._descriptor)
        except OSError as error:
            self._trouble(error)


def sync(descriptor: int) -> None:
    """Put an open file on the disk, where the file system can."""
    try:
        getattr(os, "fdatasync", os.fsync)(descriptor)
    except OSError as error:
        if error.errno not in _UNABLE:
            raise


def sync_folder(path: str) -> None:
    """Put the names of the files in a folder on the disk."""
    descriptor = os.open(path or os.curdir, os.O_RDONLY | os.O_CLOEXEC)
    try:
        sync(descriptor)
    finally:
        os.close(descriptor)
