"""Search, whatever the data are: ``automax --config_file FILE.yaml`` or ``automax --recipe digits``."""

import sys

from automax.commands import command

main = command("automax", "Tune the hyperparameters of a LibAUC model.")

if __name__ == "__main__":
    sys.exit(main(None))
