"""A folder to write into, which records the new files and folders."""

from __future__ import annotations

import glob
import os
import time
from collections.abc import Callable, Collection

from pysmac_compat.errors import LinkedFileError
from pysmac_compat.files.text import Appender, temporary_name, write_bytes


class Folder:
    """A folder to write into.

    Parameters
    ----------
    path : str
    made : list of str
        A list to which the path of each new file and folder is appended.
    """

    def __init__(self, path: str, made: list[str]) -> None:
        self.path, self.made = path, made

    def join(self, *names: str) -> str:
        """Return the path of a file or folder in this folder."""
        return os.path.join(self.path, *names)

    def make(self, *names: str) -> Folder:
        """Return a folder in this folder; make it if it does not exist."""
        path = self.path
        for name in names:
            path = os.path.join(path, name)
            if not os.path.isdir(path):
                self._note(path)
                os.makedirs(path, exist_ok=True)  # another process may just have made it
        return Folder(path, self.made)

    def write(self, name: str, content: str | bytes) -> None:
        """Write a file as a whole."""
        self._note(self.join(name))
        write_bytes(
            self.join(name), content if isinstance(content, bytes) else content.encode("utf-8", "surrogateescape")
        )

    def appender(self, name: str, text: str, trouble: Callable[[OSError], None]) -> Appender:
        """Begin a file with a text and return an object that appends to it."""
        self._note(self.join(name))
        return Appender(self.join(name), text, trouble)

    def rename(self, old: str, new: str) -> None:
        """Rename a file or a folder."""
        source, target = self.join(old), self.join(new)
        os.rename(source, target)
        self.made[:] = [
            target + path[len(source) :] if path == source or path.startswith(source + os.sep) else path
            for path in self.made
        ]

    def set_aside(self, name: str, prefix: str) -> list[str]:
        """Rename a file or folder, if it exists; the new name is the prefix, the old name and the time in milliseconds.

        Returns
        -------
        list of str
            The new name; empty if the file or folder does not exist.
        """
        if not os.path.lexists(self.join(name)):
            return []
        stamp = int(time.time() * 1000)
        while os.path.lexists(self.join(f"{prefix}{name}-{stamp}")):
            stamp += 1
        self.rename(name, f"{prefix}{name}-{stamp}")
        return [f"{prefix}{name}-{stamp}"]

    def refuse_links(self, patterns: Collection[str]) -> None:
        """Raise if a file in this folder that matches one of the patterns is a symbolic link.

        Raises
        ------
        LinkedFileError
        """
        for path in self._matching(patterns):
            if os.path.islink(path) and not os.path.isdir(path):
                raise LinkedFileError(path)

    def remove_incomplete(self, patterns: Collection[str]) -> None:
        """Remove the temporary versions of matching files, left behind by killed processes; none may be in use."""
        for path in self._matching([temporary_name(pattern, "*") for pattern in patterns]):
            os.unlink(path)

    def _matching(self, patterns: Collection[str]) -> list[str]:
        return [path for pattern in patterns for path in glob.glob(os.path.join(glob.escape(self.path), pattern))]

    def remove(self, name: str) -> None:
        """Remove a file, if it exists."""
        if os.path.exists(self.join(name)):
            os.unlink(self.join(name))

    def _note(self, path: str) -> None:
        if not os.path.lexists(path):
            self.made.append(path)
