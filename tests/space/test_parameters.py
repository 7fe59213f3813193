"""Parameter definitions: what is understood, and what comes back."""

import warnings

import numpy as np
import pytest

from pysmac_compat.errors import ParameterError
from pysmac_compat.space import parameter_space
from pysmac_compat.space.parameters import parse_parameter

from .space_helpers import default_of, native, samples


@pytest.mark.parametrize(
    ("specification", "kind", "values", "default", "log"),
    [
        (("real", [-5, 5.5], 1), "real", (-5.0, 5.5), 1.0, False),
        (("real", (0, 1), 0), "real", (0.0, 1.0), 0.0, False),
        (("real", [1e-5, 1], 1e-2, "log"), "real", (1e-5, 1.0), 1e-2, True),
        (("real", ["0", "1"], "0.5"), "real", (0.0, 1.0), 0.5, False),
        (("integer", [-5, 5], 1), "integer", (-5, 5), 1, False),
        (("integer", [1, 1000], 2, "log"), "integer", (1, 1000), 2, True),
        (("categorical", ["a", "b"], "b"), "categorical", ("a", "b"), "b", False),
        (("categorical", [3, 1, 2], 1), "categorical", (3, 1, 2), 1, False),
        (("categorical", [0.5, 1.0], 1.0), "categorical", (0.5, 1.0), 1.0, False),
        (("categorical", [True, False], False), "categorical", (True, False), False, False),
        (("categorical", [None, "a"], None), "categorical", (None, "a"), None, False),
        (("categorical", [1, None], 1), "categorical", (1, None), 1, False),
        (("ordinal", ["low", "high"], "low"), "ordinal", ("low", "high"), "low", False),
        (("ordinal", [10, 2, 7], 7), "ordinal", (10, 2, 7), 7, False),
        (("ordinal", ["only"], "only"), "ordinal", ("only",), "only", False),
    ],
)
def test_typed_definitions(specification, kind, values, default, log):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        parameter = parse_parameter("p", specification)
        found = default_of(specification)
    assert (parameter.kind, parameter.values, parameter.default, parameter.log) == (kind, values, default, log)
    assert [type(v) for v in parameter.values] == [type(v) for v in values]
    assert found == default
    for value in (found, parameter.default):
        assert type(value) is type(default) or isinstance(value, float) and isinstance(default, float)


@pytest.mark.parametrize("kind", ["categorical", "ordinal"])
@pytest.mark.parametrize(
    "make",
    [
        lambda: range(1, 4),
        lambda: {1: "a", 2: "b", 3: "c"}.keys(),
        lambda: {"a": 1, "b": 2, "c": 3}.values(),
        lambda: map(int, "123"),
        lambda: filter(None, [0, 1, 2, 3]),
        lambda: (n for n in (1, 2, 3)),
        lambda: reversed([3, 2, 1]),
    ],
)
def test_values_that_were_lists_in_python_2(kind, make):
    assert parse_parameter("p", (kind, make(), 2)).values == (1, 2, 3)


def test_ranges_that_were_lists_in_python_2():
    assert parse_parameter("p", ("integer", map(int, ["1", "9"]), 3)).values == (1, 9)
    assert parse_parameter("p", ("real", {"lower": 0, "upper": 1}.values(), 0.5)).values == (0.0, 1.0)


@pytest.mark.parametrize(
    ("specification", "kind"),
    [
        (("real", [0, 1], 0.5), float),
        (("real", [1e-3, 1], 0.5, "log"), float),
        (("integer", [0, 9], 3), int),
        (("integer", [1, 9], 3, "log"), int),
        (("categorical", ["a", "b"], "a"), str),
        (("categorical", [1, 2], 1), int),
        (("categorical", [0.5, 1.5], 0.5), float),
        (("categorical", [True, False], True), bool),
        (("categorical", ["True", "False"], "True"), str),
        (("categorical", ["1", "2"], "1"), str),
        (("ordinal", ["a", "b"], "a"), str),
        (("ordinal", [3, 2], 3), int),
        (("ordinal", [True, False], True), bool),
    ],
)
def test_values_keep_their_type(specification, kind):
    values = samples(specification)
    assert all(isinstance(value, kind) for value in values)
    assert kind is not int or not any(isinstance(value, bool) for value in values)
    if specification[0] in ("categorical", "ordinal"):
        assert set(values) == set(specification[1])


def test_none_among_the_values():
    values = samples(("categorical", [None, "a"], "a"))
    assert set(values) == {None, "a"}
    assert {type(value) for value in values} == {type(None), str}
    assert set(samples(("categorical", [None, 3], None))) == {None, 3}
    assert samples(("categorical", [None], None), 3) == [None] * 3


@pytest.mark.parametrize(
    "value", ["a,b", "a b", "a#b", "a}b", "{c", "it's", '"quoted"', "x|y", "", " ", "é", "-1", "[1]"]
)
@pytest.mark.parametrize("kind", ["categorical", "ordinal"])
def test_values_may_hold_any_printable_character(kind, value):
    assert default_of((kind, [value, "other"], value)) == value
    assert set(samples((kind, [value, "other"], "other"), 100)) == {value, "other"}


@pytest.mark.parametrize("values", [[1e-10, 1e22, 0.1], [1 / 3, 0.1 + 0.2, 1e-300], [2**60 + 1, 3]])
def test_numbers_among_the_values_are_exact(values):
    assert set(samples(("categorical", values, values[0]))) == set(values)


@pytest.mark.parametrize(
    "name", ["sp-var-dec", "@1:x", "a|b", "a{b", "λ", "a.b[0]", "instance", "class", "1", "a,b", "-x"]
)
def test_names(name):
    space = parameter_space({name: ("real", [0, 1], 0.5)})
    assert native(space.get_default_configuration()) == {name: 0.5}


@pytest.mark.parametrize(
    ("specification", "default"),
    [
        (("real", [np.float32(0.5), np.float64(4)], np.float32(0.75)), 0.75),
        (("real", [np.int64(0), np.int32(4)], np.int8(3)), 3.0),
        (("real", np.array([0.0, 4.0]), np.float64(1)), 1.0),
        (("integer", [np.int64(0), np.int32(4)], np.int8(3)), 3),
        (("integer", np.array([0, 4]), np.int64(3)), 3),
        (("integer", np.arange(2), 1), 1),
        (("categorical", np.array(["a", "b"]), np.str_("b")), "b"),
        (("categorical", [np.str_("a"), "b"], "a"), "a"),
        (("categorical", np.array([1, 2]), 2), 2),
        (("categorical", [np.float64(0.5), 1.5], np.float64(0.5)), 0.5),
        (("categorical", [np.bool_(True), np.bool_(False)], np.bool_(False)), False),
        (("categorical", np.array([True, False]), True), True),
        (("ordinal", np.arange(3), np.int64(1)), 1),
        (("real", np.array([0.0, 4.0]), np.array(1.0)), 1.0),
    ],
)
def test_numpy_scalars(specification, default):
    parameter = parse_parameter("p", specification)
    assert parameter.default == default
    assert type(parameter.default) is type(default)
    assert not any(isinstance(value, np.generic) for value in (*parameter.values, parameter.default))
    found = default_of(specification)
    assert found == default
    assert isinstance(found, type(default))


@pytest.mark.parametrize(
    ("specification", "kind", "values", "default", "log"),
    [
        (([0, 1], 0.5), "real", (0.0, 1.0), 0.5, False),
        (([1e-4, 1], 0.5, "log"), "real", (1e-4, 1.0), 0.5, True),
        (([0, 9], 5, "int"), "integer", (0, 9), 5, False),
        (([1, 9], 5, "int", "log"), "integer", (1, 9), 5, True),
        (([1, 9], 5, "log", "int"), "integer", (1, 9), 5, True),
        (((0, 1), 0.5), "real", (0.0, 1.0), 0.5, False),
        (({"b", "a", "c"}, "b"), "categorical", ("a", "b", "c"), "b", False),
        (({10, 9, 2}, 9), "categorical", (2, 9, 10), 9, False),
        (({2.5, 0.5}, 0.5), "categorical", (0.5, 2.5), 0.5, False),
        (({True, False}, True), "categorical", (False, True), True, False),
        (({"a", None}, None), "categorical", (None, "a"), None, False),
        ((frozenset("ba"), "a"), "categorical", ("a", "b"), "a", False),
        # what the original's read_pcs returns for "n [1, 9] [5] il": floats, and flags
        (([1.0, 9.0], 5.0, "int", "log"), "integer", (1, 9), 5, True),
        (([-1.0, 9.0], 5.0, "int"), "integer", (-1, 9), 5, False),
    ],
)
def test_untyped_definitions(specification, kind, values, default, log):
    parameter = parse_parameter("p", specification)
    assert (parameter.kind, parameter.default, parameter.log) == (kind, default, log)
    assert parameter.values == values or set(parameter.values) == set(values) and None in values
    assert [type(v) for v in (*parameter.values, parameter.default) if v is not None] == [
        type(v) for v in (*values, default) if v is not None
    ]


def test_untyped_sets_do_not_depend_on_the_hash_seed():
    words = [f"word{i}" for i in range(30)]
    assert parse_parameter("p", (set(words), "word3")).values == tuple(sorted(words))


def test_the_warning_says_that_the_search_is_linear():
    with pytest.warns(
        UserWarning, match=r"True after the default is ignored \(the scale is linear; only the word 'log'"
    ):
        parse_parameter("p", ("real", [1e-3, 1], 0.5, True))


@pytest.mark.parametrize(
    ("specification", "log"),
    [
        (("real", [0.1, 1], 0.5, "LOG"), False),
        (("real", [0.1, 1], 0.5, "linear"), False),
        (("real", [0.1, 1], 0.5, None), False),
        (("real", [0.1, 1], 0.5, 3), False),
        (("real", [0.1, 1], 0.5, ["log"]), False),
        (("real", [0.1, 1], 0.5, "log", "more"), True),
        (("integer", [1, 9], 5, True), False),
        (("categorical", ["a", "b"], "a", "log"), False),
        (("ordinal", ["a", "b"], "a", "x"), False),
        (([0.1, 1], 0.5, "LOG"), False),
        (({"a", "b"}, "a", "log"), False),
    ],
)
def test_a_fourth_element_other_than_log_warns(specification, log):
    with pytest.warns(UserWarning, match="'p'.*ignored"):
        parameter = parse_parameter("p", specification)
    assert parameter.log == log


@pytest.mark.parametrize("specification", [["real", [0, 1], 0.5], ["categorical", ["a", "b"], "a"], [[0, 1], 0.5]])
def test_lists_are_deprecated(specification):
    with pytest.warns(DeprecationWarning, match="'p'.*tuple"):
        parameter = parse_parameter("p", specification)
    assert parameter == parse_parameter("p", tuple(specification))


def test_a_string_of_values_is_read_by_character():
    with pytest.warns(UserWarning, match="'p'"):
        assert parse_parameter("p", ("categorical", "abc", "b")).values == ("a", "b", "c")


def test_the_order_of_definitions_is_not_that_of_the_results():
    space = parameter_space({"b": ("real", [0, 1], 0.5), "a": ("integer", [0, 1], 0)})
    assert list(space.definition.default) == ["a", "b"]
    assert list(space.definition.complete({})) == ["a", "b"]


def test_inactive_parameters_are_completed_with_their_defaults():
    space = parameter_space(
        {"a": ("categorical", ["x", "y"], "x"), "r": ("real", [0, 1], 0.25), "n": ("integer", [0, 9], 3)},
        ["r | a == y"],
    )
    assert space.definition.complete({"a": "x", "n": 7}) == {"a": "x", "n": 7, "r": 0.25}
    assert space.definition.restrict({"a": "x", "n": 7, "r": 0.5}) == {"a": "x", "n": 7}


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    ("given", "message"),
    [
        ([0, 1], r"write \('categorical', \[0, 1\], 0\) for choices, or \('integer', \[0, 1\], 0\) for a range"),
        ((0.5, 2), r"or \('real', \[0.5, 2\], 0.5\) for a range"),
        ([1, 2, 4], r"expected .type, values, default., got .1, 2, 4.; write .*for choices$"),
        (["rbf", "linear"], r"write \('categorical', \['rbf', 'linear'\], 'rbf'\) for choices$"),
    ],
)
def test_a_plain_list_of_values(given, message):
    with pytest.raises(ParameterError, match=message):
        parse_parameter("p", given)
