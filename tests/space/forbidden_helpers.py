"""What the tests of the forbidden clauses share."""

import pytest

from pysmac_compat.errors import ClauseError
from pysmac_compat.space.forbidden import parse_forbiddens
from pysmac_compat.space.parameters import parse_parameters

PARAMETERS = {
    "a": ("categorical", ["x", "y", "z"], "x"),
    "b": ("categorical", ["x", "y", "z"], "x"),
    "o": ("ordinal", ["small", "medium", "large"], "medium"),
    "n": ("integer", [-10, 10], 2),
    "m": ("integer", [-10, 10], 2),
    "r": ("real", [-4.0, 4.0], 1.0),
    "s": ("real", [-4.0, 4.0], 1.0),
    "t": ("categorical", [True, False], True),
}
DEFAULT = {name: specification[2] for name, specification in PARAMETERS.items()}
INACTIVE = object()


def parse(clause, parameters=PARAMETERS):
    (parsed,) = parse_forbiddens([clause], parse_parameters(parameters))
    return parsed


def forbids(clause, parameters=PARAMETERS, **values):
    """Whether a clause forbids the default with some changes; INACTIVE takes a parameter away."""
    complete = {**{name: specification[2] for name, specification in parameters.items()}, **values}
    active = {name: value for name, value in complete.items() if value is not INACTIVE}
    return parse(clause, parameters).forbids_values(active)


def equals(expression, number, **values):
    """Whether an arithmetic expression has a value, asked in the language itself."""
    return forbids(f"{{({expression}) == ({number!r})}}", **values)


def error_of(clause, parameters=PARAMETERS):
    with pytest.raises(ClauseError) as caught:
        parse(clause, parameters)
    assert isinstance(caught.value, ValueError)
    return caught.value
