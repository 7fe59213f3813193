"""Parameter definitions: what is understood, what comes back, and what is refused."""

import warnings

import numpy as np
import pytest
from space_helpers import check_legal, native

from pysmac_compat._errors import ParameterError, ParameterTypeError
from pysmac_compat.space import parameter_space
from pysmac_compat.space.parameters import parse_parameter, parse_parameters


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
    ("name", "piece"), [("a b", "' '"), ("a#b", "'#'"), ("a'b", '"\'"'), ('a"b', "'\"'"), ("", "empty")]
)
def test_bad_names(name, piece):
    with pytest.raises(ParameterError) as caught:
        parameter_space({name: ("real", [0, 1], 0.5)})
    assert repr(name) in str(caught.value)
    assert piece in str(caught.value)


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


@pytest.mark.parametrize(
    ("specification", "pieces"),
    [
        (([1.5, 9], 5, "int"), ["'p'", "1.5", "integer"]),
        (([0, 9], 5, "int", "log"), ["'p'", "log", "positive"]),
        (([0, 1],), ["'p'", "(values, default)"]),
        ((["a", "b"], "a"), ["'p'"]),
        (({"a", "b"}, "c"), ["'p'", "'c'", "['a', 'b']"]),
        (({"a", 1}, "a"), ["'p'", "same type"]),
        (([0, 1], 2), ["'p'", "2.0", "[0.0, 1.0]"]),
        ((set(), "a"), ["'p'", "empty"]),
    ],
)
def test_bad_untyped_definitions(specification, pieces):
    with pytest.raises(ParameterError) as caught:
        parse_parameter("p", specification)
    for piece in pieces:
        assert piece in str(caught.value)


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


@pytest.mark.parametrize(
    ("specification", "kind", "pieces"),
    [
        (("float", [0, 1], 0.5), ParameterError, ["'float'", "real, integer, categorical, ordinal"]),
        (("Real", [0, 1], 0.5), ParameterError, ["'Real'", "real, integer"]),
        (("real", [0, 1]), ParameterTypeError, ["(type, values, default)"]),
        (("real",), ParameterTypeError, ["(type, values, default)"]),
        ((), ParameterTypeError, ["(type, values, default)"]),
        (None, ParameterTypeError, ["tuple", "None"]),
        ("real", ParameterTypeError, ["tuple", "'real'"]),
        ({"real": 1}, ParameterTypeError, ["tuple"]),
        (("real", 3, 0.5), ParameterTypeError, ["[lower, upper]", "3"]),
        (("real", {0, 1}, 0.5), ParameterTypeError, ["[lower, upper]"]),
        (("real", [0], 0), ParameterError, ["[lower, upper]", "[0]"]),
        (("real", [0, 1, 2], 0), ParameterError, ["[lower, upper]", "[0, 1, 2]"]),
        (("real", [1, 0], 0), ParameterError, ["lower", "[1.0, 0.0]"]),
        (("real", [1, 1], 1), ParameterError, ["lower", "[1.0, 1.0]"]),
        (("real", [0, 1], 1.5), ParameterError, ["default", "1.5", "[0.0, 1.0]"]),
        (("real", [0, 1], "x"), ParameterError, ["default", "'x'"]),
        (("real", [0, 1], None), ParameterError, ["default", "None"]),
        (("real", [0, 1], float("nan")), ParameterError, ["default", "nan"]),
        (("real", [0, float("inf")], 0.5), ParameterError, ["bound", "inf"]),
        (("real", [None, 1], 0.5), ParameterError, ["bound", "None"]),
        (("real", [0, 1], 0.5, "log"), ParameterError, ["log", "positive", "[0.0, 1.0]"]),
        (("real", [-1, 1], 0.5, "log"), ParameterError, ["log", "positive", "[-1.0, 1.0]"]),
        (("integer", [0, 9], 0.5), ParameterError, ["integer", "0.5 (float)"]),
        (("integer", [0, 9], 2.0), ParameterError, ["integer", "2.0 (float)"]),
        (("integer", [0.0, 9], 2), ParameterError, ["integer", "0.0 (float)"]),
        (("integer", [0, "9"], 2), ParameterError, ["integer", "'9' (str)"]),
        (("integer", [False, 9], 2), ParameterError, ["integer", "False (bool)"]),
        (("integer", [0, 9], np.float64(2)), ParameterError, ["integer", "2.0 (float)"]),
        (("integer", [0, 9], 10), ParameterError, ["default", "10", "[0, 9]"]),
        (("integer", [0, 9], 5, "log"), ParameterError, ["log", "positive", "[0, 9]"]),
        (("integer", [9, 0], 5), ParameterError, ["lower", "[9, 0]"]),
        (("categorical", [], "a"), ParameterError, ["empty"]),
        (("categorical", {"a", "b"}, "a"), ParameterTypeError, ["list"]),
        (("categorical", {"a": 1}, "a"), ParameterTypeError, ["list"]),
        (("categorical", 3, 3), ParameterTypeError, ["list", "3"]),
        (("categorical", None, None), ParameterTypeError, ["list", "None"]),
        (("categorical", ["a", "b"], "c"), ParameterError, ["default", "'c'", "['a', 'b']"]),
        (("categorical", [1, 2], 1.0), ParameterError, ["default", "1.0", "[1, 2]"]),
        (("categorical", [1, 2], "1"), ParameterError, ["default", "'1'", "[1, 2]"]),
        (("categorical", [1, 2], True), ParameterError, ["default", "True", "[1, 2]"]),
        (("categorical", [1, "a"], 1), ParameterError, ["same type", "int, str"]),
        (("categorical", [1, 2.5], 1), ParameterError, ["same type", "float, int"]),
        (("categorical", [(1, 2), (3, 4)], (1, 2)), ParameterTypeError, ["(1, 2)", "tuple"]),
        (("categorical", [[1], [2]], [1]), ParameterTypeError, ["[1]", "list"]),
        (("categorical", [len, max], len), ParameterTypeError, ["len"]),
        (("categorical", [b"a", b"b"], b"a"), ParameterTypeError, ["b'a'", "bytes"]),
        (("categorical", [float("nan"), 1.0], 1.0), ParameterError, ["nan"]),
        (("categorical", ["a\nb", "c"], "c"), ParameterError, ["'a\\nb'", "printed"]),
        (("ordinal", ["a", "b"], "c"), ParameterError, ["default", "'c'"]),
        (("ordinal", [], "c"), ParameterError, ["empty"]),
    ],
)
def test_bad_definitions(specification, kind, pieces):
    with pytest.raises(kind) as caught:
        parameter_space({"fine": ("real", [0, 1], 0.5), "odd": specification})
    assert isinstance(caught.value, ValueError)
    message = str(caught.value)
    for piece in ("'odd'", *pieces):
        assert piece in message
    assert "'fine'" not in message


@pytest.mark.parametrize("values", [[1, True], [True, 1], [0, False], [1, 1.0], [0.0, False]])
def test_values_that_are_equal_in_python(values):
    with pytest.raises(ParameterError) as caught:
        parse_parameter("p", ("categorical", values, values[0]))
    for value in values:
        assert repr(value) in str(caught.value)


def test_type_errors_are_caught_under_all_the_names_that_the_original_used():
    for kind in (ValueError, TypeError, AssertionError):
        with pytest.raises(kind):
            parse_parameter("p", ("categorical", {"a", "b"}, "a"))


@pytest.mark.parametrize("parameter_dict", [None, [], [("x", ("real", [0, 1], 0.5))], "x", 3])
def test_the_whole_must_be_a_dict(parameter_dict):
    with pytest.raises(ParameterTypeError, match="parameter_dict.*dict"):
        parse_parameters(parameter_dict)


def test_an_empty_dict():
    with pytest.raises(ParameterError, match="empty"):
        parse_parameters({})


def test_a_name_that_is_no_string():
    with pytest.raises(ParameterTypeError, match="3"):
        parse_parameters({3: ("real", [0, 1], 0.5)})


# ------------------------------------------------------------------------------------------------ scales


@pytest.mark.parametrize("bounds", [(1, 2), (1, 1000), (3, 7), (1, 2**31 - 1), (5, 2**50)])
def test_integers_on_a_log_scale_keep_their_bounds(bounds):
    space = parameter_space({"p": ("integer", list(bounds), bounds[0], "log")})
    assert space["p"].to_value(0.0) == bounds[0]
    assert space["p"].to_value(1.0) == bounds[1]
    assert (space["p"].lower, space["p"].upper) == bounds
    for bound in bounds:
        assert space["p"].to_value(space["p"].to_vector(bound)) == bound
    values = samples(("integer", list(bounds), bounds[0], "log"), 2000)
    assert min(values) >= bounds[0]
    assert max(values) <= bounds[1]
    if bounds[1] < 10:
        assert set(values) == set(range(bounds[0], bounds[1] + 1))


def test_a_log_scale_is_logarithmic():
    values = np.array(samples(("real", [1e-6, 1.0], 1e-3, "log"), 2000))
    assert 0.45 < (values < 1e-3).mean() < 0.55
    values = np.array(samples(("integer", [1, 10**6], 10, "log"), 2000))
    assert 0.4 < (values < 1000).mean() < 0.6
    values = np.array(samples(("real", [1e-6, 1.0], 1e-3), 2000))
    assert (values < 1e-3).mean() < 0.01


@pytest.mark.parametrize("lower", [1e-15, 1e-20, 1e-100, 1e-300, 0.1])
@pytest.mark.parametrize("upper", [1.0, 1e5])
def test_any_positive_log_bound_keeps_full_precision(lower, upper):
    default = lower * 3.3333333333333335
    space = parameter_space({"x": ("real", [lower, upper], default, "log")})
    x = space["x"]
    assert float(x.to_value(0.0)) == lower
    assert float(x.to_value(1.0)) == upper
    assert float(x.to_value(x.to_vector(default))) == default
    assert native(space.get_default_configuration())["x"] == default
    space.seed(1)
    values = np.array([native(c)["x"] for c in space.sample_configuration(2000)])
    assert ((lower <= values) & (values <= upper)).all()
    assert len(set(values)) == 2000
    median = np.exp((np.log(lower) + np.log(upper)) / 2)
    assert 0.45 < (values < median).mean() < 0.55
    for value in values[:100]:
        assert float(x.to_value(x.to_vector(value))) == pytest.approx(value, rel=1e-12)


@pytest.mark.parametrize("default", [1 / 3, 0.1 + 0.2, 1e-17, 0.123456789012345678, 0.0, 1.0])
def test_real_defaults_come_back_exactly(default):
    assert default_of(("real", [0, 1], default)) == default


@pytest.mark.parametrize("bounds", [(1e-16, 3e-16), (0.1, 0.3), (-1e300, 1e300), (1e15, 1e15 + 1), (-1e308, 1e308)])
def test_linear_ranges_of_any_size(bounds):
    """Those that cannot be searched may be refused, but not searched in part."""
    try:
        values = samples(("real", list(bounds), bounds[0]), 500)
    except ParameterError:
        return
    assert len(set(values)) > 5
    middle = bounds[0] / 2 + bounds[1] / 2
    assert 0.4 < np.mean([value < middle for value in values]) < 0.6


@pytest.mark.parametrize("bounds", [(0, 1), (-3, 3), (0, 2**31 - 1), (-(2**40), 2**40), (0, 2**53)])
def test_integer_ranges(bounds):
    values = samples(("integer", list(bounds), bounds[0]), 1000)
    if bounds[1] - bounds[0] < 10:
        counts = [values.count(value) for value in range(bounds[0], bounds[1] + 1)]
        assert min(counts) > 0.6 * 1000 / len(counts)
    space = parameter_space({"p": ("integer", list(bounds), bounds[0])})
    assert space["p"].to_value(0.0) == bounds[0]
    assert space["p"].to_value(1.0) == bounds[1]


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
