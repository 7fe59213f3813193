"""What a message shows of a value: enough to know it, and never more than 200 characters."""

import pickle

import pytest

from pysmac_compat.errors import MOST_SHOWN, ArgumentError, ClauseError, PysmacError, shown
from pysmac_compat.options.smac_options import resolve
from pysmac_compat.space import parameter_space
from pysmac_compat.space.definition import define
from pysmac_compat.space.parameters import parse_parameter, parse_parameters

LONG = "q" * 100_000
SPACE = {"x": ("real", [0, 1], 0.5), "c": ("categorical", ["a", "b"], "a")}


class Broken:
    def __repr__(self):
        raise RuntimeError("no repr")


@pytest.mark.parametrize("value", ["a", "it's", b"x", 3, None, [1, 2], {"b": 1, "a": 2}, {1}, (1,), -0.5])
def test_short_values_are_shown_whole(value):
    assert shown(value) == repr(value)


@pytest.mark.parametrize(
    "value",
    [LONG, LONG.encode(), [LONG], list(range(10**5)), {i: i for i in range(10**5)}, set(range(10**5)), (1.5,) * 10**5],
    ids=lambda value: type(value).__name__,
)
def test_long_values_are_cut(value):
    assert len(shown(value)) == MOST_SHOWN
    assert shown(value).endswith("...")
    assert shown(value)[:2] == repr(value[:2] if isinstance(value, (str, bytes)) else value)[:2]


@pytest.mark.parametrize(
    ("value", "text"),
    [(Broken(), "<Broken>"), (10**5000, "<int>"), ([Broken()], "<list>")],
    ids=lambda value: type(value).__name__,
)
def test_values_without_a_repr(value, text):
    assert shown(value) == text


REFUSED = [
    lambda: parse_parameters(LONG),
    lambda: parse_parameters({LONG + " ": ("real", [0, 1], 0.5)}),
    lambda: parse_parameter("p", LONG),
    lambda: parse_parameter("p", (LONG, [0, 1], 0.5)),
    lambda: parse_parameter("p", ("real", LONG, 0.5)),
    lambda: parse_parameter("p", ("real", list(range(10**5)), 0.5)),
    lambda: parse_parameter("p", ("real", [0, 1], LONG)),
    lambda: parse_parameter("p", ("integer", [0, 10**5000], 1)),
    lambda: parse_parameter("p", ("integer", [0, 1], LONG)),
    lambda: parse_parameter("p", ("categorical", {i: i for i in range(10**5)}, 1)),
    lambda: parse_parameter("p", ("categorical", list(range(10**4)), LONG)),
    lambda: parse_parameter("p", ("categorical", [*range(10**4), "a"], 1)),
    lambda: parse_parameter("p", ("categorical", [LONG, LONG], LONG)),
    lambda: parse_parameter("p", ("categorical", [LONG + "\n"], LONG)),
    lambda: define(SPACE, LONG),
    lambda: define(SPACE, [[LONG]]),
    lambda: define(SPACE, [f"x | {LONG} == a"]),
    lambda: define(SPACE, [f"x | c == {LONG}"]),
    lambda: define(SPACE, [f"{LONG} | c == a"]),
    lambda: define(SPACE, [], [f"{{{LONG} = 1}}"]),
    lambda: define(SPACE, [], [f"{{x > 1 ? {LONG}}}"]),
    lambda: define(SPACE, [], [f"{{x > '{LONG}'}}"]),
    lambda: define(SPACE, [], [f"{{x > {LONG}}}"]),
    lambda: define({**SPACE, **{f"n{i}": ("real", [0, 1], 0.5) for i in range(10**3)}}, [], ["{x > 0.1}"]),
    lambda: resolve({LONG: 1}),
    *(
        lambda name=name, value=value: resolve({name: value})
        for name in ("run-obj", "deterministic", "runcount-limit", "acq-func", "rungroup")
        for value in (LONG, [LONG] * 10, 10**5000)
    ),
]


@pytest.mark.slow
@pytest.mark.parametrize("refused", REFUSED)
def test_messages_are_short(refused):
    with pytest.raises(PysmacError) as caught:
        refused()
    assert isinstance(caught.value, ValueError)
    assert max(map(len, str(caught.value).split("\n"))) < 3 * MOST_SHOWN
    assert "q" * (MOST_SHOWN + 1) not in str(caught.value)


@pytest.mark.parametrize("place", [0, 50, 199, 200, 5000, 99_999])
def test_the_caret_stands_below_the_place_in_a_long_clause(place):
    clause = "." * place + "!" + "." * (100_000 - place)
    message, part, caret = str(ClauseError("wrong", clause, place)).split("\n")
    assert part[len(caret) - 1] == "!"
    assert len(part) <= 4 + MOST_SHOWN
    assert ClauseError("wrong", clause, place).clause == clause


@pytest.mark.parametrize("text", ["\ud800", "\x00", "\x1b[31m", "é\u2028"])
def test_messages_can_be_printed(text):
    for error in (ArgumentError(f"no {text}"), ClauseError("wrong", f"{text} | x", 1)):
        str(error).encode()
        assert str(pickle.loads(pickle.dumps(error))) == str(error)
    with pytest.raises(ClauseError) as caught:
        parameter_space(SPACE, [f"x | c == {text}"])
    str(caught.value).encode()
    part, caret = str(caught.value).split("\n")[-2:]
    assert part.isprintable()
    assert caret == "    " + " " * len("x | c == ") + "^"


@pytest.mark.parametrize(
    ("specification", "instead"),
    [
        (("real", [1, 1], 1), "('categorical', [1.0], 1.0)"),
        (("integer", [2, 2], 2), "('categorical', [2], 2)"),
        (("real", [2, 1], 1), "[1.0, 2.0]"),
        (("real", [0.1, 0.3], 0.1 + 0.2), "0.3, the nearest bound"),
        (("real", [0, 1, 2], 1), "'ordinal'"),
        (("real", [0, 1], 0.5, "log"), "leave 'log' away"),
        (("integer", [0, 1.5], 1), "'real'"),
        (("categorical", [0.1, 0.3], 0.1 + 0.2), "0.3, which differs by an error of rounding"),
        (("categorical", [1, 2], 1.0), "write 1"),
        (("categorical", [1, 2], "2"), "write 2"),
        (("categorical", ["1", "2"], 2), "write '2'"),
        (("categorical", ["adam", "sgd"], "adm"), "did you mean 'adam'?"),
        (("categorical", [1, "a"], 1), "as texts"),
        (("categorical", [[1], [2]], [1]), "in the function"),
        (("categorical", ["a", "a"], "a"), "leave one out"),
    ],
)
def test_refusals_say_what_works(specification, instead):
    with pytest.raises(ValueError, match="'p'") as caught:
        parse_parameter("p", specification)
    assert instead in str(caught.value)
