"""Reading a clause from left to right: blanks, names, values, numbers, symbols, and errors with a caret."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NoReturn

from pysmac_compat.errors import ClauseError
from pysmac_compat.space.parameters import NUMBER, Parameter

_WORD = re.compile(r"[^\s,{}()&|=<>!#]+")
#: operators of other languages, and what they are here
_FOREIGN = (("**", "^"), ("&", "&&"), ("|", "||"), ("and", "&&"), ("or", "||"))
#: operators of two characters
_OPERATORS = frozenset(("&&", "||", "==", "!=", "<=", ">="))
_UNSIGNED = re.compile(NUMBER.pattern.removeprefix("[+-]?"))


class Scanner:
    """A position in the text of one clause.

    Names and values may hold almost any character, so they are not found by a pattern
    but by looking for the known ones; the longest that ends at a boundary wins.

    Parameters
    ----------
    text : str
        The clause.
    kind : str
        'conditional clause' or 'forbidden clause', for messages.

    Attributes
    ----------
    mentions : dict of int to str
        The parameters named so far, by the place where the name begins.
    """

    def __init__(self, text: str, kind: str) -> None:
        self.text, self.kind, self.position = text, kind, 0
        self.mentions: dict[int, str] = {}

    def error(self, message: str, position: int | None = None) -> NoReturn:
        """Raise a `ClauseError` that points at ``position`` (default: here)."""
        where = self.position if position is None else position
        raise ClauseError(f"{self.kind}: {message}", self.text, where)

    def skip_blanks(self) -> None:
        """Go to the next character that is neither blank nor part of a comment."""
        while self.position < len(self.text):
            if self.text[self.position] == "#":
                self.position = len(self.text)
            elif not self.text[self.position].isspace():
                return
            else:
                self.position += 1

    def at_end(self) -> bool:
        """Whether only blanks and a comment are left."""
        self.skip_blanks()
        return self.position >= len(self.text)

    def peek(self, symbol: str) -> bool:
        """Whether ``symbol`` comes next."""
        self.skip_blanks()
        return self.text.startswith(symbol, self.position)

    def accept(self, *symbols: str) -> str | None:
        """Consume and return the first of ``symbols`` that comes next, else None."""
        for symbol in symbols:
            if self.peek(symbol):
                self.position += len(symbol)
                return symbol
        return None

    def expect(self, symbol: str, what: str) -> None:
        """Consume ``symbol`` or raise."""
        if not self.accept(symbol):
            self.error(f"expected {what}{self._found()}")

    def expect_end(self) -> None:
        """Raise unless only blanks and a comment are left."""
        if not self.at_end():
            self.error(f"did not expect anything more{self._found()}")

    def refuse_foreign_operator(self) -> None:
        """Raise where an operator comes next as another language writes it; call it where ``&&`` might stand."""
        self.skip_blanks()
        for symbol, ours in _FOREIGN:
            found = self.text[self.position : self.position + len(symbol)]
            inside_word = symbol.isalpha() and _is_word(self.text[self.position + len(symbol) :][:1] or " ")
            if found.lower() == symbol and not self.peek(ours) and not inside_word:
                self.error(f"unknown operator {found!r}: did you mean {ours!r}?")

    def longest(self, candidates: Iterable[str], boundary: str = "") -> str | None:
        """Consume and return the longest candidate that starts here and ends at a boundary.

        Parameters
        ----------
        candidates : iterable of str
        boundary : str
            Pattern of what must follow. In any case a candidate must not end inside a word or operator.
        """
        self.skip_blanks()
        best = None
        for candidate in candidates:
            if not candidate or (best is not None and len(candidate) <= len(best)):
                continue
            if self.text.startswith(candidate, self.position):
                end = self.position + len(candidate)
                across = candidate[-1] + self.text[end : end + 1]
                inside = across in _OPERATORS or (len(across) == 2 and all(map(_is_word, across)))
                if not inside and (not boundary or re.compile(boundary).match(self.text, end)):
                    best = candidate
        if best is not None:
            self.position += len(best)
        return best

    def parameter(self, names: Iterable[str], boundary: str = "") -> str | None:
        """Consume and return the name of a parameter, see `longest`, and remember where it stands."""
        name = self.longest(names, boundary)
        if name is not None:
            self.mentions[self.position - len(name)] = name
        return name

    def word(self) -> str:
        """Consume and return what a reader would take for one word (perhaps empty); for messages."""
        self.skip_blanks()
        match = _WORD.match(self.text, self.position)
        return match.group() if match else ""

    def quoted(self) -> str | None:
        """Consume and return the inside of a quoted word, or None if none starts here."""
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
        """Consume and return a number, or None if none starts here."""
        self.skip_blanks()
        match = (NUMBER if signed else _UNSIGNED).match(self.text, self.position)
        if match is None:
            return None
        self.position = match.end()
        return float(match.group())

    def choice(self, parameter: Parameter) -> str:
        """Consume one of the choices of a categorical or ordinal parameter; return its text.

        A known value wins over punctuation in it; quotes are optional.
        """
        self.skip_blanks()
        start = self.position
        tokens = parameter.tokens
        found = self.longest(tokens, boundary=r"\s|&&|\|\||[,})#]|$")
        if found is None:
            found = self.quoted()
            if found is None:
                found = self.word() or None  # the empty word needs quotes
        if found is None or found not in tokens:
            self.error(
                f"{found or ''!r} is not a value of {parameter.name!r}: expected one of {parameter.domain}", start
            )
        return found

    def numeric_value(self, parameter: Parameter) -> float:
        """Consume a number to compare a numeric parameter with."""
        self.skip_blanks()
        start = self.position
        inside = self.quoted()
        if inside is not None:
            value = float(inside) if NUMBER.fullmatch(inside) else None
        else:
            value = self.number()
        following = self.text[self.position : self.position + 1]
        if value is None or (following and _is_word(following)):
            self.error(f"expected a number to compare {parameter.kind} parameter {parameter.name!r} with", start)
        return value

    def _found(self) -> str:
        self.skip_blanks()
        return f", found {self.text[self.position :]!r}" if self.position < len(self.text) else ", found the end"


def _is_word(character: str) -> bool:
    return character.isalnum() or character == "_"
