"""Search for tables and images: ``python -m automax.auto_trainer --config_file FILE.yaml``."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from automax.commands import apply_cli_overrides, run
from automax.core.trial import seed_everything as set_seed

__all__ = ["apply_cli_overrides", "main", "set_seed"]


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit status.

    Parameters
    ----------
    argv : sequence of str or None
        None: what the command line says.
    """
    return run("automax.auto_trainer", "Tune a LibAUC model on a table or on images.", False, argv)


if __name__ == "__main__":
    sys.exit(main())
