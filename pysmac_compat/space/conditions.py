"""The conditional clauses ``child | parent == value && ... || ...``: their grammar, tree and meaning.

Grammar (``&&`` binds tighter than ``||``)::

    clause     := child '|' any
    any        := all ('||' all)*
    all        := factor ('&&' factor)*
    factor     := '(' any ')' | comparison
    comparison := parent ('==' | '!=' | '<' | '>') value | parent 'in' '{' value (',' value)* '}'
"""

from __future__ import annotations

import re
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeAlias, TypeVar

from pysmac_compat._warn import warn
from pysmac_compat.errors import ClauseError, cut, shown
from pysmac_compat.space.parameters import Parameter, Value
from pysmac_compat.space.scanner import Scanner, skips
from pysmac_compat.space.vocabulary import Vocabulary
from pysmac_compat.suggestions import did_you_mean

D = TypeVar("D", bound="deque[Any]")

KIND = "conditional clause"
_DEEPEST = 100  # nested levels of && and ||; Python itself allows a thousand nested calls
_BAR = re.compile(r"\s*\|(?!\|)")
_COMPARISON = re.compile(r"\s*[=!<>]|\s*in\b")
_IN = Vocabulary(["in"])


@dataclass(frozen=True)
class Comparison:
    """The comparison ``parent operator values``; ``values`` has one element unless the operator is ``in``.

    If the parent is numeric, the values are floats. Otherwise the values are choices of the parent.
    """

    parent: str
    operator: str
    values: tuple[Any, ...]

    def holds(self, value: Value, parameter: Parameter) -> bool:
        """Return whether the comparison is true for an active parent with this value."""
        if self.operator in ("==", "in"):
            return value in self._set
        if self.operator == "!=":
            return value not in self._set
        left, right = (
            (value, self.values[0])
            if parameter.numeric
            else (parameter.positions[value], parameter.positions[self.values[0]])
        )
        return left < right if self.operator == "<" else left > right  # type: ignore[operator]

    @cached_property
    def _set(self) -> frozenset[Any]:
        return frozenset(self.values)


@dataclass(frozen=True)
class All:
    """A condition that is true if all its parts are true (``&&``)."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True)
class Any_:
    """A condition that is true if any of its parts is true (``||``)."""

    parts: tuple[All, ...]


Condition: TypeAlias = "Comparison | All | Any_"


def comparisons(condition: Condition) -> Iterator[Comparison]:
    """Yield all comparisons in a condition, from left to right."""
    if isinstance(condition, Comparison):
        yield condition
    else:
        for part in condition.parts:
            yield from comparisons(part)


def parse_conditions(
    clauses: Iterable[str], parameters: Mapping[str, Parameter]
) -> tuple[dict[str, Condition], tuple[str, ...]]:
    """Parse all conditional clauses of a space.

    Parameters
    ----------
    clauses : iterable of str
        The clauses, in any order. Blank clauses are skipped.
    parameters : dict of str to Parameter

    Returns
    -------
    conditions : dict of str to Condition
        A key is the name of a child parameter. Parents come before their children.
    texts : tuple of str
        The clauses, except blank ones, comments and headings. Each choice is spelled as in the parameter's definition.

    Raises
    ------
    ClauseError
        If a clause has an error, a child has two conditions that cannot be joined, or the conditions form a cycle.
    """
    conditions: dict[str, Any_] = {}
    texts: dict[str, str] = {}
    spelled: list[str] = []
    names = Vocabulary(parameters)
    for text in clauses:
        scanner = Scanner(text, KIND)
        if skips(scanner):
            continue
        child, condition = parse_condition(scanner, parameters, names)
        if child in conditions:
            for each in (conditions[child], condition):
                if any(c.operator != "in" for c in comparisons(each)):
                    raise ClauseError(
                        f"{KIND}: {shown(child)} already has the condition {shown(texts[child].strip())}; two lines "
                        "for one parameter can be joined only if each has conditions of the form 'in {..}' alone. "
                        "Write both conditions in one line, with && or || between them",
                        text,
                    )
            condition = _join(conditions[child], condition)
        conditions[child], texts[child] = condition, text
        spelled.append(scanner.spelled)
    return _in_order(conditions, texts), tuple(spelled)


def parse_condition(scanner: Scanner, parameters: Mapping[str, Parameter], names: Vocabulary) -> tuple[str, Any_]:
    """Parse one conditional clause that is not blank; return the child and its condition."""
    start = scanner.position
    child = scanner.parameter(names, _BAR)
    if child is None:
        word = scanner.word()
        if word and word not in parameters:
            unknown = f"the conditioned parameter {shown(word)} is not defined"
            scanner.error(f"{unknown}{did_you_mean(word, parameters)}", start)
        scanner.longest(names)
        scanner.error("expected 'child | condition'")
    scanner.expect("|", "'|' after the name of the child")
    condition = _Parser(scanner, parameters, names).parse()
    scanner.expect_end()
    return child, condition


class _Factors(deque["Comparison | _Draft"]):
    """The factors that ``&&`` joins; ``depth`` is the number of levels of ``||`` within them."""

    depth = 0


@dataclass
class _Draft:
    """The already parsed part of a condition or parenthesis: groups joined by ``||``, of factors joined by ``&&``."""

    alternatives: deque[_Factors] = field(default_factory=lambda: deque([_Factors()]))
    depth: int = 0

    def add(self, factor: Comparison | _Draft) -> None:
        """Add a factor after the last ``&&`` or ``||``; parentheses that change nothing are removed."""
        last = self.alternatives[-1]
        if isinstance(factor, _Draft):
            depth = max(last.depth, factor.depth + (len(factor.alternatives) > 1))
            if len(factor.alternatives) == 1:
                last = self.alternatives[-1] = _concatenated(last, factor.alternatives[0])
            else:
                last.append(factor)
            last.depth = depth
        else:
            last.append(factor)

    def close(self) -> None:
        """End the parenthesis, and merge each ``||`` that is directly within another ``||``."""
        joined: deque[_Factors] = deque()
        for factors in self.alternatives:
            only = factors[0] if len(factors) == 1 else None
            inside = only if isinstance(only, _Draft) else _Draft(deque([factors]), factors.depth)
            joined = _concatenated(joined, inside.alternatives)
            self.depth = max(self.depth, inside.depth)
        self.alternatives = joined

    @property
    def condition(self) -> Any_:
        """The condition that has been read."""
        return Any_(
            tuple(
                All(tuple(each.condition if isinstance(each, _Draft) else each for each in factors))
                for factors in self.alternatives
            )
        )


def _concatenated(left: D, right: D) -> D:
    """Concatenate two deques: extend the longer by the shorter, so that the time for deep nesting stays linear."""
    if len(left) < len(right):
        right.extendleft(reversed(left))
        return right
    left.extend(right)
    return left


class _Parser:
    """A parser for the condition after the ``|``; it keeps a stack of groups instead of calling itself."""

    def __init__(self, scanner: Scanner, parameters: Mapping[str, Parameter], names: Vocabulary) -> None:
        self.scanner, self.parameters, self.names = scanner, parameters, names

    def parse(self) -> Any_:
        scanner, groups = self.scanner, [_Draft()]
        while True:
            while scanner.peek("(") and not self.names.has_first("("):
                scanner.accept("(")
                groups.append(_Draft())
            groups[-1].add(_parse_comparison(scanner, self.parameters, self.names))
            while not self._goes_on(groups[-1]):
                if len(groups) == 1:
                    return groups[0].condition
                scanner.expect(")", "')'")
                group = groups.pop()
                group.close()
                groups[-1].add(group)
                if groups[-1].alternatives[-1].depth > _DEEPEST:
                    scanner.error("&& and || are nested too deeply: add parameters for parts of the condition")

    def _goes_on(self, group: _Draft) -> bool:
        """Return whether another factor follows."""
        if self.scanner.accept("&&"):
            return not _trailing(self.scanner, "&&")
        self.scanner.refuse_foreign_operator()
        if self.scanner.accept("||") and not _trailing(self.scanner, "||"):
            group.alternatives.append(_Factors())
            return True
        return False


def _trailing(scanner: Scanner, operator: str) -> bool:
    """Return whether the clause ends with this operator; if so, warn (pysmac accepts it, and real scripts have it)."""
    if not scanner.at_end():
        return False
    warn(f"{KIND} {shown(scanner.text)}: the {operator} at the end is ignored")
    return True


def _parse_comparison(scanner: Scanner, parameters: Mapping[str, Parameter], names: Vocabulary) -> Comparison:
    scanner.skip_blanks()
    start = scanner.position
    name = scanner.parameter(names, _COMPARISON) or scanner.parameter(names)
    if name is None:
        word = scanner.word()
        unknown = f"unknown parameter {shown(word)}{did_you_mean(word, parameters)}"
        scanner.error(unknown if word else "expected a comparison with a parameter", start)
    parameter = parameters[name]
    scanner.skip_blanks()
    position = scanner.position
    operator = scanner.accept("==", "!=", "<=", ">=", "<>", "<", ">") or scanner.longest(_IN)
    if operator not in ("==", "!=", "<", ">", "in"):
        hint = "; did you mean '=='?" if scanner.text.startswith("=", position) else ""
        scanner.error(f"expected one of ==, !=, <, > and in {{..}}{hint}", position)
    if operator in ("<", ">") and parameter.kind == "categorical":
        scanner.error(
            f"{operator} needs an order, and {shown(name)} is categorical (an ordinal parameter has one)", position
        )
    if operator != "in":
        return Comparison(name, operator, (_parse_value(scanner, parameter, operator),))
    scanner.expect("{", "'{' after in")
    values = [_parse_value(scanner, parameter, operator)]
    seen = set(values)
    while scanner.accept(","):
        scanner.skip_blanks()
        position = scanner.position
        values.append(_parse_value(scanner, parameter, operator))
        if values[-1] in seen:
            scanner.error(f"the value {shown(values[-1])} occurs twice in the list", position)
        seen.add(values[-1])
    scanner.expect("}", "',' or '}'")
    return Comparison(name, operator, tuple(values))


def _parse_value(scanner: Scanner, parameter: Parameter, operator: str) -> Value:
    if not parameter.numeric:
        return scanner.choice(parameter)
    scanner.skip_blanks()
    start = scanner.position
    value = scanner.numeric_value(parameter)
    lower, upper = parameter.values
    if operator in ("==", "in") and not lower <= value <= upper:
        scanner.error(f"{value:g} is outside of the range {parameter.domain} of {shown(parameter.name)}", start)
    return value


def _join(first: Any_, second: Any_) -> Any_:
    """Join two conditions as if && stood between their texts, so that it joins only the factors on its two sides."""
    middle = All(first.parts[-1].parts + second.parts[0].parts)
    return Any_(first.parts[:-1] + (middle,) + second.parts[1:])


def _in_order(conditions: dict[str, Any_], texts: dict[str, str]) -> dict[str, Condition]:
    """Sort the conditions by the longest chain of parents above their child; equally long chains keep their order."""
    parents = {
        c: {each.parent for each in comparisons(condition)} & conditions.keys() for c, condition in conditions.items()
    }
    children: dict[str, list[str]] = defaultdict(list)
    for child, above in parents.items():
        for parent in above:
            children[parent].append(child)
    levels: dict[str, int] = {}
    missing = {child: len(above) for child, above in parents.items()}
    ready = [child for child, count in missing.items() if count == 0]
    for parent in ready:  # the loop appends to this list
        levels[parent] = 1 + max((levels[each] for each in parents[parent]), default=0)
        for child in children[parent]:
            missing[child] -= 1
            if missing[child] == 0:
                ready.append(child)
    if len(levels) < len(conditions):
        cycle = _find_cycle({child: c for child, c in conditions.items() if child not in levels})
        raise ClauseError(
            f"{KIND}: the conditions go round in a circle: {cut(' <- '.join([*cycle, cycle[0]]))}", texts[cycle[0]]
        )
    return {child: conditions[child] for child in sorted(conditions, key=levels.__getitem__)}


def _find_cycle(conditions: Mapping[str, Condition]) -> list[str]:
    path = {next(iter(conditions)): 0}
    last = next(iter(path))
    while True:
        last = next(c.parent for c in comparisons(conditions[last]) if c.parent in conditions)
        if last in path:
            return list(path)[path[last] :]
        path[last] = len(path)


def active_parameters(
    values: Mapping[str, Value], parameters: Mapping[str, Parameter], conditions: Mapping[str, Condition]
) -> set[str]:
    """Return the names of the active parameters of one complete assignment.

    A comparison with an inactive parent is false, whatever the operator.

    Parameters
    ----------
    values : dict of str to value
        A value for every parameter, active or inactive.
    parameters : dict of str to Parameter
    conditions : dict of str to Condition
        The result of `parse_conditions`: parents come before their children.
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
