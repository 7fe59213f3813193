"""Integers among floats: the choices are floats, and each text of a number stands for the choice that it equals."""

import pytest

from pysmac_compat import SMAC_optimizer
from pysmac_compat.errors import ParameterError
from pysmac_compat.files.pcs import definition_text, read_pcs
from pysmac_compat.planning.initial import read_configuration, read_subspace
from pysmac_compat.space.definition import define
from pysmac_compat.space.parameters import parse_parameter
from pysmac_compat.space.values import typed_values, value_of, value_texts, value_type

CHOICES = [0, 0.1, 2]
SPACE = {"o": ("ordinal", CHOICES, 0), "c": ("categorical", CHOICES, 0.1), "x": ("real", [0, 1], 0.5)}


@pytest.mark.parametrize("kind", ["ordinal", "categorical"])
@pytest.mark.parametrize("default", [0, 0.0, 0.1, 2, 2.0])
def test_choices_and_default_are_floats(kind, default):
    parameter = parse_parameter("p", (kind, CHOICES, default))
    assert parameter.values == (0.0, 0.1, 2.0)
    assert [type(value) for value in (*parameter.values, parameter.default)] == [float] * 4
    assert parameter.default == default
    assert value_type(parameter) is float


def test_the_largest_integer_that_a_float_holds():
    parameter = parse_parameter("p", ("ordinal", [0.5, 2**53], 2**53))
    assert [type(value) for value in (*parameter.values, parameter.default)] == [float] * 3


def test_none_may_stand_among_them():
    parameter = parse_parameter("p", ("categorical", [None, 1, 0.5], 1))
    assert list(map(repr, parameter.values)) == ["None", "1.0", "0.5"]


@pytest.mark.parametrize("text", ["0", "0.0", "'0'", '"0.0"', "0e5", "-0"])
@pytest.mark.parametrize("name", ["o", "c"])
def test_clauses_name_a_choice_by_any_text_of_its_number(name, text):
    definition = define(
        SPACE, [f"x | {name} == {text}"], [f"{{{name} = {text}, x = 0.25}}", f"{{{name} == {text} && x < 0.1}}"]
    )
    other = {"c": 2.0, "o": 2.0, "x": 0.25}
    assert "x" in definition.active({**other, name: 0.0})
    assert "x" not in definition.active(other)
    assert definition.violated({**other, name: 0.0}) is not None
    assert definition.violated({**other, name: 0.0, "x": 0.05}) is not None
    assert definition.violated(other) is None


def test_order_and_lists():
    definition = define(SPACE, ["x | o < 2 && c in {0, .1}"])
    assert [v for v in (0.0, 0.1, 2.0) if "x" in definition.active({"o": v, "c": 0.0, "x": 0})] == [0.0, 0.1]
    assert "x" not in definition.active({"o": 0.0, "c": 2.0, "x": 0})


def test_two_texts_of_one_choice_are_twice_the_same():
    with pytest.raises(ValueError, match=r"0\.0 occurs twice"):
        define(SPACE, ["x | c in {0, 0.0}"])


def test_the_texts_in_files(tmp_path):
    """A reader of param.pcs, the original's too, knows the choices by their texts alone."""
    definition = define(SPACE, ["x | c == 0 && o in {0, 2} # 0"], ["{o = 2, c = 2}", "{x > 2 && o == 0}"])
    path = tmp_path / "param.pcs"
    path.write_text(definition_text(definition))
    parameters, conditionals, forbiddens = read_pcs(path)
    assert parameters["o"] == ("ordinal", ["0.0", "0.1", "2.0"], "0.0")
    assert conditionals == ["x | c == 0.0 && o in {0.0, 2.0}"]
    assert forbiddens == ["{o = 2.0, c = 2.0}", "{x > 2 && o == 0}"]
    define(parameters, conditionals, forbiddens)
    texts = value_texts({"o": 2.0, "c": 0.1}, definition)
    assert texts == {"c": "0.1", "o": "2.0", "x": "0.5"}
    assert typed_values(texts, definition) == {"c": 0.1, "o": 2.0}


def test_texts_and_values_of_users():
    definition = define(SPACE)
    assert read_configuration("it", "-o '2' -c 0", definition) == {"c": 0.0, "o": 2.0, "x": 0.5}
    assert read_configuration("it", {"o": 2, "c": 0.0}, definition) == {"c": 0.0, "o": 2.0, "x": 0.5}
    assert read_subspace("it", "o=2, c=0.0", definition) == {"o": 2.0, "c": 0.0}
    for text in ("1", "nan", "", "True", "0x0"):
        with pytest.raises(ValueError, match="is not in"):
            value_of(text, definition.parameters["o"])


@pytest.mark.parametrize(
    ("choices", "default", "pieces"),
    [
        ([0, 0.0, 1], 0, ["0 and 0.0", "are the same value"]),
        ([True, 0.5], True, ["bool, float", "as texts"]),
        ([True, 2, 0.5], 2, ["bool, float, int"]),
        (["1", 0.5], 0.5, ["float, str", "as texts"]),
        ([1, 0.5], "1", ["default '1'", "write 1.0"]),
        ([10**400, 0.5], 0.5, ["larger than a float", "as a text"]),
        ([0, 0.1], 0.1 + 1e-12, ["rounding", "write 0.1"]),
        ([0, 0.1], 3, ["default 3.0", "[0.0, 0.1]"]),
    ],
)
def test_what_is_no_mixture_of_numbers_is_refused(choices, default, pieces):
    with pytest.raises(ParameterError, match="'p'") as caught:
        parse_parameter("p", ("categorical", choices, default))
    for piece in pieces:
        assert piece in str(caught.value)


@pytest.mark.slow
def test_a_search_and_its_resumption(tmp_path):
    def search(n, resume):
        optimizer = SMAC_optimizer(working_directory=str(tmp_path), persistent_files=True)
        optimizer.smac_options["isolate"] = False
        optimizer.smac_options["initial-incumbent"] = "-o 2"
        optimizer.minimize(lambda **kw: sum(kw.values()), n, SPACE, ["x | c == 0"], ["{o = 0, c = 2}"], resume=resume)
        return optimizer.result.runs[0].evaluations

    first = search(4, False)
    second = search(7, True)
    assert [e.configuration for e in second[:4]] == [e.configuration for e in first]
    assert first[0].configuration["o"] == 2.0
    assert all(type(e.configuration[name]) is float for e in second for name in "oc")
