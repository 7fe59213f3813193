"""Functions from the original pysmac that convert parameter definitions to lines of a PCS file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pysmac_compat.files.pcs import parameter_line
from pysmac_compat.space.parameters import parse_parameter
from pysmac_compat.space.values import value_type


def process_single_parameter_definition(name: str, specification: Any) -> tuple[str, type]:
    """Convert a parameter definition to a line of a PCS file.

    Parameters
    ----------
    name : str
    specification : tuple
        ``(type, values, default[, 'log'])``.

    Returns
    -------
    line : str
        The line, in which numbers are written as in the definition.
    type : type
        The type of the parameter's values; see `value_type`.

    Raises
    ------
    ParameterError
        If the definition is invalid. The error is a ``ValueError``, and its message names the parameter.

    Examples
    --------
    >>> process_single_parameter_definition("x", ("real", [0.1, 10], 1, "log"))
    ('x real [0.1, 10] [1] log', <class 'float'>)
    >>> process_single_parameter_definition("kernel", ("categorical", ["rbf", "linear"], "rbf"))
    ('kernel categorical {rbf,linear}[rbf]', <class 'str'>)
    """
    parameter = parse_parameter(name, specification)
    if not parameter.numeric:
        return parameter_line(parameter), value_type(parameter)
    typed = isinstance(specification[0], str)
    (lower, upper), default = specification[1:3] if typed else (parameter.values, parameter.default)
    log = " log" if parameter.log else ""
    return f"{name} {parameter.kind} [{lower}, {upper}] [{default}]{log}", value_type(parameter)


def process_parameter_definitions(parameter_dict: Mapping[str, Any]) -> tuple[list[str], dict[str, type]]:
    """Convert all definitions of a parameter dict; see `process_single_parameter_definition`.

    Returns
    -------
    lines : list of str
        The lines, in the order of the dict.
    types : dict of str to type
        The type of each parameter's values.

    Raises
    ------
    ParameterError

    Examples
    --------
    >>> process_parameter_definitions({"n": ("integer", [1, 9], 3), "o": ("ordinal", [16, 32], 32)})
    (['n integer [1, 9] [3]', 'o ordinal {16,32}[32]'], {'n': <class 'int'>, 'o': <class 'int'>})
    """
    lines, types = [], {}
    for name, specification in parameter_dict.items():
        line, types[name] = process_single_parameter_definition(name, specification)
        lines.append(line)
    return lines, types
