"""Parameter definitions: the tuples of a pysmac parameter dict, checked once, then plain data."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, KeysView, Mapping, Sequence, Set, ValuesView
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, TypeAlias

from pysmac_compat._warn import warn
from pysmac_compat.errors import ParameterError, ParameterTypeError, cut, shown
from pysmac_compat.space.vocabulary import Vocabulary
from pysmac_compat.suggestions import did_you_mean

Kind = Literal["real", "integer", "categorical", "ordinal"]
Value: TypeAlias = str | int | float | bool | None

KINDS: tuple[Kind, ...] = ("real", "integer", "categorical", "ordinal")
#: what others call these kinds
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
_CHOICE_TYPES = (str, bool, int, float, type(None))
_LARGEST_INTEGER = 2**53  # beyond, a float64 does not hold every integer

_RANGE = "the range must be a list [lower, upper]"

NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")


def is_number(text: str) -> bool:
    """Whether a text is a number as Python and Java print it: no underscores, no NaN, no infinity."""
    return NUMBER.fullmatch(text) is not None


@dataclass(frozen=True)
class Parameter:
    """One parameter: its name, kind, domain and default.

    Attributes
    ----------
    name : str
    kind : {'real', 'integer', 'categorical', 'ordinal'}
    values : tuple
        ``(lower, upper)`` of a numeric parameter, else all choices in their order.
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
        """Whether the domain is a range, not a list of choices."""
        return self.kind in ("real", "integer")

    @cached_property
    def tokens(self) -> dict[str, Value]:
        """The choices by the text that stands for them in a clause."""
        return {} if self.numeric else {str(value): value for value in self.values}

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """The texts of the choices, to be found in a clause."""
        return Vocabulary(self.tokens)

    @cached_property
    def positions(self) -> dict[Value, int]:
        """The place of each choice in the list, from 0."""
        return {value: position for position, value in enumerate(self.values)}

    @cached_property
    def _by_number(self) -> dict[float, str]:
        """The text of each choice that is a number, by that number."""
        return {float(v): token for token, v in self.tokens.items() if type(v) in (int, float)}

    def token_of(self, text: str) -> str | None:
        """The text of the choice that a text stands for: itself, or another text of the same number, as ``0`` of 0.0.

        None if there is no such choice.
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
        # what is cached can be made again
        return {field: self.__dict__[field] for field in self.__dataclass_fields__}


def parse_parameters(parameter_dict: Mapping[str, Any]) -> dict[str, Parameter]:
    """Check a whole parameter dict.

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
        Naming the parameter, its value and what was expected.
    """
    if not isinstance(parameter_dict, Mapping):
        raise ParameterTypeError(
            f"parameter_dict must be a dict of name: specification, not {type(parameter_dict).__name__}"
        )
    if not parameter_dict:
        raise ParameterError("parameter_dict is empty: there is nothing to optimise")
    return {name: parse_parameter(name, spec) for name, spec in parameter_dict.items()}


def parse_parameter(name: str, specification: Any) -> Parameter:
    """Check one parameter definition.

    Parameters
    ----------
    name : str
        Any text without blanks, ``#`` and quotes.
    specification : tuple
        ``(type, values, default[, 'log'])`` with type 'real', 'integer', 'categorical' or
        'ordinal'; or the untyped dialect of the first releases, ``([lower, upper], default[,
        'int'][, 'log'])`` and ``({choices}, default)``.

    Returns
    -------
    Parameter
        With native Python values: numpy scalars become int, float, bool or str.

    Raises
    ------
    ParameterError
    """
    _check_name(name)
    if isinstance(specification, list):
        warn(f"parameter {name!r}: write the specification as a tuple, not as a list", DeprecationWarning)
    elif not isinstance(specification, tuple):
        raise ParameterTypeError(
            f"parameter {name!r}: the specification must be a tuple (type, values, default), got {shown(specification)}"
        )
    if len(specification) > 0 and not isinstance(specification[0], str):
        return _parse_untyped(name, specification)
    if len(specification) < 3:
        raise ParameterTypeError(
            f"parameter {name!r}: expected (type, values, default) or (type, values, default, 'log'), "
            f"got {shown(specification)}"
        )
    kind, values, default, *rest = specification
    if kind not in KINDS:
        meant = _OTHER_WORDS.get(kind.lower())
        hint = f"; did you mean {meant!r}?" if meant else did_you_mean(kind, KINDS)
        raise ParameterError(f"parameter {name!r}: type {shown(kind)} is not one of {', '.join(KINDS)}{hint}")
    log = _parse_flags(name, rest, kind)
    if kind in ("real", "integer"):
        return _numeric(name, kind, values, default, log)
    return _choices(name, kind, values, default)


def _check_name(name: Any) -> None:
    if not isinstance(name, str):
        raise ParameterTypeError(f"parameter name {shown(name)} is not a string")
    bad = [c for c in name if c.isspace() or c in "#'\"" or not c.isprintable()]
    if not name or bad:
        reason = f"contains {bad[0]!r}" if bad else "is empty"
        raise ParameterError(f"parameter name {shown(name)} {reason}: use a name without blanks, '#' and quotes")


def _parse_flags(name: str, rest: Sequence[Any], kind: str) -> bool:
    """Whether the fourth element is 'log'; whatever else stands there is ignored, as in the original."""
    log = len(rest) > 0 and isinstance(rest[0], str) and rest[0] == "log"
    ignored = list(rest[1:] if log else rest)
    if log and kind in ("categorical", "ordinal"):
        log, ignored = False, ["log", *ignored]
    if ignored:
        warn(
            f"parameter {name!r}: {cut(', '.join(map(shown, ignored)))} after the default is ignored "
            "(only 'log' on a real or integer parameter has a meaning)"
        )
    return log


def _parse_untyped(name: str, specification: Sequence[Any]) -> Parameter:
    """The dialect of pysmac's first releases, which its ``read_pcs`` returns, too."""
    if len(specification) < 2:
        raise ParameterTypeError(f"parameter {name!r}: expected (values, default), got {shown(specification)}")
    values, default, *flags = specification
    if isinstance(values, Set):
        _parse_flags(name, flags, "categorical")
        natives = [_native(v) for v in values]
        try:
            ordered = sorted(natives)
        except TypeError:
            ordered = sorted(natives, key=str)
        return _choices(name, "categorical", ordered, default)
    kind: Kind = "real"
    if "int" in flags:
        kind, flags = "integer", [f for f in flags if f != "int"]
        # read_pcs of the original gives the bounds of integers as floats
        values, default = [_whole(v) for v in _as_sequence(name, values, _RANGE)], _whole(_native(default))
    return _numeric(name, kind, values, default, _parse_flags(name, flags, kind))


def _whole(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _native(value: Any) -> Any:
    """A numpy scalar (or anything else with ``item()`` and no length) as a plain Python value."""
    if type(value) in _CHOICE_TYPES:
        return value
    if hasattr(value, "item") and getattr(value, "shape", None) == ():
        return value.item()
    return value


def _as_sequence(name: str, values: Any, expected: str) -> list[Any]:
    # The keys of a dict are in order; they, maps and the like were lists in Python 2.
    if isinstance(values, (KeysView, ValuesView, Iterator)):
        values = list(values)
    if isinstance(values, (Set, Mapping)) or not hasattr(values, "__len__") or not hasattr(values, "__getitem__"):
        raise ParameterTypeError(f"parameter {name!r}: {expected}, got {shown(values)}")
    return [_native(values[i]) for i in range(len(values))]


def _numeric(name: str, kind: Kind, values: Any, default: Any, log: bool) -> Parameter:
    bounds = _as_sequence(name, values, _RANGE)
    if len(bounds) != 2:
        hint = f"; for a choice among values write ('{'categorical' if kind == 'real' else 'ordinal'}', [...], default)"
        raise ParameterError(
            f"parameter {name!r}: the range must be [lower, upper], got {shown(values)}{hint if len(bounds) > 2 else ''}"
        )
    convert = _integer if kind == "integer" else _real
    lower, upper = (convert(name, bound) for bound in bounds)
    if not lower < upper:
        hint = (
            f"write ({'categorical'!r}, [{lower}], {lower}) for a constant"
            if lower == upper
            else f"write [{upper}, {lower}]"
        )
        raise ParameterError(
            f"parameter {name!r}: the lower bound must be below the upper one, got [{lower}, {upper}]; {hint}"
        )
    if not math.isfinite(float(upper) - float(lower)):
        raise ParameterError(f"parameter {name!r}: the range [{lower}, {upper}] is wider than a float can hold")
    value = convert(name, _native(default), default=True)
    if not lower <= value <= upper:
        nearest = min(max(value, lower), upper)
        hint = f"; write {nearest!r}, the nearest bound" if _is_near(value, nearest) else ""
        raise ParameterError(f"parameter {name!r}: the default {value} is outside of [{lower}, {upper}]{hint}")
    if log and lower <= 0:
        raise ParameterError(
            f"parameter {name!r}: a 'log' range needs positive bounds, got [{lower}, {upper}]; "
            "raise the lower bound above 0, or leave 'log' away"
        )
    return Parameter(name, kind, (lower, upper), value, log)


def _is_near(one: float, other: float) -> bool:
    """Whether two numbers differ as by an error of rounding."""
    return math.isclose(one, other, rel_tol=1e-6, abs_tol=1e-12)


def _integer(name: str, value: Any, default: bool = False) -> int:
    if type(value) is not int:
        hint = f"; write {int(value)}, or // in place of /" if type(value) is float and value.is_integer() else ""
        if type(value) is float and not value.is_integer():
            hint = "; a parameter with fractions is of type 'real'"
        raise ParameterError(
            f"parameter {name!r}: the bounds and the default of an integer parameter must be int, "
            f"got {shown(value)} ({type(value).__name__}){hint}"
        )
    if abs(value) > _LARGEST_INTEGER:
        raise ParameterError(
            f"parameter {name!r}: integers beyond 2**53 are not supported, got {shown(value)}; "
            "search a smaller range, or an exponent"
        )
    return value


def _real(name: str, value: Any, default: bool = False) -> float:
    what = "default" if default else "bound"
    try:
        number = math.nan if isinstance(value, bool) else float(value)
    except Exception:  # of a class of the user's, too
        number = math.nan
    if not math.isfinite(number):
        raise ParameterError(f"parameter {name!r}: the {what} {shown(value)} is not a finite number")
    return number


def _choices(name: str, kind: Kind, values: Any, default: Any) -> Parameter:
    choices = _as_sequence(name, values, f"the values of a {kind} parameter must be a list")
    if isinstance(values, str):
        warn(f"parameter {name!r}: the string {shown(values)} is read as the list {shown(choices)}")
    if not choices:
        once = " (an iterator can be read once: use list(...))" if isinstance(values, Iterator) else ""
        raise ParameterError(f"parameter {name!r}: the list of values is empty{once}")
    for value in choices:
        _check_choice(name, value)
    value = _native(default)
    types = {type(choice) for choice in choices if choice is not None}
    if types == {int, float}:
        choices = [float(choice) if type(choice) is int else choice for choice in choices]
        value = float(value) if type(value) is int and abs(value) <= _LARGEST_INTEGER else value
    _check_distinct(name, choices)
    if len(types) > 1 and types != {int, float}:
        names = ", ".join(sorted(t.__name__ for t in types))
        raise ParameterError(
            f"parameter {name!r}: not all values are of the same type ({names}) in {shown(choices)}; "
            "write all of them as texts, such as '1', or as numbers"
        )
    if not any(type(value) is type(choice) and value == choice for choice in choices):
        raise ParameterError(
            f"parameter {name!r}: the default {shown(value)} is not one of the values {shown(choices)}"
            f"{_instead(value, choices)}"
        )
    return Parameter(name, kind, tuple(choices), value)


def _check_choice(name: str, value: Any) -> None:
    if type(value) not in _CHOICE_TYPES or value != value:
        hint = "; write a text for it, and make the object of it in the function"
        raise ParameterTypeError(
            f"parameter {name!r}: the value {shown(value)} ({type(value).__name__}) is not a str, int, float, bool "
            f"or None{hint}"
        )
    if isinstance(value, str) and not value.isprintable():
        raise ParameterError(
            f"parameter {name!r}: the value {shown(value)} has a character that cannot be printed; "
            "write another text, and translate it in the function"
        )
    if type(value) is int:
        try:
            float(value)
        except OverflowError:
            raise ParameterError(
                f"parameter {name!r}: the value {shown(value)} is larger than a float can hold; write it as a text"
            ) from None


def _check_distinct(name: str, choices: Sequence[Any]) -> None:
    seen: dict[Any, Any] = {}
    for value in choices:
        keys = {value, (str(value),)}
        for key in keys:
            if key in seen:
                raise ParameterError(
                    f"parameter {name!r}: the values {shown(seen[key])} and {shown(value)} cannot be told apart; "
                    "each may stand there once, and texts differ from numbers in more than their quotes"
                )
        seen.update(dict.fromkeys(keys, value))


def _instead(value: Any, choices: Sequence[Any]) -> str:
    """The end of a message: the choice that may be meant by a default that is none."""
    for choice in choices:
        if shown(choice).strip("'\"") == shown(value).strip("'\"") or (isinstance(value, (int, float)) and value == choice):
            return f"; write {shown(choice)}"
        if type(value) is type(choice) is float and _is_near(value, choice):
            return f"; write {shown(choice)}, which differs by an error of rounding"
    return did_you_mean(value, [c for c in choices if isinstance(c, str)]) if isinstance(value, str) else ""
