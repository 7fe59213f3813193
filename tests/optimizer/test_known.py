"""`known=`: configurations with their values, before the first call."""

import pytest

from pysmac_compat import ArgumentError, ResumeError
from pysmac_compat.stopping import patience

from ..report.small import minimise

SPACE = {
    "x": ("real", [-5, 5], 4),
    "c": ("categorical", ["a", "b", None], "a"),
    "n": ("integer", [1, 9], 3),
}
CLAUSES = ["n | c == b"]
FORBIDDEN = ["{x > 4.5}"]
BEST = {"x": 1.0, "c": "b", "n": 1}


def cost(x, c, n=5):
    return (x - 1) ** 2 + n


def search(known, n=3, function=cost, **keywords):
    return minimise(function, n, SPACE, CLAUSES, FORBIDDEN, known=known, **keywords)


@pytest.mark.slow
def test_the_best_known_may_win():
    result = search([({"x": 3, "c": "a"}, 9.0), (BEST, -50), (BEST, 7)])
    assert result.value == -50
    assert result.active_configuration == BEST
    assert len(result) == 3
    assert [(e.index, e.value, e.configuration) for e in result.known[:2]] == [
        (0, 9.0, {"c": "a", "x": 3.0}),
        (0, -50.0, dict(sorted(BEST.items()))),
    ]
    assert result.runs[0].trajectory[0].evaluation == 0
    assert [(b.value, b.evaluation) for b in result.best(1)] == [(-50, 0)]
    assert "known before the search" in result.summary()
    assert len(result.to_frame("known")) == 3


def test_what_is_known_is_not_evaluated_again():
    result = search([({"x": 4.0, "c": "a"}, 14.0)])
    assert all(e.configuration != {"x": 4.0, "c": "a"} for e in result)
    assert result.value == min(14.0, *(e.value for e in result))


@pytest.mark.slow
def test_with_the_largest_value_and_several_runs():
    result = search([(BEST, 3.0)], maximize=True, function=lambda x, c, n=5: -cost(x, c, n), num_runs=2)
    assert result.value == 3.0
    assert [run.value for run in result.runs] == [3.0, 3.0]
    assert [b.value for b in result.best(3)][0] == 3.0


def test_a_rule_sees_it():
    result = search([(BEST, -50.0)], n=20, stop_when=[lambda result: len(result.known) != 1, patience(3)])
    assert result.stopped_because == "patience(3)"
    assert len(result) == 3


@pytest.mark.slow
def test_it_is_resumed_with_the_same(tmp_path):
    known = [(BEST, 1.0)]
    whole = search(known, folder=str(tmp_path))
    again = search(known, folder=str(tmp_path), resume=True)
    assert list(again) == list(whole)
    with pytest.raises(ResumeError, match="began with known evaluations .*known=.*this search has none"):
        search([], folder=str(tmp_path), resume=True)
    with pytest.raises(ResumeError, match="it began with known evaluations that differ"):
        search([(BEST, 2.0)], folder=str(tmp_path), resume=True)


@pytest.mark.parametrize(
    ("known", "message"),
    [
        (3, r"known must be a list of pairs \(configuration, value\), got 3"),
        ([BEST], "known must be a list of pairs"),
        ([("x", 3)], r"known\[0\]: expected a dict with each active parameter, got 'x'"),
        ([(BEST, 1), ({"x": 1}, 3)], r"known\[1\]: the active parameter 'c' has no value"),
        ([({"x": 1, "c": "b"}, 3)], r"known\[0\]: the active parameter 'n'"),
        ([({**BEST, "y": 1}, 3)], r"known\[0\]: there is no parameter 'y'"),
        ([({**BEST, "x": 7}, 3)], r"known\[0\]: '7' is not a value of the parameter 'x'"),
        ([({**BEST, "x": 4.75}, 3)], r"known\[0\]: .* is forbidden by the clause"),
        ([(BEST, None)], r"known\[0\]: the value must be a finite number, got None"),
        ([(BEST, float("nan"))], r"known\[0\]: the value must be a finite number, got nan"),
        ([(BEST, {"value": 3})], r"known\[0\]: the value must be a finite number"),
    ],
)
def test_what_cannot_be_meant_is_refused(known, message):
    with pytest.raises(ArgumentError, match=message):
        search(known)


@pytest.mark.parametrize(
    ("keywords", "message"),
    [
        ({"deterministic": False}, "known needs a deterministic function without instances"),
        ({"num_train_instances": 2}, "known needs a deterministic function without instances"),
        ({"options": {"warmstart": "."}}, "known and .*warmstart.* use only one of them"),
    ],
)
def test_where_it_cannot_be_used(keywords, message):
    with pytest.raises(ArgumentError, match=message):
        search([(BEST, 1)], **keywords)


@pytest.mark.parametrize(
    ("configuration", "expected"),
    [({"x": 190.0}, "expected a number from -5.0 to 5.0"), ({"x": 1.0, "c": "q"}, "expected one of {a, ")],
)
def test_a_value_outside_names_the_range(configuration, expected):
    with pytest.raises(ArgumentError, match=rf"known\[0\]: .* is not a value of the parameter .*; {expected}"):
        search([(configuration, 1.0)])
