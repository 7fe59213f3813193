"""The conditional clauses ``child | parent == value && ... || ...``: grammar, tree, meaning.

Grammar (``&&`` binds tighter than ``||``)::

    clause     := child '|' any
    any        := all ('||' all)*
    all        := factor ('&&' factor)*
    factor     := '(' any ')' | comparison
    comparison := parent ('==' | '!=' | '<' | '>') value | parent 'in' '{' value (',' value)* '}'
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from pysmac_compat._warn import warn
from pysmac_compat.errors import ClauseError
from pysmac_compat.space.parameters import Parameter, Value
from pysmac_compat.space.scanner import Scanner
from pysmac_compat.suggestions import did_you_mean

KIND = "conditional clause"


@dataclass(frozen=True)
class Comparison:
    """``parent operator values``; ``values`` has one element unless the operator is ``in``.

    The values of a numeric parent are floats, those of another are its own choices.
    """

    parent: str
    operator: str
    values: tuple[Any, ...]

    def holds(self, value: Value, parameter: Parameter) -> bool:
        """Whether the comparison is true for an active parent of this value."""
        if self.operator in ("==", "in"):
            return value in self.values
        if self.operator == "!=":
            return value not in self.values
        left, right = (
            (value, self.values[0])
            if parameter.numeric
            else (parameter.values.index(value), parameter.values.index(self.values[0]))
        )
        return left < right if self.operator == "<" else left > right  # type: ignore[operator]


@dataclass(frozen=True)
class All:
    """True if all parts are (``&&``)."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True)
class Any_:
    """True if any part is (``||``)."""

    parts: tuple[All, ...]


Condition: TypeAlias = "Comparison | All | Any_"


def comparisons(condition: Condition) -> Iterator[Comparison]:
    """All comparisons in a condition, from left to right."""
    if isinstance(condition, Comparison):
        yield condition
    else:
        for part in condition.parts:
            yield from comparisons(part)


def parse_conditions(clauses: Iterable[str], parameters: Mapping[str, Parameter]) -> dict[str, Condition]:
    """Parse all conditional clauses of a space.

    Parameters
    ----------
    clauses : iterable of str
        In any order; blank ones are skipped.
    parameters : dict of str to Parameter

    Returns
    -------
    dict of str to Condition
        By child, parents before their children.

    Raises
    ------
    ClauseError
        Also for a child with two conditions that cannot be joined, and for cycles.
    """
    conditions: dict[str, Any_] = {}
    texts: dict[str, str] = {}
    for text in clauses:
        scanner = Scanner(text, KIND)
        if scanner.at_end():
            continue
        child, condition = parse_condition(scanner, parameters)
        if child in conditions:
            for each in (conditions[child], condition):
                if any(c.operator != "in" for c in comparisons(each)):
                    raise ClauseError(
                        f"{KIND}: {child!r} has a condition already ({texts[child].strip()!r}); two lines for one "
                        "parameter are joined with && only if both use nothing but 'in {..}'",
                        text,
                    )
            condition = _join(conditions[child], condition)
        conditions[child], texts[child] = condition, text
    return _in_order(conditions, texts)


def parse_condition(scanner: Scanner, parameters: Mapping[str, Parameter]) -> tuple[str, Any_]:
    """Parse one conditional clause, not blank: the child and its condition."""
    try:
        return _parse_clause(scanner, parameters)
    except RecursionError:
        raise ClauseError(f"{KIND}: nested too deeply", scanner.text) from None


def _parse_clause(scanner: Scanner, parameters: Mapping[str, Parameter]) -> tuple[str, Any_]:
    start = scanner.position
    child = scanner.parameter(parameters, boundary=r"\s*\|(?!\|)")
    if child is None:
        word = scanner.word()
        if word and word not in parameters:
            scanner.error(f"the conditioned parameter {word!r} is not defined{did_you_mean(word, parameters)}", start)
        scanner.longest(parameters)
        scanner.error("expected 'child | condition'")
    scanner.expect("|", "'|' after the name of the child")
    condition = _parse_any(scanner, parameters)
    scanner.expect_end()
    return child, condition


def _parse_any(scanner: Scanner, parameters: Mapping[str, Parameter]) -> Any_:
    parts = [_parse_all(scanner, parameters)]
    while scanner.accept("||"):
        if _trailing(scanner, "||"):
            break
        parts.append(_parse_all(scanner, parameters))
    return Any_(tuple(parts))


def _parse_all(scanner: Scanner, parameters: Mapping[str, Parameter]) -> All:
    parts = [_parse_factor(scanner, parameters)]
    while scanner.accept("&&"):
        if _trailing(scanner, "&&"):
            break
        parts.append(_parse_factor(scanner, parameters))
    scanner.refuse_foreign_operator()
    return All(tuple(parts))


def _trailing(scanner: Scanner, operator: str) -> bool:
    """An operator with nothing behind it was accepted by the original; real scripts contain it."""
    if not scanner.at_end():
        return False
    warn(f"{KIND} {scanner.text!r}: the {operator} at the end has no meaning")
    return True


def _parse_factor(scanner: Scanner, parameters: Mapping[str, Parameter]) -> Condition:
    if scanner.peek("(") and not any(name.startswith("(") for name in parameters):
        scanner.accept("(")
        condition = _parse_any(scanner, parameters)
        scanner.expect(")", "')'")
        return condition
    return _parse_comparison(scanner, parameters)


def _parse_comparison(scanner: Scanner, parameters: Mapping[str, Parameter]) -> Comparison:
    scanner.skip_blanks()
    start = scanner.position
    name = scanner.parameter(parameters, boundary=r"\s*[=!<>]|\s*in\b") or scanner.parameter(parameters)
    if name is None:
        word = scanner.word()
        unknown = f"unknown parameter {word!r}{did_you_mean(word, parameters)}"
        scanner.error(unknown if word else "expected a comparison with a parameter", start)
    parameter = parameters[name]
    scanner.skip_blanks()
    position = scanner.position
    operator = scanner.accept("==", "!=", "<=", ">=", "<>", "<", ">") or scanner.longest(("in",))
    if operator not in ("==", "!=", "<", ">", "in"):
        hint = "; did you mean '=='?" if scanner.text.startswith("=", position) else ""
        scanner.error(f"expected one of ==, !=, <, > and in {{..}}{hint}", position)
    if operator in ("<", ">") and parameter.kind == "categorical":
        scanner.error(
            f"{operator} needs an order, and {name!r} is categorical (an ordinal parameter has one)", position
        )
    if operator != "in":
        return Comparison(name, operator, (_parse_value(scanner, parameter, operator),))
    scanner.expect("{", "'{' after in")
    values = [_parse_value(scanner, parameter, operator)]
    while scanner.accept(","):
        scanner.skip_blanks()
        position = scanner.position
        values.append(_parse_value(scanner, parameter, operator))
        if values[-1] in values[:-1]:
            scanner.error(f"the value {values[-1]!r} stands twice in the list", position)
    scanner.expect("}", "',' or '}'")
    return Comparison(name, operator, tuple(values))


def _parse_value(scanner: Scanner, parameter: Parameter, operator: str) -> Value:
    if not parameter.numeric:
        return parameter.tokens[scanner.choice(parameter)]
    scanner.skip_blanks()
    start = scanner.position
    value = scanner.numeric_value(parameter)
    lower, upper = parameter.values
    if operator in ("==", "in") and not lower <= value <= upper:
        scanner.error(f"{value:g} is outside of the range {parameter.domain} of {parameter.name!r}", start)
    return value


def _join(first: Any_, second: Any_) -> Any_:
    """The two texts with && between them, so that only the neighbours of the && are joined by it."""
    middle = All(first.parts[-1].parts + second.parts[0].parts)
    return Any_(first.parts[:-1] + (middle,) + second.parts[1:])


def _in_order(conditions: dict[str, Any_], texts: dict[str, str]) -> dict[str, Condition]:
    ordered: dict[str, Condition] = {}
    left = dict(conditions)
    while left:
        free = [child for child, condition in left.items() if not any(c.parent in left for c in comparisons(condition))]
        if not free:
            cycle = _find_cycle(left)
            raise ClauseError(
                f"{KIND}: the conditions go round in a circle: {' <- '.join([*cycle, cycle[0]])}", texts[cycle[0]]
            )
        for child in free:
            ordered[child] = left.pop(child)
    return ordered


def _find_cycle(conditions: Mapping[str, Condition]) -> list[str]:
    path = [next(iter(conditions))]
    while True:
        parent = next(c.parent for c in comparisons(conditions[path[-1]]) if c.parent in conditions)
        if parent in path:
            return path[path.index(parent) :]
        path.append(parent)


def active_parameters(
    values: Mapping[str, Value], parameters: Mapping[str, Parameter], conditions: Mapping[str, Condition]
) -> set[str]:
    """The names of the active parameters of one complete assignment.

    A condition on an inactive parent is false, whatever its operator.

    Parameters
    ----------
    values : dict of str to value
        A value for every parameter, also for the inactive ones.
    parameters : dict of str to Parameter
    conditions : dict of str to Condition
        Parents before children, as `parse_conditions` returns them.
    """
    active = set(parameters) - set(conditions)

    def holds(condition: Condition) -> bool:
        if isinstance(condition, Comparison):
            parent = condition.parent
            return parent in active and condition.holds(values[parent], parameters[parent])
        results = map(holds, condition.parts)
        return all(results) if isinstance(condition, All) else any(results)

    for child, condition in conditions.items():
        if holds(condition):
            active.add(child)
    return active
