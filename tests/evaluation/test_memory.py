"""The memory limit of a call."""

import contextlib
import mmap
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from pysmac_compat.evaluation.rules import TIMEOUT_QUALITY

from ..functions import gone, spin

_MB = 2**20


@pytest.mark.slow
def test_memory_limit(evaluator):
    def function(mb):
        data = bytearray(mb * _MB)
        return float(len(data) / _MB)

    call = evaluator(function, 40)
    assert call({"mb": 10}).value == 10.0
    outcome = call({"mb": 80})
    assert (outcome.status, outcome.value) == ("MEMOUT", TIMEOUT_QUALITY)
    assert "the limit is 40 MB" in outcome.message
    assert call({"mb": 10}).value == 10.0


@pytest.mark.slow
def test_what_the_function_holds_before_does_not_count(evaluator):
    data = bytearray(60 * _MB)
    assert evaluator(lambda: float(data[0]), 20)({}).status == "SAT"


@pytest.mark.slow
def test_what_the_function_changes_of_that_does(evaluator):
    data = bytearray(100 * _MB)

    def function(x):
        for i in range(0, x * len(data), 1000):
            data[i] = 1
        time.sleep(0.3 * x)
        return float(x)

    call = evaluator(function, 50)
    assert [call({"x": x}).status for x in (0, 1)] == ["SAT", "MEMOUT"]


@pytest.mark.parametrize("limit", [1, 0.5])
def test_a_tiny_memory_limit(evaluator, limit):
    assert evaluator(lambda: 3.0, limit)({}).value == 3.0


@pytest.mark.slow
def test_address_space_is_not_memory(evaluator):
    def function():
        with mmap.mmap(-1, 4000 * _MB) as area:
            area[0] = 1
            threads = [threading.Thread(target=time.sleep, args=(0.3,)) for _ in range(50)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        return 1.0

    assert evaluator(function, 100)({}).status == "SAT"


@pytest.mark.slow
def test_a_peak_between_two_looks_is_seen(evaluator, monkeypatch):
    """No look before the end of the call: its own size tells."""
    monkeypatch.setattr("pysmac_compat.evaluation.watch._MEMORY_INTERVAL", 600)

    def function(mb):
        bytearray(mb * _MB)
        return 1.0

    call = evaluator(function, 50)
    assert [call({"mb": mb}).status for mb in (25, 100, 40)] == ["SAT", "MEMOUT", "SAT"]


@pytest.mark.slow
def test_a_large_step_is_stopped_before_it_is_done(evaluator):
    def function():
        bytearray(400 * _MB)
        time.sleep(600)

    outcome = evaluator(function, 100)({})
    assert outcome.status == "MEMOUT"


@pytest.mark.slow
def test_a_call_gets_time_to_clean_up(evaluator, notes):
    def function():
        data = []
        try:
            for _ in range(70):  # with more than twice the limit it would get no time
                data.append(bytearray(_MB))
                time.sleep(0.001)
            time.sleep(60)
        finally:
            notes.write("finally")

    assert evaluator(function, 50)({}).status == "MEMOUT"
    assert notes.lines == ["finally"]


@pytest.mark.slow
def test_processes_of_the_call_count(evaluator, notes):
    script = f"import time; data = bytearray({100 * _MB}); time.sleep(600)"

    def function():
        process = subprocess.Popen([sys.executable, "-S", "-c", script])
        notes.write(process.pid)
        process.wait()

    assert evaluator(function, 50)({}).status == "MEMOUT"
    assert gone(int(notes.lines[0]))


@pytest.mark.slow
@pytest.mark.parametrize(("mb", "status"), [(60, "SAT"), (140, "MEMOUT")])
def test_what_processes_share_counts_once(evaluator, mb, status):
    def function():
        data = bytearray(mb * _MB)
        context = multiprocessing.get_context("fork")
        processes = [context.Process(target=time.sleep, args=(0.3,)) for _ in range(3)]
        for process in processes:
            process.start()
        for process in processes:
            process.join()
        return float(len(data))

    assert evaluator(function, 120)({}).status == status


@pytest.mark.slow
def test_shared_memory_counts_once(evaluator):
    def function():
        with mmap.mmap(-1, 50 * _MB) as area:
            for _ in range(50):
                area.write(bytes(_MB))
            for _ in range(2):
                if os.fork() == 0:
                    sum(area[i] for i in range(0, len(area), 4096))
                    time.sleep(0.3)
                    os._exit(0)
            for _ in range(2):
                os.wait()
        return 1.0

    assert evaluator(function, 80)({}).status == "SAT"


@pytest.mark.slow
@pytest.mark.parametrize("wrapped", [False, True])
def test_a_memory_error(evaluator, wrapped):
    def function():
        try:
            raise MemoryError
        except MemoryError as error:
            if wrapped:
                raise RuntimeError("wrapped") from error
            raise

    assert evaluator(function, 200)({}).status == "MEMOUT"
    assert evaluator(function)({}).status == "CRASHED"


def test_more_than_the_machine_has_is_refused_at_once(evaluator):
    outcome = evaluator(lambda: bytearray(2**46), 200)({})
    assert outcome.status == "MEMOUT"
    assert "MemoryError" in outcome.message


@pytest.mark.slow
def test_memory_and_time(evaluator):
    call = evaluator(lambda big: (bytearray(80 * _MB), time.sleep(0.2)) if big else spin(), 40)
    assert call({"big": True}, 30).status == "MEMOUT"
    assert call({"big": False}, 0.2).status == "TIMEOUT"


def test_without_a_memory_limit(evaluator):
    assert evaluator(lambda: float(len(bytearray(50 * _MB))))({}).value == 50.0 * _MB


@pytest.fixture
def small_machine():
    """A control group with 60 MB of memory; gives what puts this process there."""
    group = Path(f"/sys/fs/cgroup/memory/pysmac-compat-{os.getpid()}")
    try:
        group.mkdir()
        (group / "memory.limit_in_bytes").write_text(str(60 * _MB))
        with contextlib.suppress(OSError):
            (group / "memory.swappiness").write_text("0")
    except OSError:
        pytest.skip("only root makes control groups, and only where there are those of the first version")
    yield lambda: (group / "cgroup.procs").write_text(str(os.getpid()))
    for _ in range(100):
        with contextlib.suppress(OSError):
            group.rmdir()
            return
        time.sleep(0.05)


@pytest.mark.slow
def test_a_call_that_the_kernel_kills_for_its_memory(evaluator, small_machine):
    def function(kill):
        if kill:
            os.kill(os.getpid(), signal.SIGKILL)
        small_machine()
        return float(len(bytearray(200 * _MB)))

    call = evaluator(function)
    assert [call({"kill": kill}).status for kill in (False, True, False)] == ["MEMOUT", "CRASHED", "MEMOUT"]
