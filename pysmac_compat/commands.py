"""Shell commands before and after a search: the pre- and post-scenario commands of SMAC v2."""

from __future__ import annotations

import logging
import subprocess
from dataclasses import dataclass

from pysmac_compat._warn import warn

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Commands:
    """What the shell runs around a search: a context manager.

    The second command runs also where the search ends with an exception.

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

    def __enter__(self) -> None:
        self._run("pre-scenario-command", self.before, self.must_succeed)

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        # an exception that is on its way is never replaced
        self._run("post-scenario-command", self.after, self.must_succeed and kind is None)

    def _run(self, name: str, command: str | None, must_succeed: bool) -> None:
        if command is None:
            return
        done = subprocess.run(
            command,
            shell=True,
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
        )
        if self.log_output:
            for line in done.stdout.splitlines():
                logger.info("%s: %s", name, line)
        if done.returncode != 0:
            last = "".join(f": {line.strip()}" for line in done.stdout.splitlines()[-1:])
            text = f"smac_options['{name}']: {command!r} has ended with the exit status {done.returncode}{last}"
            if must_succeed:
                raise RuntimeError(text)
            warn(text)
