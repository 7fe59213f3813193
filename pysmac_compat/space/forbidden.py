"""The forbidden clauses ``{a = x, b = y}`` and ``{expression}``: grammar, tree, meaning.

Grammar::

    clause  := '{' (classic | expression) '}'
    classic := parameter '=' value (',' parameter '=' value)* [',']

A clause whose first word is a parameter followed by a single ``=`` is a classic one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TypeAlias

import numpy as np

from pysmac_compat._warn import warn
from pysmac_compat.errors import ClauseError
from pysmac_compat.space.expression import Column, Columns, ExpressionParser, Node
from pysmac_compat.space.numbering import codes, number_words
from pysmac_compat.space.parameters import Parameter, Value
from pysmac_compat.space.scanner import Scanner
from pysmac_compat.suggestions import did_you_mean

KIND = "forbidden clause"
_EQUATION = r"\s*=(?![=<>])"


@dataclass(frozen=True)
class Classic:
    """Forbidden where all parameters have these values; values of numeric parameters are floats."""

    text: str
    equations: tuple[tuple[str, Value], ...]

    def forbids_values(self, values: Mapping[str, Value]) -> bool:
        """Evaluate one configuration, given as the values of its active parameters."""
        return all(name in values and values[name] == value for name, value in self.equations)


@dataclass(frozen=True)
class Expression:
    """Forbidden where the value of the expression is not 0.

    Attributes
    ----------
    text : str
        The clause as the user wrote it.
    node : Node
    codes : dict of str to dict of value to float
        The number of each choice, for the categorical and ordinal parameters in it.
    """

    text: str
    node: Node
    codes: dict[str, dict[Value, float]]

    def forbids(self, columns: Mapping[str, Column], size: int) -> np.ndarray:
        """Evaluate many configurations at once.

        Parameters
        ----------
        columns : dict of str to array of shape (size,)
            For each parameter in the expression: its values, for categorical and ordinal
            ones their numbers; NaN where it is inactive.
        size : int

        Returns
        -------
        array of bool of shape (size,)
        """
        with np.errstate(all="ignore"):  # x / 0, log(-1) and overflow have the meaning of IEEE 754
            return self.node.forbids(Columns(columns, size))

    def forbids_values(self, values: Mapping[str, Value]) -> bool:
        """Evaluate one configuration, given as the values of its active parameters."""
        columns = {name: np.array([self._number(name, values)]) for name in self.node.names}
        return bool(self.forbids(columns, 1)[0])

    def _number(self, name: str, values: Mapping[str, Value]) -> float:
        if name not in values:
            return np.nan
        value = values[name]
        return self.codes[name][value] if name in self.codes else float(value)  # type: ignore[arg-type]


Forbidden: TypeAlias = Classic | Expression


def parse_forbiddens(clauses: Iterable[str], parameters: Mapping[str, Parameter]) -> list[Forbidden]:
    """Parse all forbidden clauses of a space.

    Parameters
    ----------
    clauses : iterable of str
        Blank ones are skipped.
    parameters : dict of str to Parameter

    Raises
    ------
    ClauseError
    ParameterError
        If an expression is among the clauses, and ordinals contradict each other.
    """
    words = cache(lambda: number_words(parameters.values()))
    scanners = (Scanner(text, KIND) for text in clauses)
    return [parse_forbidden(scanner, parameters, words) for scanner in scanners if not scanner.at_end()]


def parse_forbidden(
    scanner: Scanner, parameters: Mapping[str, Parameter], words: Callable[[], Mapping[str, float]]
) -> Forbidden:
    """Parse one forbidden clause, not blank; ``words`` gives the numbering, which only expressions need."""
    scanner.expect("{", "a clause in braces, {...}")
    if scanner.peek("}"):
        scanner.error("the clause is empty")
    if _is_classic(scanner, parameters):
        clause: Forbidden = Classic(scanner.text, _parse_classic(scanner, parameters))
    else:
        try:
            clause = _parse_expression(scanner, parameters, words())
        except RecursionError:
            raise ClauseError(f"{KIND}: nested too deeply", scanner.text) from None
    scanner.expect_end()
    return clause


def _is_classic(scanner: Scanner, parameters: Mapping[str, Parameter]) -> bool:
    start = scanner.position
    found = scanner.longest(parameters, boundary=_EQUATION) is not None
    if not found:
        word = scanner.word()
        scanner.position += len(word)
        if word and word not in parameters and scanner.accept("=") and not scanner.peek("="):
            unknown = f"unknown parameter {word!r}{did_you_mean(word, parameters)}"
            scanner.error(unknown, start + (scanner.text[start:].find(word)))
    scanner.position = start
    return found


def _parse_classic(scanner: Scanner, parameters: Mapping[str, Parameter]) -> tuple[tuple[str, Value], ...]:
    equations: list[tuple[str, Value]] = []
    while True:
        scanner.skip_blanks()
        start = scanner.position
        name = scanner.parameter(parameters, boundary=_EQUATION)
        if name is None:
            word = scanner.word()
            unknown = f"unknown parameter {word!r}{did_you_mean(word, parameters)}"
            is_unknown = word and word not in parameters
            scanner.error(unknown if is_unknown else "expected 'parameter = value'", start)
        scanner.expect("=", "'='")
        parameter = parameters[name]
        if parameter.numeric:
            scanner.skip_blanks()
            position = scanner.position
            value: Value = scanner.numeric_value(parameter)
            lower, upper = parameter.values
            if not lower <= value <= upper:
                scanner.error(f"{value:g} is outside of the range {parameter.domain} of {name!r}", position)
        else:
            value = parameter.tokens[scanner.choice(parameter)]
        equations.append((name, value))
        if scanner.accept(","):
            if scanner.accept("}"):
                break
        elif scanner.accept("}"):
            break
        else:
            scanner.error("expected ',' or '}' (a list of equations takes no other operator)")
    return tuple(equations)


def _parse_expression(scanner: Scanner, parameters: Mapping[str, Parameter], words: Mapping[str, float]) -> Expression:
    node = ExpressionParser(scanner, parameters, words).parse()
    scanner.expect("}", "an operator or '}'")
    table: dict[str, dict[Value, float]] = {}
    for name in sorted(node.names):
        parameter = parameters[name]
        if not parameter.numeric:
            numbers = codes(parameter, words)
            if parameter.kind == "ordinal" and numbers != sorted(numbers):
                scanner.error(
                    f"the numbers of the ordinal parameter {name!r} ({parameter.domain}) are not in ascending order, "
                    "so that < and > in an expression could mean both; sort the list, or make it categorical",
                    scanner.text.find(name),
                )
            table[name] = dict(zip(parameter.values, numbers, strict=True))
    if not node.names:
        warn(f"{KIND} {scanner.text!r} names no parameter")
    return Expression(scanner.text, node, table)
