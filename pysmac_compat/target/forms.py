"""Checks of the command template and the options that a user passes to `program`, before any call."""

from __future__ import annotations

import glob
import os
import re
import shlex
import shutil
import string
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, get_args

from pysmac_compat.errors import ArgumentError, shown
from pysmac_compat.evaluation.outcome import Status
from pysmac_compat.suggestions import did_you_mean
from pysmac_compat.target.command import needs_shell

#: one template for all values of a parameter, or a dict with one for each; it may contain ``{name}`` and ``{value}``
Form = str | Mapping[Any, str]
Files = str | os.PathLike[str] | Iterable[str | os.PathLike[str]]


def split(command: str | Sequence[str]) -> list[str]:
    """Return the words of a command, split as a shell splits them."""
    if isinstance(command, str):
        if needs_shell(command):
            raise ArgumentError(f"the command needs a shell: write it as ['sh', '-c', ...], got {shown(command)}")
        try:
            words = shlex.split(command)
        except ValueError as error:
            raise ArgumentError(f"the command {shown(command)} cannot be split into words: {error}") from None
    else:
        words = [os.fspath(word) for word in command]
    if not words:
        raise ArgumentError(f"expected the command that starts the program, got {shown(command)}")
    for word in words:
        for name in names_in("command", word):
            if name == "flags" and word != "{flags}":
                raise ArgumentError(f"command: {{flags}} must be a word of its own, got {shown(word)}")
    return words


def names_in(what: str, form: str) -> list[str]:
    """Return the names of the placeholders in a word, such as 'value' for ``{value}``."""
    try:
        parts = [(name, spec, how) for _, name, spec, how in string.Formatter().parse(form) if name is not None]
    except ValueError as error:
        raise ArgumentError(f"{what}: {error} in {shown(form)}; write {{{{ and }}}} for braces") from None
    for name, spec, how in parts:
        if not name or spec or how:
            raise ArgumentError(f"{what}: expected a name in each pair of braces, got {shown(form)}")
    return [name for name, _, _ in parts]


def fill(form: str, values: Mapping[str, Any]) -> str:
    """Fill in the placeholders of a template; unlike `str.format`, this allows names with dots and brackets."""
    parts = string.Formatter().parse(form)
    return "".join(text + ("" if name is None else str(values[name])) for text, name, _, _ in parts)


def checked_form(what: str, form: Any) -> str:
    """Check that a template has no placeholder except ``{name}`` and ``{value}``, and return it."""
    if not isinstance(form, str):
        raise ArgumentError(f"{what}: expected a text such as '-{{name}}={{value}}', got {shown(form)}")
    for name in names_in(what, form):
        if name not in ("name", "value"):
            raise ArgumentError(
                f"{what}: the only placeholders allowed in a template are {{name}} and {{value}}; "
                f"found {{{name}}} in {shown(form)}"
            )
    return form


def checked_forms(name: str, form: Form) -> str | dict[str, str]:
    """Check and return the template for a parameter, or a dict from the text of each value to its template."""
    what = f"flags[{name!r}]"
    if isinstance(form, Mapping):
        return {str(value): checked_form(what, each) for value, each in form.items()}
    return checked_form(what, form)


def checked_codes(exit_codes: Mapping[int, str]) -> dict[int, Status]:
    """Check and return the status for each exit code."""
    known = {str(status): status for status in get_args(Status)}
    for code, status in exit_codes.items():
        if isinstance(code, bool) or not isinstance(code, int):
            raise ArgumentError(f"exit_codes: expected numbers as keys, got {shown(code)}")
        if status not in known:
            raise ArgumentError(
                f"exit_codes[{code}]: expected one of {', '.join(known)}, got {shown(status)}"
                f"{did_you_mean(status, known)}"
            )
    return {code: known[status] for code, status in exit_codes.items()}


def checked_pattern(quality: str) -> re.Pattern[str]:
    """Compile the regular expression that finds the number to minimise."""
    try:
        return re.compile(quality, re.MULTILINE)
    except (re.error, TypeError) as error:
        raise ArgumentError(f"quality: expected a regular expression, got {shown(quality)}: {error}") from None


def checked_files(what: str, given: Files) -> list[str]:
    """Return the absolute paths of the given files, or of the files that match a pattern; raise if one is missing."""
    if isinstance(given, str):
        paths: list[Any] = sorted(glob.glob(given, recursive=True))
        if not paths:
            raise ArgumentError(f"{what}: no file matches {shown(given)}")
    else:
        try:
            paths = [os.fspath(each) for each in ([given] if isinstance(given, os.PathLike) else given)]
        except TypeError:
            raise ArgumentError(
                f"{what}: expected paths, or a pattern such as 'train/*.cnf', got {shown(given)}"
            ) from None
    for path in paths:
        if not os.path.exists(path):
            raise ArgumentError(f"{what}: there is no file {shown(path)}")
    return [os.path.abspath(path) for path in paths]


def check_program(name: str, folder: str | None) -> None:
    """Raise an exception if the system does not find the program."""
    if "{" in name:  # the name depends on the configuration
        return
    here = os.path.join(folder, name) if folder else name
    if shutil.which(here if os.path.dirname(name) else name) is None and not os.access(here, os.X_OK):
        where = f"; {shown(here)} cannot be executed" if os.path.exists(here) else ""
        raise ArgumentError(f"there is no program {shown(name)}{where}; install it, or give its path")
