"""Arithmetic and logical expressions over parameters: grammar, tree, evaluation on arrays.

Grammar, by binding power (`PRECEDENCE`)::

    expression := prefix (operator expression)*         climbing the table below
    prefix     := ('-' | '+') prefix | primary
    primary    := number | parameter | word | 'word' | function '(' expression ')' | '(' expression ')'

Two operands without an operator between them are multiplied. The values of an expression
are numbers: words count by their number in the space's numbering (`numbering.py`),
comparisons give 0 or 1.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from pysmac_compat.space.parameters import NUMBER
from pysmac_compat.space.scanner import Scanner
from pysmac_compat.suggestions import did_you_mean

Column = npt.NDArray[np.float64]

MULTIPLY = "*"
_DEEPEST = 150  # levels of nesting; Python allows a thousand calls
UNARY = 7
#: binding power of each binary operator; a higher one binds tighter
PRECEDENCE: dict[str, int] = {
    "||": 1,
    "&&": 2,
    "==": 3,
    "!=": 3,
    "<=": 4,
    ">=": 4,
    "<": 4,
    ">": 4,
    "+": 5,
    "-": 5,
    MULTIPLY: 6,
    "/": 6,
    "%": 6,
    "^": 8,
}
RIGHT_ASSOCIATIVE = {"^"}

ARITHMETIC: dict[str, Callable[[Any, Any], Any]] = {
    "+": np.add,
    "-": np.subtract,
    MULTIPLY: np.multiply,
    "/": np.divide,
    "%": np.fmod,
    "^": np.power,
}
COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    "==": np.equal,
    "!=": np.not_equal,
    "<": np.less,
    ">": np.greater,
    "<=": np.less_equal,
    ">=": np.greater_equal,
}
FUNCTIONS: dict[str, Callable[[Any], Any]] = {
    "abs": np.abs,
    "acos": np.arccos,
    "asin": np.arcsin,
    "atan": np.arctan,
    "cbrt": np.cbrt,
    "ceil": np.ceil,
    "cos": np.cos,
    "cosh": np.cosh,
    "exp": np.exp,
    "expm1": np.expm1,
    "floor": np.floor,
    "log": np.log,
    "log10": np.log10,
    "log1p": np.log1p,
    "log2": np.log2,
    "sin": np.sin,
    "sinh": np.sinh,
    "sqrt": np.sqrt,
    "tan": np.tan,
    "tanh": np.tanh,
}


class Columns:
    """The values of many configurations, one array a parameter; NaN where it is inactive."""

    def __init__(self, columns: Mapping[str, Column], size: int) -> None:
        self.columns, self.size = columns, size

    def active(self, names: frozenset[str]) -> npt.NDArray[np.bool_]:
        """Where all these parameters are active."""
        mask = np.ones(self.size, dtype=bool)
        for name in names:
            mask &= ~np.isnan(self.columns[name])
        return mask


@dataclass(frozen=True)
class Node:
    """A part of an expression; ``names`` are the parameters in it."""

    names: frozenset[str]

    def numbers(self, columns: Columns) -> Column:
        """The value for each configuration."""
        raise NotImplementedError

    def truth(self, columns: Columns) -> npt.NDArray[np.bool_]:
        """Whether it counts as true inside ``&&`` and ``||``: above 0, all its parameters active."""
        return (self.numbers(columns) > 0) & columns.active(self.names)

    def forbids(self, columns: Columns) -> npt.NDArray[np.bool_]:
        """Whether it forbids as a whole clause: not 0, all its parameters active."""
        return (self.numbers(columns) != 0) & columns.active(self.names)


@dataclass(frozen=True)
class Number(Node):
    """A number."""

    value: float

    def numbers(self, columns: Columns) -> Column:
        return np.full(columns.size, self.value)


@dataclass(frozen=True)
class Word(Number):
    """A word, by its number."""


@dataclass(frozen=True)
class Name(Node):
    """A parameter."""

    name: str

    def numbers(self, columns: Columns) -> Column:
        return columns.columns[self.name]


@dataclass(frozen=True)
class Call(Node):
    """A function of one operand; the unary minus is one, too."""

    function: Callable[[Any], Any]
    operand: Node

    def numbers(self, columns: Columns) -> Column:
        return self.function(self.operand.numbers(columns))


@dataclass(frozen=True)
class Arithmetic(Node):
    """Operators of one binding power, applied from left to right."""

    first: Node
    rest: tuple[tuple[str, Node], ...]

    def numbers(self, columns: Columns) -> Column:
        value = self.first.numbers(columns)
        for operator, operand in self.rest:
            value = ARITHMETIC[operator](value, operand.numbers(columns))
        return value


@dataclass(frozen=True)
class Boolean(Node):
    """A node that is true or false by itself."""

    def numbers(self, columns: Columns) -> Column:
        return self.truth(columns).astype(np.float64)

    def forbids(self, columns: Columns) -> npt.NDArray[np.bool_]:
        return self.truth(columns)


@dataclass(frozen=True)
class Comparison(Boolean):
    """Two operands with a comparison; false where an operand is NaN or a parameter in it inactive."""

    operator: str
    left: Node
    right: Node

    def truth(self, columns: Columns) -> npt.NDArray[np.bool_]:
        left, right = self.left.numbers(columns), self.right.numbers(columns)
        result = COMPARISONS[self.operator](left, right) & ~np.isnan(left) & ~np.isnan(right)
        return result & columns.active(self.names)


@dataclass(frozen=True)
class Logical(Boolean):
    """``&&`` or ``||`` of two operands or more."""

    operator: str
    parts: tuple[Node, ...]

    def truth(self, columns: Columns) -> npt.NDArray[np.bool_]:
        result = self.parts[0].truth(columns)
        for part in self.parts[1:]:
            result = result & part.truth(columns) if self.operator == "&&" else result | part.truth(columns)
        return result


class ExpressionParser:
    """Precedence climbing (Pratt) over a `Scanner`.

    Parameters
    ----------
    scanner : Scanner
        Stands behind the opening brace.
    names : collection of str
        Of the parameters.
    words : dict of str to float
        The number of each word of the space.
    operands : str
        What a name may stand for, for messages.
    """

    def __init__(
        self,
        scanner: Scanner,
        names: Collection[str],
        words: Mapping[str, float],
        operands: str = "a parameter, nor a value of one",
    ) -> None:
        self.scanner, self.names, self.words, self.operands = scanner, names, words, operands
        self._depth = 0

    def parse(self, minimum: int = 0) -> Node:
        """Parse operators that bind at least as tight as ``minimum``, and their operands."""
        if self._depth == _DEEPEST:
            self.scanner.error("nested too deeply")
        self._depth += 1
        left = self._prefix()
        while (operator := self._operator()) is not None:
            symbol, length = operator
            power = PRECEDENCE[symbol]
            if power < minimum:
                break
            self.scanner.position += length
            left = _combine(symbol, left, self.parse(power if symbol in RIGHT_ASSOCIATIVE else power + 1))
        self._depth -= 1
        return left

    def _operator(self) -> tuple[str, int] | None:
        """The operator that comes next, not consumed, and its length: 0 for a multiplication without a sign."""
        scanner = self.scanner
        if scanner.at_end() or scanner.peek("}") or scanner.peek(")"):
            return None
        if scanner.peek("**") and not any(name.startswith("*") for name in self.names):
            scanner.refuse_foreign_operator()
        for symbol in PRECEDENCE:
            if scanner.peek(symbol):
                return symbol, len(symbol)
        if scanner.peek("="):
            scanner.error("a single '=' is no operator of an expression: use '==' to compare")
        if not self._operand_follows():
            scanner.refuse_foreign_operator()
        if scanner.peek(","):
            scanner.error("did not expect ',' in an expression: did you mean '&&'?")
        return MULTIPLY, 0

    def _operand_follows(self) -> bool:
        """Whether a parameter or a word comes next: those may be called 'and', or begin with '&'."""
        start = self.scanner.position
        found = self.scanner.longest([*self.names, *self.words])
        self.scanner.position = start
        return found is not None

    def _prefix(self) -> Node:
        if self.scanner.accept("-"):
            operand = self.parse(UNARY)
            return Call(operand.names, np.negative, operand)
        if self.scanner.accept("+"):
            return self.parse(UNARY)
        return self._primary()

    def _primary(self) -> Node:
        scanner = self.scanner
        if scanner.at_end():
            scanner.error("expected a value, found the end")
        start = scanner.position
        if scanner.longest(FUNCTIONS, boundary=r"\s*\("):
            function = FUNCTIONS[scanner.text[start : scanner.position]]
            operand = self._parenthesis()
            return Call(operand.names, function, operand)
        name = scanner.parameter(self.names)
        if name is not None:
            return Name(frozenset([name]), name)
        word = scanner.longest(self.words)
        if word is not None:
            return Word(frozenset(), self.words[word])
        inside = scanner.quoted()
        if inside is not None:
            return self._quoted(inside, start)
        number = scanner.number(signed=False)
        if number is not None:
            scanner.skip_blanks()
            start = scanner.position
            if scanner.number(signed=False) is not None:
                scanner.error("two numbers without an operator between them", start)
            return Number(frozenset(), number)
        if scanner.peek("("):
            return self._parenthesis()
        found = scanner.word()
        if found and (found[0].isalpha() or found[0] == "_"):
            scanner.error(
                f"{found!r} is neither {self.operands}, nor a function ({', '.join(FUNCTIONS)})"
                + did_you_mean(found, [*self.names, *self.words, *FUNCTIONS])
            )
        scanner.error(f"expected a value, found {scanner.text[scanner.position :]!r}")

    def _parenthesis(self) -> Node:
        self.scanner.expect("(", "'('")
        node = self.parse()
        self.scanner.expect(")", "')'")
        return node

    def _quoted(self, inside: str, start: int) -> Node:
        if inside in self.words:
            return Word(frozenset(), self.words[inside])
        if NUMBER.fullmatch(inside):
            return Number(frozenset(), float(inside))
        self.scanner.error(f"{inside!r} is not a value of any parameter", start)


def _combine(symbol: str, left: Node, right: Node) -> Node:
    """Join two operands; long chains of one operator stay flat, so that no recursion gets deep."""
    names = left.names | right.names
    if symbol in ("&&", "||"):
        same = isinstance(left, Logical) and left.operator == symbol
        return Logical(names, symbol, (*(left.parts if same else (left,)), right))  # type: ignore[attr-defined]
    if symbol in COMPARISONS:
        return Comparison(names, symbol, left, right)
    if isinstance(left, Arithmetic) and PRECEDENCE[left.rest[0][0]] == PRECEDENCE[symbol] != PRECEDENCE["^"]:
        return Arithmetic(names, left.first, (*left.rest, (symbol, right)))
    return Arithmetic(names, left, ((symbol, right),))
