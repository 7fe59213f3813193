"""A row in the table of options: what the option sets and how its value is read, or why it has no effect."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

from pysmac_compat.options.meaning import Options

T = TypeVar("T")


@dataclass(frozen=True)
class Row(Generic[T]):
    """An option with an effect.

    Attributes
    ----------
    field : callable
        A function that returns the option's field of an `Options` object. It is a function, so that mypy can check the
        names of the attributes. The import of `pysmac_compat.options.rows` checks that the field exists.
    read : callable
        A function that converts the user's value to the value of the field. Its arguments are the option's name, for
        messages, and the user's value.
    effect : str
        What an option of SMAC v2 does, as text for docs/smac_options.md and for ``--help``. The text names our default
        if it differs from SMAC v2's. It is empty for our own options, which docs/reference.md describes.
    """

    field: Callable[[Options], T]
    read: Callable[[str, Any], T]
    effect: str = ""

    @property
    def path(self) -> tuple[str, ...]:
        """The names of the attributes that lead to the field."""
        asked = _Asked()
        self.field(asked)  # type: ignore[arg-type]
        return tuple(asked.names)

    def set(self, options: Options, value: T) -> Options:
        """Return the options with another value of the field."""
        changed: Options = _replaced(options, self.path, value)
        return changed


@dataclass(frozen=True)
class NoEffect:
    """An option of SMAC v2 that has no effect here, because this package lacks what the option sets.

    Attributes
    ----------
    reason : str
        The end of the warning ``... has no effect here: REASON``.
    holds : str
        The value, as text, that describes how this package behaves and so needs no warning; empty if there is none.
    """

    reason: str
    holds: str = ""


class _Asked:
    """An object that records the chain of attributes that are read from it."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def __getattr__(self, name: str) -> _Asked:
        self.names.append(name)
        return self


def _replaced(instance: Any, path: tuple[str, ...], value: Any) -> Any:
    name, *rest = path
    return replace(instance, **{name: _replaced(getattr(instance, name), tuple(rest), value) if rest else value})
