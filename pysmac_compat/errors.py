"""The exceptions of the package, all of them below `PysmacError`, and `warn`.

What the user has handed in raises a ``ValueError``, what fails later a ``RuntimeError``, so that an ``except`` written
for the original keeps working::

    PysmacError
     +-- ParameterError         (ValueError)    a parameter definition
     |    +-- ParameterTypeError     ... of a wrong Python type (also a TypeError)
     +-- ArgumentError          (ValueError)    an argument or an option (also a TypeError)
     |    +-- ResumeError            ... that does not fit to the run that is to be resumed
     |    +-- LinkedFileError        ... a file to be written is a symbolic link (also an OSError)
     +-- ClauseError            (ValueError)    a conditional or forbidden clause; shows the place
     +-- FileFormatError        (ValueError)    a file that is read; names file and line
     +-- SearchError            (RuntimeError)  the search has failed; what was found is kept
     +-- UnsupportedPlatformError (RuntimeError) this is Windows
     +-- SpaceExhaustedError    (RuntimeError)  no further legal configuration was found
"""

from __future__ import annotations

import itertools
from typing import Any

from pysmac_compat._warn import warn as warn

#: characters of what is refused that a message shows
MOST_SHOWN = 200


def shown(value: Any) -> str:
    """A value as a message shows it: its ``repr``, at most `MOST_SHOWN` characters of it.

    >>> shown("a"), len(shown(list(range(1000))))
    ("'a'", 200)
    """
    try:
        if type(value) in (str, bytes, list, tuple):
            value = value[: MOST_SHOWN + 1]
        elif type(value) in (dict, set, frozenset):
            pairs = value.items() if type(value) is dict else value
            value = type(value)(itertools.islice(pairs, MOST_SHOWN + 1))
        text = repr(value)
    except Exception:  # of a class of the user's, or an integer with too many digits to be printed
        text = f"<{type(value).__name__}>"
    return cut(text)


def cut(text: str) -> str:
    """A text as a message shows it: at most `MOST_SHOWN` characters of it."""
    return text if len(text) <= MOST_SHOWN else f"{text[: MOST_SHOWN - 3]}..."


def _window(text: str, position: int | None) -> tuple[str, int | None]:
    """The part of a text around a position, and where the position is in this part."""
    if len(text) <= MOST_SHOWN:
        return text, position
    start = max(0, min((position or 0) - MOST_SHOWN // 2, len(text) - MOST_SHOWN))
    end = start + MOST_SHOWN
    part = ("..." if start else "") + text[start + 3 * (start > 0) : end - 3 * (end < len(text))]
    return part + ("..." if end < len(text) else ""), None if position is None else position - start


def _printable(text: str) -> str:
    """A text of the same length with nothing that moves the caret below it or cannot be printed."""
    return "".join(" " if c.isspace() else c if c.isprintable() else "\ufffd" for c in text)


class PysmacError(Exception):
    """The base of all exceptions of the package.

    Its message can be printed: what is no character, such as half of a surrogate pair, is shown as an escape.
    """

    def __init__(self, *args: Any) -> None:
        super().__init__(
            *(a.encode("utf-8", "backslashreplace").decode("utf-8") if isinstance(a, str) else a for a in args)
        )


class ParameterError(PysmacError, ValueError):
    """A parameter definition has a value that cannot be used."""


class ParameterTypeError(ParameterError, TypeError, AssertionError):
    """A parameter definition has a wrong Python type.

    The original raised ``TypeError`` or ``AssertionError`` here, so this is both.
    """


class ArgumentError(PysmacError, ValueError, TypeError):
    """An argument of the optimizer has a wrong type or value."""


class ResumeError(ArgumentError):
    """The journal of the run that is to be resumed is of another search."""


class LinkedFileError(ArgumentError, OSError):
    """A file that is to be written is a symbolic link: what it leads to may be somebody else's.

    Parameters
    ----------
    file : str
        The path of the file.
    """

    def __init__(self, file: str) -> None:
        self.file = file
        super().__init__(file)

    def __str__(self) -> str:
        return f"{self.file} is a symbolic link, and nothing is written through one; remove it (folders may be links)"


class ClauseError(PysmacError, ValueError):
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
        part, caret = _window(clause, position)
        lines = [message, "    " + _printable(part).rstrip()]
        if caret is not None:
            lines.append("    " + " " * caret + "^")
        super().__init__("\n".join(lines))

    def __reduce__(self) -> tuple[type[ClauseError], tuple[str, str, int | None]]:
        return type(self), (self.message, self.clause, self.position)


class FileFormatError(PysmacError, ValueError):
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


class SearchError(PysmacError, RuntimeError):
    """The search has failed; what it had found is kept."""


class UnsupportedPlatformError(PysmacError, RuntimeError):
    """The system lacks what the package needs: Windows."""

    def __init__(self) -> None:
        super().__init__(
            "pysmac_compat does not run on Windows, which has no fork: use the Windows Subsystem for Linux (WSL), "
            "https://learn.microsoft.com/windows/wsl, and install it there"
        )

    def __reduce__(self) -> tuple[type[UnsupportedPlatformError], tuple[()]]:
        return type(self), ()


class SpaceExhaustedError(PysmacError, RuntimeError):
    """No further legal configuration was found in a bounded number of draws."""
