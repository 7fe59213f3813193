"""A problem: a function, its search space in the dialect of pysmac, and the true value of a configuration."""

from __future__ import annotations

import math
import random
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

#: names and values of the active parameters
Configuration = dict[str, Any]
#: parent, operator, values
Atom = tuple[str, str, list[Any]]


@dataclass(frozen=True)
class Problem:
    """One member of a family.

    Attributes
    ----------
    name : str
        The name of the family.
    function : callable
        The function to minimise. It gets the active parameters as keywords, and ``instance`` or ``seed`` if the
        problem has them. It returns a number or, with a ``cutoff``, a dict with 'value', 'status', 'runtime'.
    parameters : dict of str to tuple
        In the form of `SMAC_optimizer.minimize`.
    conditions, forbidden : sequence of str
        The conditional and the forbidden clauses.
    is_forbidden : callable
        Tells whether the forbidden clauses forbid an active configuration.
    optimum : float or None
        The least true value; None if it is not known.
    best : dict or None
        An active configuration with this value.
    budgets : tuple of int
        The numbers of evaluations that a search gets.
    truth : callable or None
        Computes the true value of a configuration; None: the function does.
    deterministic : bool
        False: the function gets a ``seed``.
    features : sequence of sequence of float, or None
        One row for each training instance.
    n_instances : int or None
        Number of training instances.
    cutoff : float or None
        The limit in seconds for the run time on one instance. If it is set, the run time is minimised.
    seconds : float
        With a ``cutoff``: the number of reported CPU seconds that a search may use.
    """

    name: str
    function: Callable[..., Any]
    parameters: Mapping[str, tuple[Any, ...]]
    conditions: Sequence[str] = ()
    forbidden: Sequence[str] = ()
    is_forbidden: Callable[[Configuration], bool] = field(default=lambda configuration: False)
    optimum: float | None = None
    best: Configuration | None = None
    budgets: tuple[int, ...] = (100, 500)
    truth: Callable[[Configuration], float] | None = None
    deterministic: bool = True
    features: Sequence[Sequence[float]] | None = None
    n_instances: int | None = None
    cutoff: float | None = None
    seconds: float = math.inf

    @cached_property
    def clauses(self) -> dict[str, list[list[Atom]]]:
        """The condition of each conditional parameter: alternatives, each a list of atoms that must all hold."""
        return dict(_parse(clause, self.parameters) for clause in self.conditions)

    @cached_property
    def order(self) -> list[str]:
        """The names of all parameters, parents before children."""
        order: list[str] = []
        left = list(self.parameters)
        while left:
            ready = [name for name in left if self.parents(name) <= set(order)]
            if not ready:
                raise ValueError(f"{self.name}: the conditions of {', '.join(left)} have a cycle")
            order += ready
            left = [name for name in left if name not in ready]
        return order

    def parents(self, name: str) -> set[str]:
        """Return the parameters that the condition of a parameter names."""
        return {atom[0] for atoms in self.clauses.get(name, []) for atom in atoms}

    def is_active(self, name: str, configuration: Mapping[str, Any]) -> bool:
        """Return whether a parameter is active, given the values of its active parents."""
        if name not in self.clauses:
            return True
        return any(all(self.holds(atom, configuration) for atom in atoms) for atoms in self.clauses[name])

    def holds(self, atom: Atom, configuration: Mapping[str, Any]) -> bool:
        """Return whether an atom of a condition is true."""
        parent, operator, values = atom
        if parent not in configuration:
            return False
        value, first = configuration[parent], values[0]
        if operator == "in":
            return value in values
        if operator in ("==", "!="):
            return bool((value == first) == (operator == "=="))
        kind, choices = self.parameters[parent][:2]
        if kind == "ordinal":
            value, first = choices.index(value), choices.index(first)
        return bool(value < first if operator == "<" else value > first)

    def active(self, values: Mapping[str, Any]) -> Configuration:
        """Return the values of the active parameters, given values of all parameters."""
        configuration: Configuration = {}
        for name in self.order:
            if self.is_active(name, configuration):
                configuration[name] = values[name]
        return configuration

    @property
    def default(self) -> Configuration:
        """The default configuration."""
        return self.active({name: spec[2] for name, spec in self.parameters.items()})

    def sample(self, generator: random.Random) -> Configuration:
        """Draw a legal configuration; each parameter is uniform on its scale."""
        while True:
            configuration = self.active({name: _draw(spec, generator) for name, spec in self.parameters.items()})
            if not self.is_forbidden(configuration):
                return configuration

    def judged(self, configuration: Configuration) -> float:
        """Return the true value of a configuration."""
        return float((self.truth or (lambda c: self.function(**c)))(configuration))


def is_log(spec: Sequence[Any]) -> bool:
    """Return whether a definition asks for a log scale."""
    return len(spec) == 4 and spec[3] == "log"


def _draw(spec: Sequence[Any], generator: random.Random) -> Any:
    kind, values = spec[:2]
    if kind in ("categorical", "ordinal"):
        return generator.choice(values)
    low, high = values
    if kind == "integer" and not is_log(spec):
        return generator.randint(low, high)
    if kind == "integer":
        value = math.exp(generator.uniform(math.log(low - 0.4999), math.log(high + 0.4999)))
        return min(max(round(value), low), high)
    if is_log(spec):
        return min(max(math.exp(generator.uniform(math.log(low), math.log(high))), low), high)
    return generator.uniform(low, high)


def _parse(clause: str, parameters: Mapping[str, tuple[Any, ...]]) -> tuple[str, list[list[Atom]]]:
    child, _, condition = clause.partition("|")
    alternatives = []
    for alternative in condition.split("||"):
        atoms: list[Atom] = []
        for text in alternative.split("&&"):
            match = re.fullmatch(r"\s*(\w+)\s*(in|==|!=|<|>)\s*(.*?)\s*", text)
            if match is None:
                raise ValueError(f"clause {clause!r}: cannot read {text!r}")
            parent, operator, values = match.groups()
            kind = type(parameters[parent][1][0])
            atoms.append((parent, operator, [kind(value.strip()) for value in values.strip("{} ").split(",")]))
        alternatives.append(atoms)
    return child.strip(), alternatives
