"""The rules of all calls of a minimisation."""

from __future__ import annotations

from dataclasses import dataclass

#: the default value of a failed call, as in the original pysmac
TIMEOUT_QUALITY = 2.0**127
#: the default wall clock limit of a call, as a multiple of its CPU limit
WALL_FACTOR = 10.0


@dataclass(frozen=True)
class Rules:
    """The limits of all calls and the value of a failed call.

    Attributes
    ----------
    memory_mb : float or None
        The memory limit, MB. A call may use this much memory beyond the memory that its process had before the call.
    crash_value : float or None
        The value of a failed call. If it is None, ``worst`` is the value, except that a call with the status TIMEOUT
        keeps the function's own value if there is one.
    runtime_objective : bool
        Whether the run time is minimised. If so, a success needs no value, but a reported run time must be finite and
        not negative.
    cutoff : float or None
        The CPU limit of a call before adaptive capping reduces it, seconds.
    wall_factor : float
        The wall clock limit as a multiple of ``cutoff``.
    kill_file : str or None
        The path of a file; a call is stopped when the file no longer exists.
    worst : float
        The value of a failed call if ``crash_value`` is None; see there.
    calls_per_process : int
        The largest number of calls that a process makes, one after another. The process ends earlier if a call fails.
        If there is a limit of CPU time or memory, each process makes only one call.
    """

    memory_mb: float | None = None
    crash_value: float | None = TIMEOUT_QUALITY
    runtime_objective: bool = False
    cutoff: float | None = None
    wall_factor: float = WALL_FACTOR
    kill_file: str | None = None
    worst: float = TIMEOUT_QUALITY
    calls_per_process: int = 1

    @property
    def limited(self) -> bool:
        """Whether a call has a CPU limit, a memory limit or a kill file."""
        return (self.memory_mb, self.cutoff, self.kill_file) != (None, None, None)

    def wall_limit(self, cutoff: float | None) -> float | None:
        """Return the wall clock limit, seconds, of a call with this CPU limit.

        Capping reduces the CPU limit but not the wall clock limit, because a call may wait for another program or for
        a busy processor, and capping does not shorten that wait.
        """
        longest = cutoff if self.cutoff is None else self.cutoff
        return None if cutoff is None or longest is None else self.wall_factor * longest
