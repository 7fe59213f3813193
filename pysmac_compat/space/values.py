"""Conversions between the values of parameters and their texts in files, options and command lines."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, cast

from pysmac_compat.errors import ArgumentError, shown
from pysmac_compat.space.definition import Definition
from pysmac_compat.space.parameters import Parameter, Value, is_number

_WHOLE = re.compile(r"[+-]?[0-9]+")
_BOOLS = {"True": True, "False": False}
#: a number may lie outside its range by this fraction of the range, because scaling to [0, 1] and back rounds
_SLACK = 1e-9


def number_of(text: str) -> float:
    """Convert the text of a finite number, in the form in which Python and Java print it, to a float.

    Raises
    ------
    ValueError
    """
    if not is_number(text):
        raise ValueError(f"{shown(text)} is not a number")
    return float(text)


def whole_of(text: str) -> int:
    """Convert a text to a whole number; 7.0 and 1e3 are whole numbers too.

    Raises
    ------
    ValueError
    """
    if _WHOLE.fullmatch(text):
        return int(text)
    number = number_of(text)
    if not number.is_integer():
        raise ValueError(f"{shown(text)} is not a whole number")
    return int(number)


def value_of(text: str, parameter: Parameter) -> Value:
    """Convert a text to a value of a parameter.

    Raises
    ------
    ValueError
        If the parameter has no such value. The message names the parameter and its domain.
    """
    if not parameter.numeric:
        token = parameter.token_of(text)
        if token is not None:
            return parameter.tokens[token]
    else:
        low, high = parameter.values
        slack = _SLACK * (high - low)
        try:
            number = whole_of(text) if parameter.kind == "integer" else number_of(text)
        except ValueError:
            number = math.nan
        if low - slack <= number <= high + slack:
            return min(max(number, low), high)
    raise ValueError(f"parameter {shown(parameter.name)}: {shown(text)} is not in {parameter.domain}")


def typed_values(texts: Mapping[str, str], definition: Definition) -> dict[str, Value]:
    """Convert the texts of a configuration to typed values of its active parameters.

    Parameters
    ----------
    texts : dict of str to str
        A missing parameter has its default.
    definition : Definition

    Returns
    -------
    dict
        Sorted by name.

    Raises
    ------
    ValueError
        If the space has no such parameter, or a parameter has no such value.
    """
    unknown = sorted(texts.keys() - definition.parameters.keys())
    if unknown:
        raise ValueError(f"there is no parameter {shown(unknown[0])} in the space")
    values = {name: parameter.default for name, parameter in definition.parameters.items()}
    values.update({name: value_of(text, definition.parameters[name]) for name, text in texts.items()})
    return definition.restrict(values)


def typed(name: str, kind: Callable[[str], Any], text: str) -> Any:
    """Convert a text to a value of a parameter of which only the type is known.

    Parameters
    ----------
    name : str
    kind : type or callable
        The type that `value_type` returns, or any function of the text.
    text : str

    Raises
    ------
    ArgumentError
        If the text is not such a value. The error is also a ``ValueError``; its message names the parameter.
    """
    if kind is type(None) or (text == "None" and kind in (bool, int, float)):
        return None
    readers: dict[Any, Callable[[str], Any]] = {bool: _BOOLS.__getitem__, int: whole_of, float: number_of}
    try:
        return readers.get(kind, kind)(text)
    except (KeyError, ValueError):
        raise ArgumentError(f"{shown(text)} is not a value of {shown(name)} on the command line") from None


def value_type(parameter: Parameter) -> type:
    """Return the type that converts a text to a value of the parameter.

    Returns
    -------
    type
        int, float, str or bool, even if None is among the choices. `StrOrNone` if the choices are texts and None.
        ``type(None)`` if None is the only choice.
    """
    if parameter.numeric:
        return int if parameter.kind == "integer" else float
    kind = next((type(value) for value in parameter.values if value is not None), type(None))
    return StrOrNone if kind is str and None in parameter.values else kind


class StrOrNone(str):
    """The type of choices that are texts and None: it turns the text 'None' into None, and any other text into a str.

    With ``str`` alone, the text 'None' would be ambiguous. For numbers and bools, the text 'None' is unambiguous.

    >>> StrOrNone("None"), StrOrNone("rbf")
    (None, 'rbf')
    """

    def __new__(cls, text: str) -> Any:
        """Return None for the text 'None', and any other text unchanged."""
        return None if text == "None" else text


def value_text(value: Value, parameter: Parameter) -> str:
    """Convert a value to its text in the files."""
    return java_number(value) if parameter.kind == "real" else str(value)  # type: ignore[arg-type]


def value_texts(values: Mapping[str, Value], definition: Definition) -> dict[str, str]:
    """Complete a configuration with defaults and convert its values to texts, sorted by name."""
    complete = definition.complete(values)
    return {name: value_text(value, definition.parameters[name]) for name, value in complete.items()}


def java_number(value: float) -> str:
    """Convert a number to the text that Java prints for a double, for files in the format of SMAC v2.

    >>> [java_number(x) for x in (31, 0.25, 2.0**127, 1e-5, float("nan"))]
    ['31.0', '0.25', '1.7014118346046923E38', '1.0E-5', 'NaN']
    """
    value = float(value)
    if value == 0 or 1e-3 <= abs(value) < 1e7:
        return repr(value)
    if not math.isfinite(value):
        return "NaN" if value != value else "Infinity" if value > 0 else "-Infinity"
    sign, digits, exponent = Decimal(repr(value)).normalize().as_tuple()
    first, rest = str(digits[0]), "".join(map(str, digits[1:])) or "0"
    return f"{'-' if sign else ''}{first}.{rest}E{int(exponent) + len(digits) - 1}"


def unit_value(value: Value, parameter: Parameter) -> float:
    """Return the number by which SMAC v2 represents a value.

    For a categorical parameter, this is the position of the choice, from 1. For other parameters, it is the
    position in [0, 1], on the logarithmic scale if the parameter has one. An integer or an ordinal choice is
    represented by the middle of its step.
    """
    if not parameter.numeric:
        position = parameter.values.index(value)
        return position + 1.0 if parameter.kind == "categorical" else (position + 0.5) / len(parameter.values)
    low, high = parameter.values
    if parameter.kind == "integer":
        low, high = low - 0.5, high + 0.5
    if parameter.log:
        return _log_distance(low, cast(float, value)) / _log_distance(low, high)
    return (value - low) / (high - low)


def _log_distance(low: float, high: float) -> float:
    """Return ``log(high / low)``, exactly even if the quotient overflows a float or rounds to 1."""
    excess = (high - low) / low
    return math.log1p(excess) if excess < 1 else math.log(high) - math.log(low)
