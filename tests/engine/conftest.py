from __future__ import annotations

import time
from dataclasses import dataclass

import pytest
import threadpoolctl


@dataclass(frozen=True)
class Cost:
    """What an evaluator returns, made from a number; None is a crash."""

    cost: float
    learnable: bool = True
    cut_short: bool = False
    censored: bool = False
    final: bool = False
    cpu_time: float = 0.0
    wall_time: float = 0.0

    @property
    def tuner_time(self):
        return self.cpu_time


@pytest.fixture
def search():
    """Run a session on a plain function of (configuration, instance, seed, cutoff); returns what it saw."""
    from pysmac_compat.engine.session import Session  # not in the process that hands out the tests

    def run(space, function, n_evaluations, seconds=None, **settings):
        calls, standings, warnings = [], [], []

        def evaluate(configuration, instance, seed, cutoff):
            value = function(configuration, instance, seed, cutoff)
            calls.append((configuration, instance, seed, cutoff))
            if isinstance(value, Cost):
                return value
            return Cost(2.0**127, learnable=False) if value is None else Cost(float(value))

        session = Session(
            space, evaluate, n_evaluations=n_evaluations, warn=warnings.append, observe=standings.append, **settings
        )
        with threadpoolctl.threadpool_limits(1):  # as in the engine's own process
            reason = session.run(None if seconds is None else time.monotonic() + seconds)
        return reason, calls, standings, warnings

    return run
