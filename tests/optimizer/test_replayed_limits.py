"""Recorded runs of the original: limits on time."""

import time

import pytest
from functions import burn

from pysmac_compat.evaluation.rules import TIMEOUT_QUALITY

from .replays import good, replay, square


def _timeout_below(bound, value=TIMEOUT_QUALITY):
    return lambda x: ("TIMEOUT", value) if x < bound else good(x)


def _check(result, expected):
    for evaluation in result.runs[0].evaluations:
        assert (evaluation.status, evaluation.value) == expected(evaluation.configuration["x"])


@pytest.mark.slow
def test_tlimit_cpu(recorder):
    def function(x):
        if x < 0:
            burn(30)
        return square(x)

    result = replay(recorder, "tlimit_cpu", function, 12, t_limit_function_s=0.3)
    _check(result, _timeout_below(0))
    assert len(result.runs[0].evaluations) == 12
    assert {e.status for e in result.runs[0].evaluations} == {"SAT", "TIMEOUT"}
    assert {e.cutoff for e in result.runs[0].evaluations} == {0.3}
    assert result.n_crashed == 0


@pytest.mark.slow
def test_tlimit_ignored_exception(recorder):
    def function(x):
        try:
            if x < 0:
                burn(30)
        except Exception:
            return -100.0
        return square(x)

    result = replay(recorder, "tlimit_ignored_exception", function, 12, t_limit_function_s=0.3)
    _check(result, _timeout_below(0))
    assert result.value >= 0


@pytest.mark.slow
def test_tlimit_timeout_quality(recorder):
    def function(x):
        if x < 0:
            burn(30)
        return {"value": square(x), "runtime": 0.01}

    result = replay(recorder, "tlimit_timeout_quality", function, 12, t_limit_function_s=0.3)
    _check(result, _timeout_below(0, 77.0))


@pytest.mark.slow
def test_tlimit_cumulative(recorder):
    """The limit is for one call, not for the sum of all."""

    def function(x):
        burn(0.15)
        return square(x)

    result = replay(recorder, "tlimit_cumulative", function, 8)
    _check(result, good)
    assert sum(e.cpu_time for e in result.runs[0].evaluations) > 1


@pytest.mark.slow
def test_tlimit_wall(recorder):
    """The wall clock limit is ten times the CPU limit."""

    def function(x):
        if x < 0:
            time.sleep(1.2)
        return square(x)

    result = replay(recorder, "tlimit_wall", function, 12)
    _check(result, good)
    assert any(e.wall_time > 1 > e.cpu_time for e in result.runs[0].evaluations)


@pytest.mark.slow
def test_tlimit_wall_long(recorder):
    def function(x):
        if x < 0:
            time.sleep(60)
        return square(x)

    result = replay(recorder, "tlimit_wall_long", function, 12, t_limit_function_s=0.15)
    _check(result, _timeout_below(0))
    assert len(result.runs[0].evaluations) == 12  # no total limit unless the user sets one


@pytest.mark.slow
def test_t_limit_total(recorder):
    def function(x):
        time.sleep(0.2)
        return square(x)

    result = replay(recorder, "t_limit_total", function, 1000, {"t_limit_total_s": 2})
    assert 1 <= len(recorder.calls) <= 11
    assert result.stopped_because == "t_limit_total_s reached"


@pytest.mark.slow
def test_t_limit_total_2_runs(recorder):
    def function(x):
        time.sleep(0.2)
        return square(x)

    result = replay(recorder, "t_limit_total_2_runs", function, 1000, {"t_limit_total_s": 2})
    assert [run.seed for run in result.runs] == [0, 1]
    assert all(1 <= len(run.evaluations) <= 11 for run in result.runs)
    assert all(run.evaluations[0].status == "SAT" for run in result.runs)
    assert result.value == min(run.value for run in result.runs)


@pytest.mark.slow
def test_t_limit_total_late_better(recorder):
    """A call that the end of the total time cuts off is no result."""

    def function(x):
        time.sleep(60 if x != 4 else 0.1)
        return 100.0 if x == 4 else square(x)

    result = replay(recorder, "t_limit_total_late_better", function, 5, {"t_limit_total_s": 3})
    assert [e.status for e in result.runs[0].evaluations] == ["SAT", "TIMEOUT"]
    assert "total time" in result.runs[0].evaluations[1].message
    assert (result.value, result.configuration) == (100.0, {"x": 4.0})
    assert result.stopped_because == "t_limit_total_s reached"
