"""Search spaces as text: the files parameters.pcs and param.pcs.

This module writes and reads the format of SMAC v2.08 and later::

    x real [0.0001, 1] [0.1] log
    n integer [1, 9] [3]
    c categorical {a,b}[a]
    o ordinal {16,32,64}[32]
    n | c == b
    {c=a, o=16}
    {x * n > 0.5}

It also reads the older format, and writes it for parameters in the untyped dialect::

    x [0.0001, 1] [0.1]l
    n [1, 9] [3]i
    c {a,b} [a]

If a choice contains ``,``, a brace, a bracket, ``#``, a quote or a backslash, or begins or ends with a blank, or is
empty, it is written in double quotes. Within them, a backslash precedes each ``"`` and each backslash.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NoReturn, TypeAlias

from pysmac_compat.errors import shown
from pysmac_compat.files.text import Path, TextFile, plain_number, write_text
from pysmac_compat.space.definition import Definition
from pysmac_compat.space.parameters import KINDS, Parameter, parse_parameter

#: parameters, conditional clauses, forbidden clauses
Space: TypeAlias = tuple[dict[str, tuple[Any, ...]], list[str], list[str]]

_TYPED = re.compile(rf"(?P<name>[^\s#'\"]+)\s+(?P<kind>{'|'.join(KINDS)})\s*(?=[\[{{])")
_UNTYPED = re.compile(r"(?P<name>[^\s#'\"{\[|]+)\s*(?=[\[{])")
_BAR = re.compile(r"\s*\|(?!\|)")
_FLAGS = re.compile(r"[il]*")
_HEADINGS = ("conditionals:", "conditional:", "forbidden:", "forbiddens:")
_CHOICE = re.compile(r"""\s*(?:"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<bare>[^,{}\[\]#"]*?))\s*(?=[,}\]])""")
_NEEDS_QUOTES = re.compile(r"[,{}\[\]#\"'\\]|^\s|\s$|^$")


def definition_text(definition: Definition) -> str:
    """Return the text of parameters.pcs for a search space."""
    lines = map(parameter_line, definition.parameters.values())
    return _join(lines, definition.conditional_clauses, (clause.text for clause in definition.forbiddens))


def _join(lines: Iterable[str], conditionals: Iterable[str], forbiddens: Iterable[str]) -> str:
    # a character that cannot be printed is either a blank or part of a comment, so a blank can replace it
    clauses = ("".join(c if c.isprintable() else " " for c in clause) for clause in (*conditionals, *forbiddens))
    return "\n".join([*lines, *clauses]) + "\n"


def parameter_line(parameter: Parameter) -> str:
    """Return the line of a parameter.

    >>> parameter_line(parse_parameter("x", ("real", [0, 1], 0.5)))
    'x real [0, 1] [0.5]'
    >>> parameter_line(parse_parameter("c", ("categorical", ["a,b", "c"], "c")))
    'c categorical {"a,b",c}[c]'
    """
    if parameter.numeric:
        low, high, default = (plain_number(value) for value in (*parameter.values, parameter.default))
        return f"{parameter.name} {parameter.kind} [{low}, {high}] [{default}]{' log' if parameter.log else ''}"
    choices = ",".join(map(_choice_text, parameter.values))
    return f"{parameter.name} {parameter.kind} {{{choices}}}[{_choice_text(parameter.default)}]"


def _untyped_line(parameter: Parameter) -> str:
    """Return the line of a parameter in the older format."""
    if parameter.numeric:
        low, high, default = (plain_number(value) for value in (*parameter.values, parameter.default))
        flags = "i" * (parameter.kind == "integer") + "l" * parameter.log
        return f"{parameter.name} [{low}, {high}] [{default}]{flags}"
    return f"{parameter.name} {{{','.join(map(_choice_text, parameter.values))}}} [{_choice_text(parameter.default)}]"


def _choice_text(value: Any) -> str:
    text = str(value)
    if not _NEEDS_QUOTES.search(text):
        return text
    return '"' + re.sub(r'(["\\])', r"\\\1", text) + '"'


def write_pcs(
    path: Path, parameters: Mapping[str, Any], forbiddens: Iterable[str] = (), conditionals: Iterable[str] = ()
) -> None:
    """Write a search space: parameters of the untyped dialect in the older format, other parameters in the newer.

    Parameters
    ----------
    path : str or path-like
    parameters : dict of str to tuple
        The parameters, in the form that ``minimize`` accepts.
    forbiddens, conditionals : iterable of str

    Raises
    ------
    ParameterError
    """
    lines = []
    for name, specification in parameters.items():
        parameter = parse_parameter(name, specification)
        newer = isinstance(specification[0], str) or not _UNTYPED.match(name + "[")
        lines.append(parameter_line(parameter) if newer else _untyped_line(parameter))
    write_text(path, _join(lines, conditionals, forbiddens))


def read_pcs(path: Path, any_encoding: bool = False) -> Space:
    """Read a search space in either format.

    Parameters
    ----------
    path : str or path-like
    any_encoding : bool
        See `TextFile`.

    Returns
    -------
    parameters : dict of str to tuple
        ``(type, values, default[, 'log'])`` in the newer format. In the older format, ``([lower, upper], default[,
        'int'][, 'log'])`` or ``({choices}, default)``. Choices are str, since the file does not hold their types.
    conditionals, forbiddens : list of str
        The clauses, without the comments after them.

    Raises
    ------
    FileFormatError
    """
    file = TextFile(path, any_encoding=any_encoding)
    bracketed = _bracketed_names(file)
    parameters: dict[str, tuple[Any, ...]] = {}
    conditionals: list[str] = []
    forbiddens: list[str] = []
    for number, line in file.lines:
        text = line.strip()
        if text.startswith("#") or text.lower() in _HEADINGS:
            continue
        typed = _TYPED.match(text)
        # if a{b is a parameter, the condition "a{b | c == d" would otherwise look like a parameter in the older format
        conditional = any(text.startswith(name) and _BAR.match(text, len(name)) for name in bracketed)
        match = typed or (None if conditional else _UNTYPED.match(text))
        if match is None and text.startswith("{") and not conditional:
            if not re.search(r"\}\s*(#.*)?$", text):
                file.error(number, f"expected a forbidden clause in braces, got {shown(text)}")
            forbiddens.append(text)
        elif match is None and "|" in text:
            conditionals.append(text)
        elif match is None:
            file.error(number, f"expected a parameter or a clause, got {shown(text)}")
        else:
            if match["name"] in parameters:
                file.error(number, f"the parameter {shown(match['name'])} is defined twice")
            kind = typed["kind"] if typed else ""
            parameters[match["name"]] = _ParameterLine(file, number, text, match.end(), kind).specification()
    uncommented = _Uncommented(parameters)
    return parameters, [*map(uncommented, conditionals)], [*map(uncommented, forbiddens)]


class _Uncommented:
    """Removes the comment after a clause; a ``#`` in quotes or in a choice does not begin a comment."""

    def __init__(self, parameters: Mapping[str, tuple[Any, ...]]) -> None:
        choices = (each for spec in parameters.values() for values in spec[:2] for each in _choices(values))
        kept = sorted({re.escape(each) for each in choices if "#" in each}, key=len, reverse=True)
        self._part = re.compile("|".join([r"\"[^\"]*\"", "'[^']*'", *kept, r"(?P<comment>#.*)", "."]), re.DOTALL)

    def __call__(self, clause: str) -> str:
        if "#" not in clause:
            return clause
        comment = next((part for part in self._part.finditer(clause) if part["comment"]), None)
        return clause if comment is None else clause[: comment.start()].rstrip()


def _choices(values: Any) -> Iterable[str]:
    """Return the choices in an element of a specification, if it holds any."""
    return (each for each in values if isinstance(each, str)) if isinstance(values, (list, set)) else ()


def _bracketed_names(file: TextFile) -> list[str]:
    """Return the names of parameters that contain brackets or braces, which only the newer format allows."""
    names = (match["name"] for _, line in file.lines if (match := _TYPED.match(line.strip())))
    return [name for name in names if "{" in name or "[" in name]


class _ParameterLine:
    """The part of a parameter's line after the name and the type."""

    def __init__(self, file: TextFile, number: int, text: str, position: int, kind: str) -> None:
        self.file, self.number, self.text, self.position, self.kind = file, number, text, position, kind

    def specification(self) -> tuple[Any, ...]:
        """Return the tuple for the parameter dict."""
        numeric = self.kind in ("real", "integer") or (not self.kind and self.text[self.position] == "[")
        values = list(self._group("[]" if numeric else "{}"))
        default = list(self._group("[]"))
        flags = self.text[self.position :].partition("#")[0].strip()
        if len(default) != 1:
            self._error("expected one default in brackets")
        if self.kind:
            log = flags == "log" and numeric
            if flags and not log:
                self._error(f"unexpected {shown(flags)} at the end")
        else:
            # the two letters are written together, in any order
            log = "l" in flags and numeric
            if not _FLAGS.fullmatch(flags) or (flags and not numeric):
                self._error(f"unexpected {shown(flags)} at the end")
        if not numeric:
            if default[0] not in values:
                self._error(f"the default {shown(default[0])} is not among the choices")
            return (self.kind, values, default[0]) if self.kind else (set(values), default[0])
        if len(values) != 2:
            self._error("expected a range [lower, upper]")
        integer = self.kind == "integer" or (not self.kind and "i" in flags)
        read = self.file.integer if integer else self.file.number
        low, high, start = (read(self.number, text, "range and default") for text in (*values, *default))
        if not low <= start <= high:
            self._error(f"the default {start} is outside of [{low}, {high}]")
        rest = ("log",) if log else ()
        if self.kind:
            return (self.kind, [low, high], start, *rest)
        return ([low, high], start, *(("int",) if integer else ()), *rest)

    def _group(self, brackets: str) -> Iterator[str]:
        """Yield the words in a pair of brackets."""
        self._symbol(brackets[0])
        while True:
            match = _CHOICE.match(self.text, self.position)
            if match is None:
                self._error(f"expected words separated by commas and then {shown(brackets[1])}")
            quoted = match["quoted"]
            yield match["bare"] if quoted is None else re.sub(r"\\(.)", r"\1", quoted)
            self.position = match.end()
            if not self.text.startswith(",", self.position):
                break
            self.position += 1
        self._symbol(brackets[1])

    def _symbol(self, symbol: str) -> None:
        while self.text[self.position : self.position + 1].isspace():
            self.position += 1
        if not self.text.startswith(symbol, self.position):
            self._error(f"expected {shown(symbol)}")
        self.position += 1

    def _error(self, message: str) -> NoReturn:
        place = f", found {shown(self.text[self.position :])}" if message.startswith("expected") else ""
        self.file.error(self.number, message + place)
