"""Parameter definitions that are refused."""

import numpy as np
import pytest

from pysmac_compat.errors import ParameterError, ParameterTypeError
from pysmac_compat.space import parameter_space
from pysmac_compat.space.parameters import parse_parameter, parse_parameters


@pytest.mark.parametrize(
    ("name", "piece"), [("a b", "' '"), ("a#b", "'#'"), ("a'b", '"\'"'), ('a"b', "'\"'"), ("", "empty")]
)
def test_bad_names(name, piece):
    with pytest.raises(ParameterError) as caught:
        parameter_space({name: ("real", [0, 1], 0.5)})
    assert repr(name) in str(caught.value)
    assert piece in str(caught.value)


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
    ("specification", "kind", "pieces"),
    [
        (("float", [0, 1], 0.5), ParameterError, ["'float'", "real, integer, categorical, ordinal"]),
        (("Real", [0, 1], 0.5), ParameterError, ["'Real'", "real, integer", "did you mean 'real'?"]),
        (("float", [0, 1], 0.5), ParameterError, ["did you mean 'real'?"]),
        (("int", [0, 1], 0), ParameterError, ["did you mean 'integer'?"]),
        (("Cat", ["a"], "a"), ParameterError, ["did you mean 'categorical'?"]),
        (("catgorical", ["a"], "a"), ParameterError, ["did you mean 'categorical'?"]),
        (("x", ["a"], "a"), ParameterError, ["categorical, ordinal"]),
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
        (("integer", [0, 9], 2.0), ParameterError, ["integer", "2.0 (float)", "write 2, or // in place of /"]),
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


@pytest.mark.parametrize("bounds", [[0, 10 / 2], [0 / 5, 9], [0, 9.5]])
def test_integers_that_a_division_has_made_floats(bounds):
    with pytest.raises(ParameterError, match=r"'p'.*must be int") as caught:
        parse_parameter("p", ("integer", bounds, 2))
    assert ("write 19 // 2 in place of 19 / 2" if 9.5 in bounds else "// in place of /") in str(caught.value)


def test_an_iterator_can_be_read_once_only():
    specification = ("categorical", map(str, [1, 2]), "1")
    assert parse_parameter("p", specification).values == ("1", "2")
    with pytest.raises(ParameterError, match=r"'p'.*empty.*once.*list\("):
        parse_parameter("p", specification)


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
