"""Forbidden clauses: equations and expressions, what they mean, and what is refused."""

import contextlib
import itertools
import math
import pickle

import numpy as np
import pytest

from pysmac_compat._errors import ClauseError, ParameterError
from pysmac_compat.space import parameter_space
from pysmac_compat.space.definition import define
from pysmac_compat.space.forbidden import Classic, Expression, parse_forbiddens
from pysmac_compat.space.numbering import number_words
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


# ---------------------------------------------------------------------------------------------- classic clauses


@pytest.mark.parametrize(
    "clause",
    [
        "{a = x, n = 3}",
        "{a=x,n=3}",
        "{ a =x , n= 3 }",
        "  {a = x, n = 3}  ",
        "{a = 'x', n = '3'}",
        '{a="x", n="3"}',
        "{a = x, n = 3} # comment",
        "{n = 3.0, a = x}",
        "{a = x, n = 3,}",
        "{a = x, n = 3, a = x}",
    ],
)
def test_classic(clause):
    assert isinstance(parse(clause), Classic)
    for a, n in itertools.product("xyz", (2, 3, 4)):
        assert forbids(clause, a=a, n=n) == (a == "x" and n == 3)


@pytest.mark.parametrize(
    ("clause", "forbidden", "allowed"),
    [
        ("{r = 1.5}", {"r": 1.5}, {"r": 1.25}),
        ("{r=-1.5e0}", {"r": -1.5}, {"r": 1.5}),
        ("{n=-3}", {"n": -3}, {"n": 3}),
        ("{t = False}", {"t": False}, {"t": True}),
        ("{o = large}", {"o": "large"}, {"o": "small"}),
    ],
)
def test_classic_equations_of_all_types(clause, forbidden, allowed):
    assert isinstance(parse(clause), Classic)
    assert forbids(clause, **forbidden)
    assert not forbids(clause, **allowed)
    space = parameter_space(PARAMETERS, [], [clause])
    assert space.forbidden_clauses[0].is_forbidden_value({**DEFAULT, **forbidden})
    assert not space.forbidden_clauses[0].is_forbidden_value({**DEFAULT, **allowed})


@pytest.mark.parametrize("clause", ["{n = 3.5}", "{n = 3, n = 4}", "{a = x, a = y}"])
def test_classic_clauses_that_nothing_fulfils(clause):
    space = parameter_space(PARAMETERS, [], [clause])
    for n, a in itertools.product((3, 4), "xy"):
        assert not any(c.is_forbidden_value({**DEFAULT, "n": n, "a": a}) for c in space.forbidden_clauses)
        assert space.definition.violated({**DEFAULT, "n": n, "a": a}) is None


def test_a_classic_equation_on_an_inactive_parameter_is_false():
    assert forbids("{a = x, n = 3}", n=3)
    assert not forbids("{a = x, n = 3}", n=3, a=INACTIVE)
    assert not forbids("{n = 3}", n=INACTIVE)


def test_a_value_in_a_classic_clause_may_be_the_name_of_a_parameter():
    parameters = {"a": ("categorical", ["n", "y"], "y"), "n": ("integer", [0, 9], 3)}
    assert forbids("{a = n}", parameters, a="n")
    assert not forbids("{a = n}", parameters, a="y")
    assert forbids("{n = 5}", parameters, n=5)


@pytest.mark.parametrize(
    ("clause", "pieces", "rest"),
    [
        ("{a = w}", ["'w'", "'a'", "{x, y, z}"], "w}"),
        ("{a = x, b = w}", ["'w'", "'b'"], "w}"),
        ("{n = 11}", ["11", "[-10, 10]", "'n'"], "11}"),
        ("{r = -4.5}", ["-4.5", "[-4.0, 4.0]", "'r'"], "-4.5}"),
        ("{n = x}", ["number", "'n'"], "x}"),
        ("{q = x}", ["'q'"], "q = x}"),
        ("{a = x, q = x}", ["parameter"], "q = x}"),
        ("{a = x, }x", ["'x'"], "x"),
        ("{a = x b = y}", ["','"], "b = y}"),
        ("{a = x && b = y}", ["','"], "&& b = y}"),
        ("{a = x, b == y}", ["parameter = value"], "b == y}"),
        ("{a = x, n > 3}", ["parameter = value"], "n > 3}"),
        ("{a = x", ["'}'"], ""),
        ("a = x}", ["braces"], "a = x}"),
        ("a = x", ["braces"], "a = x"),
        ("{}", ["empty"], "}"),
        ("{ }", ["empty"], "}"),
        ("{a = x} {b = x}", ["'{b = x}'"], "{b = x}"),
        ("{a = 'x}", ["quote"], "'x}"),
    ],
)
def test_errors_in_classic_clauses(clause, pieces, rest):
    error = error_of(clause)
    message, shown, caret = str(error).split("\n")
    for piece in pieces:
        assert piece in message
    assert shown == "    " + clause
    assert caret == "    " + " " * error.position + "^"
    assert clause[error.position :] == rest


# ------------------------------------------------------------------------------------------------- precedence


@pytest.mark.parametrize(
    ("expression", "number"),
    [
        ("2 + 3 * 4", 14),
        ("2 * 3 + 4", 10),
        ("(2 + 3) * 4", 20),
        ("10 - 4 - 3", 3),
        ("10 - (4 - 3)", 9),
        ("24 / 4 / 2", 3),
        ("24 / 4 * 2", 12),
        ("24 * 4 / 2", 48),
        ("17 % 7 % 2", 1),
        ("17 % 7 * 2", 6),
        ("2 * 17 % 7", 6),
        ("2 + 17 % 7", 5),
        ("2 ^ 3 ^ 2", 512),
        ("(2 ^ 3) ^ 2", 64),
        ("2 * 3 ^ 2", 18),
        ("-2 ^ 2", -4),
        ("(-2) ^ 2", 4),
        ("2 ^ -1", 0.5),
        ("2 ^ -1 ^ 2", 0.5),
        ("2 ^ +3", 8),
        ("- 2 ^ - 2", -0.25),
        ("+2 ^ 2", 4),
        ("--2", 2),
        ("-+-2", 2),
        ("- -2", 2),
        ("3 - -2", 5),
        ("3--2", 5),
        ("3 +-2", 1),
        ("3 * -2", -6),
        ("-3 * -2", 6),
        ("-7 % 3", -1),
        ("7 % -3", 1),
        ("-7.5 % 2", -1.5),
        ("7.5 % 2", 1.5),
        ("1 < 2", 1),
        ("2 < 1", 0),
        ("1 + 1 < 3", 1),
        ("1 < 1 + 1", 1),
        ("(1 < 2) + 1", 2),
        ("3 > 2 > 1", 0),
        ("3 > 2 == 1", 1),
        ("1 == 3 > 2", 1),
        ("1 != 3 > 2", 0),
        ("2 == 2 == 1", 1),
        ("2 == 2 != 2", 1),
        ("3 <= 3", 1),
        ("3 >= 4", 0),
        ("1 == 1 && 2 == 3 || 1 == 1", 1),
        ("1 == 1 || 2 == 2 && 2 == 3", 1),
        ("(1 == 1 || 2 == 2) && 2 == 3", 0),
        ("1 || 1 && 0", 1),
        ("(1 || 1) && 0", 0),
        ("0 && 1 || 1", 1),
        ("0 && (1 || 1)", 0),
        ("1 && 2 == 2", 1),
        ("1 == 2 && 2", 0),
        ("1.5e1", 15),
        ("1E-1", 0.1),
        (".5", 0.5),
        ("5.", 5),
        ("1e+2", 100),
    ],
)
def test_precedence(expression, number):
    with pytest.warns(UserWarning, match="names no parameter"):
        assert equals(expression, number)


@pytest.mark.parametrize(
    ("expression", "values", "number"),
    [
        ("-r^2", {"r": 3.0}, -9),
        ("-r^2 + s", {"r": 3.0, "s": 1.0}, -8),
        ("2r", {"r": 3.0}, 6),
        ("2 r", {"r": 3.0}, 6),
        ("r s", {"r": 3.0, "s": 2.0}, 6),
        ("r 2", {"r": 3.0}, 6),
        ("2(r + 1)", {"r": 3.0}, 8),
        ("(r + 1)(s + 1)", {"r": 3.0, "s": 1.0}, 8),
        ("(r + 1) s", {"r": 3.0, "s": 2.0}, 8),
        ("r (s + 1)", {"r": 3.0, "s": 2.0}, 9),
        ("2 sqrt(r)", {"r": 4.0}, 4),
        ("2sqrt(r)", {"r": 4.0}, 4),
        ("sqrt(r) sqrt(s)", {"r": 4.0, "s": 1.0}, 2),
        ("2r^2", {"r": 3.0}, 18),
        ("r^2s", {"r": 3.0, "s": 2.0}, 18),
        ("1/2r", {"r": 3.0}, 1.5),
        ("12 / 2 r", {"r": 3.0}, 18),
        ("12 % 5 r", {"r": 3.0}, 6),
        ("2 + 3r", {"r": 3.0}, 11),
        ("-2r", {"r": 3.0}, -6),
        ("2r == 6", {"r": 3.0}, 1),
        ("1e1r", {"r": 3.0}, 30),
    ],
)
def test_multiplication_without_a_sign(expression, values, number):
    assert equals(expression, number, **values)


@pytest.mark.parametrize(
    ("name", "argument", "expected"),
    [
        ("abs", -2.5, 2.5),
        ("acos", 0.25, math.acos(0.25)),
        ("asin", 0.25, math.asin(0.25)),
        ("atan", 0.25, math.atan(0.25)),
        ("cos", 2.0, math.cos(2.0)),
        ("sin", 2.0, math.sin(2.0)),
        ("tan", 2.0, math.tan(2.0)),
        ("exp", 1.5, math.exp(1.5)),
        ("sinh", 1.5, math.sinh(1.5)),
        ("cosh", 1.5, math.cosh(1.5)),
        ("tanh", 1.5, math.tanh(1.5)),
        ("ceil", 1.2, 2.0),
        ("ceil", -1.2, -1.0),
        ("floor", 1.8, 1.0),
        ("floor", -1.2, -2.0),
        ("log", 3.0, math.log(3.0)),
        ("log1p", 3.0, math.log1p(3.0)),
        ("log2", 8.0 / 3, math.log2(8.0 / 3)),
        ("log10", 3.0, math.log10(3.0)),
        ("expm1", 0.5, math.expm1(0.5)),
        ("sqrt", 3.0, math.sqrt(3.0)),
        ("cbrt", 3.375, 1.5),
        ("cbrt", -3.375, -1.5),
    ],
)
def test_functions(name, argument, expected):
    assert forbids(f"{{abs({name}(r) - ({expected!r})) < 1e-12}}", r=argument)
    assert forbids(f"{{abs({name} ( r ) - ({expected!r})) < 1e-12}}", r=argument)
    assert not forbids(f"{{abs({name}(r) - ({expected!r})) > 1e-12}}", r=argument)


@pytest.mark.parametrize(
    ("expression", "values", "expected"),
    [
        ("-2 < r < s", {"r": 0.0, "s": 2.0}, True),  # 1 < 2
        ("-2 < r < s", {"r": -3.0, "s": 0.5}, True),  # 0 < 0.5, although -2 < -3 is false
        ("-2 < r < s", {"r": 0.0, "s": 1.0}, False),  # 1 < 1
        ("-2 < r < s", {"r": 0.0, "s": 0.5}, False),
        ("-2 < r < 2", {"r": 3.0}, True),
        ("1 > r > 0", {"r": 3.0}, False),
        ("r == s == 1", {"r": 3.0, "s": 3.0}, True),
        ("r == s == 3", {"r": 3.0, "s": 3.0}, False),
        ("r == s == 0", {"r": 3.0, "s": 2.0}, True),
    ],
)
def test_chained_comparisons(expression, values, expected):
    assert forbids(f"{{{expression}}}", **values) == expected


@pytest.mark.parametrize("value", [-2.0, -0.5, 0.0, 0.5, 2.0])
def test_a_clause_forbids_unless_it_is_zero(value):
    assert forbids("{r}", r=value) == (value != 0)
    assert forbids("{r * 2}", r=value) == (value != 0)
    assert forbids("{n - 2}", n=2) is False


@pytest.mark.parametrize("value", [-2.0, -0.5, 0.0, 0.5, 2.0])
def test_inside_and_and_or_a_number_is_true_above_zero(value):
    assert forbids("{r && 1}", r=value) == (value > 0)
    assert forbids("{1 && r}", r=value) == (value > 0)
    assert forbids("{r || 0}", r=value) == (value > 0)
    assert forbids("{0 || r}", r=value) == (value > 0)
    assert forbids("{r || -1}", r=value) == (value > 0)
    assert forbids("{(r && 1) == 1}", r=value) == (value > 0)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("log(r)", True),  # not a number, which is not 0
        ("sqrt(r)", True),
        ("sqrt(r) + 1", True),
        ("-sqrt(r)", True),
        ("sqrt(r) == sqrt(r)", False),
        ("sqrt(r) != sqrt(r)", False),
        ("sqrt(r) != 0", False),
        ("1 != sqrt(r)", False),
        ("sqrt(r) < 5", False),
        ("sqrt(r) > 5", False),
        ("sqrt(r) <= 5", False),
        ("sqrt(r) >= 5", False),
        ("sqrt(r) && 1", False),
        ("1 && sqrt(r)", False),
        ("sqrt(r) || 0", False),
        ("sqrt(r) || 1", True),
        ("1 || sqrt(r)", True),
        ("(sqrt(r) > 5) == 0", True),
        ("acos(s)", True),
        ("r ^ 0.5", True),
        ("r ^ 0.5 != 0", False),
        ("0 / (r + 1) != 5", False),
        ("n % 0", True),
        ("n % 0 == 0", False),
        ("r % 0 != 0", False),
    ],
)
def test_not_a_number(expression, expected):
    assert forbids(f"{{{expression}}}", r=-1.0, s=3.0) == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("n / 0 > 1e300", True),
        ("-n / 0 < -1e300", True),
        ("n / 0", True),
        ("n / 0 == n / 0", True),
        ("n / 0 - n / 0 == 0", False),
        ("1 / (n / 0) == 0", True),
        ("0 / 0 == 0", False),
        ("0 / 0 != 0", False),
        ("n / (r - 1) > 50", True),
        ("n / -(r - 1) < -50", True),
        ("n % (r - 1) == 0", False),
        ("n % (1 / 0) == n", True),
        ("exp(1000) > 1e308", True),
        ("exp(-1000) == 0", True),
        ("log(0) < -1e308", True),
        ("0 ^ 0 == 1", True),
        ("0 ^ -1 > 1e308", True),
        ("(-8) ^ 2 == 64", True),
        ("(0 - 2) ^ 3 == -8", True),
        ("10 ^ 400 > 1e308", True),
        ("0.1 + 0.2 == 0.3", False),
        ("0.1 + 0.2 == 0.30000000000000004", True),
    ],
)
@pytest.mark.filterwarnings("ignore:.*names no parameter")
def test_ieee_arithmetic(expression, expected, recwarn):
    assert forbids(f"{{{expression}}}", n=2, r=1.0) == expected
    assert not [w for w in recwarn if issubclass(w.category, RuntimeWarning)]


# ----------------------------------------------------------------------------------------- inactive parameters


@pytest.mark.parametrize("operator", ["==", "!=", "<", ">", "<=", ">="])
def test_a_comparison_that_names_an_inactive_parameter_is_false(operator):
    for clause in (f"{{n {operator} 3}}", f"{{3 {operator} n}}", f"{{n {operator} n}}", f"{{m + 0 * n {operator} 3}}"):
        assert not forbids(clause, n=INACTIVE)
    assert not forbids(f"{{a {operator} b}}", a=INACTIVE)
    assert not forbids(f"{{(n > 3) {operator} (m > 3)}}", n=INACTIVE)


def test_and_and_or_work_as_usual_with_inactive_parameters():
    assert forbids("{n != 3 || m == 2}", n=INACTIVE, m=2)
    assert not forbids("{n != 3 || m == 2}", n=INACTIVE, m=3)
    assert not forbids("{n != 3 && m == 2}", n=INACTIVE, m=2)
    assert not forbids("{n || 0}", n=INACTIVE)
    assert not forbids("{n && 1}", n=INACTIVE)
    assert forbids("{n || m}", n=INACTIVE, m=2)
    assert forbids("{n > 3 && r > 0 || m == 2}", n=INACTIVE, m=2)


@pytest.mark.parametrize(
    "expression", ["n", "-n", "n + m", "n * 0 + 1", "sqrt(n)", "log(n) / 0", "n ^ 0", "1 + (n > 3)"]
)
def test_a_bare_value_over_an_inactive_parameter_does_not_forbid(expression):
    assert not forbids(f"{{{expression}}}", n=INACTIVE)


# -------------------------------------------------------------------------------------------- names and words


def test_values_of_ordinals_and_categoricals_compare_by_the_common_numbering():
    for o in PARAMETERS["o"][1]:
        assert forbids("{o < large}", o=o) == (o != "large")
        assert forbids("{o > small}", o=o) == (o != "small")
        assert forbids("{o == medium}", o=o) == (o == "medium")
        assert forbids("{o != medium}", o=o) == (o != "medium")
    for a, b in itertools.product("xyz", repeat=2):
        assert forbids("{a == b}", a=a, b=b) == (a == b)
        assert forbids("{a != b}", a=a, b=b) == (a != b)
        assert forbids("{a < b}", a=a, b=b) == (a < b)
        assert forbids("{a > b}", a=a, b=b) == (a > b)
        assert forbids("{a == y && b == z}", a=a, b=b) == (a == "y" and b == "z")


@pytest.mark.parametrize("choices", [[1, 10, 2], ["1", "10", "2"], [1.0, 10.0, 2.0], [-1.5, 10.0, 2.0]])
def test_values_that_are_numbers_compare_as_numbers(choices):
    parameters = {"p": ("categorical", choices, choices[0]), "q": ("categorical", choices, choices[0])}
    for p, q in itertools.product(choices, repeat=2):
        assert forbids("{p < q}", parameters, p=p, q=q) == (float(p) < float(q))
        assert forbids("{p + q > 11}", parameters, p=p, q=q) == (float(p) + float(q) > 11)
        assert forbids("{p == 10}", parameters, p=p, q=q) == (float(p) == 10)
        assert forbids("{p == '10'}", parameters, p=p, q=q) == (float(p) == 10)


@pytest.mark.parametrize(
    ("specifications", "expected"),
    [
        ([("categorical", ["b", "a"], "a")], {"a": 1, "b": 2}),
        ([("ordinal", ["b", "a"], "a")], {"b": 1, "a": 2}),
        ([("categorical", ["b", "a"], "a"), ("ordinal", ["c", "a"], "a")], {"b": 1, "c": 2, "a": 3}),
        ([("categorical", [3, 7], 3), ("categorical", ["b", "a"], "a")], {"a": 8, "b": 9}),
        ([("categorical", [3.5, 7.5], 3.5), ("categorical", ["b", "a"], "a")], {"a": 8, "b": 9}),
        ([("ordinal", [-7, -3], -3), ("categorical", ["b", "a"], "a")], {"a": -2, "b": -1}),
        ([("categorical", ["2.5", "x"], "x")], {"x": 3}),
        ([("categorical", [True, False], True)], {"False": 1, "True": 2}),
        ([("categorical", [None, "x"], "x")], {"None": 1, "x": 2}),
        ([("integer", [0, 1000], 5), ("categorical", ["a"], "a")], {"a": 1}),
        ([("ordinal", ["d", "b"], "d"), ("ordinal", ["c", "b", "a"], "c")], {"c": 1, "d": 2, "b": 3, "a": 4}),
        ([("ordinal", ["m", "z"], "m"), ("ordinal", ["z", "a"], "z"), ("categorical", ["b"], "b")],
         {"b": 1, "m": 2, "z": 3, "a": 4}),
        ([("ordinal", ["low", "high"], "low"), ("ordinal", ["low", "mid", "high"], "low")],
         {"low": 1, "mid": 2, "high": 3}),
        ([("categorical", ["b", "B", "_", "a"], "a")], {"B": 1, "_": 2, "a": 3, "b": 4}),
    ],
)  # fmt: skip
def test_numbering_of_words(specifications, expected):
    parameters = parse_parameters({f"p{i}": specification for i, specification in enumerate(specifications)})
    assert number_words(parameters.values()) == expected


def test_a_word_takes_part_in_arithmetic_by_its_number():
    parameters = {"p": ("categorical", [1, 7], 1), "c": ("categorical", ["b", "a"], "a")}
    assert forbids("{c == 8}", parameters, c="a")
    assert forbids("{c > p}", parameters, c="a", p=7)
    assert forbids("{c == p + 1}", parameters, c="a", p=7)
    assert forbids("{c + 1 == b}", parameters, c="a")


def test_ordinals_that_contradict_each_other():
    parameters = {
        "p": ("ordinal", ["cold", "mild", "warm"], "mild"),
        "q": ("ordinal", ["warm", "mild"], "mild"),
        "u": ("ordinal", ["a", "b"], "a"),
        "n": ("integer", [0, 10], 2),
    }
    for clause in ("{p > q}", "{n > 5}"):
        with pytest.raises(ParameterError, match=r"'p' .*'q' ") as caught:
            define(parameters, [], [clause])
        assert "'u'" not in str(caught.value)
    # without an expression clause they are no problem
    assert define(parameters, ["u | p > cold && q < mild"], ["{p = cold, q = warm}"])


def test_ordinals_that_contradict_each_other_in_a_longer_circle():
    parameters = {
        "p": ("ordinal", ["a", "b"], "a"),
        "q": ("ordinal", ["b", "c"], "b"),
        "u": ("ordinal", ["c", "a"], "c"),
    }
    with pytest.raises(ParameterError, match=r"'p' .*'q' .*'u' "):
        define(parameters, [], ["{p > q}"])


def test_ordinals_of_numbers_that_contradict_each_other():
    parameters = {"p": ("ordinal", [1, 2, 3], 1), "q": ("ordinal", [3, 2, 1], 1)}
    with pytest.raises(ValueError, match="'q'"):
        define(parameters, [], ["{p > q + 2}"])
    assert define(parameters, [], ["{p = 3, q = 3}"])


def test_a_bare_word_that_is_a_parameter_is_the_parameter():
    parameters = {
        "a": ("categorical", ["n", "y"], "y"),
        "n": ("integer", [0, 9], 3),
    }
    # the numbers of the words: n is 1, y is 2
    assert forbids("{a == 'n'}", parameters, a="n", n=5)
    assert not forbids("{a == 'n'}", parameters, a="y", n=2)
    assert forbids("{a == n}", parameters, a="y", n=2)
    assert not forbids("{a == n}", parameters, a="n", n=5)
    assert forbids('{a == "n" && n > 4}', parameters, a="n", n=5)


@pytest.mark.parametrize(
    "text", ["{a == 'y' && n < 5}", '{a == "y" && n < 5}', "{'y' == a && n < 5}", "{a=='y'&&n<'5'}"]
)
def test_quoted_words(text):
    for a, n in itertools.product("xy", (4, 5)):
        assert forbids(text, a=a, n=n) == (a == "y" and n < 5)


@pytest.mark.parametrize(
    "text",
    [
        "{n == 3 && a == y || r > 1}",
        "{n==3&&a==y||r>1}",
        "{ n  ==  3  &&  a  ==  y  ||  r  >  1 }",
        "{n== 3 &&a ==y ||r> 1}",
        "{(n==3)&&(a==y)||(r>1)}",
        "{n==3&&a=='y'||r>1} # comment",
        "\t{n == 3\t&& a == y || r > 1}",
    ],
)
def test_missing_blanks_do_not_change_the_meaning(text):
    assert isinstance(parse(text), Expression)
    for n, a, r in itertools.product((2, 3), "xy", (1.0, 2.0)):
        assert forbids(text, n=n, a=a, r=r) == ((n == 3 and a == "y") or r > 1)


@pytest.mark.parametrize(
    ("text", "forbidden", "allowed"),
    [
        ("{n==3}", [3], [2, 4]),
        ("{n!=3}", [2, 4], [3]),
        ("{n<=3}", [2, 3], [4]),
        ("{n>=3}", [3, 4], [2]),
        ("{n<-3}", [-4], [-3]),
        ("{n>-3}", [-2], [-3]),
        ("{n==-3}", [-3], [3]),
        ("{-n==3}", [-3], [3]),
        ("{n^2==9}", [3, -3], [2]),
        ("{n-1==2}", [3], [4]),
        ("{n%3==0}", [3, 0, -3], [1, -1]),
        ("{n % 3 == -1}", [-1, -4], [1, 2]),
    ],
)
def test_short_clauses(text, forbidden, allowed):
    assert [forbids(text, n=n) for n in forbidden] == [True] * len(forbidden)
    assert [forbids(text, n=n) for n in allowed] == [False] * len(allowed)


def test_the_longest_known_name_wins():
    parameters = {
        name: ("integer", [0, 100], default)
        for name, default in {"x": 1, "x1": 2, "x10": 3, "x-y": 4, "y": 5, "sp-var-dec": 6, "sp": 7}.items()
    }
    for name, value in {"x": 1, "x1": 2, "x10": 3, "x-y": 4, "sp-var-dec": 6, "sp": 7}.items():
        assert forbids(f"{{{name} == {value}}}", parameters)
        assert forbids(f"{{{name}=={value}}}", parameters)
        assert forbids(f"{{2{name} == {2 * value}}}", parameters)
    assert forbids("{y - x == 4}", parameters)
    assert forbids("{y-x == 4}", parameters)
    assert forbids("{x - y == -4}", parameters)
    assert forbids("{x-y+x == 5}", parameters)


@pytest.mark.parametrize(
    "name", ["sp-var-dec", "@1:x", "a|b", "a{b", "a}b", "a.b", "λ", "a&b", "x,y", "1st", "$v", "a+b"]
)
def test_names_may_be_almost_anything(name):
    parameters = {name: ("integer", [0, 9], 3), "other": ("real", [0, 1], 0.5)}
    for text in (f"{{{name} > 5}}", f"{{{name}>5}}", f"{{other < 1 && {name} > 5}}", f"{{2{name} > 10}}"):
        if text.startswith("{21"):
            continue
        assert forbids(text, parameters, **{name: 6})
        assert not forbids(text, parameters, **{name: 5})
    for text in (f"{{{name} = 5}}", f"{{{name}=5}}", f"{{other=0.5,{name}=5}}", f"{{{name}=5,other=0.5}}"):
        assert isinstance(parse(text, parameters), Classic)
        assert forbids(text, parameters, **{name: 5})
        assert not forbids(text, parameters, **{name: 6})


def test_names_of_functions_as_parameters_and_values():
    parameters = {
        "log": ("real", [0, 10], 1.0),
        "exp": ("real", [0, 10], 1.0),
        "c": ("categorical", ["sqrt", "none"], "none"),
        "expo": ("integer", [0, 10], 1),
    }
    assert forbids("{log > 2}", parameters, log=3.0)
    assert forbids("{log(log) > 1}", parameters, log=3.0)
    assert not forbids("{log(log) > 1}", parameters, log=2.0)
    assert forbids("{expo + exp == 4}", parameters, expo=2, exp=2.0)
    assert forbids("{c == sqrt && log == 1}", parameters, c="sqrt")
    assert forbids("{c == 'sqrt'}", parameters, c="sqrt")


@pytest.mark.parametrize("value", ["l1-l2", "a b", "a,b", "a#b", "2nd", "x|y", "a}b", "it", "&&", "λ", "(v)"])
@pytest.mark.parametrize("quote", ["", "'", '"'])
def test_values_may_be_almost_anything(value, quote):
    parameters = {"c": ("categorical", [value, "other"], "other"), "n": ("integer", [0, 9], 3)}
    for text in (f"{{c == {quote}{value}{quote} && n > 2}}", f"{{n > 2 && c=={quote}{value}{quote}}}"):
        assert forbids(text, parameters, c=value)
        assert not forbids(text, parameters, c="other")


@pytest.mark.parametrize(
    ("clause", "pieces", "rest"),
    [
        ("{x10 > 3}", ["'x10'"], "x10 > 3}"),
        ("{n5 > 3}", ["'n5'"], "n5 > 3}"),
        ("{nm > 3}", ["'nm'"], "nm > 3}"),
        ("{n > foo}", ["'foo'"], "foo}"),
        ("{n > 3 && foo}", ["'foo'"], "foo}"),
        ("{a == 'w'}", ["'w'"], "'w'}"),
        ("{N > 3}", ["'N'"], "N > 3}"),
        ("{max(n, m) > 3}", ["'max'"], "max(n, m) > 3}"),
        ("{log3(n) > 3}", ["'log3'"], "log3(n) > 3}"),
        ("{sqrt n > 3}", ["'sqrt'"], "sqrt n > 3}"),
        ("{n > }", ["expected a value"], "}"),
        ("{n + }", ["expected a value"], "}"),
        ("{n > 3 &&}", ["expected a value"], "}"),
        ("{n > 3 || }", ["expected a value"], "}"),
        ("{&& n > 3}", ["expected a value"], "&& n > 3}"),
        ("{* n}", ["expected a value"], "* n}"),
        ("{n > 3 & m > 3}", ["'&'", "'&&'"], "& m > 3}"),
        ("{n > 3 | m > 3}", ["'|'", "'||'"], "| m > 3}"),
        ("{n > 3 && m = 3}", ["'=='"], "= 3}"),
        ("{n => 3}", ["'=='"], "=> 3}"),
        ("{n === 3}", ["expected a value"], "= 3}"),
        ("{n =< 3}", ["'=='"], "=< 3}"),
        ("{!n}", ["expected a value"], "!n}"),
        ("{n ** 2 > 3}", ["expected a value"], "* 2 > 3}"),
        ("{(n > 3}", ["')'"], "}"),
        ("{((n) > 3}", ["')'"], "}"),
        ("{n) > 3}", ["')"], ") > 3}"),
        ("{()}", ["expected a value"], ")}"),
        ("{sqrt() > 3}", ["expected a value"], ") > 3}"),
        ("{n > 3", ["'}'"], ""),
        ("{n > (3", ["')'"], ""),
        ("{n > 3}}", ["'}'"], "}"),
        ("{n > 3} m", ["'m'"], "m"),
        ("{n > 3, m > 3}", ["','"], ", m > 3}"),
        ("{n > 'x}", ["quote"], "'x}"),
        ("{n > 3 # comment}", ["'}'"], ""),
        ("{n ? 3}", ["'? 3}'"], "? 3}"),
        ("n > 3", ["braces"], "n > 3"),
        ("{__import__('os')}", ["'__import__'"], "__import__('os')}"),
    ],
)
def test_errors_point_at_the_place(clause, pieces, rest):
    error = error_of(clause)
    message, shown, caret = str(error).split("\n")
    for piece in pieces:
        assert piece in message
    assert shown == "    " + clause
    assert caret == "    " + " " * error.position + "^"
    # blanks before the end of the clause do not matter
    assert clause[error.position :].strip() == rest


@pytest.mark.parametrize(
    ("clause", "rest"),
    [
        ("{n > 3 4}", "4}"),
        ("{3 4 > n}", "4 > n}"),
        ("{n > 3.5.5}", ".5}"),
        ("{n > 1e}", "e}"),
        ("{n > 0x10}", "x10}"),
    ],
)
def test_numbers_that_are_none(clause, rest):
    error = error_of(clause)
    assert clause[error.position :] == rest


# --------------------------------------------------------------------------------------------- whole definitions


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


def test_arrays_are_evaluated_in_one_go():
    clause = parse("{r^2 + s^2 < 9 && n % 2 == 0 || sqrt(r) != s}")
    rng = np.random.default_rng(0)
    columns = {"r": rng.uniform(-4, 4, 500), "s": rng.uniform(-4, 4, 500)}
    columns["n"] = rng.integers(-10, 11, 500).astype(float)
    for column in columns.values():
        column[rng.random(500) < 0.1] = np.nan
    found = clause.forbids(columns, 500)
    for i in range(500):
        values = {name: column[i] for name, column in columns.items() if not np.isnan(column[i])}
        assert clause.forbids_values(values) == found[i]


def test_long_clauses():
    """As a program writes them: one alternative for each of many pairs."""
    text = "{" + " || ".join(f"n == {i % 10} && r > {i / 100}" for i in range(1500)) + "}"
    clause = parse(text)
    assert clause.forbids_values({"n": 9, "r": 1.0})
    assert not clause.forbids_values({"n": 9, "r": 0.05})


def test_long_clauses_can_be_copied():
    text = "{" + " || ".join(f"n == {i % 10} && r > {i / 100}" for i in range(400)) + "}"
    space = parameter_space({**PARAMETERS, "r": ("real", [-4.0, 4.0], -1.0)}, [], [text])
    again = pickle.loads(pickle.dumps(space))
    assert again.definition.violated({**DEFAULT, "n": 9, "r": 1.0})


def test_deep_parentheses():
    assert forbids("{" + "(" * 100 + "n" + ")" * 100 + " > 5}", n=6)


def test_too_deep_parentheses_work_or_are_refused():
    with contextlib.suppress(ValueError):
        assert forbids("{" + "(" * 1000 + "n" + ")" * 1000 + " > 5}", n=6)
