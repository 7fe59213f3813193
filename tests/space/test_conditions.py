"""Conditional clauses: what they mean, and what is refused."""

import contextlib
import itertools

import pytest
from space_helpers import active_by_conditions, check_legal

from pysmac_compat._errors import ClauseError
from pysmac_compat.space import parameter_space
from pysmac_compat.space.definition import define

PARAMETERS = {
    "a": ("categorical", ["x", "y", "z"], "x"),
    "b": ("categorical", ["x", "y", "z"], "x"),
    "o": ("ordinal", ["small", "medium", "large"], "medium"),
    "k": ("ordinal", [10, 2, 7], 2),
    "n": ("integer", [0, 10], 2),
    "r": ("real", [-4.0, 4.0], 1.0),
    "t": ("categorical", [True, False], True),
    "child": ("real", [0, 1], 0.5),
}
DEFAULT = {name: specification[2] for name, specification in PARAMETERS.items()}


def is_active(clauses, name="child", parameters=PARAMETERS, **values):
    """Whether a parameter is active, asked twice: of the definition, and of ConfigSpace's conditions."""
    space = parameter_space(parameters, [clauses] if isinstance(clauses, str) else clauses)
    complete = {**{n: s[2] for n, s in parameters.items()}, **values}
    active = space.definition.active(complete)
    assert active_by_conditions(space, complete) == active
    return name in active


def error_of(clauses, parameters=PARAMETERS):
    with pytest.raises(ClauseError) as caught:
        define(parameters, [clauses] if isinstance(clauses, str) else clauses)
    assert isinstance(caught.value, ValueError)
    return caught.value


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
        ("child | n = 3", ["==, !=, <, >"], "= 3"),
        ("child | n", ["==, !=, <, >"], ""),
        ("child | q == x", ["'q'", "unknown"], "q == x"),
        ("child | a == x && q == x", ["'q'", "unknown"], "q == x"),
        ("child | aa == x", ["'aa'", "unknown"], "aa == x"),
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
        ("child | a == x | b == x", ["'| b == x'"], "| b == x"),
        ("child | a == x, b == x", ["', b == x'"], ", b == x"),
        ("child | n in {3, 3.0}", ["3", "twice"], "3.0}"),
    ],
)
def test_errors_point_at_the_place(clause, pieces, rest):
    error = error_of(clause)
    message, shown, caret = str(error).split("\n")
    for piece in pieces:
        assert piece in message
    assert shown == "    " + clause
    assert caret == "    " + " " * error.position + "^"
    assert clause[error.position :] == rest


@pytest.mark.parametrize("clause", ["child | a == w\n", "\n  child | a == w", "child | a == x &&\n  b == w"])
def test_the_caret_stands_under_the_place_in_clauses_of_several_lines(clause):
    lines = str(error_of(clause)).split("\n")
    shown = next(i for i, line in enumerate(lines) if line.endswith("== w"))
    assert lines[shown + 1].index("^") == lines[shown].index("w")


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


@pytest.mark.parametrize("clauses", [None, "child | a == x", 3, {"child": "a == x"}, ["child | a == x", None], [3]])
def test_clauses_must_be_a_list_of_strings(clauses):
    with pytest.raises(ValueError, match=r"conditional_clauses .*(list of )?strings"):
        define(PARAMETERS, clauses)
