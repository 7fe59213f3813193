"""Exceptions that the package raises for input it cannot use.

All of them are ``ValueError``, so that an ``except ValueError`` written for the
original keeps working::

    ValueError
     +-- ParameterError         a parameter definition
     |    +-- ParameterTypeError     ... of a wrong Python type (also a TypeError)
     +-- ArgumentError          an argument of the optimizer (also a TypeError)
     +-- ClauseError            a conditional or forbidden clause; shows the place
     +-- FileFormatError        a file that is read; names file and line
    RuntimeError
     +-- SpaceExhaustedError    no further legal configuration was found
"""

from __future__ import annotations

import re
from collections.abc import Iterable


class ParameterError(ValueError):
    """A parameter definition has a value that cannot be used."""


class ParameterTypeError(ParameterError, TypeError, AssertionError):
    """A parameter definition has a wrong Python type.

    The original raised ``TypeError`` or ``AssertionError`` here, so this is both.
    """


class ArgumentError(ValueError, TypeError):
    """An argument of the optimizer has a wrong type or value."""


class ClauseError(ValueError):
    """A conditional or forbidden clause cannot be used.

    Parameters
    ----------
    message : str
        What is wrong, and what was expected.
    clause : str
        The text of the clause.
    position : int or None
        Index of the offending character; None where the clause as a whole is meant.
    """

    def __init__(self, message: str, clause: str, position: int | None = None) -> None:
        self.message, self.clause, self.position = message, clause, position
        lines = [message, "    " + re.sub(r"\s", " ", clause).rstrip()]
        if position is not None:
            lines.append("    " + " " * position + "^")
        super().__init__("\n".join(lines))

    def __reduce__(self) -> tuple[type[ClauseError], tuple[str, str, int | None]]:
        return type(self), (self.message, self.clause, self.position)


class FileFormatError(ValueError):
    """A file is not of the format that its reader expects.

    Parameters
    ----------
    message : str
        What is wrong, and what was expected.
    file : str
        The path of the file.
    line : int or None
        From 1; None where the file as a whole is meant.
    """

    def __init__(self, message: str, file: str, line: int | None = None) -> None:
        self.message, self.file, self.line = message, file, line
        super().__init__(f"{file}{'' if line is None else f', line {line}'}: {message}")

    def __reduce__(self) -> tuple[type[FileFormatError], tuple[str, str, int | None]]:
        return type(self), (self.message, self.file, self.line)


class SpaceExhaustedError(RuntimeError):
    """No further legal configuration was found in a bounded number of draws."""


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """The nearest known names as the end of a message, whatever their case; empty if none is near."""
    import difflib  # not above: what it loads makes each fork of the process dearer

    folded = {each.casefold(): each for each in known}
    near = difflib.get_close_matches(name.casefold(), folded, n=3)
    return f"; did you mean {' or '.join(repr(folded[each]) for each in near)}?" if near else ""
