"""Names and words in forbidden expressions, and what is refused there."""

import itertools

import pytest

from pysmac_compat.errors import ParameterError
from pysmac_compat.space.definition import define
from pysmac_compat.space.forbidden import Classic, Expression
from pysmac_compat.space.numbering import number_words
from pysmac_compat.space.parameters import parse_parameters

from .forbidden_helpers import PARAMETERS, error_of, forbids, parse
from .space_helpers import check_place


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


def test_names_and_values_that_are_operators_elsewhere():
    parameters = {
        "and": ("integer", [0, 9], 3),
        "*x": ("integer", [0, 9], 3),
        "c": ("categorical", ["or", "&"], "or"),
        "n": ("integer", [0, 9], 3),
    }
    assert forbids("{n and == 9}", parameters)
    assert forbids("{n **x == 9}", parameters)
    assert forbids("{n == 3 && c == or}", parameters)
    assert forbids("{n c == 3 or}", parameters)


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
        ("{N > 3}", ["'N'", "did you mean 'n'?"], "N > 3}"),
        ("{max(n, m) > 3}", ["'max'"], "max(n, m) > 3}"),
        ("{log3(n) > 3}", ["'log3'"], "log3(n) > 3}"),
        ("{sqrt n > 3}", ["sqrt(n)", "parentheses"], "sqrt n > 3}"),
        ("{n > }", ["expected a value"], "}"),
        ("{n + }", ["expected a value"], "}"),
        ("{n > 3 &&}", ["expected a value"], "}"),
        ("{n > 3 || }", ["expected a value"], "}"),
        ("{&& n > 3}", ["expected a value"], "&& n > 3}"),
        ("{* n}", ["expected a value"], "* n}"),
        ("{n > 3 & m > 3}", ["'&'", "did you mean '&&'?"], "& m > 3}"),
        ("{n > 3 | m > 3}", ["'|'", "did you mean '||'?"], "| m > 3}"),
        ("{n > 3 and m > 3}", ["'and'", "did you mean '&&'?"], "and m > 3}"),
        ("{n > 3 OR m > 3}", ["'OR'", "did you mean '||'?"], "OR m > 3}"),
        ("{(n > 3)or(m > 3)}", ["'or'", "did you mean '||'?"], "or(m > 3)}"),
        ("{n > 3 && ord > 3}", ["'ord'", "neither"], "ord > 3}"),
        ("{n**2 > 3}", ["'**'", "did you mean '^'?"], "**2 > 3}"),
        ("{SQRT(n) > 3}", ["'SQRT'", "did you mean 'sqrt'?"], "SQRT(n) > 3}"),
        ("{n > 3 && m = 3}", ["'=='"], "= 3}"),
        ("{n => 3}", ["'=='"], "=> 3}"),
        ("{n === 3}", ["expected a value"], "= 3}"),
        ("{n =< 3}", ["'=='"], "=< 3}"),
        ("{!n}", ["expected a value"], "!n}"),
        ("{n ** 2 > 3}", ["'**'", "did you mean '^'?"], "** 2 > 3}"),
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
    check_place(error_of(clause), clause, pieces, rest)


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


def test_a_word_does_not_end_inside_an_operator():
    parameters = {"n": ("integer", [1, 3], 2), "c": ("categorical", ["1 &", "1 <", "x"], "x")}
    definition = define(parameters, (), ["{ n == 1 && c == '1 &' }", "{ c == '1 <' && 1 <= n - 2 }"])
    for n, c in itertools.product((1, 2, 3), ("1 &", "1 <", "x")):
        forbidden = any(f.forbids_values({"n": n, "c": c}) for f in definition.forbiddens)
        assert forbidden == ((n, c) in {(1, "1 &"), (3, "1 <")})
