"""Import modules that need torch and LibAUC, which are an optional extra."""

from __future__ import annotations

import contextlib
import importlib
import os
import sys
import warnings
from collections.abc import Iterator
from types import ModuleType
from typing import cast

#: how to install the extra
INSTALL = "pip install 'pysmac-compat[automax]' or, in a clone, pip install '.[automax]'"


def need(module: str) -> ModuleType:
    """Import a module that needs torch or LibAUC, and return it.

    Raises
    ------
    ImportError
        If torch or LibAUC is missing, or if torch and torchvision do not fit together. The message says how to install
        them.
    """
    # without this variable, the check for a GPU would initialise CUDA here, and the trials, whose processes are forked
    # from this one, could not use CUDA
    os.environ.setdefault("PYTORCH_NVML_BASED_CUDA_CHECK", "1")
    try:
        with _without_news(), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # torch and its dependencies warn about their own deprecations
            return importlib.import_module(module)
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] == "automax":
            raise
        raise ImportError(f"this needs torch and LibAUC ({error}); install them with: {INSTALL}") from error
    except RuntimeError as error:
        if "torchvision::" not in str(error):
            raise
        raise ImportError(
            f"the installed torch and torchvision do not fit together ({error}); install both from the same index, for "
            "example for the CPU: pip install --force-reinstall torch torchvision --index-url "
            "https://download.pytorch.org/whl/cpu"
        ) from error


@contextlib.contextmanager
def _without_news() -> Iterator[None]:
    """Hide the package `outdated` inside this context, so that ogb starts no thread that queries the package index."""
    if "ogb" in sys.modules or "outdated" in sys.modules:
        yield
        return
    modules = cast("dict[str, ModuleType | None]", sys.modules)  # None makes an import of the name fail
    modules["outdated"] = None
    try:
        yield
    finally:
        del modules["outdated"]
