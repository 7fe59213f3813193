"""Options that limit a run or a call."""

from __future__ import annotations

import time

import pytest

import pysmac_compat

from .searches import PARAMETERS, configurations, minimise, search


@pytest.mark.slow
def test_the_smaller_limits_hold():
    result = minimise([("runcount-limit", 2), ("cutoff-time", 3)], t_limit_function_s=2)
    assert [e.cutoff for e in result.runs[0].evaluations] == [2.0] * 2


@pytest.mark.slow
def test_wallclock_limit():
    def slow(x, y):
        time.sleep(0.1)
        return x

    result = minimise([("wallclock-limit", 0.5)], slow, n=1000)
    assert result.stopped_because == "t_limit_total_s reached"
    assert len(configurations(result)) <= 6


def test_cputime_limit():
    result = search([("cputime-limit", 0.35)], n=1000, cpu_time=lambda arguments: 0.1)
    assert result.stopped_because == "cputime-limit reached"
    assert len(configurations(result)) == 4


@pytest.mark.slow
def test_cputime_limit_counts_what_calls_report():
    result = minimise([("cputime-limit", 25), ("isolate", False)], lambda x, y: {"value": x, "runtime": 10.0}, n=9)
    assert result.stopped_because == "cputime-limit reached"
    assert len(configurations(result)) == 3


@pytest.mark.parametrize("mode", ["SMAC", "ROAR"])
def test_iteration_limit(mode):
    counts = []
    for limit in (1, 3):
        result = search([("iteration-limit", limit), ("execution-mode", mode)], n=60)
        assert result.stopped_because == "iteration-limit reached"
        counts.append(len(configurations(result)))
    assert 2 <= counts[1] - counts[0] <= 4  # a proposal of each fit, and perhaps random ones between them


@pytest.mark.slow
@pytest.mark.parametrize(
    ("options", "status"),
    [
        ([], "SAT"),
        ([("kill-run-exceeding-captime-factor", 2)], "TIMEOUT"),
        ([("kill-run-exceeding-captime-factor", 2), ("kill-run-exceeding-captime", False)], "SAT"),
    ],
)
@pytest.mark.filterwarnings("ignore:the only evaluation failed", "ignore:the limit on wall-clock time stopped")
def test_the_wall_limit_of_a_call(options, status):
    def function(x, y):
        time.sleep(60 if status == "TIMEOUT" else 0.5)  # twice its limit is 0.4
        return x

    optimizer = pysmac_compat.SMAC_optimizer()
    optimizer.smac_options.update([*options, ("cutoff-time", 0.2)])
    optimizer.minimize(function, 1, PARAMETERS)
    assert optimizer.result.runs[0].evaluations[0].status == status


def test_terminate_on_delete(tmp_path):
    flag = tmp_path / "go on"
    flag.touch()

    def function(x, y):
        if (x, y) != (4, 7):
            flag.unlink()
        return x

    result = minimise([("terminate-on-delete", str(flag))], function, 20)
    assert len(configurations(result)) == 2
    assert result.stopped_because == f"the file {flag} does not exist"


@pytest.mark.slow
def test_kill_runs_on_file_delete(tmp_path):
    flag = tmp_path / "go on"
    flag.touch()

    def function(x, y, instance):
        if (x, y) != (4, 7):
            flag.unlink()
            time.sleep(600)
        return x

    options = [("kill-runs-on-file-delete", str(flag))]
    result = minimise(options, function, 20, num_train_instances=1, num_test_instances=2)
    first, second = result.runs[0].evaluations
    assert (first.status, second.status) == ("SAT", "TIMEOUT")
    assert f"the file {flag} does not exist" in second.message
    assert result.stopped_because == f"the file {flag} does not exist"
    assert result.value == 4
    assert result.runs[0].test_evaluations == []


@pytest.mark.slow
def test_the_search_itself_can_count_as_cpu_time():
    options = [("cputime-limit", 0.1), ("use-cpu-time-in-tunertime", True), ("isolate", False)]
    result = minimise(options, lambda x, y: {"value": x}, n=2000)
    assert result.stopped_because == "cputime-limit reached"
