"""The packages that query the operating system; they are imported when they are first used.

Each call is a fork of the light process. The fewer modules that process has loaded, the less the fork costs.
"""

from __future__ import annotations

import functools
import os
import resource
from typing import Any

from pysmac_compat.evaluation.installed import installed_packages


@functools.cache
def psutil() -> Any:
    """Import psutil and return the module."""
    with installed_packages():
        import psutil as module
    return module


@functools.cache
def limiter() -> Any:
    """Return pynisher's limiter for this process."""
    with installed_packages():
        from pynisher.limiters.limiter import Limiter

        return Limiter.create(None, None)


def address_space() -> int:
    """Return the size of the address space of this process, bytes."""
    try:
        statm = os.open("/proc/self/statm", os.O_RDONLY)
    except OSError:  # not Linux
        return int(psutil().Process().memory_info().vms)
    try:
        return int(os.read(statm, 100).split()[0]) * resource.getpagesize()
    finally:
        os.close(statm)
