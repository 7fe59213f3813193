"""What names a trial."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any


def natives(configuration: Mapping[str, Any]) -> dict[str, Any]:
    """The active values with Python's own types, sorted by name."""
    values = {name: configuration[name] for name in sorted(configuration)}
    return {name: value.item() if hasattr(value, "item") else value for name, value in values.items()}


def key(values: Mapping[str, Any], seed: int, instance: int | None) -> str:
    """What names a trial: a digest of its configuration, seed and instance.

    Reals count with twelve digits, so that what is left of one on its way through JSON or the
    search does not matter.
    """
    shown = ", ".join(f"{name}={_shown(values[name])}" for name in sorted(values))
    return digest(f"{shown} seed={seed} instance={instance}")


def digest(*words: str) -> str:
    """Twelve hexadecimal digits that stand for some words."""
    return hashlib.sha256(" ".join(words).encode()).hexdigest()[:12]


def _shown(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.12g}"
    if isinstance(value, (tuple, list)):
        return f"({', '.join(map(_shown, value))})"
    return repr(value)
