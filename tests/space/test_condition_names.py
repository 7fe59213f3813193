"""Names and values in conditional clauses."""

import pytest

from pysmac_compat.space.definition import define

from .conditional_helpers import is_active


@pytest.mark.parametrize(
    ("name", "values", "clause"),
    [
        ("sp-var-dec", ["0", "1"], "child | sp-var-dec == 1"),
        ("sp-var-dec", ["0", "1"], "child|sp-var-dec==1"),
        ("@1:x", ["0", "1"], "child | @1:x in {1}"),
        ("a|b", ["0", "1"], "child | a|b == 1"),
        ("a{b", ["0", "1"], "child | a{b in {1}"),
        ("a}b", ["0", "1"], "child | a}b != 0"),
        ("(a", ["0", "1"], "child | (a == 1"),
        ("in", ["0", "1"], "child | in in {1}"),
        ("λ", ["0", "1"], "child | λ == 1"),
        ("a=b", ["0", "1"], "child | a=b == 1"),
        ("a.b[c]", ["0", "1"], "child | a.b[c] == 1"),
    ],
)
def test_names_may_be_almost_anything(name, values, clause):
    parameters = {name: ("categorical", values, "0"), "child": ("real", [0, 1], 0.5)}
    assert is_active(clause, parameters=parameters, **{name: "1"})
    assert not is_active(clause, parameters=parameters, **{name: "0"})


def test_a_child_with_a_bar_in_its_name():
    parameters = {
        "a": ("categorical", ["x", "y"], "x"),
        "a|b": ("categorical", ["x", "y"], "x"),
        "b": ("integer", [0, 9], 3),
    }
    definition = define(parameters, ["a|b | a == y", "b | a|b == y"])
    assert definition.active({"a": "x", "a|b": "y", "b": 3}) == {"a"}
    assert definition.active({"a": "y", "a|b": "x", "b": 3}) == {"a", "a|b"}
    assert definition.active({"a": "y", "a|b": "y", "b": 3}) == {"a", "a|b", "b"}


def test_names_that_are_prefixes_of_each_other():
    parameters = {
        "a": ("categorical", ["x", "y"], "x"),
        "ab": ("categorical", ["x", "y"], "x"),
        "a-b": ("categorical", ["x", "y"], "x"),
        "child": ("real", [0, 1], 0.5),
    }
    for name in ("a", "ab", "a-b"):
        for other in ("a", "ab", "a-b"):
            assert is_active(f"child | {name} == y", parameters=parameters, **{other: "y"}) == (name == other)


@pytest.mark.parametrize("value", ["a,b", "a b", "a#b", "a}b", "{c", "it's", "x|y", "a&&b", "-1", "==", "é", "(v)"])
@pytest.mark.parametrize(
    "template", ["child | c == {}", "child | c in {{{}}}", "child | c in {{{},other}} && c != other"]
)
def test_values_may_hold_any_printable_character(value, template):
    parameters = {"c": ("categorical", [value, "other", "third"], "third"), "child": ("real", [0, 1], 0.5)}
    clause = template.format(value)
    assert is_active(clause, parameters=parameters, c=value)
    assert not is_active(clause, parameters=parameters, c="third")


@pytest.mark.parametrize("quote", ["'", '"'])
def test_quoted_values_are_taken_whole(quote):
    parameters = {"c": ("categorical", ["a b", "a", "b"], "a"), "child": ("real", [0, 1], 0.5)}
    clause = f"child | c in {{{quote}a b{quote}, {quote}b{quote}}}"
    assert [is_active(clause, parameters=parameters, c=c) for c in ("a b", "a", "b")] == [True, False, True]


def test_values_that_are_prefixes_of_each_other():
    parameters = {"c": ("categorical", ["l1", "l1-l2", "l1-l2-l3"], "l1"), "child": ("real", [0, 1], 0.5)}
    for value in parameters["c"][1]:
        for c in parameters["c"][1]:
            assert is_active(f"child | c == {value}", parameters=parameters, c=c) == (c == value)


def test_a_value_that_is_also_the_name_of_a_parameter():
    parameters = {"c": ("categorical", ["n", "y"], "y"), "n": ("integer", [0, 9], 3)}
    assert is_active("n | c == n", "n", parameters=parameters, c="n")
    assert not is_active("n | c == n", "n", parameters=parameters, c="y")


def test_none_as_a_value():
    parameters = {"c": ("categorical", [None, "x"], "x"), "child": ("real", [0, 1], 0.5)}
    assert is_active("child | c == None", parameters=parameters, c=None)
    assert not is_active("child | c == None", parameters=parameters, c="x")
    assert is_active("child | c != None", parameters=parameters, c="x")


@pytest.mark.parametrize("value", ["1e-10", "1e+22", "0.1"])
def test_floats_as_values(value):
    parameters = {"c": ("categorical", [1e-10, 1e22, 0.1], 0.1), "child": ("real", [0, 1], 0.5)}
    for c in parameters["c"][1]:
        assert is_active(f"child | c == {value}", parameters=parameters, c=c) == (c == float(value))
