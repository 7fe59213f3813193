"""Search, whatever the data are: ``automax --config_file FILE.yaml`` or ``automax --recipe digits``."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from automax.commands import run


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit status.

    Parameters
    ----------
    argv : sequence of str or None
        None: what the command line says.
    """
    return run("automax", "Tune the hyperparameters of a LibAUC model.", None, argv)


if __name__ == "__main__":
    sys.exit(main())
