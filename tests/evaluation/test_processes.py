"""The process of a call, and those that it starts."""

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time

import psutil
import pytest

from pysmac_compat.evaluation.evaluator import Evaluator

from ..functions import BURNER, end, gone, spin


@pytest.mark.slow
def test_a_subprocess_counts(evaluator, notes):
    def function():
        child = subprocess.Popen([sys.executable, "-S", "-c", BURNER])
        notes.write(child.pid)
        child.wait()

    outcome = evaluator(function)({}, 0.2)
    assert outcome.status == "TIMEOUT"
    assert outcome.cpu_time >= 0.15
    assert gone(int(notes.lines[0]))


@pytest.mark.slow
def test_children_together_reach_the_limit(evaluator):
    def function():
        script = "import time\nn = 0\nwhile time.process_time() < 0.1:\n    n += 1\n"
        for _ in range(30):
            subprocess.run([sys.executable, "-S", "-c", script], check=True)
        return 1.0

    outcome = evaluator(function)({}, 0.3)
    assert outcome.status == "TIMEOUT"
    assert outcome.cpu_time < 2  # all of them together use 3 s


@pytest.mark.slow
@pytest.mark.parametrize("how", ["child", "orphan", "daemon"])
def test_processes_in_sessions_of_their_own_end_with_the_limit(evaluator, notes, how):
    def function():
        if how == "child":
            notes.write(subprocess.Popen(["sleep", "600"], start_new_session=True).pid)
        elif how == "orphan":
            child = subprocess.Popen(["sh", "-c", "setsid sleep 600 >/dev/null & echo $!"], stdout=subprocess.PIPE)
            notes.write(child.stdout.readline().decode().strip())
            child.wait()
        elif os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                notes.write(os.getpid())
                time.sleep(600)
            os._exit(0)
        spin()

    assert evaluator(function)({}, 0.25).status == "TIMEOUT"
    (pid,) = map(int, notes.lines)
    assert gone(pid)


@pytest.mark.slow
def test_what_is_left_in_the_background_is_left_alone(evaluator, notes):
    def function(x):
        if x == 0:
            child = subprocess.Popen(["sleep", "600"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
            notes.write(child.pid)
        if x == 2:
            spin()
        return float(x)

    call = evaluator(function)
    assert call({"x": 0}, 30).value == 0.0
    pid = int(notes.lines[0])
    try:
        assert call({"x": 1}, 30).value == 1.0
        assert call({"x": 2}, 0.2).status == "TIMEOUT"
        assert psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
        call.close()
        assert psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    finally:
        end(pid)


@pytest.mark.slow
def test_the_background_does_not_cost_later_calls_time(evaluator, notes):
    def function(x):
        if x == 0:
            child = subprocess.Popen([sys.executable, "-S", "-c", BURNER])
            notes.write(child.pid)
        time.sleep(0.1 * x)
        return float(x)

    call = evaluator(function)
    assert call({"x": 0}, 30).status == "SAT"
    try:
        assert call({"x": 8}, 0.4).status == "SAT"
    finally:
        end(int(notes.lines[0]))


@pytest.mark.slow
@pytest.mark.parametrize("closed", ["with", "close", "left open"])
def test_a_pool(evaluator, closed):
    def function():
        pool = multiprocessing.get_context("fork").Pool(2)
        total = sum(pool.map(abs, [-1, -2, -3]))
        if closed == "with":
            with pool:
                pass
        elif closed == "close":
            pool.close()
            pool.join()
        return float(total)

    call = evaluator(function)
    assert [call({}, limit).value for limit in (3, None)] == [6.0, 6.0]


def test_a_queue_of_the_script(evaluator):
    """What its feeder thread has done in the script is forgotten in the call."""
    queue = multiprocessing.get_context("fork").Queue()
    queue.put("script")
    assert queue.get(timeout=30) == "script"

    def function(x):
        queue.put(x)
        return x

    call = evaluator(function)
    assert [call({"x": float(x)}).value for x in range(3)] == [0.0, 1.0, 2.0]
    assert sorted(queue.get(timeout=30) for _ in range(3)) == [0.0, 1.0, 2.0]


def test_processes_of_the_script_are_not_those_of_the_call(evaluator):
    worker = multiprocessing.get_context("fork").Process(target=time.sleep, args=(600,), daemon=True)
    worker.start()
    try:
        call = evaluator(lambda: float(len(multiprocessing.active_children())))
        assert [call({}).value for _ in range(2)] == [0.0, 0.0]
        assert worker.is_alive()
    finally:
        worker.terminate()
        worker.join()


def test_the_call_is_not_the_main_process(evaluator):
    def function():
        parent = multiprocessing.parent_process()
        assert multiprocessing.current_process().name != "MainProcess"
        return float(parent.pid == os.getppid() and parent.is_alive())

    assert evaluator(function)({}).value == 1.0


def test_stdin_is_empty(evaluator):
    call = evaluator(lambda: float(len(sys.stdin.read())))
    assert [call({}).value for _ in range(2)] == [0.0, 0.0]


@pytest.mark.slow
@pytest.mark.parametrize("limited", [False, True])
def test_terminate_ends_a_process_of_the_function(evaluator, limited, capfd):
    """Our handler of SIGTERM is for the call only, not for what it forks."""

    def function():
        process = multiprocessing.get_context("fork").Process(target=time.sleep, args=(600,))
        process.start()
        process.terminate()
        process.join()
        return float(process.exitcode)

    assert evaluator(function)({}, 3 if limited else None).value == -signal.SIGTERM
    assert capfd.readouterr() == ("", "")


def test_the_call_is_no_daemon_and_its_processes_are_not(evaluator, notes):
    def function():
        notes.write(multiprocessing.current_process().daemon)
        process = multiprocessing.get_context("fork").Process(target=notes.write, args=("child",))
        process.start()
        process.join()
        return float(process.exitcode)

    assert evaluator(function)({}).value == 0.0
    assert notes.lines == ["False", "child"]


def test_a_caller_that_is_a_daemonic_worker(notes):
    def function():
        process = multiprocessing.get_context("fork").Process(target=notes.write, args=("child",))
        process.start()
        process.join()
        return 4.0

    def work():
        call = Evaluator(function)
        notes.write(call({}).value)
        call.close()

    worker = multiprocessing.get_context("fork").Process(target=work, daemon=True)
    worker.start()
    worker.join(60)
    assert notes.lines == ["child", "4.0"]


def test_the_main_thread_of_the_call_is_where_the_function_runs(evaluator):
    def function():
        assert threading.current_thread() is threading.main_thread()
        assert threading.active_count() == 1
        rung = []
        signal.signal(signal.SIGALRM, lambda *_: rung.append(1))
        signal.setitimer(signal.ITIMER_REAL, 0.05)
        while not rung:
            time.sleep(0.01)
        return 1.0

    outcome = evaluator(function)({})
    assert outcome.status == "SAT", outcome.message


def test_a_caller_in_another_thread():
    found = []

    def work():
        call = Evaluator(lambda: float(threading.current_thread() is threading.main_thread()))
        found.append(call({}).value)
        call.close()

    thread = threading.Thread(target=work)
    thread.start()
    thread.join(60)
    assert found == [1.0]


@pytest.mark.slow
def test_the_package_loads_little_into_the_process_that_is_forked_for_the_calls():
    code = "import sys, pysmac_compat; print({'asyncio', 'ssl', 'numpy', 'psutil', 'smac'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


# -- the process of the next call, which waits meanwhile ---------------------------------------------------------------


@pytest.mark.slow
def test_the_waiting_process_is_not_one_of_the_call():
    sleeper = [sys.executable, "-S", "-c", "import time; time.sleep(600)"]
    script = f"""
import subprocess, sys
from pysmac_compat.evaluation.tree import ProcessTree
tree, waiting = ProcessTree(), subprocess.Popen({sleeper})
print(tree.is_empty(), end=" ")
tree.waiting = waiting.pid
print(tree.is_empty(), end=" ")
other = subprocess.Popen({sleeper})
print(tree.is_empty(), list(tree.processes()) == [other.pid], end=" ")
tree.kill()
print(tree.is_empty(), waiting.poll(), end=" ")
waiting.kill()
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True", "False", "True", "True", "None"]


def test_a_call_has_no_file_of_the_calls_before(evaluator):
    call = evaluator(lambda: psutil.Process().num_fds())
    first, *others = [call({}, limit).value for limit in (None, None, 5, 5, None, 5)]
    assert set(others) == {others[0]}
    assert others[0] <= first + 1


@pytest.mark.slow
def test_the_process_of_the_next_call_is_there_before_the_call_ends(evaluator):
    def function():
        for _ in range(100):
            if len(psutil.Process(os.getppid()).children()) > 1:
                return 1.0
            time.sleep(0.1)

    call = evaluator(function)
    assert [call({}).value for _ in range(3)] == [1.0] * 3
