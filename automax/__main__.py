"""The command ``automax``: for example ``automax fit data.csv --target y`` or ``automax --recipe digits``."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from automax.commands import command
from automax.tables import commands as tables

_search = command(
    "automax",
    "Tune the hyperparameters of a LibAUC model. For a table: automax fit --help, automax predict --help.",
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command, and return its exit status."""
    words = list(sys.argv[1:] if argv is None else argv)
    return tables.main(words) if words[:1] and words[0] in tables.NAMES else _search(words)


if __name__ == "__main__":
    sys.exit(main(None))
