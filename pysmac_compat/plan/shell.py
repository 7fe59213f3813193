"""Shell commands around a search: the pre- and post-scenario commands of SMAC v2."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ShellCommands:
    """What the shell runs.

    Attributes
    ----------
    before, after : str or None
    folder : str or None
        Where they run; None: the current directory.
    log_output : bool
        Whether what they print becomes lines of the log.
    must_succeed : bool
        Whether one that fails is a ``RuntimeError``; else it is a warning.
    """

    before: str | None = None
    after: str | None = None
    folder: str | None = None
    log_output: bool = False
    must_succeed: bool = False
