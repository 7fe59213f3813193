"""The exceptions of the package, all of which are subclasses of `PysmacError`; `warn` is imported here as well.

Wrong input by the user raises a ``ValueError``, and a later failure raises a ``RuntimeError``, so that an ``except``
that was written for the original pysmac still works::

    PysmacError
     +-- ParameterError         (ValueError)    a parameter definition
     |    +-- ParameterTypeError     ... with a wrong Python type (also a TypeError)
     +-- ArgumentError          (ValueError)    an argument or an option (also a TypeError)
     |    +-- ResumeError            ... that does not fit the run to resume
     |    +-- LinkedFileError        ... a file to write is a symbolic link (also an OSError)
     +-- ClauseError            (ValueError)    a conditional or forbidden clause; shows the place
     +-- FileFormatError        (ValueError)    a file to read; the message has the file and the line
     +-- SearchError            (RuntimeError)  the search has failed; its results so far are kept
     +-- UnsupportedPlatformError (RuntimeError) this is Windows
     +-- SpaceExhaustedError    (RuntimeError)  no further legal configuration was found
"""

from __future__ import annotations

import itertools
from typing import Any

from pysmac_compat._warn import warn as warn

#: the largest number of characters that a message shows from a refused value
MOST_SHOWN = 200


def shown(value: Any) -> str:
    """Return a value as a message shows it: its ``repr``, cut to `MOST_SHOWN` characters.

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
    except Exception:  # a class of the user raised it, or an integer has too many digits to print
        text = f"<{type(value).__name__}>"
    return cut(text)


def cut(text: str) -> str:
    """Return a text as a message shows it: cut to `MOST_SHOWN` characters."""
    return text if len(text) <= MOST_SHOWN else f"{text[: MOST_SHOWN - 3]}..."


def _window(text: str, position: int | None) -> tuple[str, int | None]:
    """Return the part of a long text around a position, and the position within this part."""
    if len(text) <= MOST_SHOWN:
        return text, position
    start = max(0, min((position or 0) - MOST_SHOWN // 2, len(text) - MOST_SHOWN))
    end = start + MOST_SHOWN
    part = ("..." if start else "") + text[start + 3 * (start > 0) : end - 3 * (end < len(text))]
    return part + ("..." if end < len(text) else ""), None if position is None else position - start


def _printable(text: str) -> str:
    """Replace unprintable characters, and blanks that would shift the caret below the text, and keep the length."""
    return "".join(" " if c.isspace() else c if c.isprintable() else "\ufffd" for c in text)


class PysmacError(Exception):
    """The base of all exceptions of the package.

    The message can always be printed, because half of a surrogate pair, which is not a character, is written as an
    escape.
    """

    def __init__(self, *args: Any) -> None:
        super().__init__(
            *(a.encode("utf-8", "backslashreplace").decode("utf-8") if isinstance(a, str) else a for a in args)
        )


class ParameterError(PysmacError, ValueError):
    """A parameter definition has a value that cannot be used."""


class ParameterTypeError(ParameterError, TypeError, AssertionError):
    """A parameter definition has a wrong Python type.

    The original pysmac raised ``TypeError`` or ``AssertionError`` in these cases, so this class is a subclass of both.
    """


class ArgumentError(PysmacError, ValueError, TypeError):
    """An argument of the optimizer has a wrong type or value."""


class ResumeError(ArgumentError):
    """The journal of the run to resume belongs to another search."""


class LinkedFileError(ArgumentError, OSError):
    """A file to be written is a symbolic link, and the file to which it points may belong to somebody else.

    Parameters
    ----------
    file : str
        The path of the file.
    """

    def __init__(self, file: str) -> None:
        self.file = file
        super().__init__(file)

    def __str__(self) -> str:
        return (
            f"{self.file} is a symbolic link, and files are not written through links; remove it (folders may be links)"
        )


class ClauseError(PysmacError, ValueError):
    """A conditional or forbidden clause cannot be used.

    Parameters
    ----------
    message : str
        What is wrong, and what is expected.
    clause : str
        The text of the clause.
    position : int or None
        The index of the wrong character; None if the whole clause is wrong.
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
    """A file does not have the format that its reader expects.

    Parameters
    ----------
    message : str
        What is wrong, and what is expected.
    file : str
        The path of the file.
    line : int or None
        The line's number, from 1; None if the whole file is wrong.
    """

    def __init__(self, message: str, file: str, line: int | None = None) -> None:
        self.message, self.file, self.line = message, file, line
        super().__init__(f"{file}{'' if line is None else f', line {line}'}: {message}")

    def __reduce__(self) -> tuple[type[FileFormatError], tuple[str, str, int | None]]:
        return type(self), (self.message, self.file, self.line)


class SearchError(PysmacError, RuntimeError):
    """The search has failed; its results so far are kept."""


class UnsupportedPlatformError(PysmacError, RuntimeError):
    """The system is Windows, which lacks the system calls that the package needs."""

    def __init__(self) -> None:
        super().__init__(
            "pysmac_compat does not run on Windows, which has no fork: use the Windows Subsystem for Linux (WSL), "
            "https://learn.microsoft.com/windows/wsl, and install pysmac_compat there"
        )

    def __reduce__(self) -> tuple[type[UnsupportedPlatformError], tuple[()]]:
        return type(self), ()


class SpaceExhaustedError(PysmacError, RuntimeError):
    """No further legal configuration was found in a bounded number of draws."""
