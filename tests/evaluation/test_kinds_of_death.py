"""The kinds of death of a call: each costs that call only."""

import ctypes
import os
import signal
import sys
import threading
import time

import pytest

from pysmac_compat.evaluation.evaluator import Evaluator
from pysmac_compat.evaluation.rules import TIMEOUT_QUALITY, Rules

from ..functions import quietly, raise_, recurse


class Unpicklable(Exception):
    def __init__(self):
        super().__init__("unpicklable")
        self.function = lambda: None


class Ununpicklable(Exception):
    def __init__(self, one, two):
        super().__init__(f"{one} {two}")


class Unprintable(Exception):
    def __str__(self):
        raise RuntimeError("no text")

    __repr__ = __str__


class Stubborn:
    """A result whose every method fails."""

    def __getattr__(self, name):
        raise RuntimeError(name)

    def __repr__(self):
        raise RuntimeError("repr")

    def __float__(self):
        raise SystemExit(1)


def _chained():
    try:
        raise KeyError("first")
    except KeyError as error:
        raise ValueError("second") from error


def _circular():
    error = ValueError("circular")
    error.__cause__ = RuntimeError("other")
    error.__cause__.__cause__ = error
    raise error


def _generator():
    yield 1.0


DEATHS = {
    "exception": (lambda: raise_(ValueError("some text")), "ValueError: some text"),
    "chained": (_chained, "KeyError"),
    "circular": (_circular, "circular"),
    "group of exceptions": (lambda: raise_(BaseException("base")), "base"),
    "StopIteration": (lambda: raise_(StopIteration(3)), "StopIteration"),
    "GeneratorExit": (lambda: raise_(GeneratorExit()), "GeneratorExit"),
    "KeyboardInterrupt": (lambda: raise_(KeyboardInterrupt()), "KeyboardInterrupt"),
    "MemoryError": (lambda: raise_(MemoryError()), "MemoryError"),
    "OSError 11": (lambda: raise_(OSError(11, "unavailable")), "unavailable"),
    "EOFError": (lambda: raise_(EOFError()), "EOFError"),
    "BrokenPipeError": (lambda: raise_(BrokenPipeError()), "BrokenPipeError"),
    "unpicklable": (lambda: raise_(Unpicklable()), "unpicklable"),
    "not to be unpickled": (lambda: raise_(Ununpicklable(1, 2)), "1 2"),
    "not to be printed": (lambda: raise_(Unprintable()), "Unprintable"),
    "recursion": (recurse, "RecursionError"),
    "assertion": (lambda: raise_(AssertionError("a long text " * 10_000)), "a long text"),
    "sys.exit()": (lambda: sys.exit(), "SystemExit"),
    "sys.exit(0)": (lambda: sys.exit(0), "SystemExit"),
    "sys.exit(3)": (lambda: sys.exit(3), "SystemExit: 3"),
    "sys.exit('text')": (lambda: sys.exit("text"), "SystemExit: text"),
    "os._exit(0)": (lambda: os._exit(0), "exit code 0"),
    "os._exit(3)": (lambda: os._exit(3), "exit code 3"),
    "segfault": (lambda: quietly(ctypes.string_at, 0), "SIGSEGV"),
    "abort": (lambda: quietly(os.abort), "SIGABRT"),
    "SIGKILL": (lambda: os.kill(os.getpid(), signal.SIGKILL), "SIGKILL"),
    "SIGTERM": (lambda: os.kill(os.getpid(), signal.SIGTERM), "SIGTERM"),
    "SIGHUP": (lambda: os.kill(os.getpid(), signal.SIGHUP), "SIGHUP"),
    "SIGINT": (lambda: os.kill(os.getpid(), signal.SIGINT) or time.sleep(60), "KeyboardInterrupt"),
    "exec": (lambda: os.execv(sys.executable, [sys.executable, "-S", "-c", "raise SystemExit(7)"]), "exit code 7"),
    "all files closed": (lambda: os.closerange(3, 1000), ""),
    "None": (lambda: None, "None"),
    "lambda": (lambda: lambda: 3, "function"),
    "generator": (_generator, "generator"),
    "lock": (threading.Lock, "lock"),
    "stubborn": (Stubborn, ""),
    "wrong keywords": (lambda **kwargs: _takes_x(), "TypeError"),
}


def _takes_x(*, x):
    return x


#: what a limit, with its signals and its watch over the processes, could make a difference for
LIMITED = ["exception", "recursion", "sys.exit(3)", "os._exit(3)", "segfault", "SIGKILL", "SIGTERM", "SIGINT", "exec"]


@pytest.fixture(scope="module")
def dying():
    """An evaluator whose calls die as they are told; all tests use the same."""
    call = Evaluator(lambda kind: DEATHS[kind][0]() if kind else 3.0, Rules())
    yield call
    call.close()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "limited"),
    [*((kind, False) for kind in DEATHS), *((kind, True) for kind in LIMITED)],
)
def test_a_death_costs_that_call_only(dying, kind, limited):
    _, message = DEATHS[kind]
    cutoff = 30.0 if limited else None
    dead = dying({"kind": kind}, cutoff)
    assert (dead.status, dead.value) == ("CRASHED", TIMEOUT_QUALITY)
    if not (limited and kind == "SIGTERM"):  # caught, so that ``finally`` can run
        assert message in dead.message
    assert 0 < len(dead.message) < 30_000
    alive = dying({"kind": ""}, cutoff)
    assert (alive.status, alive.value, alive.message) == ("SAT", 3.0, "")
