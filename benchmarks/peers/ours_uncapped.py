"""Our own search without adaptive capping, to measure the gain of capping."""

from __future__ import annotations

from functools import partial

from benchmarks.peers import ours
from benchmarks.peers.ours import DISTRIBUTIONS

__all__ = ["DISTRIBUTIONS", "minimise"]

minimise = partial(ours.minimise, capping=False)
