"""Conditional clauses that are refused."""

import pytest

from pysmac_compat.space.definition import define

from .conditional_helpers import PARAMETERS, error_of
from .space_helpers import check_place


@pytest.mark.parametrize(
    "clauses",
    [
        ["child | a == x", "child | b in {x}"],
        ["child | b in {x}", "child | a == x"],
        ["child | a == x", "child | a == x"],
        ["child | a in {x} && n > 3", "child | b in {x}"],
        ["child | a in {x}", "child | b in {x}", "child | b != y"],
    ],
)
def test_any_other_repetition_is_an_error(clauses):
    error = error_of(clauses)
    assert "'child'" in str(error)
    assert "in {..}" in str(error)
    assert error.clause in clauses


@pytest.mark.parametrize(
    ("clauses", "names"),
    [
        (["n | n > 3"], ["n"]),
        (["n | a == x || n > 3"], ["n"]),
        (["n | r > 0", "r | n > 3"], ["n", "r"]),
        (["a | b == x", "b | o == small", "o | a == x"], ["a", "b", "o"]),
        (["child | a == x", "a | b == x", "b | a == x"], ["a", "b"]),
    ],
)
def test_cycles_are_errors(clauses, names):
    error = error_of(clauses)
    assert "circle" in error.message
    for name in names:
        assert name in error.message.split(": ")[-1].split(" <- ")
    assert error.clause in clauses


@pytest.mark.parametrize(
    ("clause", "pieces", "rest"),
    [
        ("child | a < y", ["'a'", "categorical", "order"], "< y"),
        ("child | a>y", ["'a'", "categorical"], ">y"),
        ("child | a == w", ["'w'", "'a'", "{x, y, z}"], "w"),
        ("child | a != w", ["'w'", "'a'", "{x, y, z}"], "w"),
        ("child | a in {x, w}", ["'w'", "'a'", "{x, y, z}"], "w}"),
        ("child | a == 'w'", ["'w'", "'a'", "{x, y, z}"], "'w'"),
        ("child | a == xy", ["'xy'", "'a'", "{x, y, z}"], "xy"),
        ("child | a == X", ["'X'", "{x, y, z}"], "X"),
        ("child | o < huge", ["'huge'", "'o'", "{small, medium, large}"], "huge"),
        ("child | o == huge", ["'huge'", "'o'", "{small, medium, large}"], "huge"),
        ("child | o in {huge}", ["'huge'", "'o'"], "huge}"),
        ("child | k == 3", ["'3'", "'k'", "{10, 2, 7}"], "3"),
        ("child | k < 3", ["'3'", "'k'", "{10, 2, 7}"], "3"),
        ("child | t == true", ["'true'", "'t'", "{True, False}"], "true"),
        ("child | n == 11", ["11", "[0, 10]", "'n'"], "11"),
        ("child | n == -1", ["-1", "[0, 10]", "'n'"], "-1"),
        ("child | n in {3, 11}", ["11", "[0, 10]", "'n'"], "11}"),
        ("child | r == 4.5", ["4.5", "[-4.0, 4.0]", "'r'"], "4.5"),
        ("child | r in {0,1,-5}", ["-5", "[-4.0, 4.0]", "'r'"], "-5}"),
        ("child | n == x", ["number", "'n'"], "x"),
        ("child | n < 3x", ["number", "'n'"], "3x"),
        ("child | n == 'x'", ["number", "'n'"], "'x'"),
        ("child | n <= 3", ["==, !=, <, >"], "<= 3"),
        ("child | n = 3", ["==, !=, <, >", "did you mean '=='?"], "= 3"),
        ("child | n", ["==, !=, <, >"], ""),
        ("child | q == x", ["'q'", "unknown"], "q == x"),
        ("child | a == x && q == x", ["'q'", "unknown"], "q == x"),
        ("child | aa == x", ["'aa'", "unknown", "did you mean 'a'?"], "aa == x"),
        ("Childs | a == x", ["'Childs'", "not defined", "did you mean 'child'?"], "Childs | a == x"),
        ("child | a == x and b == x", ["'and'", "did you mean '&&'?"], "and b == x"),
        ("child | n > 3 OR n < 1", ["'OR'", "did you mean '||'?"], "OR n < 1"),
        ("child | (a == x or b == x)", ["'or'", "did you mean '||'?"], "or b == x)"),
        ("child | a == x & b == x", ["'&'", "did you mean '&&'?"], "& b == x"),
        ("child | a in {x} orb == x", ["'orb == x'"], "orb == x"),
        ("q | a == x", ["'q'", "not defined"], "q | a == x"),
        ("child a == x", ["child | condition"], " a == x"),
        ("child", ["child | condition"], ""),
        ("child |", ["expected a comparison"], ""),
        ("child | && a == x", ["expected a comparison"], "&& a == x"),
        ("child | a == x || || b == x", ["expected a comparison"], "|| b == x"),
        ("child | (a == x", ["')'"], ""),
        ("child | a == x)", ["')'"], ")"),
        ("child | a in x, y", ["'{'"], "x, y"),
        ("child | a in {x, y", ["'}'"], ""),
        ("child | a in {x y}", ["'}'"], "y}"),
        ("child | a == 'x", ["quote"], "'x"),
        ("child | a == x | b == x", ["'|'", "did you mean '||'?"], "| b == x"),
        ("child | a == x, b == x", ["', b == x'"], ", b == x"),
        ("child | n in {3, 3.0}", ["3", "twice"], "3.0}"),
    ],
)
def test_errors_point_at_the_place(clause, pieces, rest):
    check_place(error_of(clause), clause, pieces, rest)


@pytest.mark.parametrize("clause", ["child | a == w\n", "\n  child | a == w", "child | a == x &&\n  b == w"])
def test_the_caret_stands_under_the_place_in_clauses_of_several_lines(clause):
    lines = str(error_of(clause)).split("\n")
    shown = next(i for i, line in enumerate(lines) if line.endswith("== w"))
    assert lines[shown + 1].index("^") == lines[shown].index("w")


@pytest.mark.parametrize("clauses", [None, "child | a == x", 3, {"child": "a == x"}, ["child | a == x", None], [3]])
def test_clauses_must_be_a_list_of_strings(clauses):
    with pytest.raises(ValueError, match=r"conditional_clauses .*(list of )?strings"):
        define(PARAMETERS, clauses)
