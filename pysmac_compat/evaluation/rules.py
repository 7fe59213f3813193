"""What holds for all calls of a minimisation."""

from __future__ import annotations

from dataclasses import dataclass

#: value of a failed call unless the user chooses another, as in the original
TIMEOUT_QUALITY = 2.0**127
#: the wall clock limit of a call, in units of its CPU limit
WALL_FACTOR = 10.0


@dataclass(frozen=True)
class Rules:
    """What holds for all calls.

    Attributes
    ----------
    memory_mb : float or None
        MB of address space that a call may use on top of what its process has before.
    crash_value : float or None
        The value of a call that failed; with None a TIMEOUT keeps the function's own.
    runtime_objective : bool
        Whether the run time is minimised: then a success needs no value, but a run time that can be one.
    cutoff : float or None
        The CPU limit of a call that is not capped, seconds.
    wall_factor : float
        The wall clock limit in units of that.
    kill_file : str or None
        A call is stopped when this file is gone.
    worst : float
        The value of a call that failed, without ``crash_value``.
    """

    memory_mb: float | None = None
    crash_value: float | None = TIMEOUT_QUALITY
    runtime_objective: bool = False
    cutoff: float | None = None
    wall_factor: float = WALL_FACTOR
    kill_file: str | None = None
    worst: float = TIMEOUT_QUALITY

    @property
    def limited(self) -> bool:
        """Whether a call has a limit at all."""
        return (self.memory_mb, self.cutoff, self.kill_file) != (None, None, None)

    def wall_limit(self, cutoff: float | None) -> float | None:
        """The wall clock limit, seconds, of a call with this CPU limit.

        It does not shrink with a capped CPU limit: a call that waits, for another program or on a busy machine, has
        not become slower by that.
        """
        longest = cutoff if self.cutoff is None else self.cutoff
        return None if cutoff is None or longest is None else self.wall_factor * longest
