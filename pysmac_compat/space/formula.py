"""Expressions in postfix form and their evaluation on arrays; `expression.py` parses them."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Column: TypeAlias = npt.NDArray[np.float64]

MULTIPLY = "*"
ARITHMETIC: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    MULTIPLY: operator.mul,
    "/": operator.truediv,
    "%": np.fmod,
    "^": operator.pow,
}
COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
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


@dataclass(frozen=True)
class Number:
    """A number."""

    value: float


@dataclass(frozen=True)
class Word(Number):
    """A word, represented by the number that `numbering.py` assigns to it."""


@dataclass(frozen=True)
class Name:
    """A parameter."""

    name: str


@dataclass(frozen=True)
class Function:
    """A step that takes one operand from the stack: a function or the unary minus."""

    name: str


@dataclass(frozen=True)
class Operator:
    """A step that takes two operands from the stack."""

    symbol: str


Step: TypeAlias = Number | Name | Function | Operator


#: an element of the stack, for many configurations: the value (array of float, or float64); whether all parameters in
#: it are active (array of bool, or bool); and whether the value is a truth value, from a comparison, ``&&`` or ``||``
_Operand: TypeAlias = tuple[Any, Any, bool]


def _truth(operand: _Operand) -> Any:
    """Return whether an operand of ``&&`` or ``||`` is true: it is above 0, and all its parameters are active."""
    value, active, boolean = operand
    return value > 0 if boolean else (value > 0) & active


@dataclass(frozen=True)
class Formula:
    """An expression in postfix form.

    Attributes
    ----------
    steps : tuple
        A `Number`, `Word` or `Name` is pushed on the stack. The result of a `Function` replaces one operand there, and
        the result of an `Operator` replaces two.
    """

    steps: tuple[Step, ...]

    @cached_property
    def names(self) -> frozenset[str]:
        """The names of the parameters in the expression."""
        return frozenset(step.name for step in self.steps if isinstance(step, Name))

    def numbers(self, columns: Mapping[str, Column], size: int) -> Column:
        """Return the value of the expression for each configuration.

        Parameters
        ----------
        columns : dict of str to array of shape (size,), or to float64
            The values of the parameters; NaN for an inactive parameter.
        size : int
        """
        return np.broadcast_to(self._evaluate(columns)[0], size)

    def forbids(self, columns: Mapping[str, Column], size: int) -> npt.NDArray[np.bool_]:
        """Return, for each configuration, whether the clause forbids it, because the clause's value is not 0.

        If the value is a number and not a truth value, the clause forbids only if all its parameters are active.

        It takes the same arguments as `numbers`.
        """
        value, active, boolean = self._evaluate(columns)
        return np.broadcast_to(value != 0 if boolean else (value != 0) & active, size)

    def _evaluate(self, columns: Mapping[str, Column]) -> _Operand:
        names: dict[str, _Operand] = {name: (columns[name], ~np.isnan(columns[name]), False) for name in self.names}
        stack: list[_Operand] = []
        for step in self.steps:
            if isinstance(step, Operator):
                right = stack.pop()
                stack.append(_applied(step.symbol, stack.pop(), right))
            elif isinstance(step, Name):
                stack.append(names[step.name])
            elif isinstance(step, Number):
                stack.append((np.float64(step.value), True, False))
            else:
                value, active, _ = stack.pop()
                stack.append((_UNARY[step.name](value), active, False))
        (result,) = stack
        return result


_UNARY: dict[str, Callable[[Any], Any]] = {**FUNCTIONS, "-": np.negative}


def _applied(symbol: str, left: _Operand, right: _Operand) -> _Operand:
    active = left[1] & right[1]
    if symbol in ARITHMETIC:
        return ARITHMETIC[symbol](left[0], right[0]), active, False
    if symbol in COMPARISONS:
        # false if a parameter is inactive; if the calculation gave NaN, only != is true
        truth = COMPARISONS[symbol](left[0], right[0]) & active
    else:
        truth = _truth(left) & _truth(right) if symbol == "&&" else _truth(left) | _truth(right)
    return truth.astype(np.float64), active, True
