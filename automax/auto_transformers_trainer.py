"""The command for image models of Hugging Face, whose names contain a ``/``."""

import sys

from automax._extra import need
from automax.commands import apply_cli_overrides, command
from automax.core.trial import seed_everything as set_seed
from automax.file import Settings
from pysmac_compat.errors import ArgumentError

__all__ = ["apply_cli_overrides", "main", "set_seed"]


def check_model(settings: Settings) -> None:
    """Check, before any trial, that Hugging Face's configuration of the model can be loaded.

    Raises
    ------
    ArgumentError
        If it cannot be loaded, or if the name of the model contains no ``/``. The message gives the reason.
    """
    name = settings.model["name"]
    if "/" not in name:
        raise ArgumentError(f"model.name must be the owner/model of a Hugging Face model, got {name!r}")
    try:
        need("transformers").AutoConfig.from_pretrained(name)
    except (OSError, ValueError) as error:
        raise ArgumentError(
            f"model.name: {name!r} is not in the cache of this machine and cannot be downloaded from here; download it "
            f"elsewhere, and give its folder as ./folder/model ({str(error).splitlines()[0]})"
        ) from None


main = command(
    "automax.auto_transformers_trainer",
    "Tune an image model of Hugging Face with LibAUC.",
    graph=False,
    check=check_model,
)

if __name__ == "__main__":
    sys.exit(main(None))
