"""The packages that know the operating system, imported when they are needed.

A call is a fork of a process, and the fewer modules that has loaded, the less the fork costs.
"""

from __future__ import annotations

import functools
import os
import resource
from typing import Any

from pysmac_compat.evaluation.installed import installed_packages


@functools.cache
def psutil() -> Any:
    """The module psutil."""
    with installed_packages():
        import psutil as module
    return module


@functools.cache
def limiter() -> Any:
    """What limits this process, from pynisher."""
    with installed_packages():
        from pynisher.limiters.limiter import Limiter

        return Limiter.create(None, None)


def address_space() -> int:
    """Bytes of address space of this process."""
    try:
        statm = os.open("/proc/self/statm", os.O_RDONLY)
    except OSError:  # no Linux
        return int(psutil().Process().memory_info().vms)
    try:
        return int(os.read(statm, 100).split()[0]) * resource.getpagesize()
    finally:
        os.close(statm)
