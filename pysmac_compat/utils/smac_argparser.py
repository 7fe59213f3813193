"""Wrap a Python function as a program with SMAC v2's command line, for a configurator that runs programs.

The configurator starts such a program as ``program id_0 0 CUTOFF 2147483647 SEED -name value ...``. The program prints
``Result for SMAC: STATUS, runtime, 0, value, seed``.
"""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Callable, Mapping
from typing import Any

from pysmac_compat.errors import ArgumentError
from pysmac_compat.options.names import HEAD
from pysmac_compat.space.parameters import Parameter, parse_parameters
from pysmac_compat.space.values import typed, value_of

_OWN_INSTANCE = re.compile(r"id_(\d+)")


def parse_args(parser_dict: Mapping[str, Callable[[str], Any]]) -> dict[str, Any]:
    """Read the command line, ``sys.argv``.

    Parameters
    ----------
    parser_dict : dict of str to type
        The type of each parameter's values, which `process_parameter_definitions` returns, or any function that
        converts the text of a value.

    Returns
    -------
    dict
        ``instance`` (str), ``instance_info`` (str), ``cutoff_time`` (float, seconds),
        ``cutoff_length`` (int), ``seed`` (int), and the parameters on the command line.

    Raises
    ------
    ArgumentError
        If the command line does not have the expected form. The error is a ``ValueError``.

    Examples
    --------
    >>> from unittest import mock
    >>> command_line = ["program", "id_3", "0", "10.0", "2147483647", "5", "-x", "-0.5", "-flag", "True"]
    >>> with mock.patch("sys.argv", command_line):
    ...     config = parse_args({"x": float, "flag": bool, "inactive": int})
    >>> config["instance"], config["seed"], config["x"], config["flag"]
    ('id_3', 5, -0.5, True)
    """
    taken = HEAD.keys() & parser_dict.keys()
    if taken:
        raise ArgumentError(f"the parameter name {min(taken)!r} is reserved on the command line: rename the parameter")
    words = sys.argv[1:]
    head, pairs = words[: len(HEAD)], words[len(HEAD) :]
    if len(head) < len(HEAD) or len(pairs) % 2:
        raise ArgumentError(f"expected the arguments {' '.join(HEAD)} -name value ..., got {words!r}")
    config = {name: _read_head(name, kind, text) for (name, kind), text in zip(HEAD.items(), head, strict=True)}
    for option, text in zip(pairs[::2], pairs[1::2], strict=True):
        name = option[1:]
        if not option.startswith("-") or name not in parser_dict:
            known = ", ".join(f"-{name}" for name in parser_dict)
            raise ArgumentError(f"{option!r} is not a parameter of the command line; known are {known}")
        config[name] = typed(name, parser_dict[name], text)
    return config


def _read_head(name: str, kind: Callable[[str], Any], text: str) -> Any:
    try:
        return kind(text)
    except ValueError:
        raise ArgumentError(f"{text!r} is not a value of {name!r} on the command line") from None


def evaluate_function(
    function: Callable[..., Any],
    config_dict: Mapping[str, Any],
    deterministic: bool = False,
    has_instances: bool = False,
) -> dict[str, Any]:
    """Call the function in this process, without limits, because the configurator limits the whole program.

    Parameters
    ----------
    function : callable
    config_dict : dict
        The result of `parse_args`.
    deterministic : bool
        If it is false, the function gets the keyword ``seed``.
    has_instances : bool
        If it is true, the function gets the keyword ``instance``: n for the name ``id_n``, otherwise the name itself.

    Returns
    -------
    dict
        ``value`` (float), ``status`` (str), ``runtime`` (float; seconds of CPU time unless the function reports a run
        time). See `SMAC_optimizer.minimize` for the return values that a function may have. Why a call failed, for
        example the traceback of an exception, is printed to stderr.
    """
    from pysmac_compat.evaluation.direct import call_directly
    from pysmac_compat.evaluation.rules import Rules

    outcome = call_directly(function, function_arguments(config_dict, deterministic, has_instances), Rules())
    if outcome.message:
        print(outcome.message, file=sys.stderr)
    return {"value": outcome.value, "status": outcome.status, "runtime": outcome.runtime}


def function_arguments(config_dict: Mapping[str, Any], deterministic: bool, has_instances: bool) -> dict[str, Any]:
    """Return the keyword arguments for the function; see `evaluate_function`."""
    arguments = {name: value for name, value in config_dict.items() if name not in HEAD}
    if has_instances:
        own = _OWN_INSTANCE.fullmatch(config_dict["instance"])
        arguments["instance"] = int(own[1]) if own else config_dict["instance"]
    if not deterministic:
        arguments["seed"] = config_dict["seed"]
    return arguments


def generate_output(result_dict: Mapping[str, Any], seed: int = 0) -> None:
    """Print a result as the line that SMAC reads.

    Parameters
    ----------
    result_dict : dict
        A dict with ``status``, ``runtime`` and ``value``.
    seed : int

    Examples
    --------
    >>> generate_output({"value": 1.5, "status": "SAT", "runtime": 0.25}, seed=7)
    Result for SMAC: SAT, 0.25, 0, 1.5, 7
    """
    status = result_dict["status"]
    if isinstance(status, bytes):
        status = status.decode()
    print(f"Result for SMAC: {status}, {result_dict['runtime']}, 0, {result_dict['value']}, {seed}", flush=True)


def wrapper(function: Callable[..., Any], parameter_definition: Mapping[str, Any]) -> None:
    """Read the command line, call the function, and print the result.

    Parameters
    ----------
    function : callable
        The function. It also gets ``seed`` and ``instance`` if its signature has arguments with these names.
    parameter_definition : dict of str to tuple
        The parameters, defined as for `SMAC_optimizer.minimize`.
    """
    config = parse_args({name: _reader(p) for name, p in parse_parameters(parameter_definition).items()})
    accepted = inspect.signature(function).parameters
    result = evaluate_function(
        function, config, deterministic="seed" not in accepted, has_instances="instance" in accepted
    )
    generate_output(result, config["seed"])


def _reader(parameter: Parameter) -> Callable[[str], Any]:
    if parameter.numeric:
        return int if parameter.kind == "integer" else float
    return lambda text: value_of(text, parameter)
