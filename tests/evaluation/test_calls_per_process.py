"""A process that makes several calls, one after another."""

import atexit
import os
import signal
import subprocess
import sys
import threading
import time

import pytest

from pysmac_compat.evaluation.drop import Drop
from pysmac_compat.evaluation.rules import TIMEOUT_QUALITY


def pid(**arguments):
    return float(os.getpid())


def test_a_process_makes_this_number_of_calls(evaluator):
    call = evaluator(pid, calls_per_process=3)
    first, second, third = ([call({}).value for _ in range(3)] for _ in range(3))
    assert [len(set(each)) for each in (first, second, third)] == [1, 1, 1]
    assert len({first[0], second[0], third[0]}) == 3


def test_each_call_has_a_process_by_default(evaluator):
    call = evaluator(pid)
    assert len({call({}).value for _ in range(4)}) == 4


def kill():
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.slow
@pytest.mark.parametrize("fail", [lambda: 1 / 0, lambda: os._exit(3), kill, sys.exit, lambda: float("nan")])
def test_a_failed_call_ends_the_process(evaluator, fail):
    call = evaluator(lambda failing: fail() if failing else pid(), calls_per_process=100)
    before = {call({"failing": False}).value for _ in range(2)}
    assert call({"failing": True}).status == "CRASHED"
    after = {call({"failing": False}).value for _ in range(2)}
    assert len(before) == len(after) == 1
    assert before != after


@pytest.mark.slow
@pytest.mark.parametrize("rules", [{"memory_mb": 500}, {"cutoff": 20}])
def test_with_limits_each_call_has_a_process(evaluator, rules):
    call = evaluator(pid, calls_per_process=100, **rules)
    assert len({call({}, rules.get("cutoff")).value for _ in range(3)}) == 3


@pytest.mark.slow
def test_the_total_time_and_the_file_end_a_later_call(evaluator, tmp_path):
    """The call may clean up, also if an earlier call of this process could have been stopped."""
    flag = tmp_path / "flag"

    def function(seconds):
        try:
            time.sleep(seconds)
        finally:
            if seconds:
                (tmp_path / "cleaned").touch()
        return pid()

    flag.touch()
    call = evaluator(function, calls_per_process=100, kill_file=str(flag))
    call.deadline = time.monotonic() + 60
    assert len({call({"seconds": 0}).value for _ in range(3)}) == 1
    call.deadline = time.monotonic() + 0.3
    outcome = call({"seconds": 60})
    assert (outcome.status, outcome.cut_short) == ("TIMEOUT", True)
    assert (tmp_path / "cleaned").exists()
    (tmp_path / "cleaned").unlink()
    call.deadline = None
    assert len({call({"seconds": 0}).value for _ in range(3)}) == 1
    flag.unlink()
    assert call({"seconds": 60}).cut_short
    assert (tmp_path / "cleaned").exists()


def test_a_later_call_is_dropped(evaluator, notes):
    def function(seconds):
        notes.write("begun")
        time.sleep(seconds)
        return pid()

    call, drop = evaluator(function, calls_per_process=100), Drop()
    first = call({"seconds": 0}).value

    def give():
        while len(notes.lines) < 2:
            time.sleep(0.005)
        drop.give()

    thread = threading.Thread(target=give)
    thread.start()
    outcome = call({"seconds": 60}, None, drop)
    thread.join()
    assert (outcome.status, outcome.value) == ("TIMEOUT", TIMEOUT_QUALITY)
    assert call({"seconds": 0}).value != first


def test_forks_of_a_later_call_have_the_default_effect_of_a_signal(evaluator):
    def function():
        child = os.fork()
        if not child:
            time.sleep(60)
            os._exit(0)
        os.kill(child, signal.SIGTERM)
        return float(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))

    call = evaluator(function, calls_per_process=100)
    call.deadline = time.monotonic() + 60
    assert [call({}).value for _ in range(3)] == [-signal.SIGTERM] * 3


def test_what_a_call_leaves_ends_with_the_process(evaluator, notes):
    """Helper processes and exit handlers: as if the process had made one call."""

    def function():
        child = subprocess.Popen([sys.executable, "-S", "-c", "import time; time.sleep(600)"])
        atexit.register(lambda: (child.kill(), child.wait(), notes.write(child.pid)))
        return pid()

    call = evaluator(function, calls_per_process=100)
    assert len({call({}).value for _ in range(2)}) == 1
    assert notes.lines == []
    call.close()
    assert len(set(notes.lines)) == 2


@pytest.mark.slow
def test_times_are_those_of_the_call(evaluator):
    def function(seconds):
        end = time.process_time() + seconds
        while time.process_time() < end:
            pass
        return pid()

    call = evaluator(function, calls_per_process=100)
    long, short = call({"seconds": 0.5}), call({"seconds": 0})
    assert long.value == short.value
    assert long.cpu_time >= 0.45
    assert short.cpu_time < 0.4
