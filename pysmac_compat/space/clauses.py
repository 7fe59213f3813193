"""Translate the conditional and forbidden clauses of a space to ConfigSpace objects."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from ConfigSpace import (
    AndConjunction,
    EqualsCondition,
    ForbiddenAndConjunction,
    ForbiddenEqualsClause,
    GreaterThanCondition,
    InCondition,
    LessThanCondition,
    OrConjunction,
)
from ConfigSpace.conditions import ConditionLike, Conjunction
from ConfigSpace.forbidden import ForbiddenClause, ForbiddenConjunction, ForbiddenLike
from ConfigSpace.hyperparameters import Hyperparameter

from pysmac_compat.space.conditions import All, Any_, Comparison, Condition, comparisons
from pysmac_compat.space.definition import Definition
from pysmac_compat.space.forbidden import Classic, Expression
from pysmac_compat.space.parameters import Parameter

Mask = npt.NDArray[np.bool_]

#: a condition with more comparisons than this is not joined with the conditions of its children
LONGEST_JOINED = 40


class _Junction(Conjunction):
    """A conjunction or disjunction that equals another one only if their parts are equal, one by one.

    ConfigSpace itself treats two junctions as equal if they have the same number of similar parts, even if one is
    ``&&`` and the other ``||``. For the children of both it then evaluates only one of these junctions. It also
    compares every part of one junction with every part of the other. ConfigSpace reads the attribute ``dlcs`` only to
    find the parents, but reads the whole tuple each time. So ``dlcs`` holds only one comparison for each parent here.
    """

    def __init__(self, *parts: Any) -> None:
        super().__init__(*parts)
        self.dlcs = tuple({each.parent.name: each for each in self.dlcs}.values())
        self.parents = [each.parent for each in self.dlcs]

    def __eq__(self, other: Any) -> bool:
        return self is other or (type(self) is type(other) and self.child == other.child and _key(self) == _key(other))

    __hash__ = None  # type: ignore[assignment]

    def equivalent_condition_on_parent(self, other: ConditionLike) -> bool:
        return type(self) is type(other) and _key(self) == _key(other)


class Both(_Junction, AndConjunction):
    """A conjunction."""


class Either(_Junction, OrConjunction):
    """A disjunction."""


class ConditionBuilder:
    """Translates the conditions of a space into conditions of ConfigSpace.

    Each translated condition lists the values that satisfy it and never negates a value, because in ConfigSpace
    an inactive parent is "not equal" to every value. Each condition is joined with the conditions of its parents,
    except those with more than ``longest_joined`` comparisons. A joined condition also has the right value for a
    complete assignment, in which inactive parents have values.
    """

    def __init__(
        self,
        definition: Definition,
        hyperparameters: Mapping[str, Hyperparameter],
        longest_joined: int = LONGEST_JOINED,
    ) -> None:
        self.definition, self.hyperparameters, self._longest_joined = definition, hyperparameters, longest_joined
        self._sizes: dict[str, int] = {}
        for child, condition in definition.conditions.items():
            self._sizes[child] = sum(1 + self._joined_size(c.parent) for c in comparisons(condition))

    def _joined_size(self, parent: str) -> int:
        """Return the number of comparisons that a parent's condition adds, or 0 if that condition is not joined."""
        size = self._sizes.get(parent, 0)
        return size if size <= self._longest_joined else 0

    def build(self) -> list[ConditionLike]:
        """Build one condition for each conditional parameter."""
        return [self._build(condition, child) for child, condition in self.definition.conditions.items()]

    def _build(self, condition: Condition, child: str) -> ConditionLike:
        if isinstance(condition, Comparison):
            return self._comparison(condition, child)
        parts = [self._build(part, child) for part in self._merged(condition)]
        return _junction(Both if isinstance(condition, All) else Either, parts)

    def _merged(self, condition: All | Any_) -> list[Condition]:
        """Return the parts of a condition; merge the comparisons that select values of the same parent into one."""
        merged: dict[str, list[Comparison]] = {}
        others: list[Condition] = []
        for part in condition.parts:
            only = part.parts[0] if isinstance(part, All) and len(part.parts) == 1 else part
            if not isinstance(only, Comparison):
                others.append(part)
            elif not self.definition.parameters[only.parent].numeric or (
                isinstance(condition, Any_) and only.operator in ("==", "in")
            ):
                merged.setdefault(only.parent, []).append(only)
            else:
                others.append(only)
        for name, found in merged.items():
            parent = self.definition.parameters[name]
            if parent.numeric:
                values = list(dict.fromkeys(value for each in found for value in each.values))
            else:
                values = (_meant_by_all if isinstance(condition, All) else _meant_by_any)(found, parent)
            others.append(found[0] if len(found) == 1 else Comparison(name, "in", tuple(values)))
        return others

    def _comparison(self, comparison: Comparison, child: str) -> ConditionLike:
        parent = self.definition.parameters[comparison.parent]
        own = (self._numeric if parent.numeric else self._choice)(comparison, parent, child)
        if not self._joined_size(parent.name):
            return own
        return _junction(Both, [self._build(self.definition.conditions[parent.name], child), own])

    def _choice(self, comparison: Comparison, parent: Parameter, child: str) -> ConditionLike:
        pair = self.hyperparameters[child], self.hyperparameters[parent.name]
        return _one_of(pair, _meant_by_all([comparison], parent))

    def _numeric(self, comparison: Comparison, parent: Parameter, child: str) -> ConditionLike:
        """Express a comparison with a numeric parent by ``== value``, ``< value`` and ``> value`` with legal values."""
        pair = self.hyperparameters[child], self.hyperparameters[parent.name]
        lower, upper = parent.values
        always = Either(LessThanCondition(*pair, upper), GreaterThanCondition(*pair, lower))
        if comparison.operator in ("==", "in"):
            values = [v for v in comparison.values if parent.kind == "real" or v.is_integer()]
            return _one_of(pair, [int(v) for v in values] if parent.kind == "integer" else values)
        (bound,) = comparison.values
        if not lower <= bound <= upper:
            holds = comparison.operator == "!=" or (comparison.operator == "<") == (bound > upper)
            return always if holds else _one_of(pair, [])
        # for an integer n, n < 3.5 means n < 4, and n > 3.5 means n > 3
        whole = parent.kind == "integer"
        below, above = (math.ceil(bound), math.floor(bound)) if whole else (bound, bound)
        if comparison.operator == "<":
            return LessThanCondition(*pair, below)
        if comparison.operator == ">":
            return GreaterThanCondition(*pair, above)
        if below != above:  # no integer equals the bound
            return always
        return Either(LessThanCondition(*pair, below), GreaterThanCondition(*pair, above))


def _meant_by_all(comparisons: Sequence[Comparison], parent: Parameter) -> list[Any]:
    """Return the choices that satisfy all of these comparisons."""
    by_operator = _by_operator(comparisons)
    listed = [set(each.values) for operator in ("==", "in") for each in by_operator[operator]]
    meant = set.intersection(*listed) if listed else set(parent.values)
    meant.difference_update(*(each.values for each in by_operator["!="]))
    high = min((parent.positions[each.values[0]] for each in by_operator["<"]), default=len(parent.values))
    low = max((parent.positions[each.values[0]] for each in by_operator[">"]), default=-1)
    return [value for position, value in enumerate(parent.values) if low < position < high and value in meant]


def _meant_by_any(comparisons: Sequence[Comparison], parent: Parameter) -> list[Any]:
    """Return the choices that satisfy at least one of these comparisons."""
    by_operator = _by_operator(comparisons)
    meant = {value for operator in ("==", "in") for each in by_operator[operator] for value in each.values}
    unequal = [set(each.values) for each in by_operator["!="]]
    if unequal:
        meant.update(set(parent.values) - set.intersection(*unequal))
    high = max((parent.positions[each.values[0]] for each in by_operator["<"]), default=-1)
    low = min((parent.positions[each.values[0]] for each in by_operator[">"]), default=len(parent.values))
    return [v for position, v in enumerate(parent.values) if position < high or position > low or v in meant]


def _by_operator(comparisons: Sequence[Comparison]) -> dict[str, list[Comparison]]:
    found: dict[str, list[Comparison]] = defaultdict(list)
    for comparison in comparisons:
        found[comparison.operator].append(comparison)
    return found


def _one_of(pair: tuple[Hyperparameter, Hyperparameter], values: list[Any]) -> ConditionLike:
    """Build the condition that the parent has one of these values; it is never true if there are no values."""
    return EqualsCondition(*pair, values[0]) if len(values) == 1 else InCondition(*pair, values)


def _junction(kind: type[Both] | type[Either], parts: list[ConditionLike]) -> ConditionLike:
    """Build a junction: merge nested junctions of the same kind, and remove repeated parts."""
    flat: list[ConditionLike] = []
    for part in parts:
        flat.extend(part.components if type(part) is kind else [part])
    unique = list({_key(part): part for part in reversed(flat)}.values())[::-1]
    return unique[0] if len(unique) == 1 else kind(*unique)


def _key(condition: ConditionLike) -> Any:
    """Return a key that is equal for two conditions with the same meaning and the same parents."""
    if isinstance(condition, Conjunction):
        return type(condition), *map(_key, condition.components)
    value = tuple(condition.values) if isinstance(condition, InCondition) else condition.value
    return type(condition), condition.parent.name, value


class Mention(ForbiddenClause):
    """A parameter in an expression; because of it, ConfigSpace evaluates the expression when the parameter changes."""

    def is_forbidden_value(self, values: dict[str, Any]) -> bool:
        return False

    def is_forbidden_vector(self, vector: Any) -> bool:
        return False

    def is_forbidden_vector_array(self, arr: Any) -> Mask:
        return np.zeros(arr.shape[1], dtype=bool)

    def __copy__(self) -> Mention:
        return Mention(self.hyperparameter)

    def __eq__(self, other: Any) -> bool:
        return isinstance(other, Mention) and self.hyperparameter == other.hyperparameter

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"Mention of {self.hyperparameter.name}"

    def to_dict(self) -> dict[str, Any]:
        return {"name": self.hyperparameter.name, "type": "MENTION"}


class ForbiddenExpression(ForbiddenConjunction):
    """An expression as a ConfigSpace forbidden clause.

    Parameters
    ----------
    *mentions : Mention
        One for each parameter in the expression.
    expression : Expression
    """

    def __init__(self, *mentions: Any, expression: Expression) -> None:
        super().__init__(*mentions)
        self.expression = expression

    def is_forbidden_value(self, values: dict[str, Any]) -> bool:
        return self.expression.forbids_values(values)

    def is_forbidden_vector(self, vector: Any) -> bool:
        return bool(self.is_forbidden_vector_array(np.asarray(vector).reshape(-1, 1))[0])

    def is_forbidden_vector_array(self, arr: Any) -> Mask:
        """Return which of the configurations (columns of ``arr``) are forbidden."""
        columns = {}
        for mention in self.dlcs:
            hyperparameter, row = mention.hyperparameter, arr[mention.vector_id]  # type: ignore[union-attr]
            columns[hyperparameter.name] = self._values(hyperparameter, row)
        return self.expression.forbids(columns, arr.shape[1])

    def _values(self, hyperparameter: Hyperparameter, row: Any) -> Any:
        inactive = np.isnan(row)
        codes = self.expression.codes.get(hyperparameter.name)
        if codes is not None:
            table = codes.table
            return table[np.where(inactive, len(table) - 1, np.rint(np.where(inactive, 0, row))).astype(int)]
        values = hyperparameter._transformer.to_value(np.where(inactive, 0.0, row)).astype(np.float64)
        values[inactive] = np.nan
        return values

    def __copy__(self) -> ForbiddenExpression:
        return ForbiddenExpression(*[m.__copy__() for m in self.components], expression=self.expression)

    def __eq__(self, other: Any) -> bool:
        return isinstance(other, ForbiddenExpression) and self.expression.text == other.expression.text

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"Forbidden: {self.expression.text}"

    def to_dict(self) -> dict[str, Any]:
        return {"type": "EXPRESSION", "clause": self.expression.text}


def build_forbidden(
    clause: Classic | Expression, definition: Definition, hyperparameters: Mapping[str, Hyperparameter]
) -> ForbiddenLike | None:
    """Build the ConfigSpace form of a forbidden clause; return None if the clause forbids nothing."""
    if isinstance(clause, Expression):
        if not clause.node.names:
            return None  # a constant expression: it is 0, because `define` refuses a clause that forbids the default
        mentions = [Mention(hyperparameters[name]) for name in sorted(clause.node.names)]
        return ForbiddenExpression(*mentions, expression=clause)
    equations: dict[str, Any] = {}
    for name, value in clause.equations:
        if definition.parameters[name].kind == "integer":
            if not value.is_integer():  # type: ignore[union-attr]
                return None
            value = int(value)  # type: ignore[arg-type]
        if equations.setdefault(name, value) != value:
            return None
    parts = [ForbiddenEqualsClause(hyperparameters[name], value) for name, value in equations.items()]
    return parts[0] if len(parts) == 1 else ForbiddenAndConjunction(*parts)
