"""Forbidden clauses of a whole space, and its default."""

import pytest

from pysmac_compat.errors import ClauseError
from pysmac_compat.space import parameter_space
from pysmac_compat.space.definition import define

from .forbidden_helpers import DEFAULT, PARAMETERS


def test_the_default_must_be_legal():
    with pytest.raises(ClauseError) as caught:
        define(PARAMETERS, [], ["{n > 5}", "{n + m == 4 && a == x}"])
    text = str(caught.value)
    assert "default" in text
    assert "{n + m == 4 && a == x}" in text
    for piece in ("a='x'", "m=2", "n=2", "r=1.0", "t=True"):
        assert piece in text
    assert "{n > 5}" not in text


@pytest.mark.parametrize("clause", ["{a = x}", "{a = x, n = 2}", "{r <= 1}", "{log(r - 2)}", "{n / (r - 1) > 50}"])
def test_illegal_defaults(clause):
    with pytest.raises(ClauseError, match="default") as caught:
        parameter_space(PARAMETERS, [], [clause])
    assert caught.value.clause == clause


def test_the_default_may_have_a_forbidden_value_where_it_is_inactive():
    for clause in ("{n = 2}", "{n == 2}", "{n != 3}", "{n}"):
        definition = define(PARAMETERS, ["n | a == y"], [clause])
        assert "n" not in definition.default
        assert definition.violated(definition.default) is None


@pytest.mark.parametrize("clause", ["{0}", "{1 > 2}", "{x == y}"])
def test_constant_clauses(clause):
    with pytest.warns(UserWarning, match="names no parameter"):
        space = parameter_space({"a": PARAMETERS["a"]}, [], [clause])
    assert len(space.sample_configuration(10)) == 10


@pytest.mark.parametrize("clause", ["{1}", "{2 > 1}", "{0/0}", "{x != y}"])
@pytest.mark.filterwarnings("ignore:.*names no parameter")
def test_constant_clauses_that_forbid_everything(clause):
    with pytest.raises(ClauseError, match="default"):
        parameter_space({"a": PARAMETERS["a"]}, [], [clause])


@pytest.mark.parametrize("clauses", [None, "{a = x}", 3, {"{a = x}"}, [None], [3]])
def test_clauses_must_be_a_list_of_strings(clauses):
    with pytest.raises(ValueError, match=r"forbidden_clauses .*strings"):
        define(PARAMETERS, [], clauses)


@pytest.mark.parametrize("text", ["", "   ", "# comment"])
def test_blank_clauses_have_no_meaning(text):
    assert define(PARAMETERS, [], [text]).forbiddens == []


def test_several_clauses_forbid_each_by_itself():
    definition = define(PARAMETERS, [], ["{a = y}", "{n > 5}", "{a == z && r > 2}"])
    assert definition.violated(DEFAULT) is None
    assert definition.violated({**DEFAULT, "a": "y"}).text == "{a = y}"
    assert definition.violated({**DEFAULT, "n": 6}).text == "{n > 5}"
    assert definition.violated({**DEFAULT, "a": "z", "r": 3.0}).text == "{a == z && r > 2}"
