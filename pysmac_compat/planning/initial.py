"""Reading of configurations and parts of configurations that the user gives, for example ``-x '1.0' -y '3'``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from pysmac_compat.errors import ArgumentError, cut, shown
from pysmac_compat.evaluation.outcome import Outcome, describe
from pysmac_compat.plan import Plan
from pysmac_compat.plan.known import Known
from pysmac_compat.space.definition import Definition
from pysmac_compat.space.parameters import Parameter, Value
from pysmac_compat.space.scanner import Scanner
from pysmac_compat.space.values import value_of
from pysmac_compat.space.vocabulary import Vocabulary

_EQUALS = re.compile(r"\s*=")
_PAIR = re.compile(r"""\s*-(?P<name>\S+)\s+(?:'(?P<single>[^']*)'|"(?P<double>[^"]*)"|(?P<bare>\S+))(?=\s|$)""")


def read_configuration(what: str, given: str | Mapping[str, Any], definition: Definition) -> dict[str, Value] | None:
    """Read a configuration and return its active values.

    Parameters
    ----------
    what : str
        The name of the argument or option, for messages.
    given : str or dict
        A dict, or one of the texts DEFAULT, RANDOM, or ``-name 'value'`` for some of the parameters. Parameters that
        are not given get their defaults.
    definition : Definition

    Returns
    -------
    dict or None
        The active values, sorted by name; None for RANDOM.

    Raises
    ------
    ArgumentError
    """
    if isinstance(given, str) and given.strip().strip("<>").upper() in ("DEFAULT", "RANDOM"):
        return None if "RANDOM" in given.upper() else definition.default
    values = {name: parameter.default for name, parameter in definition.parameters.items()}
    for name, text in (_pairs(what, given) if isinstance(given, str) else given).items():
        _check_name(what, name, definition)
        values[name] = _value(what, definition.parameters[name], str(text))
    active = definition.restrict(values)
    clause = definition.violated(active)
    if clause is not None:
        raise ArgumentError(f"{what}: {shown(given)} is forbidden by the clause {shown(clause.text)}")
    return active


def read_given(known: Any, plan: Plan) -> list[Known]:
    """Read the argument `known`, the evaluations that the user already has: ``[(configuration, value), ...]``.

    Raises
    ------
    ArgumentError
    """
    try:
        pairs = [(configuration, value) for configuration, value in known]
    except (TypeError, ValueError):
        raise ArgumentError(f"known must be a list of pairs (configuration, value), got {shown(known)}") from None
    if pairs and plan.needs_racing:
        raise ArgumentError(
            "the argument known needs a deterministic function without instances, because the known values have no "
            "seed and no instance"
        )
    return [_given(f"known[{number}]", *pair, plan) for number, pair in enumerate(pairs)]


def _given(what: str, configuration: Any, value: Any, plan: Plan) -> Known:
    if not isinstance(configuration, Mapping):
        raise ArgumentError(f"{what}: expected a dict with each active parameter, got {shown(configuration)}")
    values = read_configuration(what, configuration, plan.definition)
    assert values is not None
    missing = [name for name in values if name not in configuration]
    if missing:
        raise ArgumentError(f"{what}: the active parameter {shown(missing[0])} has no value")
    report = describe(value)
    if report.status != "SAT" or report.value is None or isinstance(value, Mapping):
        raise ArgumentError(f"{what}: the value must be a finite number, got {shown(value)}")
    runtime = report.value if plan.objective.runtime else 0.0
    outcome = Outcome("SAT", report.value, runtime, 0.0, 0.0)
    return Known(values, None, None, plan.objective.judge(outcome))


def read_subspace(what: str, given: str | Mapping[str, Any], definition: Definition) -> dict[str, Value]:
    """Read the values of some of the parameters from a text such as ``x=1.0, y=3``, or from a dict.

    Raises
    ------
    ArgumentError, ClauseError
        A ClauseError shows the position in the text.
    """
    parameters = definition.parameters
    if not isinstance(given, str):
        for name in given:
            _check_name(what, name, definition)
        return {name: _value(what, parameters[name], str(value)) for name, value in given.items()}
    scanner, values, names = Scanner(given, what), {}, Vocabulary(parameters)
    while not scanner.at_end():
        found = scanner.longest(names, _EQUALS)
        if found is None:
            scanner.error(f"expected 'parameter = value' with one of the parameters {cut(', '.join(parameters))}")
        scanner.expect("=", "'='")
        parameter = parameters[found]
        text = repr(scanner.numeric_value(parameter)) if parameter.numeric else str(scanner.choice(parameter))
        values[found] = _value(what, parameter, text)
        if not scanner.accept(","):
            scanner.expect_end()
    return values


def _check_name(what: str, name: Any, definition: Definition) -> None:
    if name not in definition.parameters:
        raise ArgumentError(
            f"{what}: there is no parameter {shown(name)}; known are {cut(', '.join(definition.parameters))}"
        )


def _pairs(what: str, text: str) -> dict[str, str]:
    pairs, position = {}, 0
    while text[position:].strip():
        match = _PAIR.match(text, position)
        if match is None:
            raise ArgumentError(
                f"{what}: expected DEFAULT, RANDOM, or -name 'value' for some of the parameters, "
                f"got {shown(text[position:].strip())}"
            )
        pairs[match["name"]] = next(match[group] for group in ("single", "double", "bare") if match[group] is not None)
        position = match.end()
    return pairs


def _value(what: str, parameter: Parameter, text: str) -> Value:
    try:
        return value_of(text, parameter)
    except ValueError:
        expected = f"one of {parameter.domain}"
        if parameter.numeric:
            kind = "a whole number" if parameter.kind == "integer" else "a number"
            expected = f"{kind} from {parameter.values[0]} to {parameter.values[1]}"
        raise ArgumentError(
            f"{what}: {shown(text)} is not a value of the parameter {shown(parameter.name)}; expected {expected}"
        ) from None
