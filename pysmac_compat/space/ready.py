"""A `ConfigurationSpace` of ConfigSpace in the place of the pysmac dialect."""

from __future__ import annotations

import copy
import json
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeGuard, cast

from pysmac_compat.errors import ArgumentError, ParameterError
from pysmac_compat.space.definition import Definition, define
from pysmac_compat.space.parameters import Kind, Parameter

if TYPE_CHECKING:
    from ConfigSpace import ConfigurationSpace

    from pysmac_compat.space.forbidden import Forbidden


def is_configspace(space: object) -> TypeGuard[ConfigurationSpace]:
    """Whether this is a space of ConfigSpace, without importing it: who has one has imported it."""
    kind = getattr(
        sys.modules.get("ConfigSpace"), "ConfigurationSpace", None
    )  # a module of that name may be another one
    return kind is not None and isinstance(space, kind)


def understand(
    space: Mapping[str, Any] | ConfigurationSpace | Definition,
    conditional_clauses: Iterable[str] = (),
    forbidden_clauses: Iterable[str] = (),
) -> Definition:
    """Check and understand a search space, in the pysmac dialect (see `define`) or of ConfigSpace.

    Raises
    ------
    ParameterError, ClauseError, ArgumentError
        All of them ``ValueError``.
    """
    if not is_configspace(space):
        return define(cast("Mapping[str, Any]", space), conditional_clauses, forbidden_clauses)
    if conditional_clauses or forbidden_clauses:
        raise ArgumentError("conditional_clauses and forbidden_clauses: a ConfigurationSpace has its own")
    if len(space) == 0:
        raise ParameterError("the ConfigurationSpace is empty: there is nothing to optimise")
    return ReadySpace({name: _parameter(name, hp) for name, hp in space.items()}, {}, [], configspace=space)


@dataclass(frozen=True)
class _ForbiddenThere:
    """What ConfigSpace says of a configuration that it forbids, in the place of a clause."""

    text: str


@dataclass(frozen=True)
class ReadySpace(Definition):
    """What the search asks of a definition, answered by a ConfigSpace of the caller's.

    Attributes
    ----------
    configspace : ConfigurationSpace
    """

    configspace: Any = None

    def ready_space(self, subspace: Mapping[str, Any]) -> ConfigurationSpace:
        """A copy for one search, whose own random numbers do not depend on what happened before."""
        if subspace:
            raise ParameterError("search-subspace has no effect here: fix these values in the ConfigurationSpace")
        space: ConfigurationSpace = copy.deepcopy(self.configspace)
        space.seed(0)
        return space

    def restrict(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """The active part of a complete assignment, sorted by name."""
        from pysmac_compat.space import vectors

        space = self.configspace
        vector = vectors.deactivate(space, vectors.from_values(space, values).get_array()[:, None].copy())[:, 0]
        active = [name for name, number in zip(space, vector, strict=True) if number == number]
        return {name: values[name] for name in sorted(active)}

    def violated(self, values: Mapping[str, Any]) -> Forbidden | None:
        """The clause that forbids a configuration, given as the values of its active parameters."""
        from ConfigSpace import Configuration
        from ConfigSpace.exceptions import ForbiddenValueError

        try:
            Configuration(self.configspace, values=dict(values)).check_valid_configuration()
        except ForbiddenValueError as error:
            return _ForbiddenThere(str(error))  # type: ignore[return-value]
        return None

    @property
    def default(self) -> dict[str, Any]:
        """The active part of the default configuration."""
        values = self.configspace.get_default_configuration()
        return {name: _native(values[name]) for name in sorted(values)}


def _parameter(name: str, hp: Any) -> Parameter:
    from ConfigSpace import hyperparameters as kinds

    default = _native(hp.value if isinstance(hp, kinds.Constant) else hp.default_value)
    kind: Kind = "categorical"
    if isinstance(hp, (kinds.FloatHyperparameter, kinds.IntegerHyperparameter)):
        kind = "real" if isinstance(hp, kinds.FloatHyperparameter) else "integer"
        values = (_native(hp.lower), _native(hp.upper))
    elif isinstance(hp, kinds.OrdinalHyperparameter):
        kind, values = "ordinal", tuple(map(_native, hp.sequence))
    else:
        values = tuple(map(_native, getattr(hp, "choices", (default,))))
    try:
        json.dumps(values)  # SMAC3 and the journal write it so
    except (TypeError, ValueError) as error:
        raise ParameterError(
            f"parameter {name!r}: expected choices that JSON can hold, such as names, got {values!r:.200}"
        ) from error
    return Parameter(name, kind, values, default, bool(getattr(hp, "log", False)))


def _native(value: Any) -> Any:
    """A value with Python's own type."""
    return value.item() if hasattr(value, "item") else value
