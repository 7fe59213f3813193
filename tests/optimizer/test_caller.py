"""The process that calls minimize: its state, its processes, its end by Ctrl-C or by a signal."""

import json
import os
import signal
import textwrap
import time

import psutil
import pytest

from pysmac_compat import SMAC_optimizer

SPACE = {"x": ("real", [-5, 5], 4)}
OFFSET = [0]


@pytest.mark.slow
def test_each_minimize_sees_the_state_of_its_time():
    optimizer = SMAC_optimizer()
    found = []
    try:
        for offset in (10, 20):
            OFFSET[0] = offset
            found.append(optimizer.minimize(lambda x: float(OFFSET[0]), 1, SPACE)[0])
    finally:
        OFFSET[0] = 0
    assert found == [10.0, 20.0]


def test_no_process_is_left():
    before = {p.pid for p in psutil.Process().children(recursive=True)}
    SMAC_optimizer().minimize(lambda x: x, 1, SPACE)
    assert {p.pid for p in psutil.Process().children(recursive=True)} <= before


@pytest.mark.slow
def test_minimize_within_a_call():
    def function(x):
        return SMAC_optimizer().minimize(lambda y: (x - y) ** 2, 2, {"y": ("real", [-5, 5], 0)})[0]

    value, best = SMAC_optimizer().minimize(function, 1, SPACE)
    assert value <= 16.0


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
@pytest.mark.parametrize(("function", "whom"), [("gives up", "script"), ("goes on", "group")])
def test_ctrl_c(prepared, tmp_path, function, whom):
    script = tmp_path / "script.py"
    script.write_text(textwrap.dedent(_INTERRUPTED))
    process = prepared.start(["script.py", function], tmp_path)
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
    process.stderr.close()
    process.wait(60)


_BUSY = """
    from pysmac_compat import SMAC_optimizer

    def function(x):
        print("call", flush=True)
        return x * x

    optimizer = SMAC_optimizer()
    optimizer.smac_options["execution-mode"] = "ROAR"
    try:
        optimizer.minimize(function, 10000, {"x": ("real", [-5, 5], 4)})
    except KeyboardInterrupt:
        print("known", len(optimizer.result.runs[0].evaluations), flush=True)
"""


@pytest.mark.slow
def test_ctrl_c_loses_nothing_of_what_the_script_has_not_heard_yet(prepared, tmp_path):
    script = tmp_path / "script.py"
    script.write_text(textwrap.dedent(_BUSY))
    process = prepared.start(["script.py"], tmp_path)
    try:
        assert [process.stdout.readline() for _ in range(3)] == ["call\n"] * 3
        process.send_signal(signal.SIGSTOP)  # the search goes on meanwhile
        n_calls = 3 + len([process.stdout.readline() for _ in range(20)])
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGCONT)
        assert int(process.stdout.read().split()[-1]) >= n_calls - 1
    finally:
        process.kill()
        process.stdout.close()
        process.stderr.close()
        process.wait(60)


@pytest.mark.slow
def test_a_script_that_is_killed_leaves_no_process(prepared, tmp_path):
    script = tmp_path / "script.py"
    script.write_text(textwrap.dedent(_INTERRUPTED))
    process = prepared.start(["script.py", "gives up"], tmp_path)
    assert process.stdout.readline().startswith("sleeping")
    children = [p.pid for p in psutil.Process(process.pid).children(recursive=True)]
    try:
        process.kill()
        process.wait(60)
        assert _all_end(children)
    finally:
        _clean_up(process, children)
