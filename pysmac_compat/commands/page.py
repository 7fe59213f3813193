"""``pysmac-compat report FOLDER`` and ``watch FOLDER``: the page of a search."""

from __future__ import annotations

from pysmac_compat.files.load import load_result, state_of
from pysmac_compat.report import commands


def report(words: list[str]) -> int:
    """Write a page about a search; returns the exit code."""
    return commands.main(["report", *words], load_result, state_of)


def watch(words: list[str]) -> int:
    """Show the page of a search that goes on; returns the exit code."""
    return commands.main(["watch", *words], load_result, state_of)
