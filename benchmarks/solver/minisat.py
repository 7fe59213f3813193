"""The search space of MiniSat, and the formulas."""

from __future__ import annotations

import itertools
import random
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.problems import Problem

#: formulas to tune on, and as many to judge the result by
N = 20
#: CPU seconds of a run
CUTOFF = 2.0
#: a parameter that is on or off is a flag of its own
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
    """A configuration on the command line."""
    return [
        f"-{name}" if value is True else f"-no-{name}" if value is False else f"-{name}={value}"
        for name, value in configuration.items()
    ]


def write_formulas(folder: Path) -> list[Path]:
    """Those to tune on, then those to judge by; random ones and colourings of graphs take turns, in the same sizes."""
    paths = []
    for number in range(2 * N):
        draw, size = random.Random(number), number % N // 2
        clauses = _colouring(draw, 90 + 4 * size) if number % 2 else _random(draw, 170 + 6 * size)
        n = max(abs(literal) for clause in clauses for literal in clause)
        lines = [f"p cnf {n} {len(clauses)}", *(" ".join(map(str, [*clause, 0])) for clause in clauses)]
        paths.append(folder / f"{number:02}.cnf")
        paths[-1].write_text("\n".join(lines) + "\n")
    return paths


def _random(draw: random.Random, n: int) -> list[list[int]]:
    """Three variables a clause, at the ratio where half of the formulas can be satisfied."""
    return [[v * draw.choice((1, -1)) for v in draw.sample(range(1, n + 1), 3)] for _ in range(round(4.26 * n))]


def _colouring(draw: random.Random, nodes: int, colours: int = 4) -> list[list[int]]:
    """Four colours for a random graph with 4.3 edges a node."""
    graph = draw.sample(list(itertools.combinations(range(nodes), 2)), round(4.3 * nodes))
    some = [[node * colours + c for c in range(1, colours + 1)] for node in range(nodes)]
    return some + [[-(a * colours + c), -(b * colours + c)] for a, b in graph for c in range(1, colours + 1)]
