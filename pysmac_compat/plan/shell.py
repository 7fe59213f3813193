"""Shell commands around a search: the pre- and post-scenario commands of SMAC v2."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ShellCommands:
    """The shell commands before and after a search.

    Attributes
    ----------
    before, after : str or None
    folder : str or None
        The folder in which the commands run; None means the current directory.
    log_output : bool
        Whether the output of the commands is written to the log.
    must_succeed : bool
        Whether a failed command raises a ``RuntimeError``; otherwise it gives a warning.
    """

    before: str | None = None
    after: str | None = None
    folder: str | None = None
    log_output: bool = False
    must_succeed: bool = False
