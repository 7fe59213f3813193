"""Rules that end a search early: ``minimize(stop_when=...)``.

A rule is a function of the `Result` so far; a run ends when the rule returns a true value. The rules of this module
depend only on the results and their order, so that a resumed search ends at the same evaluation as an uninterrupted
search.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from pysmac_compat import arguments
from pysmac_compat.errors import ArgumentError, shown
from pysmac_compat.results import Result

Rule: TypeAlias = Callable[[Result], object]


class _Ready:
    """A rule of this module; its ``repr``, for messages, is the call that made it, such as ``patience(20)``."""

    def __init__(self, name: str, says: Callable[[Result], bool]) -> None:
        self._name, self._says = name, says

    def __call__(self, result: Result) -> bool:
        return self._says(result)

    def __repr__(self) -> str:
        return self._name


def target(value: float) -> Rule:
    """Stop when the best value is at most ``value``; if the function is maximised, when it is at least ``value``.

    Parameters
    ----------
    value : float
    """
    goal = _number("target(): value", value)

    def says(result: Result) -> bool:
        if not _steps(result):
            return False
        return result.value >= goal if result.search.maximize else result.value <= goal

    return _Ready(f"target({value!r})", says)


def patience(n: int) -> Rule:
    """Stop when ``n`` evaluations in a row have not found a new best configuration.

    Parameters
    ----------
    n : int
    """
    n = arguments.integer("patience(): n", n)

    def says(result: Result) -> bool:
        steps = _steps(result)
        return len(result) - (steps[-1][0] if steps else 0) >= n

    return _Ready(f"patience({n})", says)


def no_better_than(eps: float, n: int) -> Rule:
    """Stop when the last ``n`` evaluations have improved the best value by at most ``eps``.

    The rule stops no search before there are a best value and ``n`` further evaluations after it.

    Parameters
    ----------
    eps : float
        At least 0.
    n : int
    """
    least = _number("no_better_than(): eps", eps)
    if least < 0:
        raise ArgumentError(f"no_better_than(): eps must not be negative, got {shown(eps)}")
    n = arguments.integer("no_better_than(): n", n)

    def says(result: Result) -> bool:
        steps = _steps(result)
        before = [value for evaluation, value in steps if evaluation <= len(result) - n]
        return bool(before) and abs(before[-1] - steps[-1][1]) <= least

    return _Ready(f"no_better_than({eps!r}, {n})", says)


def _steps(result: Result) -> list[tuple[int, float]]:
    """Return, for each new best configuration, the number of evaluations up to it, and its value.

    If calls run in parallel, the indices in a trajectory need not increase, so this number is the largest index so far.
    """
    steps = result.runs[0].trajectory
    counts = itertools.accumulate((step.evaluation for step in steps), max)
    return [(count, step.value) for count, step in zip(counts, steps, strict=True)]


def _number(name: str, value: Any) -> float:
    try:
        if isinstance(value, (bool, str, bytes)):
            raise TypeError
        number = float(value)
    except Exception:  # a class that the user has defined may raise anything
        raise ArgumentError(f"{name} must be a number, got {shown(value)} ({type(value).__name__})") from None
    if math.isnan(number):
        raise ArgumentError(f"{name} must be a number, got {shown(value)}")
    return number


class StopRules:
    """The rules that the user has given as ``stop_when``.

    Parameters
    ----------
    stop_when : callable, list of callable, or None
        If there are several rules, the first that returns a true value ends the run.

    Raises
    ------
    ArgumentError
    """

    def __init__(self, stop_when: Rule | Sequence[Rule] | None) -> None:
        given: list[Any] = (
            [] if stop_when is None else list(stop_when) if isinstance(stop_when, (list, tuple)) else [stop_when]
        )
        for rule in given:
            if not callable(rule):
                raise ArgumentError(
                    f"stop_when must be a function of the result so far, such as pysmac_compat.stopping.target(0.1), "
                    f"or a list of such functions, got {shown(rule)}"
                )
            if rule in (target, patience, no_better_than):
                raise ArgumentError(f"stop_when: {rule.__name__} needs its arguments: write {rule.__name__}(...)")
        self._rules: list[Rule] = given

    def __bool__(self) -> bool:
        return bool(self._rules)

    def verdict(self, result: Result) -> str:
        """Return why the run ends; empty if it continues.

        If a rule returns a text, this text is the reason. Otherwise the reason is the name of the rule: for a rule of
        this module, the call that made it; for any other rule, the name of the function.
        """
        for rule in self._rules:
            said = rule(result)
            if said:
                return said if isinstance(said, str) else _name(rule)
        return ""


def _name(rule: Rule) -> str:
    if isinstance(rule, _Ready):
        return repr(rule)
    return f"stop_when: {getattr(rule, '__name__', type(rule).__name__)}"
