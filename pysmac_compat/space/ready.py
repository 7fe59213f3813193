"""The definition of a search space that the user gives as a `ConfigurationSpace`."""

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
    """Return whether this is a ConfigSpace space; import nothing, because whoever has one has imported it."""
    kind = getattr(sys.modules.get("ConfigSpace"), "ConfigurationSpace", None)  # another module may have this name
    return kind is not None and isinstance(space, kind)


def understand(
    space: Mapping[str, Any] | ConfigurationSpace | Definition,
    conditional_clauses: Iterable[str] = (),
    forbidden_clauses: Iterable[str] = (),
) -> Definition:
    """Check a search space and return its definition.

    The space is a `ConfigurationSpace`, or it is in the pysmac dialect; see `define`.

    Raises
    ------
    ParameterError, ClauseError, ArgumentError
        Each is a ``ValueError``.
    """
    if not is_configspace(space):
        return define(cast("Mapping[str, Any]", space), conditional_clauses, forbidden_clauses)
    if conditional_clauses or forbidden_clauses:
        raise ArgumentError(
            "conditional_clauses and forbidden_clauses cannot be combined with a ConfigurationSpace: add them to the "
            "space"
        )
    if len(space) == 0:
        raise ParameterError("the ConfigurationSpace is empty: there is nothing to optimise")
    return ReadySpace({name: _parameter(name, hp) for name, hp in space.items()}, {}, [], configspace=space)


@dataclass(frozen=True)
class _ForbiddenThere:
    """ConfigSpace's message about a configuration that it forbids, used in place of a clause."""

    text: str


@dataclass(frozen=True)
class ReadySpace(Definition):
    """A definition that delegates to a `ConfigurationSpace` that the user passed.

    Attributes
    ----------
    configspace : ConfigurationSpace
    """

    configspace: Any = None

    def ready_space(self, subspace: Mapping[str, Any]) -> ConfigurationSpace:
        """Return a copy for one search, seeded with 0 so that its random numbers do not depend on earlier draws."""
        if subspace:
            raise ParameterError(
                "search-subspace cannot be combined with a ConfigurationSpace: fix these values in the space"
            )
        space: ConfigurationSpace = copy.deepcopy(self.configspace)
        space.seed(0)
        return space

    def restrict(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return the active part of a complete assignment, sorted by name."""
        from pysmac_compat.space import vectors

        space = self.configspace
        vector = vectors.deactivate(space, vectors.from_values(space, values).get_array()[:, None].copy())[:, 0]
        active = [name for name, number in zip(space, vector, strict=True) if number == number]
        return {name: values[name] for name in sorted(active)}

    def violated(self, values: Mapping[str, Any]) -> Forbidden | None:
        """Return why ConfigSpace forbids a configuration, or None; ``values`` holds its active parameters."""
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
        json.dumps(values)  # SMAC3 and the journal write the values as JSON
    except (TypeError, ValueError) as error:
        raise ParameterError(
            f"parameter {name!r}: expected choices that JSON can hold, such as names, got {values!r:.200}"
        ) from error
    return Parameter(name, kind, values, default, bool(getattr(hp, "log", False)))


def _native(value: Any) -> Any:
    """Convert a NumPy value to a plain Python value."""
    return value.item() if hasattr(value, "item") else value
