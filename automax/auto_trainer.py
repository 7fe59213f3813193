"""The command for tables and images: ``python -m automax.auto_trainer --config_file FILE.yaml``."""

import sys

from automax.commands import apply_cli_overrides, command
from automax.core.trial import seed_everything as set_seed

__all__ = ["apply_cli_overrides", "main", "set_seed"]

main = command("automax.auto_trainer", "Tune a LibAUC model on a table or on images.", graph=False)

if __name__ == "__main__":
    sys.exit(main(None))
