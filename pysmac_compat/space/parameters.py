"""Parameter definitions: the tuples of a pysmac parameter dict, checked once, then plain data."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, KeysView, Mapping, Sequence, Set, ValuesView
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from pysmac_compat._warn import warn
from pysmac_compat.errors import ParameterError, ParameterTypeError
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

NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")


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

    @property
    def tokens(self) -> dict[str, Value]:
        """The choices by the text that stands for them in a clause."""
        return {} if self.numeric else {str(value): value for value in self.values}

    @property
    def domain(self) -> str:
        """The domain as text for a message."""
        if self.numeric:
            return f"[{self.values[0]}, {self.values[1]}]"
        return "{" + ", ".join(self.tokens) + "}"


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
            f"parameter {name!r}: the specification must be a tuple (type, values, default), got {specification!r}"
        )
    if len(specification) > 0 and not isinstance(specification[0], str):
        return _parse_untyped(name, specification)
    if len(specification) < 3:
        raise ParameterTypeError(
            f"parameter {name!r}: expected (type, values, default) or (type, values, default, 'log'), "
            f"got {specification!r}"
        )
    kind, values, default, *rest = specification
    if kind not in KINDS:
        meant = _OTHER_WORDS.get(kind.lower())
        hint = f"; did you mean {meant!r}?" if meant else did_you_mean(kind, KINDS)
        raise ParameterError(f"parameter {name!r}: type {kind!r} is not one of {', '.join(KINDS)}{hint}")
    log = _parse_flags(name, rest, kind)
    if kind in ("real", "integer"):
        return _numeric(name, kind, values, default, log)
    return _choices(name, kind, values, default)


def _check_name(name: Any) -> None:
    if not isinstance(name, str):
        raise ParameterTypeError(f"parameter name {name!r} is not a string")
    bad = [c for c in name if c.isspace() or c in "#'\"" or not c.isprintable()]
    if not name or bad:
        reason = f"contains {bad[0]!r}" if bad else "is empty"
        raise ParameterError(f"parameter name {name!r} {reason}: use a name without blanks, '#' and quotes")


def _parse_flags(name: str, rest: Sequence[Any], kind: str) -> bool:
    """Whether the fourth element is 'log'; whatever else stands there is ignored, as in the original."""
    log = len(rest) > 0 and isinstance(rest[0], str) and rest[0] == "log"
    ignored = list(rest[1:] if log else rest)
    if log and kind in ("categorical", "ordinal"):
        log, ignored = False, ["log", *ignored]
    if ignored:
        warn(
            f"parameter {name!r}: {', '.join(map(repr, ignored))} after the default is ignored "
            "(only 'log' on a real or integer parameter has a meaning)"
        )
    return log


def _parse_untyped(name: str, specification: Sequence[Any]) -> Parameter:
    """The dialect of pysmac's first releases, which its ``read_pcs`` returns, too."""
    if len(specification) < 2:
        raise ParameterTypeError(f"parameter {name!r}: expected (values, default), got {specification!r}")
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
        raise ParameterTypeError(f"parameter {name!r}: {expected}, got {values!r}")
    return [_native(values[i]) for i in range(len(values))]


def _numeric(name: str, kind: Kind, values: Any, default: Any, log: bool) -> Parameter:
    bounds = _as_sequence(name, values, _RANGE)
    if len(bounds) != 2:
        raise ParameterError(f"parameter {name!r}: the range must be [lower, upper], got {values!r}")
    convert = _integer if kind == "integer" else _real
    lower, upper = (convert(name, bound) for bound in bounds)
    if not lower < upper:
        raise ParameterError(f"parameter {name!r}: the lower bound must be below the upper one, got [{lower}, {upper}]")
    if not math.isfinite(float(upper) - float(lower)):
        raise ParameterError(f"parameter {name!r}: the range [{lower}, {upper}] is wider than a float can hold")
    value = convert(name, _native(default), default=True)
    if not lower <= value <= upper:
        raise ParameterError(f"parameter {name!r}: the default {value} is outside of [{lower}, {upper}]")
    if log and lower <= 0:
        raise ParameterError(f"parameter {name!r}: a 'log' range needs positive bounds, got [{lower}, {upper}]")
    return Parameter(name, kind, (lower, upper), value, log)


def _integer(name: str, value: Any, default: bool = False) -> int:
    if type(value) is not int:
        hint = f"; write {int(value)}, or // in place of /" if type(value) is float and value.is_integer() else ""
        raise ParameterError(
            f"parameter {name!r}: the bounds and the default of an integer parameter must be int, "
            f"got {value!r} ({type(value).__name__}){hint}"
        )
    if abs(value) > _LARGEST_INTEGER:
        raise ParameterError(f"parameter {name!r}: integers beyond 2**53 are not supported, got {value}")
    return value


def _real(name: str, value: Any, default: bool = False) -> float:
    what = "default" if default else "bound"
    try:
        number = math.nan if isinstance(value, bool) else float(value)
    except (TypeError, ValueError, OverflowError):
        number = math.nan
    if not math.isfinite(number):
        raise ParameterError(f"parameter {name!r}: the {what} {value!r} is not a finite number")
    return number


def _choices(name: str, kind: Kind, values: Any, default: Any) -> Parameter:
    choices = _as_sequence(name, values, f"the values of a {kind} parameter must be a list")
    if isinstance(values, str):
        warn(f"parameter {name!r}: the string {values!r} is read as the list {choices!r}")
    if not choices:
        once = " (an iterator can be read once: use list(...))" if isinstance(values, Iterator) else ""
        raise ParameterError(f"parameter {name!r}: the list of values is empty{once}")
    for value in choices:
        if type(value) not in _CHOICE_TYPES or value != value:
            raise ParameterTypeError(
                f"parameter {name!r}: the value {value!r} ({type(value).__name__}) is not a str, int, float, bool "
                "or None"
            )
        if isinstance(value, str) and not value.isprintable():
            raise ParameterError(f"parameter {name!r}: the value {value!r} has a character that cannot be printed")
    seen: dict[Any, Any] = {}
    for value in choices:
        keys = {value, (str(value),)}
        for key in keys:
            if key in seen:
                raise ParameterError(f"parameter {name!r}: the values {seen[key]!r} and {value!r} cannot be told apart")
        seen.update(dict.fromkeys(keys, value))
    types = {type(value) for value in choices if value is not None}
    if len(types) > 1:
        names = ", ".join(sorted(t.__name__ for t in types))
        raise ParameterError(f"parameter {name!r}: not all values are of the same type ({names}) in {choices!r}")
    value = _native(default)
    if not any(type(value) is type(choice) and value == choice for choice in choices):
        raise ParameterError(f"parameter {name!r}: the default {value!r} is not one of the values {choices!r}")
    return Parameter(name, kind, tuple(choices), value)
