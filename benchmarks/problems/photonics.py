"""Mirrors of thin layers: Nevergrad's Bragg and chirped mirrors, which need the wheel ``nevergrad``.

M. A. Barry et al., "Evolutionary algorithms converge towards evolved biological photonic structures", Scientific
Reports 10, 2020. A seed draws the default. The least value is not known.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from benchmarks.problems.families import Draw, enter, wheel
from benchmarks.problems.foreign import BUDGETS
from benchmarks.problems.problem import Problem

_INDICES, _THICKNESSES = [2.0, 3.0], [30.0, 180.0]  # refractive indices; thicknesses in nanometres


def _mirror(kind: str, dimension: int, draw: Draw) -> Problem:
    function = getattr(wheel("nevergrad.functions.photonics.photonics"), kind)
    n_indices = dimension // 2 if kind == "bragg" else 0
    parameters: dict[str, tuple[Any, ...]] = {}
    for i in range(dimension):
        bounds = _INDICES if i < n_indices else _THICKNESSES
        parameters[f"x{i}"] = ("real", bounds, draw.random.uniform(*bounds))
    return Problem(
        f"photonics-{kind}-d{dimension}",
        lambda **x: float(function(np.array([x[parameter] for parameter in parameters]))),
        parameters,
        budgets=BUDGETS,
    )


for _kind in ("bragg", "chirped"):
    for _dimension in (20, 40):
        enter(f"photonics-{_kind}-d{_dimension}", "multimodal", partial(_mirror, _kind, _dimension))
