"""Check the tuples of a pysmac parameter dict, and convert them to plain data."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, TypeAlias

from pysmac_compat._warn import warn
from pysmac_compat.errors import ParameterError, ParameterTypeError, cut, shown
from pysmac_compat.space.domains import RANGE, as_sequence, choice_domain, native, numeric_domain
from pysmac_compat.space.vocabulary import Vocabulary
from pysmac_compat.suggestions import did_you_mean

Kind = Literal["real", "integer", "categorical", "ordinal"]
Value: TypeAlias = str | int | float | bool | None

KINDS: tuple[Kind, ...] = ("real", "integer", "categorical", "ordinal")
#: names that other tools use for these kinds
_OTHER_WORDS: dict[str, Kind] = {
    "int": "integer",
    "float": "real",
    "double": "real",
    "continuous": "real",
    "uniform": "real",
    "cat": "categorical",
    "choice": "categorical",
    "enum": "categorical",
    "bool": "categorical",
    "boolean": "categorical",
    "str": "categorical",
    "ord": "ordinal",
}

NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")


def is_number(text: str) -> bool:
    """Return whether a text is a finite number in the form in which Python and Java print it."""
    return NUMBER.fullmatch(text) is not None


@dataclass(frozen=True)
class Parameter:
    """One parameter: its name, kind, domain and default.

    Attributes
    ----------
    name : str
    kind : {'real', 'integer', 'categorical', 'ordinal'}
    values : tuple
        ``(lower, upper)`` if the parameter is numeric, otherwise all choices in their order.
    default : str, int, float, bool or None
    log : bool
        Whether a numeric parameter is searched on a logarithmic scale.
    """

    name: str
    kind: Kind
    values: tuple[Any, ...]
    default: Value
    log: bool = False

    @property
    def numeric(self) -> bool:
        """Whether the domain is a range and not a list of choices."""
        return self.kind in ("real", "integer")

    @cached_property
    def tokens(self) -> dict[str, Value]:
        """The choices; the key of a choice is its text in a clause."""
        return {} if self.numeric else {str(value): value for value in self.values}

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """The texts of the choices, to find them in a clause."""
        return Vocabulary(self.tokens)

    @cached_property
    def positions(self) -> dict[Value, int]:
        """The position of each choice in the list, from 0."""
        return {value: position for position, value in enumerate(self.values)}

    @cached_property
    def _by_number(self) -> dict[float, str]:
        """The text of each choice that is a number; the key is the number."""
        return {
            float(value): token
            for token, value in self.tokens.items()
            if isinstance(value, (int, float)) and not isinstance(value, bool)
        }

    def token_of(self, text: str) -> str | None:
        """Return the text of the choice that a text means: the text itself, or the choice that is the same number.

        For example, ``0`` means the choice 0.0. Return None if there is no such choice.
        """
        if text in self.tokens:
            return text
        return self._by_number.get(float(text)) if is_number(text) else None

    @property
    def domain(self) -> str:
        """The domain as text for a message."""
        if self.numeric:
            return f"[{self.values[0]}, {self.values[1]}]"
        return cut("{" + ", ".join(self.tokens) + "}")

    def __getstate__(self) -> dict[str, Any]:
        # cached properties are left out: they can be computed again
        return {field: self.__dict__[field] for field in self.__dataclass_fields__}


def parse_parameters(parameter_dict: Mapping[str, Any]) -> dict[str, Parameter]:
    """Check a parameter dict and convert it to parameters.

    Parameters
    ----------
    parameter_dict : dict of str to tuple
        See :func:`parse_parameter` for the tuples.

    Returns
    -------
    dict of str to Parameter

    Raises
    ------
    ParameterError
        The message names the parameter, its value and the expected value.
    """
    if not isinstance(parameter_dict, Mapping):
        raise ParameterTypeError(
            f"parameter_dict must be a dict of name: specification, not {type(parameter_dict).__name__}"
        )
    if not parameter_dict:
        raise ParameterError("parameter_dict is empty: there is nothing to optimise")
    return {name: parse_parameter(name, spec) for name, spec in parameter_dict.items()}


def parse_parameter(name: str, specification: Any) -> Parameter:
    """Check one parameter definition and convert it to a `Parameter`.

    Parameters
    ----------
    name : str
        Any text without blanks, ``#`` or quotes.
    specification : tuple
        ``(type, values, default[, 'log'])`` with type 'real', 'integer', 'categorical' or
        'ordinal'. Or a tuple without a type, as in pysmac's first releases: ``([lower, upper],
        default[, 'int'][, 'log'])`` for a range, ``({choices}, default)`` for choices.

    Returns
    -------
    Parameter
        All values are plain Python values: numpy scalars become int, float, bool or str.

    Raises
    ------
    ParameterError
    """
    _check_name(name)
    _check_is_no_list_of_values(name, specification)
    if isinstance(specification, list):
        warn(f"parameter {shown(name)}: write the specification as a tuple, not as a list", DeprecationWarning)
    elif not isinstance(specification, tuple):
        raise ParameterTypeError(
            f"parameter {shown(name)}: the specification must be a tuple (type, values, default), "
            f"got {shown(specification)}"
        )
    if len(specification) > 0 and not isinstance(specification[0], str):
        return _parse_untyped(name, specification)
    if len(specification) < 3:
        raise ParameterTypeError(
            f"parameter {shown(name)}: expected (type, values, default) or (type, values, default, 'log'), "
            f"got {shown(specification)}"
        )
    kind, values, default, *rest = specification
    if kind not in KINDS:
        meant = _OTHER_WORDS.get(kind.lower())
        hint = f"; did you mean {shown(meant)}?" if meant else did_you_mean(kind, KINDS)
        raise ParameterError(f"parameter {shown(name)}: type {shown(kind)} is not one of {', '.join(KINDS)}{hint}")
    log = _parse_flags(name, rest, kind)
    if kind in ("real", "integer"):
        return Parameter(name, kind, *numeric_domain(name, kind, values, default, log), log)
    return Parameter(name, kind, *choice_domain(name, kind, values, default))


def _check_is_no_list_of_values(name: str, specification: Any) -> None:
    """Refuse a plain list of choices or a range without a type, which other tools accept."""
    if not isinstance(specification, (list, tuple)) or not specification:
        return
    values = [native(value) for value in specification]
    first = values[0]
    if not all(type(value) in (str, bool, int, float, type(None)) for value in values):
        return
    if isinstance(first, str) and (
        isinstance(specification, tuple) or first in (*KINDS, *_OTHER_WORDS) or did_you_mean(first, KINDS)
    ):
        return
    hint = ""
    if len(values) == 2 and all(type(value) in (int, float) for value in values) and values[0] < values[1]:
        kind = "integer" if all(type(value) is int for value in values) else "real"
        hint = f", or ({kind!r}, {shown(values)}, {first!r}) for a range"
    raise ParameterTypeError(
        f"parameter {shown(name)}: expected (type, values, default), got {shown(specification)}; write "
        f"('categorical', {shown(values)}, {shown(first)}) for choices{hint}"
    )


def _check_name(name: Any) -> None:
    if not isinstance(name, str):
        raise ParameterTypeError(f"parameter name {shown(name)} is not a string")
    bad = [c for c in name if c.isspace() or c in "#'\"" or not c.isprintable()]
    if not name or bad:
        reason = f"contains {shown(bad[0])}" if bad else "is empty"
        raise ParameterError(f"parameter name {shown(name)} {reason}: use a name without blanks, '#' and quotes")


def _parse_flags(name: str, rest: Sequence[Any], kind: str) -> bool:
    """Return whether the fourth element is 'log'; warn about other elements and ignore them, as the original pysmac."""
    log = len(rest) > 0 and isinstance(rest[0], str) and rest[0] == "log"
    ignored = list(rest[1:] if log else rest)
    if log and kind in ("categorical", "ordinal"):
        log, ignored = False, ["log", *ignored]
    if ignored:
        meaning = "only 'log' on a real or integer parameter has a meaning"
        if not log and kind in ("real", "integer"):
            meaning = "the scale is linear; only the word 'log' there makes it logarithmic"
        warn(f"parameter {shown(name)}: {cut(', '.join(map(shown, ignored)))} after the default is ignored ({meaning})")
    return log


def _parse_untyped(name: str, specification: Sequence[Any]) -> Parameter:
    """Parse a definition without a type, as pysmac's first releases take it and pysmac's ``read_pcs`` returns it."""
    if len(specification) < 2:
        raise ParameterTypeError(f"parameter {shown(name)}: expected (values, default), got {shown(specification)}")
    values, default, *flags = specification
    if isinstance(values, Set):
        _parse_flags(name, flags, "categorical")
        natives = [native(v) for v in values]
        try:
            ordered = sorted(natives)
        except TypeError:
            ordered = sorted(natives, key=str)
        return Parameter(name, "categorical", *choice_domain(name, "categorical", ordered, default))
    kind: Kind = "real"
    if any(isinstance(flag, str) and flag == "int" for flag in flags):
        kind = "integer"
        flags = [flag for flag in flags if not (isinstance(flag, str) and flag == "int")]
        # read_pcs of the original pysmac returns the bounds of integers as floats
        values, default = [_whole(v) for v in as_sequence(name, values, RANGE)], _whole(native(default))
    log = _parse_flags(name, flags, kind)
    return Parameter(name, kind, *numeric_domain(name, kind, values, default, log), log)


def _whole(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() else value
