"""What is left after a search: `SMAC_optimizer.result`, also after an interrupt or failures."""

import dataclasses
import json
import os
import signal
import subprocess
import sys
import textwrap
import time

import psutil
import pytest

from pysmac_compat import Evaluation, Incumbent, Result, RunResult, SMAC_optimizer
from pysmac_compat.evaluation.outcome import TIMEOUT_QUALITY

SPACE = {"x": ("real", [-5, 5], 4), "c": ("categorical", ["a", "b"], "a"), "d": ("integer", [1, 9], 3)}
CLAUSES = ["d | c == b"]


def _function(x, c, d=0):
    if c == "b" and x < 0:
        raise ValueError("the message of the user")
    return (x - 1) ** 2 + d


def _fields(kind):
    return [field.name for field in dataclasses.fields(kind)]


def test_fields():
    assert _fields(Result)[:6] == [
        "value",
        "configuration",
        "active_configuration",
        "runs",
        "n_crashed",
        "stopped_because",
    ]
    assert _fields(RunResult)[:7] == [
        "seed",
        "value",
        "configuration",
        "active_configuration",
        "trajectory",
        "evaluations",
        "test_evaluations",
    ]
    assert _fields(Evaluation)[:10] == [
        "index",
        "configuration",
        "instance",
        "seed",
        "status",
        "value",
        "cutoff",
        "cpu_time",
        "wall_time",
        "message",
    ]


def test_result():
    optimizer = SMAC_optimizer()
    assert optimizer.result is None
    value, best = optimizer.minimize(_function, 16, SPACE, CLAUSES, num_runs=2, seed=3)
    result = optimizer.result
    assert (result.value, result.configuration) == (value, best)
    assert [run.seed for run in result.runs] == [3, 4]
    assert result.value == min(run.value for run in result.runs)
    assert result.stopped_because == "max_evaluations reached"
    for run in result.runs:
        assert [e.index for e in run.evaluations] == list(range(1, 17))
        assert run.test_evaluations == []
        for e in run.evaluations:
            assert (e.instance, e.seed, e.cutoff) == (None, None, None)
            assert set(e.configuration) == ({"x", "c", "d"} if e.configuration["c"] == "b" else {"x", "c"})
            failed = e.configuration["c"] == "b" and e.configuration["x"] < 0
            assert e.status == ("CRASHED" if failed else "SAT")
            assert e.value == (TIMEOUT_QUALITY if failed else _function(**e.configuration))
            assert ("the message of the user" in e.message) == failed
            assert e.cpu_time >= 0
            assert e.wall_time > 0
        assert run.n_crashed == sum(e.status == "CRASHED" for e in run.evaluations)
        values = [step.value for step in run.trajectory]
        assert values == sorted(values, reverse=True)
        assert len(set(values)) == len(values)
        for step in run.trajectory:
            assert isinstance(step, Incumbent)
            evaluation = run.evaluations[step.evaluation - 1]
            assert (step.value, step.active_configuration) == (evaluation.value, evaluation.configuration)
        assert run.trajectory[0].evaluation == 1
        assert (run.value, run.active_configuration) == (values[-1], run.trajectory[-1].active_configuration)
        assert list(run.configuration) == ["c", "d", "x"]
    assert result.n_crashed == sum(run.n_crashed for run in result.runs)


def test_the_first_of_equal_runs_is_returned():
    optimizer = SMAC_optimizer()
    optimizer.minimize(lambda x: 5.0, 2, {"x": SPACE["x"]}, num_runs=2, seed=[8, 3])
    assert optimizer.result.configuration == optimizer.result.runs[0].configuration
    assert optimizer.result.runs[0].seed == 8


def test_the_returned_dict_is_a_copy():
    optimizer = SMAC_optimizer()
    _, best = optimizer.minimize(lambda x: 5.0, 1, {"x": SPACE["x"]})
    best["x"] = 77
    assert optimizer.result.configuration == {"x": 4.0}


# -- failures -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("quality", "value"), [(None, TIMEOUT_QUALITY), (77, 77.0), (-3.5, -3.5)])
def test_all_failed(quality, value):
    optimizer = SMAC_optimizer()
    if quality is not None:
        optimizer.smac_options["timeout_quality"] = quality
    with pytest.warns(UserWarning, match="all 3 evaluations have failed"):
        found = optimizer.minimize(lambda **_: 1 / 0, 3, SPACE, CLAUSES)
    assert found == (value, {"c": "a", "d": 3, "x": 4.0})
    assert optimizer.result.n_crashed == 3
    assert optimizer.result.active_configuration == {"c": "a", "x": 4.0}


def test_a_failure_is_never_the_incumbent_however_low_the_timeout_quality():
    optimizer = SMAC_optimizer()
    optimizer.smac_options["timeout_quality"] = -1000

    def function(x):
        if x == 4:
            raise ValueError
        return x + 100

    value, best = optimizer.minimize(function, 4, {"x": SPACE["x"]})
    assert value == best["x"] + 100
    assert all(step.evaluation != 1 for step in optimizer.result.runs[0].trajectory)


@pytest.mark.filterwarnings("ignore:all .* have failed")
def test_a_run_without_a_success_never_wins(tmp_path):
    def function(x):
        marker = tmp_path / "marker"
        if not marker.exists():
            marker.touch()
            raise ValueError
        return 100.0

    optimizer = SMAC_optimizer()
    optimizer.smac_options["timeout_quality"] = 77
    assert optimizer.minimize(function, 1, {"x": SPACE["x"]}, num_runs=2) == (100.0, {"x": 4.0})


@pytest.mark.parametrize("status", ["ABORT", b"CRASHED"])
def test_reported_failures(status):
    optimizer = SMAC_optimizer()
    value, best = optimizer.minimize(
        lambda x: {"value": -99.0, "status": status if x == 4 else "SAT"}, 3, {"x": SPACE["x"]}
    )
    assert value == -99.0
    assert best["x"] != 4
    assert optimizer.result.runs[0].evaluations[0].value == TIMEOUT_QUALITY


@pytest.mark.slow
def test_the_first_traceback_is_shown_once(run_script):
    done = run_script(
        """
        from pysmac_compat import SMAC_optimizer

        def function(x):
            raise ValueError("the message of the user")

        optimizer = SMAC_optimizer()
        print(optimizer.minimize(function, 4, {"x": ("real", [-5, 5], 4)}))
        """
    )
    assert done.stdout == f"({TIMEOUT_QUALITY!r}, {{'x': 4.0}})\n"
    assert done.stderr.count("Traceback (most recent call last)") == 1
    assert done.stderr.count("the message of the user") >= 1
    assert "4 of 4 evaluations have failed" in done.stderr


def test_an_interrupt_that_the_function_raises_is_a_failure():
    def function(x):
        if x == 4:
            raise KeyboardInterrupt
        return x

    optimizer = SMAC_optimizer()
    value, best = optimizer.minimize(function, 4, {"x": SPACE["x"]})
    assert value == best["x"]
    assert [e.status for e in optimizer.result.runs[0].evaluations] == ["CRASHED", "SAT", "SAT", "SAT"]


def test_large_values_do_not_harm_the_search():
    optimizer = SMAC_optimizer()
    value, _ = optimizer.minimize(lambda x: 1e300 if x < 0 else (x - 1) ** 2, 12, {"x": SPACE["x"]})
    assert value < 9


# -- the state of the caller ----------------------------------------------------------------------------------------

OFFSET = [0]


def test_each_minimize_sees_the_state_of_its_time():
    optimizer = SMAC_optimizer()
    found = []
    try:
        for offset in (10, 20, 30):
            OFFSET[0] = offset
            found.append(optimizer.minimize(lambda x: float(OFFSET[0]), 1, {"x": SPACE["x"]})[0])
    finally:
        OFFSET[0] = 0
    assert found == [10.0, 20.0, 30.0]


def test_no_process_is_left():
    before = {p.pid for p in psutil.Process().children(recursive=True)}
    SMAC_optimizer().minimize(lambda x: x, 3, {"x": SPACE["x"]})
    assert {p.pid for p in psutil.Process().children(recursive=True)} <= before


def test_minimize_within_a_call():
    def function(x):
        return SMAC_optimizer().minimize(lambda y: (x - y) ** 2, 2, {"y": ("real", [-5, 5], 0)})[0]

    value, best = SMAC_optimizer().minimize(function, 2, {"x": SPACE["x"]})
    assert value <= 16.0


_SEEDED = """
    import json, sys
    from pysmac_compat import SMAC_optimizer

    def function(**kwargs):
        print(json.dumps(kwargs, sort_keys=True), flush=True)
        return kwargs["x"] ** 2 + len(kwargs)

    space = {"x": ("real", [-5, 5], 4), "b": ({"u", "v", "w"}, "v"), "a": ("categorical", ["p", "q"], "p")}
    optimizer = SMAC_optimizer()
    print(optimizer.minimize(function, 14, space, ["b | a == q"], ["{a = q, b = w}"], seed=int(sys.argv[1])))
"""


@pytest.mark.slow
def test_same_seed_same_calls_whatever_the_hash_seed(run_script):
    one, two = (run_script(_SEEDED, "5", PYTHONHASHSEED=h).stdout for h in ("1", "2"))
    assert len(one.splitlines()) == 15
    assert one == two


# -- interrupts -----------------------------------------------------------------------------------------------------

_INTERRUPTED = """
    import json, os, subprocess, sys, time
    from pysmac_compat import SMAC_optimizer

    def function(x):
        if x != 4:
            child = subprocess.Popen(["sleep", "600"], start_new_session=True)
            print("sleeping", os.getpid(), child.pid, flush=True)
            while True:
                try:
                    time.sleep(600)
                except BaseException:
                    if sys.argv[1] == "gives up":
                        raise
        return 9.0

    optimizer = SMAC_optimizer(working_directory="wd", persistent_files=True)
    try:
        optimizer.minimize(function, 50, {"x": ("real", [-5, 5], 4)})
    except KeyboardInterrupt:
        r = optimizer.result
        print(json.dumps([r.value, r.configuration, r.stopped_because, len(r.runs[0].evaluations)]))
        sys.exit(5)
"""


@pytest.mark.slow
@pytest.mark.parametrize("function", ["gives up", "goes on"])
@pytest.mark.parametrize("whom", ["group", pytest.param("script", marks=pytest.mark.slow)])
def test_ctrl_c(tmp_path, function, whom):
    script = tmp_path / "script.py"
    script.write_text(textwrap.dedent(_INTERRUPTED))
    process = subprocess.Popen(
        [sys.executable, str(script), function],
        stdout=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
        start_new_session=True,
    )
    started = process.stdout.readline().split()
    assert started[0] == "sleeping"
    children = [p.pid for p in psutil.Process(process.pid).children(recursive=True)]
    assert set(map(int, started[1:])) <= set(children)
    try:
        os.killpg(process.pid, signal.SIGINT) if whom == "group" else os.kill(process.pid, signal.SIGINT)
        value, configuration, why, n = json.loads(process.stdout.readline())
        assert process.wait(60) == 5
        assert (value, configuration, why) == (9.0, {"x": 4.0}, "interrupted")
        assert n in (1, 2)
        assert _all_end(children)
    finally:
        _clean_up(process, children)


def _lives(pid):
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _all_end(pids):
    end = time.monotonic() + 15
    while any(map(_lives, pids)) and time.monotonic() < end:
        time.sleep(0.05)
    return not any(map(_lives, pids))


def _clean_up(process, pids):
    for pid in (process.pid, *pids):
        if _lives(pid):
            os.kill(pid, signal.SIGKILL)
    process.stdout.close()
    process.wait(60)


@pytest.mark.slow
def test_a_script_that_is_killed_leaves_no_process(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(textwrap.dedent(_INTERRUPTED))
    process = subprocess.Popen(
        [sys.executable, str(script), "gives up"], stdout=subprocess.PIPE, text=True, cwd=tmp_path
    )
    assert process.stdout.readline().startswith("sleeping")
    children = [p.pid for p in psutil.Process(process.pid).children(recursive=True)]
    try:
        process.kill()
        process.wait(60)
        assert _all_end(children)
    finally:
        _clean_up(process, children)


def test_a_short_total_time_is_enough_for_the_default(run_script):
    """The time that SMAC3 takes to be imported is not the user's."""
    done = run_script(
        """
        from pysmac_compat import SMAC_optimizer

        optimizer = SMAC_optimizer(t_limit_total_s=0.5)
        print(optimizer.minimize(lambda r: 13.0 + (r - 1) ** 2, 5, {"r": ("real", [0.0, 4.0], 1.0)}))
        """
    )
    assert done.stdout == "(13.0, {'r': 1.0})\n"
