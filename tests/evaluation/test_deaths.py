"""How a call can end, and what a death leaves alone. For its kinds: ``test_kinds_of_death.py``."""

import os
import signal
import subprocess
import threading
import time

import psutil
import pytest

from pysmac_compat.evaluation import proc
from pysmac_compat.evaluation.evaluator import CallsLost, Evaluator

from ..functions import end, gone


def test_the_traceback_names_the_line_of_the_user(evaluator):
    def function():
        return {}["the missing key"]  # this line

    message = evaluator(function)({}).message
    assert "KeyError: 'the missing key'" in message
    assert 'return {}["the missing key"]  # this line' in message
    assert __file__ in message


def test_the_crash_value_is_that_of_the_user(evaluator):
    assert evaluator(lambda: None, None, 77.0)({}).value == 77.0


@pytest.mark.slow
def test_a_call_that_forks_and_returns_twice(evaluator):
    def function(x):
        os.fork()
        return float(x)

    call = evaluator(function)
    assert [call({"x": x}).value for x in range(5)] == [0.0, 1.0, 2.0, 3.0, 4.0]


@pytest.mark.slow
def test_many_calls(evaluator):
    call = evaluator(lambda x: x * 2)
    assert [call({"x": x}).value for x in range(10)] == [2.0 * x for x in range(10)]


def keeper():
    """An evaluator has started it: the youngest child of this process."""
    return max(psutil.Process().children(), key=lambda child: child.create_time())


def process_of_the_calls():
    """The light process, the keeper's child."""
    while not (children := keeper().children()):
        time.sleep(0.01)
    return children[0]


@pytest.mark.parametrize("signum", [signal.SIGKILL, signal.SIGTERM], ids=lambda s: s.name)
def test_a_call_that_ends_the_process_that_made_it_has_crashed(evaluator, notes, signum):
    def function(x):
        notes.write(x)
        if x == 1:
            os.kill(os.getppid(), signum)
            time.sleep(0.1 if signum == signal.SIGTERM else 600)  # that is only noted
        return float(x)

    call = evaluator(function)
    outcomes = [call({"x": x}) for x in range(4)]
    expected = ["SAT", "SAT" if signum == signal.SIGTERM else "CRASHED", "SAT", "SAT"]
    assert [o.status for o in outcomes] == expected
    assert notes.lines == ["0", "1", "2", "3"]
    if signum != signal.SIGTERM:
        assert f"was ended by the signal {signum.name} during this call" in outcomes[1].message


@pytest.mark.slow
def test_a_call_that_stops_the_process_that_made_it_has_crashed(evaluator):
    call = evaluator(lambda x: x and os.kill(os.getppid(), signal.SIGSTOP) or time.sleep(600 * x) or 1.0)
    assert [call({"x": x}).status for x in (0, 1, 0)] == ["SAT", "CRASHED", "SAT"]


@pytest.mark.slow
def test_what_a_call_leaves_that_ends_the_process_that_made_it(evaluator, notes):
    """What it has started ends with it; what an earlier call has left in the background goes on."""

    def function(x):
        if x < 2:
            notes.write(subprocess.Popen(["sleep", "600"]).pid)
        if x == 1:
            os.kill(os.getppid(), signal.SIGKILL)
            time.sleep(600)
        return float(x)

    call = evaluator(function)
    assert call({"x": 0}).status == "SAT"
    time.sleep(0.05)  # a process is dated by hundredths of a second
    assert [call({"x": x}).status for x in (1, 2)] == ["CRASHED", "SAT"]
    before, during = map(int, notes.lines)
    try:
        assert gone(during)
        assert psutil.Process(before).status() != psutil.STATUS_ZOMBIE
    finally:
        end(before)


def test_a_light_process_that_cannot_live_is_an_error(monkeypatch):
    monkeypatch.setattr("pysmac_compat.evaluation.server.CallServer._serve", lambda self, progress: os._exit(3))
    call = Evaluator(lambda: 1.0)
    with pytest.raises(CallsLost):
        call({})
    call.close()


@pytest.mark.parametrize("signum", [signal.SIGTERM, signal.SIGKILL], ids=lambda s: s.name)
def test_a_signal_to_the_group_of_the_call_reaches_nobody_else(evaluator, signum):
    call = evaluator(lambda x: (os.killpg(0, signum) or time.sleep(600)) if x else 1.0)
    assert [call({"x": x}).status for x in (0, 1, 0)] == ["SAT", "CRASHED", "SAT"]


WRITES = """
import contextlib, os, sys, time
from pysmac_compat.evaluation.evaluator import Evaluator

def function(x):
    if x == 1:
        for descriptor in range(3, 64):
            with contextlib.suppress(OSError):
                os.write(descriptor, b"?" * 10)
        if sys.argv[1] == "goes on":
            time.sleep(600)
        if sys.argv[1] == "ends":
            os._exit(0)
    return float(x)

call = Evaluator(function)
outcomes = [call({"x": x}) for x in range(4)]
print(*(o.status for o in outcomes))
print(outcomes[1].message)
call.close()
"""


@pytest.mark.slow
@pytest.mark.parametrize("then", ["returns", "goes on", "ends"])
def test_a_call_that_writes_into_all_descriptors(run_script, then):
    """In a script of its own: the tests' process has descriptors by which it is told what to do."""
    done = run_script(WRITES, then)
    statuses, message = done.stdout.splitlines()
    assert statuses == "SAT CRASHED SAT SAT"
    assert "wrote to a file descriptor that it did not open" in message


def test_a_call_that_closes_all_descriptors(evaluator):
    call = evaluator(lambda x: x and os.closerange(3, 64) or 1.0)
    assert [call({"x": x}).status for x in (0, 1, 0)] == ["SAT", "CRASHED", "SAT"]


def next_process():
    """The process that waits for the next call."""
    while not (children := process_of_the_calls().children()):
        time.sleep(0.01)
    return children[0]


def test_the_next_process_may_be_killed_while_it_waits(evaluator, notes):
    def function():
        notes.write(os.getpid())
        return 1.0

    call = evaluator(function)
    assert call({}).value == 1.0
    waiting = next_process()
    waiting.kill()
    while waiting.status() != psutil.STATUS_ZOMBIE:
        time.sleep(0.01)
    assert [call({}).status for _ in range(2)] == ["SAT"] * 2
    assert str(waiting.pid) not in notes.lines
    assert len(set(notes.lines)) == 3


def test_without_room_for_a_process_the_call_fails_with_the_reason(evaluator, monkeypatch):
    fork, forks = os.fork, []

    def full():
        """Only the keeper and the light process are forked; there is no room for a process of a call."""
        if len(forks) == 2:
            raise BlockingIOError("no room")
        forks.append(1)
        return fork()

    monkeypatch.setattr("os.fork", full)
    outcome = evaluator(lambda: 1.0)({})
    assert outcome.status == "CRASHED"
    assert "cannot start a process for the call: no room" in outcome.message


def settled_descriptors(n_children):
    """How many descriptors the process of the calls holds when it waits for the next one."""
    process = process_of_the_calls()
    counts = []
    while len(counts) < 25 or len(set(counts[-25:])) > 1:
        if len(proc.children(process.pid)) == n_children:
            counts.append(process.num_fds())
        time.sleep(0.01)
    return counts[-1]


@pytest.mark.slow
def test_descriptors_of_calls_with_threads_that_go_on(evaluator, notes):
    def function():
        notes.write(os.getpid())
        threading.Thread(target=time.sleep, args=(600,)).start()
        return 1.0

    call = evaluator(function)
    try:
        counts = []
        for i in range(4):
            assert call({}).value == 1.0
            counts.append(settled_descriptors(n_children=i + 2))  # those that go on, and the next one
        assert counts[3] - counts[0] == 3  # the handle of each process
    finally:
        for pid in notes.lines:
            end(int(pid))


def test_close_leaves_no_process_behind():
    call = Evaluator(lambda: 1.0)
    assert call({}).value == 1.0
    processes = next_process().pid, process_of_the_calls().pid, keeper().pid
    call.close()
    assert all(gone(pid) for pid in processes)


def test_close_ends_a_running_call_and_may_be_repeated(notes):
    def function():
        notes.write(os.getpid())
        time.sleep(600)

    call = Evaluator(function)
    thread = threading.Thread(target=lambda: pytest.raises((CallsLost, OSError, TypeError), call, {}), daemon=True)
    thread.start()
    while not notes.lines:
        time.sleep(0.01)
    call.close()
    call.close()
    assert gone(int(notes.lines[0]))
    thread.join(30)
