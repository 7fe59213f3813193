"""Search spaces in the pysmac dialect: parameter dicts, conditional clauses, forbidden clauses.

Importing this package is cheap, because it imports ConfigSpace only when `parameter_space` is first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pysmac_compat.space.configspace import parameter_space

__all__ = ["parameter_space"]


def __getattr__(name: str) -> Any:
    if name == "parameter_space":
        from pysmac_compat.space.configspace import parameter_space

        return parameter_space
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
