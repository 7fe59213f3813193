"""What the tests of the conditional clauses share."""

import pytest

from pysmac_compat.errors import ClauseError
from pysmac_compat.space import parameter_space
from pysmac_compat.space.definition import define

from .space_helpers import active_by_conditions

PARAMETERS = {
    "a": ("categorical", ["x", "y", "z"], "x"),
    "b": ("categorical", ["x", "y", "z"], "x"),
    "o": ("ordinal", ["small", "medium", "large"], "medium"),
    "k": ("ordinal", [10, 2, 7], 2),
    "n": ("integer", [0, 10], 2),
    "r": ("real", [-4.0, 4.0], 1.0),
    "t": ("categorical", [True, False], True),
    "child": ("real", [0, 1], 0.5),
}
DEFAULT = {name: specification[2] for name, specification in PARAMETERS.items()}


def is_active(clauses, name="child", parameters=PARAMETERS, **values):
    """Whether a parameter is active, asked twice: of the definition, and of ConfigSpace's conditions."""
    space = parameter_space(parameters, [clauses] if isinstance(clauses, str) else clauses)
    complete = {**{n: s[2] for n, s in parameters.items()}, **values}
    active = space.definition.active(complete)
    assert active_by_conditions(space, complete) == active
    return name in active


def error_of(clauses, parameters=PARAMETERS):
    with pytest.raises(ClauseError) as caught:
        define(parameters, [clauses] if isinstance(clauses, str) else clauses)
    assert isinstance(caught.value, ValueError)
    return caught.value
