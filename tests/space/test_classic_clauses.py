"""Forbidden clauses that are lists of equations."""

import itertools

import pytest

from pysmac_compat.space import parameter_space
from pysmac_compat.space.forbidden import Classic

from .forbidden_helpers import DEFAULT, INACTIVE, PARAMETERS, error_of, forbids, parse
from .space_helpers import check_place


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
        ("{A = x}", ["'A'", "did you mean 'a'?"], "A = x}"),
        ("{n = 3, AA = x}", ["'AA'", "did you mean 'a'?"], "AA = x}"),
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
    check_place(error_of(clause), clause, pieces, rest)
