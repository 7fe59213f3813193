"""Runs shell commands before and after a search."""

from __future__ import annotations

import contextlib
import logging
import subprocess
from collections.abc import Iterator

from pysmac_compat._warn import warn
from pysmac_compat.errors import SearchError
from pysmac_compat.plan.shell import ShellCommands

logger = logging.getLogger(__name__)


@contextlib.contextmanager
def shell_commands(commands: ShellCommands) -> Iterator[None]:
    """Run one command before this context and one after it, even if the search ends with an exception."""
    _run("pre-scenario-command", commands.before, commands, commands.must_succeed)
    try:
        yield
    except BaseException:  # a failure of the command must not replace this exception
        _run("post-scenario-command", commands.after, commands, must_succeed=False)
        raise
    _run("post-scenario-command", commands.after, commands, commands.must_succeed)


def _run(name: str, command: str | None, commands: ShellCommands, must_succeed: bool) -> None:
    if command is None:
        return
    done = subprocess.run(
        command,
        shell=True,
        cwd=commands.folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    )
    if commands.log_output:
        for line in done.stdout.splitlines():
            logger.info("%s: %s", name, line)
    if done.returncode != 0:
        last = "".join(f": {line.strip()}" for line in done.stdout.splitlines()[-1:])
        text = f"smac_options['{name}']: {command!r} ended with the exit status {done.returncode}{last}"
        if must_succeed:
            raise SearchError(text)
        warn(text)
