"""From a checked definition to a `ConfigSpace.ConfigurationSpace`."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping
from typing import Any

from ConfigSpace import (
    CategoricalHyperparameter,
    Configuration,
    ConfigurationSpace,
    OrdinalHyperparameter,
    UniformIntegerHyperparameter,
)
from ConfigSpace._condition_tree import DAG, ConditionNode
from ConfigSpace.hyperparameters import Hyperparameter
from ConfigSpace.read_and_write.dictionary import CONDITION_ENCODERS, HYPERPARAMETER_ENCODERS

from pysmac_compat._errors import SpaceExhaustedError
from pysmac_compat.space import vectors
from pysmac_compat.space.clauses import Both, ConditionBuilder, Either, ForbiddenExpression, build_forbidden
from pysmac_compat.space.definition import Definition, define
from pysmac_compat.space.hyperparameters import RealHyperparameter
from pysmac_compat.space.parameters import Parameter

_ENCODERS: dict[type, Any] = {
    RealHyperparameter: HYPERPARAMETER_ENCODERS[RealHyperparameter.__mro__[1]],
    Both: CONDITION_ENCODERS[Both.__mro__[1]],
    Either: CONDITION_ENCODERS[Either.__mro__[1]],
    ForbiddenExpression: ("EXPRESSION", lambda clause, _: {"clause": clause.expression.text}),
}


class _ConditionNode(ConditionNode):
    """A node whose condition holds those of all ancestors, so that it depends on no other node."""

    def depends_on(self, other: ConditionNode) -> bool:
        return False

    def node_parents(self) -> list[str]:
        return list(dict.fromkeys(super().node_parents()))


class _FlatDAG(DAG):
    """ConfigSpace's graph without the part that takes time exponential in the depth of a chain.

    The conditions of a `ParameterSpace` are free of cycles and hold those of their ancestors
    (see `ConditionBuilder`), so that no tree of dependent conditions is needed.
    """

    def _minimum_conditions(self) -> list[ConditionNode]:
        return [
            _ConditionNode(node.condition, [], node.unique_children, node.children_indices, node.nan_arr)
            for node in super()._minimum_conditions()
        ]

    def _check_cyclic_dependancy(self) -> None:
        pass


class ParameterSpace(ConfigurationSpace):
    """A `ConfigurationSpace` that was written in the pysmac dialect.

    Beyond what ConfigSpace does: sampling works on arrays and ends in bounded time however few
    configurations are legal, equality with itself costs nothing, and it is serialised
    with the names that ConfigSpace knows.

    Attributes
    ----------
    definition : Definition
        The space as plain data.
    """

    def __init__(self, definition: Definition) -> None:
        super().__init__()
        self._dag = _FlatDAG()
        self.definition = definition
        hyperparameters = {name: _hyperparameter(p) for name, p in definition.parameters.items()}
        conditions = ConditionBuilder(definition, hyperparameters).build()
        forbiddens = [build_forbidden(clause, definition, hyperparameters) for clause in definition.forbiddens]
        self.add(list(hyperparameters.values()), conditions, [f for f in forbiddens if f is not None])

    def add(self, *args: Any) -> None:
        """As in ConfigSpace; see there."""
        super().add(*args)
        # A change of a parameter can activate others with their defaults, so the clauses on those matter, too.
        lookup = self._dag.forbidden_lookup
        for name in self.at:
            for child in self.children_of[name]:
                known = lookup.get(name, [])
                lookup[name] = known + [c for c in lookup.get(child.name, []) if not any(c is k for k in known)]

    def sample_configuration(self, size: int | None = None) -> Any:
        """Draw one configuration, or a list of ``size``.

        Raises
        ------
        SpaceExhaustedError
            If 100,000 draws in a row are forbidden.
        """
        count = 1 if size is None else size
        drawn = vectors.draw(self, count, self.random)
        if drawn.shape[1] < count:
            raise SpaceExhaustedError(f"of {vectors.MOST_DRAWS} configurations drawn in a row, all are forbidden")
        configurations = [Configuration(self, vector=vector.copy()) for vector in drawn.T]
        return configurations[0] if size is None else configurations

    def to_serialized_dict(self, encoders: Mapping[type, Any] | None = None) -> dict[str, Any]:
        """As in ConfigSpace; an expression is written with the type EXPRESSION and its text."""
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
        As ``'child | parent == value && other in {a, b}'``.
    forbidden_clauses : list of str
        As ``'{a = x, b = y}'`` or ``'{x^2 + y^2 < 9}'``.

    Returns
    -------
    ConfigSpace.ConfigurationSpace

    Raises
    ------
    ParameterError, ClauseError, ArgumentError
        All of them ``ValueError``; the message names the parameter or shows the clause.

    Examples
    --------
    >>> space = parameter_space(
    ...     {"a": ("categorical", ["x", "y"], "x"), "b": ("integer", [1, 9], 3)}, ["b | a == x"], ["{b > 5}"]
    ... )
    >>> dict(space.get_default_configuration())
    {'a': np.str_('x'), 'b': 3}
    """
    return ParameterSpace(define(parameter_dict, conditional_clauses, forbidden_clauses))


def _hyperparameter(parameter: Parameter) -> Hyperparameter:
    name, default = parameter.name, parameter.default
    if parameter.kind == "real":
        return RealHyperparameter(parameter)
    if parameter.kind == "integer":
        lower, upper = parameter.values
        return UniformIntegerHyperparameter(name, lower, upper, default_value=default, log=parameter.log)  # type: ignore[arg-type]
    kind = CategoricalHyperparameter if parameter.kind == "categorical" else OrdinalHyperparameter
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return kind(name, list(parameter.values), default_value=default)
