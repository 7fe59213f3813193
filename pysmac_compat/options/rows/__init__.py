"""All options; each module has the options for one part of a search, and `NO_EFFECT` those without an effect."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import Any

from pysmac_compat.options.meaning import Options
from pysmac_compat.options.names import canonical_names
from pysmac_compat.options.row import Row
from pysmac_compat.options.rows import calls, engine, search, validation

_ROWS: dict[str, Row[Any]] = {**search.ROWS, **calls.ROWS, **engine.ROWS, **validation.ROWS}
#: the same rows; the keys are the first names of the options in SMAC v2, or our own names
ROWS = {canonical_names().get(name, name): row for name, row in _ROWS.items()}
#: the options of SMAC v2 that have no effect here, keyed by their first names
NO_EFFECT = {**search.NO_EFFECT, **calls.NO_EFFECT, **engine.NO_EFFECT, **validation.NO_EFFECT}


def check_rows() -> None:
    """Check that each row sets an existing field.

    Raises
    ------
    AttributeError
    """
    for name, row in _ROWS.items():
        at: Any = Options()
        for step in row.path:
            if step not in {each.name for each in fields(at)}:
                raise AttributeError(f"option {name!r}: {type(at).__name__} has no field {step!r}")
            at = getattr(at, step)
        if is_dataclass(at):
            raise AttributeError(f"option {name!r} sets all of {type(at).__name__}")


check_rows()
