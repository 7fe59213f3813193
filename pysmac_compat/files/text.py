"""Text files: errors that name the file and the line, numbers in Java's format, writes of whole files and lines."""

from __future__ import annotations

import csv
import errno
import math
import os
import re
from collections.abc import Callable, Iterable
from io import FileIO
from typing import BinaryIO, NoReturn, TypeAlias

from pysmac_compat.errors import FileFormatError, LinkedFileError, cut, shown
from pysmac_compat.files.syncing import BackgroundSync, sync, sync_folder
from pysmac_compat.space.parameters import is_number

Path: TypeAlias = str | os.PathLike[str]

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_NOT_FINITE = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}


class TextFile:
    """The lines of a file; the constructor reads the whole file.

    Parameters
    ----------
    path : str or path-like
    appended : bool
        Whether a program writes this file line by line. Then a last line without a newline is an error.
    growing : bool
        Whether the program may still be writing the file. Then an incomplete last line is left out.
    any_encoding : bool
        Whether bytes that are not UTF-8 are kept, for example in names of files.

    Attributes
    ----------
    lines : list of (int, str)
        The number, from 1, and the text of each line that is not blank.

    Raises
    ------
    FileFormatError
        If the file is not text, or a line is cut off.
    OSError
        If the file does not exist or cannot be read.
    """

    def __init__(self, path: Path, appended: bool = False, growing: bool = False, any_encoding: bool = False) -> None:
        self.path = os.fspath(path)
        try:
            with open(self.path, "rb") as stream:
                data = stream.read()
        except IsADirectoryError:
            raise FileFormatError("expected a file, this is a directory", self.path) from None
        except ValueError as error:
            raise FileFormatError(f"this is not a file name: {error}", self.path) from None
        if growing:
            data = data[: data.rfind(b"\n") + 1]
        try:
            self.text = data.decode("utf-8-sig", "surrogateescape" if any_encoding else "strict")
        except UnicodeDecodeError as error:
            self.error(data.count(b"\n", 0, error.start) + 1, "expected text in UTF-8, this is binary data")
        control = _CONTROL.search(self.text)
        if control is not None:
            line = self.text.count("\n", 0, control.start()) + 1
            self.error(line, f"expected text, found the control character {shown(control.group())}")
        # not splitlines, because a value may hold other line ends of Unicode
        lines = [(number, line.rstrip("\r")) for number, line in enumerate(self.text.split("\n"), 1)]
        if appended and lines[-1][1]:
            self.error(lines[-1][0], "the line is cut off: its end is missing")
        self.lines = [(number, line) for number, line in lines if line.strip()]

    def error(self, line: int | None, message: str) -> NoReturn:
        """Raise a `FileFormatError` for a line."""
        raise FileFormatError(message, self.path, line)

    def header(self, expected: str) -> list[tuple[int, str]]:
        """Return the lines after the header; raise unless the header begins with ``expected``."""
        if not self.lines or not self.lines[0][1].startswith(expected):
            self.error(1, f"expected a header that begins with {shown(expected)}")
        return self.lines[1:]

    def cells(self, line: int, text: str) -> list[str]:
        """Split a line of comma separated values with double quotes into its cells."""
        try:
            return next(csv.reader([text], strict=True, skipinitialspace=True))
        except csv.Error as error:
            self.error(line, f"expected comma separated values: {error}")

    def number(self, line: int, text: str, what: str) -> float:
        """Convert a text, in the form in which Java or Python prints numbers, to a number."""
        text = text.strip()
        if text in _NOT_FINITE:
            return _NOT_FINITE[text]
        if not is_number(text):
            self.error(line, f"{cut(what)}: expected a number, got {shown(text)}")
        return float(text)

    def integer(self, line: int, text: str, what: str) -> int:
        """Convert a text to a whole number; the text may have the form of a float."""
        number = self.number(line, text, what)
        if not number.is_integer():
            self.error(line, f"{cut(what)}: expected a whole number, got {shown(text.strip())}")
        return int(number)


def plain_number(value: float) -> str:
    """Convert a number to the text that a user would write: a whole number has no fraction.

    >>> [plain_number(x) for x in (5.0, 0.5, 1e-5, 3)]
    ['5', '0.5', '1e-05', '3']
    """
    return str(int(value)) if float(value).is_integer() and abs(value) < 1e15 else repr(float(value))


def quoted_cells(cells: Iterable[str]) -> str:
    """Join cells to a line: each cell in double quotes, with commas between them."""
    return ",".join('"' + cell.replace('"', '""') + '"' for cell in cells)


def write_text(path: Path, text: str) -> None:
    """Replace a file as a whole: a reader sees either the old text or the new text, never a part of it."""
    write_bytes(path, _encoded(text))


def write_bytes(path: Path, data: bytes, synced: bool = False) -> None:
    """Replace a file as a whole; see `write_text`.

    Parameters
    ----------
    path : str or path-like
    data : bytes
    synced : bool
        Whether to sync the data to the disk before it replaces the old file.

    Raises
    ------
    LinkedFileError
        If the path is a symbolic link.
    OSError
    """
    path = os.fspath(path)
    if os.path.islink(path):
        raise LinkedFileError(path)
    temporary = temporary_name(path)
    try:
        with _new_file(temporary) as stream:
            stream.write(data)
            if synced:
                stream.flush()
                sync(stream.fileno())
        os.replace(temporary, path)
    except BaseException as error:
        if os.path.lexists(temporary):
            os.unlink(temporary)
        if isinstance(error, OSError) and error.filename == temporary:  # the user does not know this name
            error.filename, error.filename2 = path, None
        raise
    if synced:
        sync_folder(os.path.dirname(path))


def temporary_name(path: str, process: int | str | None = None) -> str:
    """Return the name that a file has until it is complete; if ``process`` is "*", a pattern for all such names."""
    return f"{path}.{os.getpid() if process is None else process}.tmp"


def _new_file(path: str) -> BinaryIO:
    """Open a new file for writing; replace a leftover file of an earlier process with the same process id."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
    try:
        return open(os.open(path, flags, 0o666), "wb")
    except FileExistsError:
        os.unlink(path)
        return open(os.open(path, flags, 0o666), "wb")


class Appender:
    """A new file that grows by whole lines, even if the disk is full for a moment.

    If a text cannot be written, it is kept, and written before the next text or at the end.

    Parameters
    ----------
    path : str or path-like
    text : str
        The initial text of the file.
    trouble : callable
        It is called with the error whenever a write fails.
    synced : bool
        Whether to sync the file to the disk as well; see `BackgroundSync`.

    Attributes
    ----------
    path : str
    """

    def __init__(
        self,
        path: Path,
        text: str = "",
        trouble: Callable[[OSError], None] = lambda error: None,
        synced: bool = False,
    ) -> None:
        self.path = os.fspath(path)
        self._trouble, self._synced = trouble, synced
        self._sync: BackgroundSync | None = None
        self._stream: FileIO | None = None
        self._beginning, self._backlog, self._size = _encoded(text), b"", 0
        self._try()

    def append(self, text: str) -> None:
        """Append a text that ends with a newline."""
        self._backlog += _encoded(text)
        self._try()

    @property
    def is_behind(self) -> bool:
        """Whether some text is not written yet."""
        return self._stream is None or bool(self._backlog)

    def close(self) -> None:
        """Write the rest, if there is any, and close the file."""
        if self.is_behind:
            self._try()
        if self._sync is not None:
            self._sync.close()
        if self._stream is not None:
            self._stream.close()

    def _try(self) -> None:
        try:
            if self._stream is None:
                write_bytes(self.path, self._beginning, self._synced)
                flags = os.O_WRONLY | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC
                self._stream = FileIO(os.open(self.path, flags), "ab")
                self._size = len(self._beginning)
                if self._synced:
                    self._sync = BackgroundSync(self._stream.fileno(), self._trouble)
            elif not _is_there(self.path, self._stream):
                raise FileNotFoundError(errno.ENOENT, "it was removed or replaced by another process", self.path)
            is_new = bool(self._backlog)
            self._write(self._stream)
            if self._sync is not None and is_new:  # the beginning is on the disk already
                self._sync.note()
        except OSError as error:
            self._trouble(error)

    def _write(self, stream: FileIO) -> None:
        """Write the whole backlog, or none of it."""
        written = 0
        try:
            while written < len(self._backlog):  # usually one call; the disk may accept only a part
                written += stream.write(self._backlog[written:])
        except OSError:
            try:
                stream.truncate(self._size)
            except OSError:  # the written part stays, so the rest of the line has to follow
                self._backlog, self._size = self._backlog[written:], self._size + written
            raise
        self._backlog, self._size = b"", self._size + written


def _is_there(path: str, stream: FileIO) -> bool:
    """Return whether the path still leads to the opened file."""
    try:
        return os.path.samestat(os.stat(path), os.fstat(stream.fileno()))
    except FileNotFoundError:
        return False


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
