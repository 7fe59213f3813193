"""Values of parameters and their texts: the one home of what a text means, wherever it is read or written."""

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
#: by how much of its range a number may be out of it: what a rounding error on the way to [0, 1] and back leaves
_SLACK = 1e-9


def number_of(text: str) -> float:
    """The number that a text stands for, as Python and Java print it: no underscores, no NaN, no infinity.

    Raises
    ------
    ValueError
    """
    if not is_number(text):
        raise ValueError(f"{shown(text)} is no number")
    return float(text)


def whole_of(text: str) -> int:
    """The whole number that a text stands for, also one that is written as 7.0 or 1e3.

    Raises
    ------
    ValueError
    """
    if _WHOLE.fullmatch(text):
        return int(text)
    number = number_of(text)
    if not number.is_integer():
        raise ValueError(f"{shown(text)} is no whole number")
    return int(number)


def value_of(text: str, parameter: Parameter) -> Value:
    """The value of a parameter that a text stands for.

    Raises
    ------
    ValueError
        If the parameter has no such value; names it and its domain.
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
    """The values of the active parameters, with their types, of a configuration that was read.

    Parameters
    ----------
    texts : dict of str to str
        Parameters that are missing have their default.
    definition : Definition

    Returns
    -------
    dict
        Sorted by name.

    Raises
    ------
    ValueError
        For a parameter or a value that the space does not have.
    """
    unknown = sorted(texts.keys() - definition.parameters.keys())
    if unknown:
        raise ValueError(f"there is no parameter {shown(unknown[0])} in the space")
    values = {name: parameter.default for name, parameter in definition.parameters.items()}
    values.update({name: value_of(text, definition.parameters[name]) for name, text in texts.items()})
    return definition.restrict(values)


def typed(name: str, kind: Callable[[str], Any], text: str) -> Any:
    """The value of a parameter from its text, where its type is known but not its domain.

    Parameters
    ----------
    name : str
    kind : type or callable
        As `value_type` tells it, or any function of the text.
    text : str

    Raises
    ------
    ArgumentError
        A ``ValueError``, naming the parameter.
    """
    if kind is type(None) or (text == "None" and kind in (bool, int, float)):
        return None
    readers: dict[Any, Callable[[str], Any]] = {bool: _BOOLS.__getitem__, int: whole_of, float: number_of}
    try:
        return readers.get(kind, kind)(text)
    except (KeyError, ValueError):
        raise ArgumentError(f"{shown(text)} is not a value of {shown(name)} on the command line") from None


def value_type(parameter: Parameter) -> type:
    """The type that makes a parameter's values of their texts.

    Returns
    -------
    type
        int, float, str or bool, also where None is among the choices; but `StrOrNone` for texts and None, and
        ``type(None)`` where None is the only choice.
    """
    if parameter.numeric:
        return int if parameter.kind == "integer" else float
    kind = next((type(value) for value in parameter.values if value is not None), type(None))
    return StrOrNone if kind is str and None in parameter.values else kind


class StrOrNone(str):
    """The type of choices that are texts and None: made of the text 'None', it is None, else a plain str.

    ``str`` alone cannot say whether 'None' is a text among texts. For numbers and bools there is no doubt.

    >>> StrOrNone("None"), StrOrNone("rbf")
    (None, 'rbf')
    """

    def __new__(cls, text: str) -> Any:
        """None, or the text itself."""
        return None if text == "None" else text


def value_text(value: Value, parameter: Parameter) -> str:
    """A value as it stands in the files."""
    return java_number(value) if parameter.kind == "real" else str(value)  # type: ignore[arg-type]


def value_texts(values: Mapping[str, Value], definition: Definition) -> dict[str, str]:
    """A configuration, completed with defaults, as texts; sorted by name."""
    complete = definition.complete(values)
    return {name: value_text(value, definition.parameters[name]) for name, value in complete.items()}


def java_number(value: float) -> str:
    """A number as Java prints a double, so that files look like those of SMAC v2.

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
    """The number that SMAC v2 has for a value.

    For a categorical parameter its position, from 1; for others the place in [0, 1], on the
    logarithmic scale if there is one; a step of an integer or ordinal stands for its middle.
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
    """``log(high / low)``, also where that quotient is too large for a float, or so near to 1 that it looks like it."""
    excess = (high - low) / low
    return math.log1p(excess) if excess < 1 else math.log(high) - math.log(low)
