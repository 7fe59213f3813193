"""Evaluations that are known before the first call."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pysmac_compat.evaluation.outcome import Scored


@dataclass(frozen=True)
class Known:
    """An evaluation whose result is known without a call.

    Attributes
    ----------
    configuration : dict
        The values of the active parameters.
    instance, seed : int or None
    scored : Scored
    """

    configuration: dict[str, Any]
    instance: int | None
    seed: int | None
    scored: Scored
