"""Lines that any process can write down, whatever becomes of it afterwards."""

from __future__ import annotations

import os
from pathlib import Path


class Notes:
    """A file of lines.

    Parameters
    ----------
    path : pathlib.Path
        Need not be there.
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
        """All lines so far."""
        return self.path.read_text().splitlines() if self.path.exists() else []
