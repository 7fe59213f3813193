"""What is known before the first call."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pysmac_compat.evaluation.outcome import Scored


@dataclass(frozen=True)
class Known:
    """An evaluation that needs no call.

    Attributes
    ----------
    configuration : dict
        The active values.
    instance, seed : int or None
    scored : Scored
    """

    configuration: dict[str, Any]
    instance: int | None
    seed: int | None
    scored: Scored
