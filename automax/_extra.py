"""Import of torch and LibAUC, which are an extra."""

from __future__ import annotations

import contextlib
import importlib
import os
import sys
import warnings
from collections.abc import Iterator
from types import ModuleType
from typing import cast


def need(module: str) -> ModuleType:
    """Import one of our modules that trains with torch and LibAUC.

    Raises
    ------
    ImportError
        That says how to install them.
    """
    # else the question whether there is a GPU starts CUDA, and the processes of the trials could not use it
    os.environ.setdefault("PYTORCH_NVML_BASED_CUDA_CHECK", "1")
    try:
        with _without_news(), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # torch and its friends announce their own deprecations
            return importlib.import_module(module)
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] == "automax":
            raise
        raise ImportError(
            f"this needs torch and LibAUC ({error}); install them with: pip install 'pysmac-compat[automax]'"
        ) from error


@contextlib.contextmanager
def _without_news() -> Iterator[None]:
    """Hide the package `outdated` from ogb, which starts a thread with it that asks the package index."""
    if "ogb" in sys.modules or "outdated" in sys.modules:
        yield
        return
    modules = cast("dict[str, ModuleType | None]", sys.modules)  # None: an import of it is an ImportError
    modules["outdated"] = None
    try:
        yield
    finally:
        del modules["outdated"]
