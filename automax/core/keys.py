"""The keys of trials."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any


def natives(configuration: Mapping[str, Any]) -> dict[str, Any]:
    """Return the active values of a configuration as Python's own types, sorted by name."""
    values = {name: configuration[name] for name in sorted(configuration)}
    return {name: value.item() if hasattr(value, "item") else value for name, value in values.items()}


def key(values: Mapping[str, Any], seed: int, instance: int | None) -> str:
    """Return the key of a trial: a digest of its configuration, seed and instance.

    Floats are rounded to twelve digits, so that the key does not depend on rounding in JSON or in the search.
    """
    shown = ", ".join(f"{name}={_shown(values[name])}" for name in sorted(values))
    return digest(f"{shown} seed={seed} instance={instance}")


def digest(*words: str) -> str:
    """Return the first twelve hexadecimal digits of a hash of the words."""
    return hashlib.sha256(" ".join(words).encode()).hexdigest()[:12]


def _shown(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.12g}"
    if isinstance(value, (tuple, list)):
        return f"({', '.join(map(_shown, value))})"
    return repr(value)
