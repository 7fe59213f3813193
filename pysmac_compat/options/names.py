"""The names of SMAC v2's options, and of the arguments that SMAC v2 passes to a program."""

from __future__ import annotations

import importlib.resources
import json
from collections.abc import Callable
from functools import cache
from typing import Any

#: the names of options that SMAC v2 has, but leaves out of its own list of options
UNLISTED = (("run-obj", "run-objective", "runObj", "run_obj"), ("algo-exec", "algoExec", "algo"))

#: the arguments before the parameters in each call that SMAC v2 makes of a program, and the types of their values
HEAD: dict[str, Callable[[str], Any]] = {
    "instance": str,
    "instance_info": str,
    "cutoff_time": float,
    "cutoff_length": int,
    "seed": int,
}


@cache
def canonical_names() -> dict[str, str]:
    """Return a dict from each name that an option of SMAC v2 has to the option's first name."""
    groups = [*UNLISTED, *(entry["names"] for entry in data("smac_v2_options"))]
    return {name: names[0] for names in groups for name in names}


def data(name: str) -> Any:
    """Return the content of a JSON file in the folder of this module."""
    file = importlib.resources.files("pysmac_compat.options").joinpath(f"{name}.json")
    return json.loads(file.read_text(encoding="utf-8"))
