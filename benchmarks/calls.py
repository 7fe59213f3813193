"""Calls of an empty function, for `cost`: ``python -m benchmarks.calls KIND COUNT`` prints wall seconds for each.

KIND is free (isolated calls without limits), limited (with limits on CPU time, memory and the total
time), fork: ``os.fork``, a pipe and ``os.waitpid``, the least that an isolated call can cost, or fork_of_modules:
the same in a process that has imported some modules of Python's, of which some have things to do after a fork.
"""

from __future__ import annotations

import importlib
import os
import sys
import time
from collections.abc import Sequence

#: what most processes have that talk with others of Python's
MODULES = ("logging", "multiprocessing.connection", "random", "threading")


def fork() -> None:
    """A child that writes one number into a pipe."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writer, b"0.0")
        os._exit(0)
    os.close(writer)
    os.read(reader, 100)
    os.close(reader)
    os.waitpid(child, 0)


def forks(count: int, modules: Sequence[str] = ()) -> float:
    """Wall seconds of so many bare forks of a process that has imported these modules, and next to nothing else."""
    for module in modules:
        importlib.import_module(module)
    start = time.perf_counter()
    for _ in range(count):
        fork()
    return time.perf_counter() - start


def calls(count: int, limited: bool) -> float:
    """Wall seconds of so many isolated calls."""
    from pysmac_compat.evaluation.evaluator import Evaluator
    from pysmac_compat.evaluation.rules import Rules

    evaluator = Evaluator(lambda: 0.0, Rules(memory_mb=500 if limited else None))
    if limited:
        evaluator.deadline = time.monotonic() + 3600
    start = time.perf_counter()
    for _ in range(count):
        assert evaluator({}, 10.0 if limited else None).succeeded
    seconds = time.perf_counter() - start
    evaluator.close()
    return seconds


if __name__ == "__main__":
    kind, number = sys.argv[1], int(sys.argv[2])
    if kind.startswith("fork"):
        seconds = forks(number, MODULES if kind == "fork_of_modules" else ())
    else:
        seconds = calls(number, limited=kind == "limited")
    print(seconds / max(1, number))
