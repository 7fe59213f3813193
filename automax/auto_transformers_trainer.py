"""Search for image models of Hugging Face, whose names contain a ``/``."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from automax._extra import need
from automax.commands import apply_cli_overrides, parser, recipe_path, search
from automax.core.trial import seed_everything as set_seed
from automax.settings import load_settings
from pysmac_compat._errors import ArgumentError

__all__ = ["apply_cli_overrides", "main", "set_seed"]


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit status.

    Parameters
    ----------
    argv : sequence of str or None
        None: what the command line says.
    """
    program = "automax.auto_transformers_trainer"
    arguments = parser(program, "Tune an image model of Hugging Face with LibAUC.").parse_args(argv)
    try:
        path = arguments.config_file if arguments.recipe is None else recipe_path(arguments.recipe)
        settings = apply_cli_overrides(load_settings(path), arguments)
        check_model(settings.model["name"])
        set_seed(settings.training["SEED"])
        search(settings)
    except (ArgumentError, ImportError) as error:
        print(f"{program}: error: {error}", file=sys.stderr)
        return 2
    return 0


def check_model(name: str) -> None:
    """Refuse a model that cannot be had here, before any trial.

    Raises
    ------
    ArgumentError
        Saying why.
    """
    if "/" not in name:
        raise ArgumentError(f"model.name: a model of Hugging Face is called owner/model, got {name!r}")
    try:
        need("transformers").AutoConfig.from_pretrained(name)
    except (OSError, ValueError) as error:
        raise ArgumentError(
            f"model.name: {name!r} is neither in the cache of this machine nor to be downloaded from here; fetch it "
            f"where there is a network and give its folder as ./folder/model ({str(error).splitlines()[0]})"
        ) from None


if __name__ == "__main__":
    sys.exit(main())
