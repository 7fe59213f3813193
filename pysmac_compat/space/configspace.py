"""The conversion of a checked definition to a `ConfigSpace.ConfigurationSpace`."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from ConfigSpace import (
    AndConjunction,
    CategoricalHyperparameter,
    Configuration,
    ConfigurationSpace,
    OrConjunction,
    OrdinalHyperparameter,
)
from ConfigSpace._condition_tree import DAG, ConditionNode
from ConfigSpace.hyperparameters import Hyperparameter
from ConfigSpace.read_and_write.dictionary import CONDITION_ENCODERS, HYPERPARAMETER_ENCODERS

from pysmac_compat.errors import SpaceExhaustedError
from pysmac_compat.space import vectors
from pysmac_compat.space.clauses import (
    LONGEST_JOINED,
    Both,
    ConditionBuilder,
    Either,
    ForbiddenExpression,
    build_forbidden,
)
from pysmac_compat.space.definition import Definition, define
from pysmac_compat.space.hyperparameters import RealHyperparameter, integer_hyperparameter
from pysmac_compat.space.parameters import Parameter, Value

_ENCODERS: dict[type, Any] = {
    RealHyperparameter: HYPERPARAMETER_ENCODERS[RealHyperparameter.__mro__[1]],
    Both: CONDITION_ENCODERS[AndConjunction],
    Either: CONDITION_ENCODERS[OrConjunction],
    ForbiddenExpression: ("EXPRESSION", lambda clause, _: {"clause": clause.expression.text}),
}


class _ConditionNode(ConditionNode):
    """A condition node that is never a branch of another node; `ParameterSpace` puts it after all its parents."""

    def depends_on(self, other: ConditionNode) -> bool:
        return False


class _FlatDAG(DAG):
    """ConfigSpace's graph without its trees of conditions, which take a time that is exponential in their depth.

    `ParameterSpace` instead orders the conditions so that each condition comes after the conditions of its parents.
    """

    def _minimum_conditions(self) -> list[ConditionNode]:
        return [
            _ConditionNode(node.condition, [], node.unique_children, node.children_indices, node.nan_arr)
            for node in super()._minimum_conditions()
        ]

    def _check_cyclic_dependancy(self) -> None:
        pass  # a `Definition` has no cycles


class ParameterSpace(ConfigurationSpace):
    """A `ConfigurationSpace` of a search space in the pysmac dialect.

    It differs from its base class in three points. It draws configurations as arrays, in bounded time even if few
    configurations are legal. Comparing a space with itself takes no time. The serialised form uses the type names of
    ConfigSpace's own classes, except for expressions.

    Attributes
    ----------
    definition : Definition
        The space as plain data.
    pinned : dict of int to float
        The fixed values; a key is an index in the vectors. Every drawn or enumerated configuration and every neighbour
        has these values.
    """

    def __init__(
        self,
        definition: Definition,
        subspace: Mapping[str, Any] = MappingProxyType({}),
        longest_joined: int = LONGEST_JOINED,
    ) -> None:
        super().__init__()
        self._dag = _FlatDAG()
        self.definition = definition
        hyperparameters = {name: _hyperparameter(p) for name, p in definition.parameters.items()}
        conditions = ConditionBuilder(definition, hyperparameters, longest_joined).build()
        forbiddens = [build_forbidden(clause, definition, hyperparameters) for clause in definition.forbiddens]
        self.add(list(hyperparameters.values()), conditions, [f for f in forbiddens if f is not None])
        self.pinned = {self.index_of[name]: float(self[name].to_vector(value)) for name, value in subspace.items()}

    def add(self, *args: Any) -> None:
        """Add hyperparameters, conditions and forbidden clauses, like ConfigSpace, and order the conditions."""
        super().add(*args)
        self._order_conditions()

    def _order_conditions(self) -> None:
        """Order conditions and clauses so that ConfigSpace evaluates parents before children when a value changes.

        ConfigSpace itself orders a condition by its shallowest parent, so it evaluates a condition that also has a
        deeper parent too early. To check a change, it evaluates only the forbidden clauses on the changed parameter,
        and not those on the parameters that the change activates.
        """
        dag = self._dag
        position = {name: i for i, name in enumerate(self.at)}  # `at` is sorted by depth
        dag.minimum_conditions = sorted(
            dag.minimum_conditions,
            key=lambda node: min(position[child.name] for child in node.unique_children.values()),
        )
        below: dict[str, set[str]] = {}
        for name in reversed(self.at):
            children = {child.name for child in self.children_of[name]}
            below[name] = children.union(*(below[child] for child in children))
        clauses = {name: list(found) for name, found in dag.forbidden_lookup.items()}
        for name in self.at:
            dag.change_hp_lookup[name] = [
                node
                for node in dag.minimum_conditions
                if any(child.name in below[name] for child in node.unique_children.values())
            ]
            found = [clause for each in (name, *sorted(below[name])) for clause in clauses.get(each, [])]
            dag.forbidden_lookup[name] = list({id(clause): clause for clause in found}.values())

    def sample_configuration(self, size: int | None = None) -> Any:
        """Draw one configuration, or a list of ``size`` configurations.

        Raises
        ------
        SpaceExhaustedError
            If 100,000 draws in a row are forbidden.
        """
        count = 1 if size is None else size
        drawn = vectors.draw(self, count, self.random)
        if drawn.shape[1] < count:
            raise SpaceExhaustedError(f"{vectors.MOST_DRAWS} configurations drawn in a row are all forbidden")
        configurations = [Configuration(self, vector=vector.copy()) for vector in drawn.T]
        return configurations[0] if size is None else configurations

    def to_serialized_dict(self, encoders: Mapping[type, Any] | None = None) -> dict[str, Any]:
        """Serialise the space like ConfigSpace; an expression becomes its text, with the type EXPRESSION."""
        return super().to_serialized_dict(encoders={**_ENCODERS, **(encoders or {})})

    def __eq__(self, other: Any) -> bool:
        if not isinstance(other, ParameterSpace):
            return NotImplemented
        return self is other or (self.definition == other.definition and list(self.at) == list(other.at))

    __hash__ = None  # type: ignore[assignment]


def parameter_space(
    parameter_dict: Mapping[str, Any],
    conditional_clauses: Iterable[str] = (),
    forbidden_clauses: Iterable[str] = (),
) -> ConfigurationSpace:
    """Translate a search space in the pysmac dialect to ConfigSpace.

    Parameters
    ----------
    parameter_dict : dict of str to tuple
        ``(type, values, default[, 'log'])`` with type 'real', 'integer', 'categorical', 'ordinal'.
    conditional_clauses : list of str
        For example ``'child | parent == value && other in {a, b}'``.
    forbidden_clauses : list of str
        For example ``'{a = x, b = y}'`` or ``'{x^2 + y^2 < 9}'``.

    Returns
    -------
    ConfigSpace.ConfigurationSpace

    Raises
    ------
    ParameterError, ClauseError, ArgumentError
        Each is a ``ValueError``. The message names the parameter or shows the clause.

    Examples
    --------
    >>> space = parameter_space(
    ...     {"a": ("categorical", ["x", "y"], "x"), "b": ("integer", [1, 9], 3)}, ["b | a == x"], ["{b > 5}"]
    ... )
    >>> dict(space.get_default_configuration())
    {'a': 'x', 'b': 3}
    """
    return ParameterSpace(define(parameter_dict, conditional_clauses, forbidden_clauses))


def search_space(definition: Definition, subspace: Mapping[str, Value]) -> ConfigurationSpace:
    """Return the `ConfigurationSpace` of a search; ``subspace`` fixes the values of some parameters."""
    return definition.ready_space(subspace) or ParameterSpace(definition, subspace)


class _Choices(list[Value]):
    """The choices of a parameter, with a fast ``index``, because ConfigSpace looks up the position of every choice."""

    def __init__(self, parameter: Parameter) -> None:
        super().__init__(parameter.values)
        self._positions = parameter.positions

    def index(self, value: Value, *bounds: Any) -> int:
        """Return the position of a choice."""
        return self._positions[value] if not bounds else super().index(value, *bounds)


def _hyperparameter(parameter: Parameter) -> Hyperparameter:
    name, default = parameter.name, parameter.default
    if parameter.kind == "real":
        return RealHyperparameter(parameter)
    if parameter.kind == "integer":
        return integer_hyperparameter(parameter)
    kind = CategoricalHyperparameter if parameter.kind == "categorical" else OrdinalHyperparameter
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return kind(name, _Choices(parameter), default_value=default)
