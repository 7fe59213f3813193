"""Preparation for the fork of a process that has used OpenMP.

GNU's runtime, libgomp, keeps its pool of threads in thread-local memory of the thread that has started a parallel
region. If that thread forks, the child process inherits the pool but not the threads, and waits for them forever at
its first parallel region. Other runtimes notice a fork, so they need no preparation.
"""

from __future__ import annotations

import ctypes
import os

#: a value of `omp_pause_resource_t` of OpenMP 5.0: release everything
_HARD = 2


#: the beginnings of the file names of the OpenMP runtimes of GNU, LLVM and Intel
_NAMES = ("libgomp", "libomp", "libiomp")


def release_threads() -> bool:
    """End libgomp's pools of threads for the calling thread; the thread's next parallel region starts new threads.

    Returns
    -------
    bool
        Whether a process that this thread forks can use OpenMP. It is False if a loaded libgomp cannot end its pool,
        for example because it is older than GCC 9.
    """
    # a list, so that all pools are released, even if the release of one fails
    released = [_release(path) for path in _mapped("self") if _is_called(path, "libgomp")]
    return all(released)


def runtimes(pid: int) -> set[str]:
    """Return the file names of the OpenMP runtimes that a process has loaded."""
    return {os.path.basename(path) for path in _mapped(pid) if _is_called(path, *_NAMES)}


def _is_called(path: str, *names: str) -> bool:
    return os.path.basename(path).startswith(names)


def _mapped(pid: int | str) -> set[str]:
    """Return the paths of libraries in the memory of a process; empty if the system does not list them."""
    try:
        with open(f"/proc/{pid}/maps", errors="surrogateescape") as maps:
            lines = [line for line in maps if "lib" in line]
    except OSError:
        return set()
    return {line.split(maxsplit=5)[5].rstrip("\n") for line in lines}


def _release(path: str) -> bool:
    try:
        pause = ctypes.CDLL(path, mode=os.RTLD_NOLOAD | os.RTLD_NOW).omp_pause_resource_all
    except (OSError, AttributeError):
        return False
    return int(pause(_HARD)) == 0
