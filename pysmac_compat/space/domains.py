"""Checks of the domains of parameters: the bounds, choices and defaults that a user writes."""

from __future__ import annotations

import math
from collections.abc import Iterator, KeysView, Mapping, Sequence, Set, ValuesView
from typing import Any

from pysmac_compat._warn import warn
from pysmac_compat.errors import ParameterError, ParameterTypeError, shown
from pysmac_compat.suggestions import did_you_mean

_CHOICE_TYPES = (str, bool, int, float, type(None))
_LARGEST_INTEGER = 2**53  # a float64 does not hold every integer beyond this one

RANGE = "the range must be a list [lower, upper]"


def native(value: Any) -> Any:
    """Convert a numpy scalar (or another object with ``item()`` and an empty shape) to a plain Python value."""
    if type(value) in _CHOICE_TYPES:
        return value
    if hasattr(value, "item") and getattr(value, "shape", None) == ():
        return value.item()
    return value


def as_sequence(name: str, values: Any, expected: str) -> list[Any]:
    """Convert the elements of a list, or of an object that was a list in Python 2, to plain Python values."""
    # dict.keys(), dict.values() and map() returned lists in Python 2
    if isinstance(values, (KeysView, ValuesView, Iterator)):
        values = list(values)
    if isinstance(values, (Set, Mapping)) or not hasattr(values, "__len__") or not hasattr(values, "__getitem__"):
        raise ParameterTypeError(f"parameter {shown(name)}: {expected}, got {shown(values)}")
    try:
        return [native(values[i]) for i in range(len(values))]
    except Exception as error:  # raised by a class of the user
        raise ParameterTypeError(f"parameter {shown(name)}: {expected}, got {shown(values)}: {shown(error)}") from None


def numeric_domain(name: str, kind: str, values: Any, default: Any, log: bool) -> tuple[tuple[Any, ...], Any]:
    """Check the bounds and the default of a 'real' or 'integer' parameter; return them as plain Python values.

    Raises
    ------
    ParameterError
        The message names the parameter, the value, and the expected value.
    """
    bounds = as_sequence(name, values, RANGE)
    if len(bounds) != 2:
        hint = "; a list of values is of type 'ordinal' or 'categorical'" if len(bounds) > 2 else ""
        raise ParameterError(f"parameter {shown(name)}: the range must be [lower, upper], got {shown(values)}{hint}")
    convert = _integer if kind == "integer" else _real
    lower, upper = (convert(name, bound) for bound in bounds)
    if not lower < upper:
        hint = (
            f"write ('categorical', [{lower}], {lower}) for a constant"
            if lower == upper
            else f"write [{upper}, {lower}]"
        )
        raise ParameterError(
            f"parameter {shown(name)}: the lower bound must be below the upper one, got [{lower}, {upper}]; {hint}"
        )
    if not math.isfinite(float(upper) - float(lower)):
        raise ParameterError(f"parameter {shown(name)}: the range [{lower}, {upper}] is wider than a float can hold")
    value = convert(name, native(default), default=True)
    if not lower <= value <= upper:
        nearest = min(max(value, lower), upper)
        hint = f"; write {shown(nearest)}, the nearest bound" if _is_near(value, nearest) else ""
        raise ParameterError(f"parameter {shown(name)}: the default {value} is outside of [{lower}, {upper}]{hint}")
    if log and lower <= 0:
        raise ParameterError(
            f"parameter {shown(name)}: a 'log' range needs positive bounds, got [{lower}, {upper}]; "
            "raise the lower bound above 0, or leave 'log' away"
        )
    return (lower, upper), value


def _is_near(one: float, other: float) -> bool:
    """Return whether two numbers differ by no more than a rounding error."""
    return math.isclose(one, other, rel_tol=1e-6, abs_tol=1e-12)


def _integer(name: str, value: Any, default: bool = False) -> int:
    if type(value) is not int:
        hint = f"; write {int(value)}, or // in place of /" if type(value) is float and value.is_integer() else ""
        if type(value) is float and not value.is_integer():
            above, below = value.as_integer_ratio()
            written = f"{above} // {below} in place of {above} / {below}" if below < 100 else "// in place of /"
            hint = f"; a parameter with fractions is of type 'real'; for a whole number write {written}"
        raise ParameterError(
            f"parameter {shown(name)}: the bounds and the default of an integer parameter must be int, "
            f"got {shown(value)} ({type(value).__name__}){hint}"
        )
    if abs(value) > _LARGEST_INTEGER:
        raise ParameterError(
            f"parameter {shown(name)}: integers beyond 2**53 are not supported, got {shown(value)}; "
            "search a smaller range, or an exponent"
        )
    return value


def _real(name: str, value: Any, default: bool = False) -> float:
    what = "default" if default else "bound"
    try:
        number = math.nan if isinstance(value, bool) else float(value)
    except Exception:  # a class of the user may raise anything
        number = math.nan
    if not math.isfinite(number):
        raise ParameterError(f"parameter {shown(name)}: the {what} {shown(value)} is not a finite number")
    return number


def choice_domain(name: str, kind: str, values: Any, default: Any) -> tuple[tuple[Any, ...], Any]:
    """Check the choices and the default of a 'categorical' or 'ordinal' parameter; return them as plain Python values.

    If the choices are integers and floats, the integers become floats.

    Raises
    ------
    ParameterError
        The message names the parameter, the value, and the expected value.
    """
    choices = as_sequence(name, values, f"the values of a {kind} parameter must be a list")
    if isinstance(values, str):
        warn(f"parameter {shown(name)}: the string {shown(values)} is read as the list {shown(choices)}")
    if not choices:
        once = " (an iterator can be read once: use list(...))" if isinstance(values, Iterator) else ""
        raise ParameterError(f"parameter {shown(name)}: the list of values is empty{once}")
    for value in choices:
        _check_choice(name, value)
    value = native(default)
    types = {type(choice) for choice in choices if choice is not None}
    if types == {int, float}:
        choices = [float(choice) if type(choice) is int else choice for choice in choices]
        value = float(value) if type(value) is int and abs(value) <= _LARGEST_INTEGER else value
    _check_distinct(name, choices)
    if len(types) > 1 and types != {int, float}:
        names = ", ".join(sorted(t.__name__ for t in types))
        raise ParameterError(
            f"parameter {shown(name)}: not all values are of the same type ({names}) in {shown(choices)}; "
            "write all of them as texts, such as '1', or as numbers"
        )
    if not any(type(value) is type(choice) and value == choice for choice in choices):
        raise ParameterError(
            f"parameter {shown(name)}: the default {shown(value)} is not one of the values {shown(choices)}"
            f"{_instead(value, choices)}"
        )
    return tuple(choices), value


def _check_choice(name: str, value: Any) -> None:
    if type(value) not in _CHOICE_TYPES or value != value:
        hint = "; write a string for it, and make the object from the string in the function"
        raise ParameterTypeError(
            f"parameter {shown(name)}: the value {shown(value)} ({type(value).__name__}) is not a str, int, float, "
            f"bool or None{hint}"
        )
    if isinstance(value, str) and not value.isprintable():
        raise ParameterError(
            f"parameter {shown(name)}: the value {shown(value)} has a character that cannot be printed; "
            "write another string, and translate it in the function"
        )
    if type(value) is int:
        try:
            float(value)
        except OverflowError:
            raise ParameterError(
                f"parameter {shown(name)}: the value {shown(value)} is larger than a float can hold; write it as a text"
            ) from None


def _check_distinct(name: str, choices: Sequence[Any]) -> None:
    seen: dict[Any, Any] = {}
    for value in choices:
        keys = {value, (str(value),)}
        for key in keys:
            if key in seen:
                raise ParameterError(
                    f"parameter {shown(name)}: the values {shown(seen[key])} and {shown(value)} are the same value in "
                    "Python (as 1 and True) or the same text (as 1 and '1'); leave one out, or change it"
                )
        seen.update(dict.fromkeys(keys, value))


def _instead(value: Any, choices: Sequence[Any]) -> str:
    """Return the end of a message about a default that is not a choice: the choice that the user may have meant."""
    text = shown(value).strip("'\"")
    for choice in choices:
        alike = shown(choice).strip("'\"") in (text, f"{text}.0")
        if alike or (isinstance(value, (int, float)) and value == choice):
            return f"; write {shown(choice)}"
        if type(value) is type(choice) is float and _is_near(value, choice):
            return f"; write {shown(choice)}, which differs by an error of rounding"
    return did_you_mean(value, [c for c in choices if isinstance(c, str)]) if isinstance(value, str) else ""
