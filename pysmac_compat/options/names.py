"""The names of the options of SMAC v2, and of the arguments that it passes to a program."""

from __future__ import annotations

import importlib.resources
import json
from collections.abc import Callable
from functools import cache
from typing import Any

#: options of SMAC v2 that its own list of options leaves out
UNLISTED = (("run-obj", "run-objective", "runObj", "run_obj"), ("algo-exec", "algoExec", "algo"))

#: the arguments that SMAC v2 passes to each call of a program before the parameters, and their types
HEAD: dict[str, Callable[[str], Any]] = {
    "instance": str,
    "instance_info": str,
    "cutoff_time": float,
    "cutoff_length": int,
    "seed": int,
}


@cache
def canonical_names() -> dict[str, str]:
    """Return a dict from every name of an option of SMAC v2 to the first name of the option."""
    groups = [*UNLISTED, *(entry["names"] for entry in data("smac_v2_options"))]
    return {name: names[0] for names in groups for name in names}


def data(name: str) -> Any:
    """Return the content of a JSON file of this folder."""
    file = importlib.resources.files("pysmac_compat.options").joinpath(f"{name}.json")
    return json.loads(file.read_text(encoding="utf-8"))
