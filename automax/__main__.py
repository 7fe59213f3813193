"""The command ``automax``: for example ``automax fit data.csv --target y`` or ``automax --recipe digits``."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from automax.commands import command, recipes
from automax.tables import commands as tables
from pysmac_compat.errors import shown
from pysmac_compat.suggestions import nearest

_search = command(
    "automax",
    "Tune the hyperparameters of a LibAUC model. For a table: automax fit --help, automax predict --help.",
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command, and return its exit status."""
    words = list(sys.argv[1:] if argv is None else argv)
    if words[:1] and words[0] in tables.NAMES:
        return tables.main(words)
    if words[:1] and not words[0].startswith("-"):
        recipe = f"; the recipe: automax --recipe {words[0]}" if words[0] in recipes() else ""
        print(
            f"automax: error: {shown(words[0])} is no command{recipe or nearest(words[0], tables.NAMES)}; a classifier "
            "for a table: automax fit FILE --target COLUMN; a search: automax --config_file FILE",
            file=sys.stderr,
        )
        return 2
    return _search(words)


if __name__ == "__main__":
    sys.exit(main(None))
