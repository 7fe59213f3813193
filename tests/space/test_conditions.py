"""Conditional clauses: what they mean."""

import contextlib
import itertools

import pytest

from pysmac_compat.space import parameter_space
from pysmac_compat.space.definition import define

from .conditional_helpers import DEFAULT, PARAMETERS, is_active
from .space_helpers import check_legal


@pytest.mark.parametrize(
    ("condition", "name", "true_for", "false_for"),
    [
        ("a == x", "a", ["x"], ["y", "z"]),
        ("a != x", "a", ["y", "z"], ["x"]),
        ("a in {x, z}", "a", ["x", "z"], ["y"]),
        ("a in {y}", "a", ["y"], ["x", "z"]),
        ("a in {x, y, z}", "a", ["x", "y", "z"], []),
        ("t == True", "t", [True], [False]),
        ("t != True", "t", [False], [True]),
        ("t in {False}", "t", [False], [True]),
        ("n == 3", "n", [3], [2, 4]),
        ("n != 3", "n", [2, 4, 0, 10], [3]),
        ("n < 3", "n", [0, 2], [3, 4, 10]),
        ("n > 3", "n", [4, 10], [3, 2, 0]),
        ("n in {0, 10}", "n", [0, 10], [1, 9]),
        ("n == 3.0", "n", [3], [2, 4]),
        ("r == 1.5", "r", [1.5], [1.4, 1.6, -1.5]),
        ("r != 1.5", "r", [1.4, 1.6, -1.5, 4.0, -4.0], [1.5]),
        ("r < 1.5", "r", [-4.0, 1.4], [1.5, 1.6, 4.0]),
        ("r > -1.5", "r", [-1.4, 4.0], [-1.5, -1.6]),
        ("r in {-4, 1e-1, 2.5E0}", "r", [-4.0, 0.1, 2.5], [1.0, 4.0]),
        ("r == -4", "r", [-4.0], [4.0, 0.0]),
        ("r > +1.5", "r", [2.0], [1.0]),
    ],
)
def test_operators(condition, name, true_for, false_for):
    assert [is_active(f"child | {condition}", **{name: value}) for value in true_for] == [True] * len(true_for)
    assert [is_active(f"child | {condition}", **{name: value}) for value in false_for] == [False] * len(false_for)


@pytest.mark.parametrize(
    ("condition", "true_for"),
    [
        ("o < large", ["small", "medium"]),  # alphabetically, large comes first
        ("o < medium", ["small"]),
        ("o < small", []),
        ("o > small", ["medium", "large"]),
        ("o > large", []),
        ("o == medium", ["medium"]),
        ("o != medium", ["small", "large"]),
        ("o in {large, small}", ["small", "large"]),
    ],
)
def test_ordinals_of_words_compare_by_position(condition, true_for):
    found = [value for value in PARAMETERS["o"][1] if is_active(f"child | {condition}", o=value)]
    assert found == true_for


@pytest.mark.parametrize(
    ("condition", "true_for"),
    [
        ("k < 2", [10]),
        ("k < 7", [10, 2]),
        ("k < 10", []),
        ("k > 10", [2, 7]),
        ("k > 2", [7]),
        ("k == 7", [7]),
        ("k != 7", [10, 2]),
    ],
)
def test_ordinals_of_numbers_compare_by_position_too(condition, true_for):
    assert [value for value in PARAMETERS["k"][1] if is_active(f"child | {condition}", k=value)] == true_for


@pytest.mark.parametrize(
    ("condition", "true_for"),
    [
        ("n == 3.5", []),
        ("n in {3.5}", []),
        ("n in {3.5, 4}", [4]),
        ("n != 3.5", list(range(11))),
        ("n < 3.5", [0, 1, 2, 3]),
        ("n > 3.5", [4, 5, 6, 7, 8, 9, 10]),
        ("n < 9.5", list(range(10))),
        ("n < 10.5", list(range(11))),
        ("n > 9.5", [10]),
        ("n > 10.5", []),
        ("n > 10", []),
        ("n < 0", []),
        ("n < -0.5", []),
        ("n > -0.5", list(range(11))),
        ("n > -7", list(range(11))),
        ("n < 99", list(range(11))),
        ("n > 99", []),
        ("n != 99", list(range(11))),
        ("n < 1e30", list(range(11))),
        ("n > 1e30", []),
    ],
)
def test_integer_parents_compare_as_numbers(condition, true_for):
    assert [n for n in range(11) if is_active(f"child | {condition}", n=n)] == true_for


@pytest.mark.parametrize(
    ("condition", "expected"),
    [("r < 4", [True, True, False]), ("r > -4", [False, True, True]), ("r < 5", [True] * 3), ("r > 5", [False] * 3)],
)
def test_real_parents_at_and_beyond_their_bounds(condition, expected):
    assert [is_active(f"child | {condition}", r=r) for r in (-4.0, 0.0, 4.0)] == expected


@pytest.mark.parametrize("condition", ["r < 1e400", "n < 1e400"])
def test_an_infinite_upper_limit_always_holds_or_is_refused(condition):
    with contextlib.suppress(ValueError):
        assert is_active(f"child | {condition}")


def test_and_binds_tighter_than_or():
    clause = "child | a == y || b == y && o == large"
    for a, b, o in itertools.product("xy", "xy", ["small", "large"]):
        assert is_active(clause, a=a, b=b, o=o) == (a == "y" or (b == "y" and o == "large"))
    clause = "child | b == y && o == large || a == y"
    for a, b, o in itertools.product("xy", "xy", ["small", "large"]):
        assert is_active(clause, a=a, b=b, o=o) == ((b == "y" and o == "large") or a == "y")


def test_parentheses():
    clause = "child | (a == y || b == y) && (o == large)"
    for a, b, o in itertools.product("xy", "xy", ["small", "large"]):
        assert is_active(clause, a=a, b=b, o=o) == ((a == "y" or b == "y") and o == "large")
    assert is_active("child | ((a == y))", a="y")
    assert is_active("child|(a==y||b==y)&&o==large", a="y", o="large")


@pytest.mark.parametrize(
    "clause",
    [
        "child|a==y&&n>3||o in{small,large}",
        "child |a== y &&n >3|| o in {small,large}",
        "  child  |  a  ==  y  &&  n  >  3  ||  o  in  {  small ,  large  }  ",
        "child\t|\ta == y\t&& n > 3 || o in {small,\tlarge}",
        "child | a == 'y' && n > '3' || o in {'small', \"large\"}",
        'child | a == "y" && n > 3 || o in {"small",large}',
        "child | a == y && n > 3 || o in {small, large} # && b == z",
        "child | a == y && n > 3 || o in {small, large}# no blank before",
    ],
)
def test_blanks_quotes_and_comments(clause):
    for a, n, o in itertools.product("xy", (3, 4), ["small", "medium", "large"]):
        assert is_active(clause, a=a, n=n, o=o) == ((a == "y" and n > 3) or o in ("small", "large"))


@pytest.mark.parametrize("clause", ["", "   ", "# nothing but a comment", "  # a comment"])
def test_blank_clauses_have_no_meaning(clause):
    assert define(PARAMETERS, [clause]).conditions == {}


@pytest.mark.parametrize("operator", ["&&", "||"])
def test_a_trailing_operator_warns_and_has_no_meaning(operator):
    with pytest.warns(UserWarning, match="at the end"):
        definition = define(PARAMETERS, [f"child | a == y {operator}"])
    assert "child" in definition.active({**DEFAULT, "a": "y"})
    assert "child" not in definition.active(DEFAULT)


@pytest.mark.parametrize("operator", ["==", "in", "!=", "<", ">"])
def test_a_condition_on_an_inactive_parent_is_false(operator):
    right = "{medium}" if operator == "in" else "medium"
    clauses = ["o | a == y", f"child | o {operator} {right}"]
    for o in PARAMETERS["o"][1]:
        assert not is_active(clauses, a="x", o=o)
    assert is_active(clauses, a="y", o={"<": "small", ">": "large", "!=": "small"}.get(operator, "medium"))


@pytest.mark.parametrize("condition", ["n != 3", "n < 3.5", "n > -1", "n != 3.5", "r != 0", "r < 99", "a != x"])
def test_numeric_and_always_true_conditions_need_an_active_parent(condition):
    name = condition[0]
    values = {"n": 2, "r": 1.0, "a": "y"}
    clauses = [f"{name} | b == y", f"child | {condition}"]
    assert not is_active(clauses, b="x", **{name: values[name]})
    assert is_active(clauses, b="y", **{name: values[name]})


def test_an_inactive_parent_leaves_the_other_side_of_or():
    clauses = ["o | a == y", "child | o != large || n > 3"]
    assert is_active(clauses, a="x", n=4)
    assert not is_active(clauses, a="x", n=3)
    assert is_active(clauses, a="y", o="small", n=3)


def test_chains_of_any_depth():
    depth = 60
    parameters = {f"p{i}": ("categorical", ["on", "off"], "on") for i in range(depth)}
    clauses = [f"p{i} | p{i - 1} != off" for i in range(1, depth)]
    definition = define(parameters, clauses)
    values = dict.fromkeys(parameters, "on")
    assert len(definition.active(values)) == depth
    assert len(definition.active({**values, "p20": "off"})) == 21
    assert len(definition.active({**values, "p20": "off", "p21": "on"})) == 21


def test_the_order_of_clauses_and_definitions_does_not_matter():
    clauses = ["b | a == y", "o | b != x", "n | o > small || a == x", "child | n > 3 && b == y"]
    names = ["a", "b", "o", "n", "child"]
    grid = list(itertools.product("xy", "xyz", ["small", "large"], (3, 4)))
    expected = None
    for order in itertools.permutations(range(4)):
        parameters = {names[i]: PARAMETERS[names[i]] for i in (4, *order)}
        definition = define(parameters, [clauses[i] for i in order])
        found = [definition.active({"a": a, "b": b, "o": o, "n": n, "child": 0.5}) for a, b, o, n in grid]
        expected = expected or found
        assert found == expected


def test_lines_for_one_child_are_joined_as_text():
    parameters = {name: ("categorical", [1, 2, 3], 1) for name in "pqr"} | {"child": ("real", [0, 1], 0.5)}
    clauses = ["child | p in {1} || q in {2}", "child | r in {3}"]
    for p, q, r in itertools.product((1, 2, 3), repeat=3):
        expected = p == 1 or (q == 2 and r == 3)
        assert is_active(clauses, parameters=parameters, p=p, q=q, r=r) == expected
    for p, q, r in itertools.product((1, 2, 3), repeat=3):
        expected = (r == 3 and p == 1) or q == 2
        assert is_active(clauses[::-1], parameters=parameters, p=p, q=q, r=r) == expected


def test_three_lines_for_one_child():
    parameters = {name: ("categorical", [1, 2], 1) for name in "pqrs"} | {"child": ("real", [0, 1], 0.5)}
    clauses = ["child | p in {1} || q in {1}", "child | r in {1} || s in {2}", "child | p in {2}"]
    for p, q, r, s in itertools.product((1, 2), repeat=4):
        expected = p == 1 or (q == 1 and r == 1) or (s == 2 and p == 2)
        assert is_active(clauses, parameters=parameters, p=p, q=q, r=r, s=s) == expected


def test_the_same_line_twice():
    assert is_active(["child | a in {x}", "child | a in {x}"])
    assert not is_active(["child | a in {x}", "child | a in {x}"], a="y")


def test_a_parent_on_a_log_scale():
    parameters = {
        "lr": ("real", [1e-6, 1.0], 1e-3, "log"),
        "m": ("integer", [1, 1024], 8, "log"),
        "u": ("real", [0, 1], 0.5),
        "v": ("real", [0, 1], 0.5),
    }
    clauses = ["u | lr < 1e-4", "v | m > 100 && lr > 0.001"]
    for lr, m in itertools.product((1e-6, 9.9e-5, 1e-4, 1e-3, 0.0011, 1.0), (1, 100, 101, 1024)):
        assert is_active(clauses, "u", parameters=parameters, lr=lr, m=m) == (lr < 1e-4)
        assert is_active(clauses, "v", parameters=parameters, lr=lr, m=m) == (m > 100 and lr > 0.001)
    space = parameter_space(parameters, clauses)
    space.seed(1)
    for configuration in space.sample_configuration(300):
        check_legal(space, configuration)


@pytest.mark.parametrize(
    ("clauses", "expected"),
    [
        (["child | a == y && n > 3", "r | a == y || n > 3"], {"a", "n", "r"}),
        (["r | a == y || n > 3", "child | a == y && n > 3"], {"a", "n", "r"}),
    ],
)
def test_children_with_the_same_parts_joined_differently(clauses, expected):
    """Conditions of ConfigSpace that look alike must not be taken for the same."""
    parameters = {name: PARAMETERS[name] for name in ("a", "n", "r", "child")}
    assert define(parameters, clauses).active({"a": "x", "n": 4, "r": 1.0, "child": 0.5}) == expected
    space = parameter_space(parameters, clauses)
    space.seed(5)
    for configuration in space.sample_configuration(300):
        check_legal(space, configuration)


def test_the_empty_word_stands_in_quotes():
    parameters = {**PARAMETERS, "w": ("categorical", ["", "x"], "x")}
    for clause in ("child | w == ''", 'child | w in {"", x} && w != x'):
        assert is_active(clause, parameters=parameters, w="")
        assert not is_active(clause, parameters=parameters, w="x")
