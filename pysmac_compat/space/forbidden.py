"""The forbidden clauses ``{a = x, b = y}`` and ``{expression}``: their grammar, tree and meaning.

Grammar::

    clause  := '{' (classic | expression) '}'
    classic := parameter '=' value (',' parameter '=' value)* [',']

If a clause begins with a parameter and a single ``=``, it is a classic clause.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

import numpy as np

from pysmac_compat._warn import warn
from pysmac_compat.errors import shown
from pysmac_compat.space.expression import ExpressionParser
from pysmac_compat.space.formula import Column, Formula
from pysmac_compat.space.numbering import codes, number_words
from pysmac_compat.space.parameters import Parameter, Value
from pysmac_compat.space.scanner import Scanner, skips
from pysmac_compat.space.vocabulary import Vocabulary
from pysmac_compat.suggestions import did_you_mean

KIND = "forbidden clause"
_EQUATION = re.compile(r"\s*=(?![=<>])")


@dataclass(frozen=True)
class Classic:
    """A clause that forbids a configuration in which all these parameters have these values.

    The values of numeric parameters are floats.
    """

    text: str
    equations: tuple[tuple[str, Value], ...]

    def forbids_values(self, values: Mapping[str, Value]) -> bool:
        """Return whether the clause forbids a configuration, given as the values of its active parameters."""
        return all(name in values and values[name] == value for name, value in self.equations)


class Codes(dict[Value, float]):
    """The number that represents each choice of a parameter in an expression."""

    @cached_property
    def table(self) -> Column:
        """The numbers in the order of the choices; the last element is NaN, for an inactive parameter."""
        return np.array([*self.values(), np.nan])


@dataclass(frozen=True)
class Expression:
    """A clause that forbids a configuration if the value of its expression is not 0.

    Attributes
    ----------
    text : str
        The clause as the user wrote it.
    node : Formula
    codes : dict of str to Codes
        The number that represents each choice, for the categorical and ordinal parameters in the expression.
    """

    text: str
    node: Formula
    codes: dict[str, Codes]

    def forbids(self, columns: Mapping[str, Column], size: int) -> np.ndarray:
        """Return, for each of many configurations, whether the clause forbids it.

        Parameters
        ----------
        columns : dict of str to array of shape (size,)
            For each parameter in the expression: its values, or the numbers that represent its choices. NaN where the
            parameter is inactive.
        size : int

        Returns
        -------
        array of bool of shape (size,)
        """
        with np.errstate(all="ignore"):  # x / 0, log(-1) and overflow give what IEEE 754 defines
            return self.node.forbids(columns, size)

    def forbids_values(self, values: Mapping[str, Value]) -> bool:
        """Return whether the clause forbids a configuration, given as the values of its active parameters."""
        columns = {name: np.float64(self._number(name, values)) for name in self.node.names}
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
        The clauses. Blank clauses are skipped.
    parameters : dict of str to Parameter

    Raises
    ------
    ClauseError
        If a clause is not valid.
    ParameterError
        If a clause is an expression, and ordinals of the space have the same words in contradictory orders.
    """
    language = Language(parameters)
    scanners = (Scanner(text, KIND) for text in clauses)
    return [parse_forbidden(scanner, language) for scanner in scanners if not skips(scanner)]


class Language:
    """The meanings of the words in the forbidden clauses of a space.

    Parameters
    ----------
    parameters : dict of str to Parameter
    """

    def __init__(self, parameters: Mapping[str, Parameter]) -> None:
        self.parameters, self.names = parameters, Vocabulary(parameters)
        self._codes: dict[str, Codes] = {}

    @cached_property
    def words(self) -> dict[str, float]:
        """The number that represents each word; only expressions need it.

        Raises
        ------
        ParameterError
            If the orders of two ordinals contradict each other.
        """
        return number_words(self.parameters.values())

    def codes(self, parameter: Parameter) -> Codes:
        """Return the number that represents each choice, in one dict that all clauses share."""
        if parameter.name not in self._codes:
            numbers = codes(parameter, self.words)
            self._codes[parameter.name] = Codes(zip(parameter.values, numbers, strict=True))
        return self._codes[parameter.name]

    @cached_property
    def word_names(self) -> Vocabulary:
        """The words that have a number."""
        return Vocabulary(self.words)


def parse_forbidden(scanner: Scanner, language: Language) -> Forbidden:
    """Parse one forbidden clause that is not blank."""
    scanner.expect("{", "a clause in braces, {...}")
    if scanner.peek("}"):
        scanner.error("the clause is empty")
    if _is_classic(scanner, language):
        equations = _parse_classic(scanner, language)
        clause: Forbidden = Classic(scanner.spelled, equations)
    else:
        clause = _parse_expression(scanner, language)
    scanner.expect_end()
    return clause


def _is_classic(scanner: Scanner, language: Language) -> bool:
    start = scanner.position
    found = scanner.longest(language.names, _EQUATION) is not None
    if not found:
        word = scanner.word()
        scanner.position += len(word)
        if word and word not in language.parameters and scanner.accept("=") and not scanner.peek("="):
            unknown = f"unknown parameter {shown(word)}{did_you_mean(word, language.parameters)}"
            scanner.error(unknown, start + (scanner.text[start:].find(word)))
    scanner.position = start
    return found


def _parse_classic(scanner: Scanner, language: Language) -> tuple[tuple[str, Value], ...]:
    equations: list[tuple[str, Value]] = []
    while True:
        scanner.skip_blanks()
        start = scanner.position
        name = scanner.parameter(language.names, _EQUATION)
        if name is None:
            word = scanner.word()
            unknown = f"unknown parameter {shown(word)}{did_you_mean(word, language.parameters)}"
            is_unknown = word and word not in language.parameters
            scanner.error(unknown if is_unknown else "expected 'parameter = value'", start)
        scanner.expect("=", "'='")
        parameter = language.parameters[name]
        if parameter.numeric:
            scanner.skip_blanks()
            position = scanner.position
            value: Value = scanner.numeric_value(parameter)
            lower, upper = parameter.values
            if not lower <= value <= upper:
                scanner.error(f"{value:g} is outside of the range {parameter.domain} of {shown(name)}", position)
        else:
            value = scanner.choice(parameter)
        equations.append((name, value))
        if scanner.accept(","):
            if scanner.accept("}"):
                break
        elif scanner.accept("}"):
            break
        else:
            scanner.error("expected ',' or '}' (between two equations, only a comma is allowed)")
    return tuple(equations)


def _parse_expression(scanner: Scanner, language: Language) -> Expression:
    node = ExpressionParser(scanner, language.names, language.words, language.word_names).parse()
    scanner.expect("}", "an operator or '}'")
    table: dict[str, Codes] = {}
    for name in sorted(node.names):
        parameter = language.parameters[name]
        if not parameter.numeric:
            table[name] = language.codes(parameter)
            numbers = list(table[name].values())
            if parameter.kind == "ordinal" and numbers != sorted(numbers):
                scanner.error(
                    f"the values of the ordinal parameter {shown(name)} ({parameter.domain}), as numbers, are not in "
                    "ascending order, so < and > in an expression are ambiguous; sort the values, or make the "
                    "parameter categorical",
                    scanner.text.find(name),
                )
    if not node.names:
        warn(f"{KIND} {shown(scanner.text)} names no parameter")
    return Expression(scanner.text, node, table)
