"""``lock-run-N``: as long as a process of a run lives that writes, nobody else goes on with that run.

The lock is one of the system (flock), so that it is gone with the last of these processes, however they end. The file
stays; it holds the id of the process that had the lock last.

A fork shares the lock of the process that it comes from. Only the processes of the search may: what a call, or the
user's script, forks otherwise lets go of it at once, also if it knows nothing of this package.
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

#: seconds that the processes of a search which was killed may take to notice that
PATIENCE = 5.0
_PAUSE = 0.02


class _OpenFile:
    """A file that is open as long as this object lives."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor

    def __del__(self, close: Callable[[int], None] = os.close) -> None:  # `os` may be gone at the end of Python
        close(self.descriptor)


#: the locks of this process, held by this list alone: a fork empties it. A function that is not Python's, as each call
#: is a fork, and one more function of ours there would have its pages copied each time.
_not_for_forks: list[_OpenFile] = []
os.register_at_fork(after_in_child=_not_for_forks.clear)


@contextlib.contextmanager
def shared_with_forks() -> Iterator[None]:
    """What is forked meanwhile has the locks of this process, too."""
    shared = [*_not_for_forks]
    _not_for_forks.clear()
    try:
        yield
    finally:
        _not_for_forks.extend(shared)


def lock_runs(folder: str, names: Sequence[str], patience: float = 0.0) -> list[RunLock]:
    """Lock the runs of these names whose files are in a folder, which is made if need be.

    Raises
    ------
    ArgumentError
        If another process has one of the locks.
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
        warn(f"no lock can be had: {error}; make sure that no other process works on the same run")
    except BaseException:
        for lock in locks:
            lock.close()
        raise
    if not all(lock.is_held for lock in locks):
        warn(f"the file system of {folder!r} has no locks: make sure that no other process works on the same run")
    return locks


def is_worked_on(folder: str, name: str) -> bool:
    """Whether a process of this machine is working on the run of that name, as far as that can be told."""
    try:
        with open(os.path.join(folder, f"lock-run-{name}"), "rb") as stream:
            os.kill(int(stream.read(20)), 0)  # else to try the lock might keep a search from it that begins now
            fcntl.flock(stream, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return True
    except (OSError, ValueError, OverflowError):
        return False
    return False


class RunLock:
    """The lock of one run, held from now on.

    Parameters
    ----------
    path : str
        Of the file, whose folder is there.
    patience : float
        Seconds to wait for a process that has the lock.

    Attributes
    ----------
    is_held : bool
        False where the file system cannot lock.

    Raises
    ------
    ArgumentError
        If another process has the lock.
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
                        "wait for its end, or use another seed or another working_directory"
                    ) from None
                time.sleep(_PAUSE)
            except OSError:  # no locks here, as on some network file systems
                return False
            else:
                return True

    def close(self) -> None:
        """Let go of it in this process; forks of it that have not done so still hold it."""
        file = self._file()
        if file in _not_for_forks:
            _not_for_forks.remove(file)
