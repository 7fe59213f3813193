"""How a call ends: what it has registered to end at its exit ends with it, what the script has registered does not."""

import atexit
import concurrent.futures
import multiprocessing
import os
import subprocess
import sys
import tempfile
import threading
import time
import weakref
from pathlib import Path

import psutil
import pytest

from ..functions import end, gone


class Owner:
    """Something that a finalizer can be bound to."""


def test_exit_handlers_of_the_call_run_after_its_result(evaluator, notes):
    def function():
        atexit.register(notes.write, "atexit")
        owner = Owner()
        weakref.finalize(owner, notes.write, "finalizer")
        threading.Thread(target=lambda: (time.sleep(0.2), notes.write("thread"))).start()
        function.owner = owner  # outlives the function
        return 1.0

    call = evaluator(function)
    assert call({}).value == 1.0
    call.close()
    assert notes.lines == ["thread", "finalizer", "atexit"]


@pytest.mark.slow
def test_exit_handlers_of_the_script_do_not_run_in_a_call(run_script, tmp_path):
    script = """
    import atexit, os, tempfile, weakref
    import pysmac_compat

    class Owner: pass
    owner, folder, main = Owner(), tempfile.TemporaryDirectory(), os.getpid()
    weakref.finalize(owner, lambda: print("finalizer", os.getpid() == main))
    atexit.register(lambda: print("atexit", os.getpid() == main))

    def f(x):
        atexit.register(lambda: print("call", os.path.isdir(folder.name)))
        return x

    pysmac_compat.SMAC_optimizer().minimize(f, 2, {"x": ("real", [0, 1], 0.5)})
    print("script", os.path.isdir(folder.name))
    """
    lines = run_script(script).stdout.splitlines()
    assert sorted(lines[:3]) == ["call True", "call True", "script True"]
    assert lines[2] == "script True"
    assert sorted(lines[3:]) == ["atexit True", "finalizer True"]


@pytest.mark.slow
def test_a_thread_that_does_not_end_ends_with_the_call(evaluator, notes):
    def function(x):
        if x == 0:
            threading.Thread(target=time.sleep, args=(600,)).start()
            notes.write(os.getpid())
        return float(x)

    call = evaluator(function)
    assert [call({"x": x}).value for x in range(3)] == [0.0, 1.0, 2.0]
    assert gone(int(notes.lines[0]), seconds=15)


def test_a_temporary_folder_of_a_call_goes_with_it(evaluator, notes):
    def function():
        folder = tempfile.TemporaryDirectory()
        function.folder = folder
        notes.write(folder.name)
        return 1.0

    call = evaluator(function)
    assert call({}).value == 1.0
    call.close()
    assert not Path(notes.lines[0]).exists()


@pytest.mark.slow
def test_workers_of_a_pool_that_was_left_open_end_with_the_call(evaluator, notes):
    def function():
        executor = concurrent.futures.ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("fork"))
        pool = multiprocessing.get_context("fork").Pool(2)
        function.left = executor, pool
        for pid in {*executor.map(_pid, range(4)), *pool.map(_pid, range(4))}:
            notes.write(pid)
        return 1.0

    call = evaluator(function)
    assert call({}).value == 1.0
    call.close()
    assert notes.lines
    assert all(gone(int(pid), seconds=0.1) for pid in notes.lines)


def _pid(_):
    return os.getpid()


def _all_workers(joblib):
    """Return the ids of joblib's two workers, of which one may be given several tasks."""
    pids = set()
    while len(pids) < 2:
        pids |= set(joblib.Parallel(n_jobs=2)(joblib.delayed(_pid)(None) for _ in range(4)))
    return pids


@pytest.mark.slow
def test_workers_of_joblib_end_with_the_call_and_those_of_the_script_go_on(evaluator, tmp_path):
    joblib = pytest.importorskip("joblib")

    def function(x):
        os.environ["PYSMAC_TEST"] = str(tmp_path)  # which the workers have from their beginning, and no others
        return float(sum(joblib.Parallel(n_jobs=2)(joblib.delayed(abs)(-x) for _ in range(4))))

    pids = _all_workers(joblib)
    try:
        call = evaluator(function)
        assert call({"x": 1}, 60).value == 4.0
        call.close()
        left = [process.pid for process in psutil.process_iter() if str(tmp_path) in _environment(process)]
        assert all(gone(pid, seconds=2) for pid in left)
        assert set(joblib.Parallel(n_jobs=2)(joblib.delayed(_pid)(None) for _ in range(4))) <= pids
    finally:
        joblib.externals.loky.get_reusable_executor().shutdown()


def _environment(process):
    try:
        return process.environ().values()
    except psutil.Error:
        return ()


@pytest.mark.slow
def test_executors_of_the_script_go_on(run_script):
    script = """
    import concurrent.futures, multiprocessing, threading
    import pysmac_compat

    def f(x):
        threading.Thread(target=print, args=("thread",)).start()
        with concurrent.futures.ThreadPoolExecutor(1) as executor:
            return executor.submit(abs, -x).result()

    with concurrent.futures.ThreadPoolExecutor(1) as threads, \\
            concurrent.futures.ProcessPoolExecutor(1, multiprocessing.get_context("fork")) as processes:
        used = threads.submit(abs, -3).result() + processes.submit(abs, -4).result()
        value, _ = pysmac_compat.SMAC_optimizer().minimize(f, 3, {"x": ("ordinal", [1, 2, 3], 2)})
        print(value, used + threads.submit(abs, -1).result() + processes.submit(abs, -2).result())
    """
    assert run_script(script).stdout.splitlines()[-1] == "1.0 10"


@pytest.mark.slow
def test_what_is_started_in_the_background_is_left_alone(evaluator, notes):
    def function():
        atexit.register(notes.write, "exit")
        notes.write(subprocess.Popen([sys.executable, "-S", "-c", "import time; time.sleep(600)"]).pid)
        return 1.0

    call = evaluator(function)
    assert call({}).value == 1.0
    call.close()
    pid = int(notes.lines[0])
    try:
        assert notes.lines[1:] == ["exit"]
        assert psutil.Process(pid).is_running()
    finally:
        end(pid)
