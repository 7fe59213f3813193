"""Adaptive capping: a challenger's run ends when the challenger can no longer be better than the incumbent.

Hutter, Hoos, Leyton-Brown, Stuetzle, "ParamILS: An Automatic Algorithm Configuration Framework", JAIR 36 (2009),
with the slack of SMAC v2.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Capping:
    """Limits of a challenger's runs.

    Attributes
    ----------
    factor, summand : float
        The cutoff is ``factor * rest + summand`` seconds; ``rest`` is the time that the challenger may
        still use without being worse than the incumbent.
    """

    factor: float = 1.3
    summand: float = 1.0

    #: seconds that SMAC v2 adds for each run
    per_run = 0.001

    def cutoff(self, rest: float, limit: float | None) -> float:
        """Return the limit of the next run in seconds; ``limit`` is the limit of every run."""
        capped = self.factor * rest + self.summand
        return capped if limit is None else min(limit, capped)

    def allowance(self, n_runs: int) -> float:
        """Return the seconds that ``n_runs`` runs may take in addition to the incumbent's time."""
        return self.per_run * (n_runs + 1)
