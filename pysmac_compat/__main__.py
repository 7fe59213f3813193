"""The command line: ``pysmac-compat COMMAND ...`` or ``python -m pysmac_compat COMMAND ...``."""

from __future__ import annotations

import importlib
import os
import sys

#: for each command: a function of the words after it that returns the exit code, and a line for the help text
COMMANDS = {
    "run": ("pysmac_compat.commands.script:main", "run a script that was written for pysmac"),
    "smac": ("pysmac_compat.commands.smac:main", "run a scenario file of SMAC v2, or of SMAC3 before 2.0"),
    "validate": ("pysmac_compat.commands.validate:main", "run configurations of a scenario on its test instances"),
    "verify-scenario": ("pysmac_compat.commands.verify:main", "check a scenario's files, and call its default once"),
    "report": ("pysmac_compat.commands.page:report", "write a page about a search, from its folder"),
    "watch": ("pysmac_compat.commands.page:watch", "show the page of a running search"),
}
#: if the current folder has a file with one of these names, the word is a script for ``run`` and not a command
_PERHAPS_SCRIPTS = ("report", "watch")


def main(argv: list[str] | None = None) -> int:
    """Run the command or the script that the first word names; return the exit code."""
    words = sys.argv[1:] if argv is None else argv
    name = words[0] if words and words[0] in COMMANDS else "run"
    if name in _PERHAPS_SCRIPTS and os.path.isfile(name):
        name = "run"
    module, _, function = COMMANDS[name][0].partition(":")
    command = getattr(importlib.import_module(module), function)
    rest = words[1:] if words[:1] == [name] else words
    code: int = command(rest, _others()) if name == "run" else command(rest)
    return code


def _others() -> str:
    """Return the text about the other commands in the help of ``run``."""
    lines = [f"  {name.ljust(17)}{text}" for name, (_, text) in COMMANDS.items() if name != "run"]
    tail = "'run' before a script is optional; for a script with the name of a command, write its path, such as ./smac"
    return "\n".join(["other commands, each with --help:", *lines, "", tail])


if __name__ == "__main__":
    sys.exit(main())
