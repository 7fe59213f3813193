"""Syncing of written files to the disk, so that the data survives a crash of the machine and not only of the process.

A sync takes between a millisecond and seconds, depending on the disk. So a thread syncs, at most once a second, and the
search continues meanwhile. The thread can run in the process of the search, because that process never forks.
"""

from __future__ import annotations

import errno
import os
import threading
from collections.abc import Callable

#: the least time between two syncs, seconds
INTERVAL = 1.0
#: errors of file systems that cannot sync
_UNABLE = (errno.EINVAL, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP)


class BackgroundSync:
    """Syncs one file to the disk, again and again.

    Parameters
    ----------
    descriptor : int
        The descriptor of the open file, which must stay open until `close`.
    trouble : callable
        It is called with the error, usually in the thread, when a sync fails.
    """

    def __init__(self, descriptor: int, trouble: Callable[[OSError], None]) -> None:
        self._descriptor, self._trouble = descriptor, trouble
        self._changed, self._closed = threading.Event(), threading.Event()
        self._thread: threading.Thread | None = threading.Thread(target=self._work, name="pysmac-sync", daemon=True)
        try:
            self._thread.start()
        except RuntimeError:  # the machine's limits allow no other thread; `close` syncs
            self._thread = None

    def note(self) -> None:
        """Note that the file has changed, and return at once."""
        self._changed.set()

    def close(self) -> None:
        """End the thread and sync the rest."""
        self._closed.set()
        self._changed.set()
        if self._thread is not None:
            self._thread.join()
        self._sync()

    def _work(self) -> None:
        while self._changed.wait() and not self._closed.is_set():
            self._changed.clear()  # before the sync, so that a change during the sync leads to another sync
            self._sync()
            self._closed.wait(INTERVAL)

    def _sync(self) -> None:
        try:
            sync(self._descriptor)
        except OSError as error:
            self._trouble(error)


def sync(descriptor: int) -> None:
    """Sync an open file to the disk, if the file system can."""
    try:
        getattr(os, "fdatasync", os.fsync)(descriptor)
    except OSError as error:
        if error.errno not in _UNABLE:
            raise


def sync_folder(path: str) -> None:
    """Sync a folder, that is, the names of its files, to the disk."""
    descriptor = os.open(path or os.curdir, os.O_RDONLY | os.O_CLOEXEC)
    try:
        sync(descriptor)
    finally:
        os.close(descriptor)
