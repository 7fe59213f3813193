"""Makes a process fit to be forked after it has used OpenMP.

GNU's runtime, libgomp, keeps its pool of threads in thread-local memory of the thread that has started a parallel
region. A fork of that thread inherits the pool but not the threads, and waits for them for ever at its first
parallel region. Other runtimes notice a fork.
"""

from __future__ import annotations

import ctypes
import os

#: a kind of `omp_pause_resource_t` of OpenMP 5.0: give everything back
_HARD = 2


#: what the files of OpenMP's runtimes are called: GNU's, LLVM's, Intel's
_NAMES = ("libgomp", "libomp", "libiomp")


def release_threads() -> bool:
    """End the pools of OpenMP threads of the calling thread; its next parallel region starts new ones.

    Returns
    -------
    bool
        Whether a fork of this thread can use OpenMP. False: there is a runtime from before GCC 9, which cannot
        end its pool.
    """
    # each of them, also after one that cannot
    released = [_release(path) for path in _mapped("self") if _is_called(path, "libgomp")]
    return all(released)


def runtimes(pid: int) -> set[str]:
    """The names of the files of OpenMP's runtimes that a process has loaded."""
    return {os.path.basename(path) for path in _mapped(pid) if _is_called(path, *_NAMES)}


def _is_called(path: str, *names: str) -> bool:
    return os.path.basename(path).startswith(names)


def _mapped(pid: int | str) -> set[str]:
    """The paths of the files in the memory of a process; empty where the system does not tell."""
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
