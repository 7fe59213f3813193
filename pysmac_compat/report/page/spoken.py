"""Describe a search space in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from pysmac_compat.space.conditions import All, Comparison, Condition

if TYPE_CHECKING:
    from pysmac_compat.results import Result
    from pysmac_compat.space.definition import Definition
    from pysmac_compat.space.parameters import Parameter

_MOST = 50  # if a parameter has more choices than this, they are not all named
_OPERATORS = {"==": "is", "!=": "is not", "<": "is below", ">": "is above"}


def space_rows(result: Result) -> list[dict[str, str]]:
    """Return, for each parameter, its name, its domain, its default, and when it is active."""
    space = result.search.space
    if space is None:
        return []
    kinds = {frozenset(each.configuration) for each in result}
    rows = []
    for name, parameter in space.parameters.items():
        if name in space.conditions:
            active = f"where {condition_words(space.conditions[name])}"
        elif any(name not in kind for kind in kinds):  # the space is a ConfigSpace object
            active = "in some configurations"
        else:
            active = "always"
        rows.append(
            {"name": name, "domain": domain_words(parameter), "default": repr(parameter.default), "active": active}
        )
    return rows


def domain_words(parameter: Parameter) -> str:
    """Return the domain of a parameter in words.

    >>> from pysmac_compat.space.parameters import parse_parameter
    >>> domain_words(parse_parameter("x", ("real", [0.1, 10], 1, "log")))
    'a real number from 0.1 to 10.0, on a logarithmic scale'
    >>> domain_words(parse_parameter("level", ("ordinal", ["low", "high"], "low")))
    "in this order: 'low', 'high'"
    """
    if parameter.numeric:
        kind = "a real" if parameter.kind == "real" else "a whole"
        scale = ", on a logarithmic scale" if parameter.log else ""
        return f"{kind} number from {parameter.values[0]} to {parameter.values[1]}{scale}"
    choices = ", ".join(map(repr, parameter.values[:_MOST]))
    if len(parameter.values) > _MOST:
        choices += f" and {len(parameter.values) - _MOST:,} more"
    if len(parameter.values) == 1:
        return f"always {choices}"
    return f"in this order: {choices}" if parameter.kind == "ordinal" else f"one of {choices}"


def condition_words(condition: Condition) -> str:
    """Return in words when a condition holds.

    >>> from pysmac_compat.space.definition import define
    >>> space = {"a": ("categorical", ["x", "y"], "x"), "n": ("integer", [1, 9], 1), "b": ("real", [0, 1], 0)}
    >>> condition_words(define(space, ["b | a in {x, y} && (n > 3 || n == 1)"]).conditions["b"])
    "a is 'x' or 'y', and (n is above 3 or n is 1)"
    """
    if isinstance(condition, Comparison):
        return f"{condition.parent} {_OPERATORS.get(condition.operator, 'is')} {_or(condition.values)}"
    parts = [condition_words(each) for each in condition.parts]
    if len(parts) == 1:
        return parts[0]
    if isinstance(condition, All):
        inside = [f"({text})" if _is_several(each) else text for text, each in zip(parts, condition.parts, strict=True)]
        lists = any(isinstance(each, Comparison) and len(each.values) > 1 for each in condition.parts)
        return f"{',' * lists} and ".join(inside)
    inside = [f"({text})" if len(each.parts) > 1 else text for text, each in zip(parts, condition.parts, strict=True)]
    return " or ".join(inside)


def _is_several(condition: Condition) -> bool:
    """Return whether a condition needs parentheses inside another condition."""
    if isinstance(condition, Comparison):
        return False
    return len(condition.parts) > 1 or _is_several(condition.parts[0])


def _or(values: Sequence[Any]) -> str:
    texts = [repr(int(v) if isinstance(v, float) and v.is_integer() and abs(v) < 1e15 else v) for v in values]
    return texts[0] if len(texts) == 1 else f"{', '.join(texts[:-1])} or {texts[-1]}"


def forbidden_words(space: Definition | None) -> list[str]:
    """Return the forbidden clauses in words, with a sentence for each clause."""
    if space is None:
        return []
    said = []
    for clause in space.forbiddens:
        equations = getattr(clause, "equations", None)
        if equations is None:
            said.append(f"never where {clause.text.strip().strip('{}').strip()}")
        else:
            said.append(f"never {' and '.join(f'{name} is {value!r}' for name, value in equations)}")
    return said


def other_clauses(space: Definition | None) -> list[str]:
    """Return the conditions and forbidden clauses of a ConfigSpace object, as ConfigSpace prints them."""
    ready: Any = getattr(space, "configspace", None)
    return [] if ready is None else [str(each) for each in (*ready.conditions, *ready.forbidden_clauses)]
