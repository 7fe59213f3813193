"""The parameter spaces recorded from the original: what is active, and what is forbidden."""

import functools
from pathlib import Path

import numpy as np
import pytest
from ConfigSpace import Configuration
from ConfigSpace.util import get_one_exchange_neighbourhood

import pysmac_compat
from pysmac_compat.space import parameter_space, vectors
from pysmac_compat.space.forbidden import Classic
from pysmac_compat.space.numbering import number_words
from pysmac_compat.space.parameters import NUMBER

from .space_helpers import active_by_conditions, check_legal, native, recorded

ROWS = recorded("pcs_shared.jsonl.gz")
WITH_CONDITIONS = [row for row in ROWS if row["conditionals"]]
#: those with the most parameters and clauses
LARGEST = sorted(
    ROWS, key=lambda row: sum(len(row[part]) for part in ("parameter_dict", "conditionals", "forbiddens"))
)[-15:]


@functools.cache
def built(number):
    row = ROWS[number]
    parameter_dict = {name: tuple(specification) for name, specification in row["parameter_dict"].items()}
    return parameter_space(parameter_dict, row["conditionals"], row["forbiddens"])


def build(row):
    """The space of a row: the same one for all tests, which draw from it as from a new one."""
    space = built(ROWS.index(row))
    space.seed(1)
    return space


def understood(space, texts):
    """The recorded texts as values of the parameters' own types."""
    parameters = space.definition.parameters
    cast = {"real": float, "integer": int}
    return {
        name: cast[parameters[name].kind](text) if parameters[name].numeric else parameters[name].tokens[text]
        for name, text in texts.items()
    }


def comparable(row):
    return [c for c in row["configs"] if not c["error"] and not c.get("fp_boundary")]


def named(definition):
    """All parameters that stand in a forbidden clause."""
    names = set()
    for clause in definition.forbiddens:
        names |= {name for name, _ in clause.equations} if isinstance(clause, Classic) else clause.node.names
    return names


def of_each(rows):
    """Make one test of what is to hold for each row: a test of its own for each takes longer than what it asks."""

    def decorate(ask):
        def test():
            wrong = {}
            for row in rows:
                try:
                    ask(row)
                except (Exception, pytest.fail.Exception) as error:
                    wrong[row["id"]] = error
            if wrong:
                raise AssertionError(f"wrong for {', '.join(wrong)}") from next(iter(wrong.values()))

        return test

    return decorate


def test_all_recorded_spaces_are_here():
    assert len(ROWS) == 88
    assert sum(len(row["configs"]) for row in ROWS) == 3941


def test_no_recorded_space_is_known_by_name():
    package = Path(pysmac_compat.__file__).parent
    source = "\n".join(path.read_text(encoding="utf-8") for path in package.rglob("*.py"))
    assert [row["id"] for row in ROWS if row["id"] in source] == []


@pytest.mark.slow
@of_each(ROWS)
def test_parameters_and_default(row):
    space = build(row)
    assert set(space) == set(row["parameter_dict"])
    default = native(space.get_default_configuration())
    assert default == space.definition.default
    for name, value in default.items():
        recorded_default = row["parameter_dict"][name][2]
        assert value == pytest.approx(recorded_default) if isinstance(value, float) else value == recorded_default
    check_legal(space, space.get_default_configuration())


@pytest.mark.slow
@of_each(ROWS)
def test_active_parameters(row):
    space = build(row)
    for config in comparable(row):
        values, expected = understood(space, config["values"]), set(config["active"])
        assert space.definition.active(values) == expected, config["values"]
        assert active_by_conditions(space, values) == expected, config["values"]


@of_each(WITH_CONDITIONS)
def test_active_parameters_of_arrays(row):
    space, configs = build(row), comparable(row)
    rows = [understood(space, config["values"]) for config in configs]
    complete = np.array([[space[name].to_vector(values[name]) for values in rows] for name in space])
    columns = vectors.deactivate(space, complete)
    found = [{name for name, x in zip(space, column, strict=True) if not np.isnan(x)} for column in columns.T]
    assert found == [set(config["active"]) for config in configs]


def settled(row, space):
    """The recorded configurations with a verdict that hidden values of inactive parameters cannot change."""
    names = named(space.definition)
    for config in comparable(row):
        if names <= set(config["active"]):
            values = understood(space, config["values"])
            yield {name: values[name] for name in config["active"]}, config["forbidden"]


@pytest.mark.slow
@of_each([row for row in ROWS if row["forbiddens"]])
def test_forbidden(row):
    space = build(row)
    for active, expected in settled(row, space):
        assert (space.definition.violated(active) is not None) == expected, active
        assert any(clause.is_forbidden_value(active) for clause in space.forbidden_clauses) == expected, active


def test_most_recorded_verdicts_are_compared():
    verdicts = [expected for row in ROWS if row["forbiddens"] for _, expected in settled(row, build(row))]
    assert len(verdicts) > 1500
    assert sum(verdicts) > 300


@pytest.mark.slow
@of_each([row for row in ROWS if row["forbiddens"]])
def test_forbidden_arrays(row):
    """On arrays, with the values that the vectors stand for: those can differ in the last digits from the recorded."""
    space = build(row)
    actives = [active for active, _ in settled(row, space)]
    columns = np.full((len(space), len(actives)), np.nan)
    for i, name in enumerate(space):
        for j, active in enumerate(actives):
            if name in active:
                columns[i, j] = space[name].to_vector(active[name])
    expected = [
        space.definition.violated(
            {name: space[name].to_value(x) for name, x in zip(space, column, strict=True) if not np.isnan(x)}
        )
        is None
        for column in columns.T
    ]
    assert vectors.legal(space, columns).tolist() == expected
    for clause in space.forbidden_clauses:
        whole = clause.is_forbidden_vector_array(columns)
        assert [bool(clause.is_forbidden_vector(column)) for column in columns.T] == whole.tolist()


def test_division_by_zero_follows_ieee():
    """The original stopped on these rows; x / 0 is an infinity of the sign of x, and 0 / 0 is no number."""
    (row,) = [row for row in ROWS if any(config["error"] for config in row["configs"])]
    assert row["forbiddens"] == ["{x / y > 1}"]
    space, signs = build(row), set()
    for config in row["configs"]:
        if config["error"]:
            values = understood(space, config["values"])
            assert values["y"] == 0
            assert (space.definition.violated(values) is not None) == (values["x"] > 0)
            assert space.forbidden_clauses[0].is_forbidden_value(values) == (values["x"] > 0)
            signs.add(np.sign(values["x"]))
    assert {-1.0, 1.0} <= signs


@of_each([row for row in ROWS if row["constants"]])
def test_numbers_of_words(row):
    words = number_words(build(row).definition.parameters.values())
    expected = row["constants"]
    assert words == {word: number for word, number in expected.items() if not NUMBER.fullmatch(word)}
    assert all(float(word) == number for word, number in expected.items() if NUMBER.fullmatch(word))


@pytest.mark.slow
@of_each(ROWS)
def test_random_configurations_are_legal(row):
    space = build(row)
    configurations = space.sample_configuration(40)
    assert len(configurations) == 40
    for configuration in configurations:
        check_legal(space, configuration)


@pytest.mark.slow
@of_each(LARGEST)
def test_neighbours_are_legal(row):
    space = build(row)
    for configuration in space.sample_configuration(8):
        for neighbour in get_one_exchange_neighbourhood(configuration, seed=3):
            check_legal(space, neighbour)


@pytest.mark.slow
@of_each(ROWS)
def test_configurations_can_be_made_from_values(row):
    space = build(row)
    for configuration in space.sample_configuration(10):
        values = native(configuration)
        again = native(Configuration(space, values=values))
        assert {name: type(value) for name, value in again.items()} == {n: type(v) for n, v in values.items()}
        for name, value in values.items():
            assert again[name] == pytest.approx(value, rel=1e-9) if isinstance(value, float) else again[name] == value


@pytest.mark.slow
@of_each(WITH_CONDITIONS)
def test_inactive_parameters_cannot_be_given(row):
    space = build(row)
    refused = 0
    for configuration in space.sample_configuration(8):
        values = native(configuration)
        for name in sorted(set(space) - set(values)):
            given = {**values, name: space.definition.parameters[name].default}
            with pytest.raises(ValueError, match="nactive"):
                Configuration(space, values=given)
            refused += 1
    assert refused


@pytest.mark.slow
@of_each([row for row in ROWS if row["forbiddens"]])
def test_forbidden_configurations_cannot_be_made(row):
    space = build(row)
    for active, forbidden in settled(row, space):
        if forbidden:
            with pytest.raises(ValueError, match="(?i)forbid"):
                Configuration(space, values=active)
