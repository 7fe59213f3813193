"""Makes calls of an empty function, for `cost`: ``python -m benchmarks.calls KIND COUNT`` prints wall seconds per call.

KIND is one of these words:

- free: isolated calls without limits;
- limited: isolated calls with limits on CPU time, memory and the total time;
- fork: ``os.fork``, a pipe and ``os.waitpid``, the least cost of an isolated call;
- fork_of_modules: the same calls as fork, in a process that has imported some modules of Python's library; some of
  these modules do work after each fork.
"""

from __future__ import annotations

import importlib
import os
import sys
import time
from collections.abc import Sequence

#: modules that most Python processes have imported if they communicate with other Python processes
MODULES = ("logging", "multiprocessing.connection", "random", "threading")


def fork() -> None:
    """Fork a child that writes one number into a pipe, and wait for its end."""
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
    """Return the wall seconds of ``count`` bare forks of a process that has hardly imported more than ``modules``."""
    for module in modules:
        importlib.import_module(module)
    start = time.perf_counter()
    for _ in range(count):
        fork()
    return time.perf_counter() - start


def calls(count: int, limited: bool) -> float:
    """Return the wall seconds of ``count`` isolated calls."""
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
