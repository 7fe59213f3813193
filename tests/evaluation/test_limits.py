"""Limits of a call: CPU time, wall clock, the total time, memory."""

import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from pysmac_compat.evaluation.drop import Drop
from pysmac_compat.evaluation.rules import TIMEOUT_QUALITY

from ..functions import burn, spin

#: so that the wall clock of a busy machine does not end what the CPU limit is to end
PATIENT = 1000

# -- time -----------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_cpu_limit(evaluator):
    outcome = evaluator(spin, wall_factor=PATIENT)({}, 0.3)
    assert (outcome.status, outcome.value) == ("TIMEOUT", TIMEOUT_QUALITY)
    assert outcome.cpu_time >= 0.25
    assert "0.3 s" in outcome.message
    assert not outcome.cut_short


@pytest.fixture
def impatient(monkeypatch):
    """So that a call that goes on after the first signal is killed soon."""
    monkeypatch.setattr("pysmac_compat.evaluation.watch._GRACE", 0.1)


@pytest.mark.slow
def test_fractional_limits(evaluator):
    call = evaluator(lambda burn: spin() if burn else 1.0)
    assert call({"burn": True}, 0.05).status == "TIMEOUT"
    assert call({"burn": False}, 1.55).status == "SAT"


@pytest.mark.slow
def test_the_limit_is_for_each_call(evaluator):
    def function():
        burn(0.08)
        return 1.0

    call = evaluator(function)
    outcomes = [call({}, 0.3) for _ in range(5)]
    assert {o.status for o in outcomes} == {"SAT"}
    assert sum(o.cpu_time for o in outcomes) > 0.3


@pytest.mark.slow
def test_wall_clock_limit(evaluator):
    outcome = evaluator(lambda: time.sleep(60))({}, 0.05)
    assert outcome.status == "TIMEOUT"
    assert outcome.cpu_time < 0.4 < outcome.wall_time < 30


@pytest.mark.slow
def test_sleep_below_the_wall_clock_limit(evaluator):
    outcome = evaluator(lambda: time.sleep(0.4) or 1.0)({}, 0.3)
    assert outcome.status == "SAT"
    assert outcome.cpu_time < 0.3 < outcome.wall_time


@pytest.mark.slow
@pytest.mark.parametrize("ignored", [signal.SIGTERM, signal.SIGXCPU], ids=lambda s: s.name)
@pytest.mark.usefixtures("impatient")
def test_ignored_signals(evaluator, ignored):
    def function():
        signal.signal(ignored, signal.SIG_IGN)
        if ignored is signal.SIGXCPU:
            spin()
        time.sleep(600)

    outcome = evaluator(function, wall_factor=4)({}, 0.1)
    assert (outcome.status, outcome.value) == ("TIMEOUT", TIMEOUT_QUALITY)
    assert outcome.wall_time < 60


@pytest.mark.slow
@pytest.mark.usefixtures("impatient")
def test_blocked_signals(evaluator):
    def function():
        signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
        spin()

    assert evaluator(function)({}, 0.1).status == "TIMEOUT"


@pytest.mark.slow
@pytest.mark.usefixtures("impatient")
def test_stopped_process(evaluator):
    assert evaluator(lambda: os.kill(os.getpid(), signal.SIGSTOP))({}, 0.05).status == "TIMEOUT"


@pytest.mark.slow
@pytest.mark.usefixtures("impatient")
def test_a_function_that_catches_every_exception(evaluator):
    def function():
        n = 0
        while True:
            try:
                for _ in range(1000):
                    n += 1
            except BaseException:
                n = 0

    assert evaluator(function)({}, 0.1).status == "TIMEOUT"


@pytest.mark.slow
def test_a_function_that_catches_the_usual_exceptions(evaluator):
    def function():
        try:
            spin()
        except Exception:
            return -100.0

    outcome = evaluator(function, wall_factor=PATIENT)({}, 0.2)
    assert (outcome.status, outcome.value) == ("TIMEOUT", TIMEOUT_QUALITY)


@pytest.mark.slow
def test_finally_runs_at_the_limit(evaluator, notes):
    def function(sleep):
        try:
            time.sleep(600) if sleep else spin()
        finally:
            notes.write("finally")

    call = evaluator(function)
    assert call({"sleep": False}, 0.2).status == "TIMEOUT"
    assert call({"sleep": True}, 0.05).status == "TIMEOUT"
    assert notes.lines == ["finally"] * 2


@pytest.mark.slow
def test_a_finally_that_does_not_end(evaluator, notes, monkeypatch):
    monkeypatch.setattr("pysmac_compat.evaluation.watch._GRACE", 0.5)

    def function():
        try:
            spin()
        finally:
            notes.write("finally")
            time.sleep(600)

    assert evaluator(function)({}, 0.1).status == "TIMEOUT"
    assert notes.lines == ["finally"]


@pytest.mark.slow
@pytest.mark.parametrize("signum", [signal.SIGXCPU, signal.SIGTERM], ids=lambda s: s.name)
def test_the_handler_of_the_user_is_used(evaluator, notes, signum):
    def function():
        stop = []

        def handler(number, frame):
            notes.write("handler", number)
            stop.append(number)

        signal.signal(signum, handler)
        while not stop:
            if signum == signal.SIGTERM:
                time.sleep(0.01)
        return 5.0

    call = evaluator(function, None, None, wall_factor=PATIENT if signum == signal.SIGXCPU else 7)
    cutoff = 0.3 if signum == signal.SIGXCPU else 0.15  # CPU seconds: more than a busy machine takes to begin the call
    outcome = call({}, cutoff)
    assert notes.lines == [f"handler {int(signum)}"]
    assert (outcome.status, outcome.value) == ("TIMEOUT", 5.0)  # without a timeout_quality: its own value


@pytest.mark.slow
def test_a_handler_that_raises(evaluator):
    def function():
        def handler(number, frame):
            raise ValueError("of the user")

        signal.signal(signal.SIGXCPU, handler)
        try:
            spin()
        except ValueError:
            return 5.0

    assert evaluator(function, None, None, wall_factor=PATIENT)({}, 0.2).value == 5.0


@pytest.mark.slow
def test_a_handler_that_was_installed_before(evaluator, notes):
    before = signal.signal(signal.SIGXCPU, lambda *_: notes.write("handler") or os._exit(3))
    try:
        call = evaluator(spin, wall_factor=PATIENT)
    finally:
        signal.signal(signal.SIGXCPU, before)
    assert call({}, 0.2).status == "TIMEOUT"
    assert notes.lines == ["handler"]


@pytest.mark.slow
def test_the_deadline_cuts_a_call_short(evaluator):
    call = evaluator(lambda: time.sleep(600))
    call.deadline = time.monotonic() + 0.3
    outcome = call({})
    assert (outcome.status, outcome.cut_short) == ("TIMEOUT", True)
    assert "total time" in outcome.message


@pytest.mark.slow
def test_a_file_that_goes_cuts_a_call_short(evaluator, tmp_path):
    flag = tmp_path / "flag"

    def function():
        try:
            flag.unlink()
            time.sleep(600)
        finally:
            (tmp_path / "cleaned").touch()

    flag.touch()
    outcome = evaluator(function, kill_file=str(flag))({})
    assert (outcome.status, outcome.cut_short) == ("TIMEOUT", True)
    assert f"the file {flag} does not exist" in outcome.message
    assert (tmp_path / "cleaned").exists()


@pytest.mark.slow
def test_a_call_may_use_the_rest_and_its_own_limit(evaluator):
    call = evaluator(lambda: time.sleep(0.2) or 3.0)
    call.deadline = time.monotonic() - 1.0
    outcome = call({}, 20)
    assert (outcome.status, outcome.value, outcome.cut_short) == ("SAT", 3.0, False)


def test_a_call_that_is_dropped(evaluator, notes):
    """Before it begins, while it runs, and after it, when that changes nothing."""

    def function(seconds):
        notes.write("begun")
        time.sleep(seconds)
        return 1.0

    call, before, after = evaluator(function), Drop(), Drop()
    before.give()
    outcome = call({"seconds": 60}, None, before)
    assert (outcome.status, outcome.value, outcome.cut_short) == ("TIMEOUT", TIMEOUT_QUALITY, False)
    assert "needs no result" in outcome.message
    assert call({"seconds": 0}, None, after).status == "SAT"
    after.give()
    assert call({"seconds": 0}, None, Drop()).status == "SAT"
    during = Drop()
    with ThreadPoolExecutor(1) as pool:
        began = len(notes.lines)
        running = pool.submit(call, {"seconds": 60}, None, during)
        while len(notes.lines) == began:
            time.sleep(0.005)
        during.give()
        assert running.result().status == "TIMEOUT"
