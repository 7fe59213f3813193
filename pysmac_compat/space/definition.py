"""The checked search space as plain data: parameters, conditions, forbidden clauses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pysmac_compat.errors import ArgumentError, ClauseError, cut, shown
from pysmac_compat.space.conditions import Condition, active_parameters, parse_conditions
from pysmac_compat.space.parameters import Parameter, Value, parse_parameters

if TYPE_CHECKING:
    from ConfigSpace import ConfigurationSpace

    from pysmac_compat.space.forbidden import Forbidden


@dataclass(frozen=True)
class Definition:
    """A checked search space.

    Attributes
    ----------
    parameters : dict of str to Parameter
    conditions : dict of str to Condition
        A key is the name of a child parameter. Parents come before their children.
    forbiddens : list of Classic or Expression
    conditional_clauses : tuple of str
        The texts of ``conditions``. Each choice is spelled as in the parameter's definition.
    """

    parameters: dict[str, Parameter]
    conditions: dict[str, Condition]
    forbiddens: list[Forbidden]
    conditional_clauses: tuple[str, ...] = ()

    def active(self, values: Mapping[str, Value]) -> set[str]:
        """Return the names of the active parameters of a complete assignment."""
        return active_parameters(values, self.parameters, self.conditions)

    def restrict(self, values: Mapping[str, Value]) -> dict[str, Value]:
        """Return the active part of a complete assignment, sorted by name."""
        return {name: values[name] for name in sorted(self.active(values))}

    def complete(self, values: Mapping[str, Value]) -> dict[str, Value]:
        """Return the values of all parameters, sorted by name; a parameter that ``values`` lacks has its default."""
        return {name: values.get(name, self.parameters[name].default) for name in sorted(self.parameters)}

    @property
    def default(self) -> dict[str, Value]:
        """The active part of the default configuration."""
        return self.restrict({name: parameter.default for name, parameter in self.parameters.items()})

    def ready_space(self, subspace: Mapping[str, Value]) -> ConfigurationSpace | None:
        """Return the `ConfigurationSpace` with these fixed values, or None if `search_space` has to build it."""
        return None

    def violated(self, values: Mapping[str, Value]) -> Forbidden | None:
        """Return the first clause that forbids a configuration; ``values`` holds its active parameters."""
        return next((clause for clause in self.forbiddens if clause.forbids_values(values)), None)


def define(
    parameter_dict: Mapping[str, Any] | Definition,
    conditional_clauses: Iterable[str] = (),
    forbidden_clauses: Iterable[str] = (),
) -> Definition:
    """Parse and check a search space in the pysmac dialect.

    Parameters
    ----------
    parameter_dict : dict of str to tuple, or Definition
        A `Definition` is returned unchanged.
    conditional_clauses : list or tuple of str
    forbidden_clauses : list or tuple of str

    Raises
    ------
    ParameterError, ClauseError, ArgumentError
        Each is a ``ValueError``.
    """
    if isinstance(parameter_dict, Definition):
        return parameter_dict
    parameters = parse_parameters(parameter_dict)
    texts = clause_list("conditional_clauses", conditional_clauses)
    conditions, spelled = parse_conditions(texts, parameters)
    forbiddens = _forbiddens(clause_list("forbidden_clauses", forbidden_clauses), parameters)
    definition = Definition(parameters, conditions, forbiddens, spelled)
    default = definition.default
    clause = definition.violated(default)
    if clause is not None:
        values = cut(", ".join(f"{name}={shown(value)}" for name, value in default.items()))
        raise ClauseError(
            f"forbidden clause: the default configuration is forbidden ({values}): change a default or the clause",
            clause.text,
        )
    return definition


def _forbiddens(clauses: list[str], parameters: Mapping[str, Parameter]) -> list[Forbidden]:
    if not clauses:
        return []
    # imported only if needed, because it imports NumPy, which doubles the time of a fork, and each call is a fork
    from pysmac_compat.space.forbidden import parse_forbiddens

    return parse_forbiddens(clauses, parameters)


def clause_list(argument: str, clauses: Any) -> list[str]:
    """Check that an argument is a list of texts, and return it."""
    if not isinstance(clauses, (list, tuple)):
        raise ArgumentError(f"{argument} must be a list of strings, got {shown(clauses)}")
    for clause in clauses:
        if not isinstance(clause, str):
            raise ArgumentError(f"{argument} must hold strings only, got {shown(clause)}")
    return list(clauses)
