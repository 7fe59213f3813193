"""A ready `ConfigurationSpace` in the place of the pysmac dialect."""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from ConfigSpace import ConfigurationSpace, Constant
from ConfigSpace.hyperparameters import (
    FloatHyperparameter,
    Hyperparameter,
    IntegerHyperparameter,
    OrdinalHyperparameter,
)
from ConfigSpace.util import deactivate_inactive_hyperparameters

from pysmac_compat.errors import ParameterError
from pysmac_compat.space.definition import Definition
from pysmac_compat.space.parameters import Parameter


@dataclass(frozen=True)
class ReadySpace(Definition):
    """What the search asks of a definition, answered by a ConfigSpace of the caller's.

    Attributes
    ----------
    configspace : ConfigurationSpace
    """

    configspace: ConfigurationSpace = field(default_factory=ConfigurationSpace)

    @classmethod
    def of(cls, configspace: Any) -> ReadySpace:
        """Check that it is a space that can be searched."""
        if not isinstance(configspace, ConfigurationSpace):
            raise ParameterError(f"trainer.cs must be a ConfigSpace.ConfigurationSpace, got {configspace!r:.200}")
        if len(configspace) == 0:
            raise ParameterError("trainer.cs is empty: there is nothing to search")
        parameters = {name: _parameter(hp) for name, hp in configspace.items()}
        return cls(parameters, {}, [], configspace=configspace)

    def ready_space(self, subspace: Mapping[str, Any]) -> ConfigurationSpace:
        """A copy for one search, whose own random numbers do not depend on what happened before."""
        if subspace:
            raise ParameterError("search-subspace has no effect here: fix these values in trainer.cs")
        space = copy.deepcopy(self.configspace)
        space.seed(0)
        return space

    def restrict(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """The active part of a complete assignment, sorted by name."""
        active = deactivate_inactive_hyperparameters(dict(values), self.configspace)
        return {name: values[name] for name in sorted(active)}

    @property
    def default(self) -> dict[str, Any]:
        """The active part of the default configuration."""
        return natives(self.configspace.get_default_configuration())


def natives(configuration: Mapping[str, Any]) -> dict[str, Any]:
    """The active values with Python's own types, sorted by name."""
    values = {name: configuration[name] for name in sorted(configuration)}
    return {name: value.item() if hasattr(value, "item") else value for name, value in values.items()}


def key(values: Mapping[str, Any], seed: int, instance: int | None) -> str:
    """What names a trial: a digest of its configuration, seed and instance.

    Reals count with twelve digits, so that what is left of one on its way through JSON or the
    search does not matter.
    """
    shown = ", ".join(f"{name}={_shown(values[name])}" for name in sorted(values))
    return digest(f"{shown} seed={seed} instance={instance}")


def digest(*words: str) -> str:
    """Twelve hexadecimal digits that stand for some words."""
    return hashlib.sha256(" ".join(words).encode()).hexdigest()[:12]


def _shown(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.12g}"
    if isinstance(value, (tuple, list)):
        return f"({', '.join(map(_shown, value))})"
    return repr(value)


def _parameter(hp: Hyperparameter) -> Parameter:
    default = hp.value if isinstance(hp, Constant) else hp.default_value
    kind: Literal["real", "integer", "categorical", "ordinal"]
    if isinstance(hp, FloatHyperparameter):
        kind, values = "real", (hp.lower, hp.upper)
    elif isinstance(hp, IntegerHyperparameter):
        kind, values = "integer", (hp.lower, hp.upper)
    elif isinstance(hp, OrdinalHyperparameter):
        kind, values = "ordinal", tuple(hp.sequence)
    else:
        kind, values = "categorical", tuple(getattr(hp, "choices", (default,)))
    return Parameter(hp.name, kind, values, default, bool(getattr(hp, "log", False)))
