"""Forbidden clauses that are expressions: operators, functions, numbers that are none, inactive parameters."""

import contextlib
import math
import pickle

import numpy as np
import pytest

from pysmac_compat.space import parameter_space

from .forbidden_helpers import DEFAULT, INACTIVE, PARAMETERS, equals, forbids, parse

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
        ("sqrt[r]", {"r": 4.0}, 2),
        ("[sqrt [r + 5]]", {"r": 4.0}, 3),
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
        ("sqrt(r) != sqrt(r)", True),
        ("sqrt(r) != 0", True),
        ("1 != sqrt(r)", True),
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
        ("r ^ 0.5 != 0", True),
        ("0 / (r + 1) != 5", True),
        ("n % 0", True),
        ("n % 0 == 0", False),
        ("r % 0 != 0", True),
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
        ("0 / 0 != 0", True),
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
