"""What is read takes time in proportion to its length: ten times as long, not a hundred times."""

import gc
import time
import warnings

import pytest

from pysmac_compat.errors import ClauseError
from pysmac_compat.files.instances import instances_text, read_features, read_instances
from pysmac_compat.files.pcs import read_pcs
from pysmac_compat.files.rundata import read_rundata
from pysmac_compat.files.scenario_files import read_scenario
from pysmac_compat.files.state import read_paramstrings
from pysmac_compat.space import parameter_space

SHORTEST, LONGEST, FACTOR = 100, 1600, 10
#: seconds of CPU that a short input takes at least
MEASURABLE = 0.003
#: linear work has a ratio of 10; quadratic work one of 100
MOST = 15 * FACTOR / 10


def seconds(work, n, rounds):
    """CPU time of the fastest of some rounds, without that of the garbage collector."""
    taken = []
    gc.disable()
    for _ in range(rounds):
        start = time.process_time()
        work(n)
        taken.append(time.process_time() - start)
    gc.enable()
    return min(taken)


def is_linear(work):
    """A busy machine may spoil a measurement: of some, each longer than the one before, one must be good."""
    work(SHORTEST)
    gc.collect()
    short = SHORTEST
    while short < LONGEST and seconds(work, short, 1) < MEASURABLE:
        short *= 2
    return any(seconds(work, FACTOR * short, n) < MOST * seconds(work, short, 3) for n in (1, 1, 2, 4, 8))


REAL = {"x": ("real", [0, 2], 1.5), "y": ("real", [0, 1], 0.5)}


def words(n):
    return [f"w{i}" for i in range(n)]


def categorical(n):
    return {"c": ("categorical", words(n), "w0"), "x": ("real", [0, 1], 0.5)}


def integer(n):
    return {"n": ("integer", [0, n], 0), "x": ("real", [0, 1], 0.5)}


CASES = {
    "choices": lambda n: (categorical(n), [], []),
    "mixed choices": lambda n: ({"c": ("ordinal", [0, *(i + 0.5 for i in range(n))], 0)}, [], []),
    "in": lambda n: (categorical(n), [f"x | c in {{{', '.join(words(n))}}}"], []),
    "== ||": lambda n: (categorical(n), ["x | " + " || ".join(f"c == {w}" for w in words(n))], []),
    "!= &&": lambda n: (categorical(n), ["x | " + " && ".join(f"c != {w}" for w in words(n)[1:])], []),
    "in integers": lambda n: (integer(n), [f"x | n in {{{', '.join(map(str, range(n)))}}}"], []),
    "!= && integers": lambda n: (integer(n), ["x | " + " && ".join(f"n != {i}" for i in range(1, n))], []),
    "parentheses": lambda n: (REAL, ["y | " + "(" * n + "x < 1" + ")" * n], []),
    "parentheses with &&": lambda n: (REAL, ["y | " + "(x < 1 && " * n + "x > 0" + ")" * n], []),
    "parentheses with ||": lambda n: (REAL, ["y | " + "(x < 1 || " * n + "x > 0" + ")" * n], []),
    "forbidden &&": lambda n: (REAL, [], ["{" + " && ".join(["x < 1"] * n) + "}"]),
    "forbidden ||": lambda n: (categorical(n), [], ["{" + " || ".join(f"c == {w}" for w in words(n)[1:]) + "}"]),
    "forbidden +": lambda n: (REAL, [], ["{" + " + ".join(["x"] * n) + " < 1}"]),
    "forbidden ^": lambda n: (REAL, [], ["{" + " ^ ".join(["x"] * n) + " < 0}"]),
    "forbidden <": lambda n: (REAL, [], ["{" + " < ".join(["x"] * n) + " < 0}"]),
    "forbidden -": lambda n: (REAL, [], ["{" + "-" * n + "x > 2}"]),
    "forbidden products": lambda n: (REAL, [], ["{" + "y " * n + " > 1}"]),
    "forbidden parentheses": lambda n: (REAL, [], ["{" + "(x + " * n + "x" + ")" * n + " < 0}"]),
    "classic": lambda n: (REAL, [], ["{" + ", ".join(["x = 1"] * n) + "}"]),
    "blanks": lambda n: (REAL, [], ["{" + " " * n + "x" + " " * n + "> 2" + " " * n + "}"]),
}


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("case", CASES)
def test_spaces(case):
    def work(n):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            parameter_space(*CASES[case](n))

    assert is_linear(work)


@pytest.mark.slow
def test_many_conditions_upon_each_other():
    from pysmac_compat.space.definition import define

    def work(n):
        parameters = {f"p{i}": ("real", [0, 1], 0.5) for i in range(n)}
        define(parameters, [f"p{i + 1} | p{i} > 0.1" for i in range(n - 1)])

    assert is_linear(work)


@pytest.mark.parametrize("clause", ["x | c == q", "x | d == w1", "x | c in {w1, w1}", "q | c == w1"])
def test_refusals(clause):
    def work(n):
        with pytest.raises(ClauseError) as caught:
            parameter_space(categorical(n), [clause])
        assert len(str(caught.value)) < 500

    assert is_linear(work)


FILES = {
    "choices": (read_pcs, lambda n: f"c {{{','.join(words(n))}}} [w0]\n"),
    "parameters": (read_pcs, lambda n: "".join(f"p{i} real [0, 1] [0.5]\n" for i in range(n))),
    "clauses": (read_pcs, lambda n: "x real [0, 1] [0.5]\n" + "{x = 1}\n" * n),
    "instances": (read_instances, lambda n: instances_text([f"id_{i}"] for i in range(n))),
    "features": (read_features, lambda n: "instance,f\n" + "".join(f"id_{i},1.0\n" for i in range(n))),
    "scenario": (read_scenario, lambda n: "".join(f"name{i} = {i}\n" for i in range(n))),
    "paramstrings": (read_paramstrings, lambda n: "".join(f"{i}: x='1.0', y='2'\n" for i in range(1, n + 1))),
    "pairs": (read_paramstrings, lambda n: "1: " + ", ".join(f"p{i}='1'" for i in range(n)) + "\n"),
    "rundata": (read_rundata, lambda n: "[" + ", ".join(['"id_00000000"'] * n) + "]\n" + '{"a": 1}\n' * n),
}


@pytest.mark.slow
@pytest.mark.parametrize("case", FILES)
def test_files(tmp_path, case):
    read, text = FILES[case]

    def work(n):
        path = tmp_path / str(n)
        if not path.exists():  # a small part of what reading it takes
            path.write_text(text(n))
        read(str(path))

    assert is_linear(work)


def test_nesting_that_cannot_be_read_is_refused():
    clause = "y | " + "(x < 1 && (x > 0 || " * 500 + "x < 2" + "))" * 500
    with pytest.raises(ClauseError, match="nested too deeply"):
        parameter_space(REAL, [clause])
