"""What several test modules of the space package need."""

import gzip
import json
from pathlib import Path

from pysmac_compat.space import parameter_space

DATA = Path(__file__).resolve().parent.parent / "data"


def recorded(name):
    """The rows of one recorded file."""
    with gzip.open(DATA / name, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def native(configuration):
    """A ConfigSpace configuration as a dict of plain Python values."""
    return {name: value.item() if hasattr(value, "item") else value for name, value in dict(configuration).items()}


def active_by_conditions(space, values):
    """What ConfigSpace's own conditions make of a complete assignment."""
    return {
        name
        for name in space
        if all(condition.satisfied_by_value(values) for condition in space.parent_conditions_of[name])
    }


def check_legal(space, configuration):
    """Exactly the right parameters are active, all values are in their domains, and nothing is forbidden."""
    definition, values = space.definition, native(configuration)
    assert definition.active(definition.complete(values)) == set(values)
    assert definition.violated(values) is None
    for name, value in values.items():
        parameter = definition.parameters[name]
        if parameter.numeric:
            assert parameter.values[0] <= value <= parameter.values[1]
        else:
            assert any(value == choice and type(value) is type(choice) for choice in parameter.values)


def default_of(specification):
    """The default of a space of one parameter, as it comes back."""
    space = parameter_space({"p": specification})
    return native(space.get_default_configuration())["p"]


def samples(specification, size=200):
    space = parameter_space({"p": specification})
    space.seed(1)
    configurations = space.sample_configuration(size)
    for configuration in configurations:
        check_legal(space, configuration)
    return [native(configuration)["p"] for configuration in configurations]


def check_place(error, clause, pieces, rest):
    """The message holds the pieces, shows the clause, and has its caret where ``rest`` begins."""
    message, shown, caret = str(error).split("\n")
    for piece in pieces:
        assert piece in message
    assert shown == "    " + clause
    assert caret == "    " + " " * error.position + "^"
    # blanks before the end of the clause do not matter
    assert clause[error.position :].strip() == rest.strip()
