"""Notes: lines that processes write into a file, so that they survive the end of the process."""

from __future__ import annotations

import os
from pathlib import Path


class Notes:
    """A file of lines.

    Parameters
    ----------
    path : pathlib.Path
        The file need not exist.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def write(self, *words: object) -> None:
        """Add a line."""
        descriptor = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        os.write(descriptor, (" ".join(map(str, words)) + "\n").encode())
        os.close(descriptor)

    @property
    def lines(self) -> list[str]:
        """The lines so far."""
        return self.path.read_text().splitlines() if self.path.exists() else []
