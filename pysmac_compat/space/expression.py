"""The parser of arithmetic and logical expressions over parameters: grammar and postfix form.

Grammar, by binding power (`PRECEDENCE`)::

    expression := prefix (operator prefix)*             grouped by the table below
    prefix     := ('-' | '+') prefix | primary
    primary    := number | parameter | word | 'word' | function group | group
    group      := '(' expression ')' | '[' expression ']'

Two operands without an operator between them are multiplied. The value of an expression is a number, because
`numbering.py` assigns a number to each word of the space, and a comparison has the value 0 or 1.

The parser converts an expression to postfix form (``a b + c *`` for ``(a + b) * c``). `Formula` evaluates this form
with a stack. So neither the length nor the depth of an expression has a limit, and parsing and evaluation take time in
proportion to its length. Dijkstra describes the method: "Algol 60 translation", 1961.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NoReturn

from pysmac_compat.errors import cut, shown
from pysmac_compat.space.formula import FUNCTIONS, MULTIPLY, Formula, Function, Name, Number, Operator, Step, Word
from pysmac_compat.space.parameters import is_number
from pysmac_compat.space.scanner import Scanner
from pysmac_compat.space.vocabulary import Vocabulary
from pysmac_compat.suggestions import did_you_mean

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

_FUNCTION_NAMES = Vocabulary(FUNCTIONS)
_BEFORE_GROUP = re.compile(r"\s*[(\[]")
_OPERATOR = re.compile("|".join(map(re.escape, PRECEDENCE)))
_IN_NUMBERS = frozenset("0123456789.")
_CLOSING = {"(": ")", "[": "]"}
#: used as the binding power of a function, whose operand is the group after it
_CALL = 9


class ExpressionParser:
    """Reads an expression from a `Scanner`.

    Parameters
    ----------
    scanner : Scanner
        Its position is after the opening brace.
    names : Vocabulary
        The names of the parameters.
    words : dict of str to float
        The number that represents each word, that is, each choice that is not a number.
    word_names : Vocabulary
        The words of the space.
    operands : str
        For messages: what a name in the expression may be, apart from a function.
    """

    def __init__(
        self,
        scanner: Scanner,
        names: Vocabulary,
        words: Mapping[str, float],
        word_names: Vocabulary,
        operands: str = "a parameter, nor a value of one",
    ) -> None:
        self.scanner, self.names, self.words, self.word_names = scanner, names, words, word_names
        self.operands = operands
        self._steps: list[Step] = []
        #: operators and functions that wait for their right operand, each with its binding power; None is an open group
        self._waiting: list[tuple[Step | None, int]] = []
        #: the closing brackets of the open groups
        self._groups: list[str] = []

    def parse(self) -> Formula:
        """Read the expression, which ends where the text continues with neither an operand nor an operator."""
        while True:
            self._operand()
            while self._groups and self.scanner.accept(self._groups[-1]):
                self._close()
            found = self._operator()
            if found is None:
                break
            symbol, length = found
            self.scanner.position += length
            power = PRECEDENCE[symbol]
            self._take(power + (symbol in RIGHT_ASSOCIATIVE))
            self._waiting.append((Operator(symbol), power))
        if self._groups:
            self.scanner.expect(self._groups[-1], f"{self._groups[-1]!r}")
        self._take(0)
        return Formula(tuple(self._steps))

    def _take(self, power: int) -> None:
        """Move waiting operators with at least this binding power to the steps, back to the innermost open group."""
        while self._waiting and self._waiting[-1][0] is not None and self._waiting[-1][1] >= power:
            self._pop()

    def _pop(self) -> None:
        step = self._waiting.pop()[0]
        assert step is not None
        self._steps.append(step)

    def _open(self, bracket: str) -> None:
        self._groups.append(_CLOSING[bracket])
        self._waiting.append((None, 0))

    def _close(self) -> None:
        self._take(0)
        self._groups.pop()
        self._waiting.pop()
        if self._waiting and self._waiting[-1][1] == _CALL:
            self._pop()

    def _operator(self) -> tuple[str, int] | None:
        """Return the next operator without consuming it, and its length: 0 for a multiplication without a sign."""
        scanner = self.scanner
        if scanner.at_end() or scanner.text[scanner.position] in "})]":
            return None
        if scanner.text.startswith("**", scanner.position) and not self.names.has_first("*"):
            scanner.refuse_foreign_operator()
        match = _OPERATOR.match(scanner.text, scanner.position)
        if match is not None:
            return match.group(), len(match.group())
        if scanner.peek("="):
            scanner.error("a single '=' is no operator of an expression: use '==' to compare")
        if not self._operand_follows():
            scanner.refuse_foreign_operator()
        if scanner.peek(","):
            scanner.error("did not expect ',' in an expression: did you mean '&&'?")
        return MULTIPLY, 0

    def _operand_follows(self) -> bool:
        """Return whether a parameter or a word comes next; its name may be 'and', or may begin with '&'."""
        start = self.scanner.position
        found = self.scanner.longest(self.names) or self.scanner.longest(self.word_names)
        self.scanner.position = start
        return found is not None

    def _operand(self) -> None:
        """Read an operand and the signs and opening brackets before it."""
        scanner = self.scanner
        while True:
            if scanner.at_end():
                scanner.error("expected a value, found the end")
            sign = scanner.text[scanner.position]
            if sign in "+-":
                scanner.position += 1
                if sign == "-":
                    self._waiting.append((Function("-"), UNARY))
                continue
            if function := _FUNCTION_NAMES.has_first(sign) and scanner.longest(_FUNCTION_NAMES, _BEFORE_GROUP):
                self._waiting.append((Function(function), _CALL))
                self._open(scanner.accept(*_CLOSING) or "(")
                continue
            step = self._single()
            if step is not None:
                self._steps.append(step)
                return
            bracket = scanner.accept(*_CLOSING)
            if bracket is None:
                self._refuse()
            self._open(bracket)

    def _single(self) -> Step | None:
        """Read a parameter, a word or a number; return None if something else comes next."""
        scanner = self.scanner
        first = scanner.text[scanner.position]  # look for a name or word only if one begins with this character
        if self.names.has_first(first) and (name := scanner.parameter(self.names)) is not None:
            return Name(name)
        if self.word_names.has_first(first) and (word := scanner.longest(self.word_names)) is not None:
            return Word(self.words[word])
        start = scanner.position
        if first in "'\"":
            return self._quoted(scanner.quoted() or "", start)
        number = scanner.number(signed=False) if first in _IN_NUMBERS else None
        if number is None:
            return None
        if not scanner.at_end() and scanner.text[scanner.position] in _IN_NUMBERS:
            scanner.error("expected an operator between the two numbers")
        return Number(number)

    def _refuse(self) -> NoReturn:
        scanner = self.scanner
        found = scanner.word()
        if found in FUNCTIONS:
            start = scanner.position
            scanner.position += len(found)
            scanner.error(f"a function needs its parentheses: {found}({cut(scanner.word() or 'x')})", start)
        if found and (found[0].isalpha() or found[0] == "_"):
            scanner.error(
                f"{shown(found)} is neither {self.operands}, nor a function ({', '.join(FUNCTIONS)})"
                + did_you_mean(found, (*self.names.words, *self.word_names.words, *FUNCTIONS))
            )
        scanner.error(f"expected a value, found {shown(scanner.text[scanner.position :])}")

    def _quoted(self, inside: str, start: int) -> Number:
        if inside in self.words:
            return Word(self.words[inside])
        if is_number(inside):
            return Number(float(inside))
        self.scanner.error(f"{shown(inside)} is not a value of any parameter", start)
