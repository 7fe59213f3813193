"""The search space of MiniSat, and the formulas."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from benchmarks.problems import Problem
from benchmarks.solver import formulas
from benchmarks.solver.formulas import Clauses, write

Family = Callable[[random.Random, int], Clauses]
#: the families and the sizes of their formulas; benchmarks/README.md describes the choice
FAMILIES: dict[Family, tuple[int, ...]] = {
    formulas.factors: (12, 13, 13, 14, 14, 15, 15),
    formulas.multipliers: (10, 11, 11, 12, 12, 12, 12),
    formulas.parities: (34, 36, 36, 38, 38, 40, 40),
}
#: number of training formulas, and of test formulas
N = sum(map(len, FAMILIES.values()))
#: the limit of a run in CPU seconds
CUTOFF = 1.0
#: a parameter that is on or off is a separate flag
SWITCHES = ("luby", "rnd-init", "elim", "asymm", "rcheck")
_ON_OFF = [True, False]

SPACE = Problem(
    name="minisat",
    function=lambda **values: None,
    parameters={
        "var-decay": ("real", [0.5, 0.999], 0.95),
        "cla-decay": ("real", [0.9, 0.9999], 0.999),
        "rnd-freq": ("real", [0.0, 0.2], 0.0),
        "rnd-init": ("categorical", _ON_OFF, False),
        "luby": ("categorical", _ON_OFF, True),
        "rfirst": ("integer", [10, 1000], 100, "log"),
        "rinc": ("real", [1.1, 4.0], 2.0),
        "phase-saving": ("ordinal", [0, 1, 2], 2),
        "ccmin-mode": ("ordinal", [0, 1, 2], 2),
        "gc-frac": ("real", [0.05, 0.5], 0.2),
        "elim": ("categorical", _ON_OFF, True),
        "grow": ("integer", [0, 20], 0),
        "asymm": ("categorical", _ON_OFF, False),
        "rcheck": ("categorical", _ON_OFF, False),
    },
    conditions=["grow | elim == True", "asymm | elim == True", "rcheck | elim == True"],
    n_instances=N,
    cutoff=CUTOFF,
)


def flags(configuration: Mapping[str, Any]) -> list[str]:
    """Return the flags of a configuration for the command line."""
    return [
        f"-{name}" if value is True else f"-no-{name}" if value is False else f"-{name}={value}"
        for name, value in configuration.items()
    ]


def write_formulas(folder: Path) -> list[Path]:
    """Write the training formulas, then test formulas of the same families and sizes, and return the paths."""
    paths = []
    for part in ("training", "test"):
        for number, (family, size) in enumerate((f, size) for f, sizes in FAMILIES.items() for size in sizes):
            clauses = family(random.Random(f"{part} {number}"), size)
            paths.append(folder / f"{part}-{number:02}-{family.__name__}.cnf")
            write(paths[-1], clauses)
    return paths
