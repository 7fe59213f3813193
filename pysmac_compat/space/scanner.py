"""A scanner that reads names, values, numbers and symbols of a clause, and raises errors that point at a position."""

from __future__ import annotations

import re
from typing import NoReturn

from pysmac_compat.errors import ClauseError, shown
from pysmac_compat.space.parameters import NUMBER, Parameter, Value, is_number
from pysmac_compat.space.vocabulary import Vocabulary

_WORD = re.compile(r"[^\s,{}()&|=<>!#]+")
_BLANKS = re.compile(r"\s*(?:#.*)?", re.DOTALL)
_MAY_SKIP = frozenset(c for c in map(chr, range(0x3001)) if c.isspace()) | {"#"}
#: a match of this pattern must follow a value
_AFTER_VALUE = re.compile(r"\s|&&|\|\||[,})#]|$")
#: operators of other languages, each with its counterpart in the dialect
_FOREIGN = (("**", "^"), ("&", "&&"), ("|", "||"), ("and", "&&"), ("or", "||"))
#: headings in PCS files
HEADINGS = ("conditionals:", "conditional:", "forbidden:", "forbiddens:")
#: operators of two characters
_OPERATORS = frozenset(("&&", "||", "==", "!=", "<=", ">="))
_UNSIGNED = re.compile(NUMBER.pattern.removeprefix("[+-]?"))


class Scanner:
    """A position in the text of one clause.

    Names and values may hold almost any character, so no pattern can find them. The scanner looks for
    the known names and values, and takes the longest that ends at a boundary.

    Parameters
    ----------
    text : str
        The clause.
    kind : str
        'conditional clause' or 'forbidden clause', for messages.

    Attributes
    ----------
    mentions : dict of int to str
        The names of parameters read so far. The key is the position where the name begins.
    """

    def __init__(self, text: str, kind: str) -> None:
        self.text, self.kind, self.position = text, kind, 0
        self.mentions: dict[int, str] = {}
        self._respelled: list[tuple[int, int, str]] = []

    @property
    def spelled(self) -> str:
        """The clause, with each choice spelled as in its parameter, for example ``0.0`` where the user wrote ``0``."""
        parts, position = [], 0
        for start, end, token in self._respelled:
            parts += [self.text[position:start], token]
            position = end
        return "".join([*parts, self.text[position:]])

    def error(self, message: str, position: int | None = None) -> NoReturn:
        """Raise a `ClauseError` that points at ``position`` (default: the current position)."""
        where = self.position if position is None else position
        raise ClauseError(f"{self.kind}: {message}", self.text, where)

    def skip_blanks(self) -> None:
        """Go to the next character that is neither blank nor part of a comment."""
        if self.text[self.position : self.position + 1] not in _MAY_SKIP:
            return
        match = _BLANKS.match(self.text, self.position)
        assert match is not None
        self.position = match.end()

    def at_end(self) -> bool:
        """Return whether only blanks and a comment are left."""
        self.skip_blanks()
        return self.position >= len(self.text)

    def peek(self, symbol: str) -> bool:
        """Return whether ``symbol`` comes next."""
        self.skip_blanks()
        return self.text.startswith(symbol, self.position)

    def accept(self, *symbols: str) -> str | None:
        """Consume and return the first of ``symbols`` that comes next; return None if none of them does."""
        for symbol in symbols:
            if self.peek(symbol):
                self.position += len(symbol)
                return symbol
        return None

    def expect(self, symbol: str, what: str) -> None:
        """Consume ``symbol``, or raise an error if something else comes next."""
        if not self.accept(symbol):
            self.error(f"expected {what}{self._found()}")

    def expect_end(self) -> None:
        """Raise an error unless only blanks and a comment are left."""
        if not self.at_end():
            self.error(f"did not expect anything more{self._found()}")

    def refuse_foreign_operator(self) -> None:
        """Raise an error if an operator of another language comes next; call this where ``&&`` is allowed."""
        self.skip_blanks()
        for symbol, ours in _FOREIGN:
            found = self.text[self.position : self.position + len(symbol)]
            end = self.position + len(symbol)
            inside_word = symbol.isalpha() and _is_word(self.text[end : end + 1] or " ")
            if found.lower() == symbol and not self.peek(ours) and not inside_word:
                self.error(f"unknown operator {shown(found)}: did you mean {shown(ours)}?")

    def longest(self, known: Vocabulary, boundary: re.Pattern[str] | None = None) -> str | None:
        """Consume and return the longest known word that starts here and ends at a boundary.

        Parameters
        ----------
        known : Vocabulary
        boundary : re.Pattern
            A match of this pattern must follow the word. A word never ends inside another word or an operator.
        """
        self.skip_blanks()
        for candidate in known.starting_at(self.text, self.position):
            end = self.position + len(candidate)
            across = candidate[-1] + self.text[end : end + 1]
            inside = across in _OPERATORS or (len(across) == 2 and all(map(_is_word, across)))
            if not inside and (boundary is None or boundary.match(self.text, end)):
                self.position = end
                return candidate
        return None

    def parameter(self, names: Vocabulary, boundary: re.Pattern[str] | None = None) -> str | None:
        """Consume and return the name of a parameter (see `longest`), and record its position."""
        name = self.longest(names, boundary)
        if name is not None:
            self.mentions[self.position - len(name)] = name
        return name

    def word(self) -> str:
        """Return the word that comes next, without consuming it; an empty text if no word comes next."""
        self.skip_blanks()
        match = _WORD.match(self.text, self.position)
        return match.group() if match else ""

    def quoted(self) -> str | None:
        """Consume a quoted word and return the text between its quotes, or None if no quoted word starts here."""
        self.skip_blanks()
        quote = self.text[self.position : self.position + 1]
        if quote not in ("'", '"') or not quote:
            return None
        end = self.text.find(quote, self.position + 1)
        if end < 0:
            self.error(f"the quote {quote} is not closed")
        inside = self.text[self.position + 1 : end]
        self.position = end + 1
        return inside

    def number(self, signed: bool = True) -> float | None:
        """Consume and return a number, or return None if no number starts here."""
        self.skip_blanks()
        match = (NUMBER if signed else _UNSIGNED).match(self.text, self.position)
        if match is None:
            return None
        self.position = match.end()
        return float(match.group())

    def choice(self, parameter: Parameter) -> Value:
        """Consume and return a choice of a categorical or ordinal parameter.

        If the text continues with one of the choices, the scanner takes the whole choice, including its punctuation.
        Quotes are optional.
        """
        self.skip_blanks()
        start = self.position
        found = self.longest(parameter.vocabulary, _AFTER_VALUE)
        if found is None:
            found = self.quoted()
            if found is None:
                found = self.word()  # an empty choice must be quoted
                self.position += len(found)
                found = found or None
        token = None if found is None else parameter.token_of(found)
        if token is None:
            self.error(
                f"{shown(found or '')} is not a value of {shown(parameter.name)}: expected one of {parameter.domain}",
                start,
            )
        if token != found:
            self._respelled.append((start, self.position, token))
        return parameter.tokens[token]

    def numeric_value(self, parameter: Parameter) -> float:
        """Consume and return a number that is compared with a numeric parameter."""
        self.skip_blanks()
        start = self.position
        inside = self.quoted()
        if inside is not None:
            value = float(inside) if is_number(inside) else None
        else:
            value = self.number()
        following = self.text[self.position : self.position + 1]
        if value is None or (following and _is_word(following)):
            self.error(f"expected a number to compare {parameter.kind} parameter {shown(parameter.name)} with", start)
        return value

    def _found(self) -> str:
        self.skip_blanks()
        return f", found {shown(self.text[self.position :])}" if self.position < len(self.text) else ", found the end"


def skips(scanner: Scanner) -> bool:
    """Return whether a line holds no clause: it is blank, a comment, or a heading of a PCS file."""
    return scanner.at_end() or scanner.text[scanner.position :].partition("#")[0].strip().lower() in HEADINGS


def _is_word(character: str) -> bool:
    return character.isalnum() or character == "_"
