"""What the functions that are called in tests do: use CPU, die, leave processes."""

import contextlib
import faulthandler
import os
import signal
import time

import psutil

#: burns CPU until it is killed
BURNER = "n = 0\nwhile True:\n    n += 1\n"


def spin():
    n = 0
    while True:
        n += 1


def burn(seconds):
    start, n = time.process_time(), 0
    while time.process_time() - start < seconds:
        n += 1


def gone(pid, seconds=30):
    """Whether a process ends within this time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
                return True
        except psutil.NoSuchProcess:
            return True
        time.sleep(0.02)
    return False


def end(pid):
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def raise_(error):
    raise error


def quietly(die, *args):
    faulthandler.disable()  # pytest has switched it on
    die(*args)


def recurse(*args):
    return recurse(*args) + 1
