"""``lock-run-N``, the lock of a run: while the processes of a search write the run, no other search may resume it.

The lock uses flock, so the operating system releases it when the last of these processes ends, however it ends. The
lock file stays. It contains the id of the process that acquired the lock last.

A fork shares the lock of its parent, but only the processes of the search may keep the lock. Every other process that a
call or the user's script forks releases it at once, even if that process does not use this package.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import time
import weakref
from collections.abc import Callable, Iterator, Sequence

from pysmac_compat._warn import warn
from pysmac_compat.errors import ArgumentError, LinkedFileError

#: seconds within which the processes of a killed search notice its end and release the lock
PATIENCE = 5.0
_PAUSE = 0.02


class _OpenFile:
    """A file that is open as long as this object exists."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor

    def __del__(self, close: Callable[[int], None] = os.close) -> None:  # `os` may be gone at the end of Python
        close(self.descriptor)


#: The locks of this process. Only this list refers to them, so they close when it is emptied. A fork empties it with
#: ``list.clear``, which is written in C; a Python function would copy pages of memory in each call, which is a fork.
_not_for_forks: list[_OpenFile] = []
os.register_at_fork(after_in_child=_not_for_forks.clear)


@contextlib.contextmanager
def shared_with_forks() -> Iterator[None]:
    """Allow processes that are forked inside this context to keep the locks of this process."""
    shared = [*_not_for_forks]
    _not_for_forks.clear()
    try:
        yield
    finally:
        _not_for_forks.extend(shared)


def lock_runs(folder: str, names: Sequence[str], patience: float = 0.0) -> list[RunLock]:
    """Lock the runs with these names in a folder; make the folder if it does not exist.

    Raises
    ------
    ArgumentError
        If another process holds one of the locks.
    LinkedFileError
        If the file of a lock is a symbolic link.
    """
    locks: list[RunLock] = []
    try:
        os.makedirs(folder, exist_ok=True)
        for name in names:
            locks.append(RunLock(os.path.join(folder, f"lock-run-{name}"), patience))
    except LinkedFileError:
        for lock in locks:
            lock.close()
        raise
    except OSError as error:
        warn(
            f"cannot lock the run: {error}; the search goes on without a lock, so make sure that no other process "
            "works on the same run"
        )
    except BaseException:
        for lock in locks:
            lock.close()
        raise
    if not all(lock.is_held for lock in locks):
        warn(f"the file system of {folder!r} has no locks, so make sure that no other process works on the same run")
    return locks


def is_worked_on(folder: str, name: str) -> bool:
    """Return whether a process of this machine is known to work on the run of this name."""
    try:
        with open(os.path.join(folder, f"lock-run-{name}"), "rb") as stream:
            os.kill(int(stream.read(20)), 0)  # before the lock, because even a short lock could stop a new search
            fcntl.flock(stream, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return True
    except (OSError, ValueError, OverflowError):
        return False
    return False


class RunLock:
    """The lock of one run; the constructor acquires it.

    Parameters
    ----------
    path : str
        The path of the lock file. Its folder must exist.
    patience : float
        Seconds to wait for a process that holds the lock.

    Attributes
    ----------
    is_held : bool
        Whether the lock is held; False if the file system cannot lock.

    Raises
    ------
    ArgumentError
        If another process holds the lock.
    LinkedFileError
        If the file is a symbolic link.
    OSError
        If the file cannot be made.
    """

    def __init__(self, path: str, patience: float = 0.0) -> None:
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o666)
        except OSError as error:
            if error.errno == errno.ELOOP:
                raise LinkedFileError(path) from None
            raise
        _not_for_forks.append(_OpenFile(descriptor))
        self._file = weakref.ref(_not_for_forks[-1])
        try:
            self.is_held = self._acquire(path, descriptor, time.monotonic() + patience)
        except BaseException:
            self.close()
            raise
        if self.is_held:
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)

    def _acquire(self, path: str, descriptor: int, end: float) -> bool:
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() >= end:
                    owner = os.pread(descriptor, 20, 0).decode(errors="replace").strip()
                    raise ArgumentError(
                        f"another process{f' ({owner})' if owner else ''} is working on this run, see {path}; "
                        "wait until it ends, or use another seed or another working_directory"
                    ) from None
                time.sleep(_PAUSE)
            except OSError:  # some network file systems have no locks
                return False
            else:
                return True

    def close(self) -> None:
        """Release the lock in this process; forks that share the lock still hold it."""
        file = self._file()
        if file in _not_for_forks:
            _not_for_forks.remove(file)
