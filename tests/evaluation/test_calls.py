"""Calls of the user's function: how they can end, and what they see."""

import contextlib
import ctypes
import faulthandler
import functools
import multiprocessing
import os
import resource
import signal
import subprocess
import sys
import textwrap
import threading
import time

import psutil
import pytest

from pysmac_compat.evaluation.evaluator import CallsLost, Evaluator
from pysmac_compat.evaluation.outcome import TIMEOUT_QUALITY

#: burns CPU until it is killed
_BURNER = "n = 0\nwhile True:\n    n += 1\n"


def _spin():
    n = 0
    while True:
        n += 1


def _burn(seconds):
    start, n = time.process_time(), 0
    while time.process_time() - start < seconds:
        n += 1


def _gone(pid, seconds=30):
    """Whether a process ends within this time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
                return True
        except psutil.NoSuchProcess:
            return True
        time.sleep(0.02)
    return False


def _end(pid):
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


# -- how a call can end ---------------------------------------------------------------------------------------------


class Unpicklable(Exception):
    def __init__(self):
        super().__init__("unpicklable")
        self.function = lambda: None


class Ununpicklable(Exception):
    def __init__(self, one, two):
        super().__init__(f"{one} {two}")


class Unprintable(Exception):
    def __str__(self):
        raise RuntimeError("no text")

    __repr__ = __str__


class Stubborn:
    """A result whose every method fails."""

    def __getattr__(self, name):
        raise RuntimeError(name)

    def __repr__(self):
        raise RuntimeError("repr")

    def __float__(self):
        raise SystemExit(1)


def _raise(error):
    raise error


def _chained():
    try:
        raise KeyError("first")
    except KeyError as error:
        raise ValueError("second") from error


def _circular():
    error = ValueError("circular")
    error.__cause__ = RuntimeError("other")
    error.__cause__.__cause__ = error
    raise error


def _quietly(die, *args):
    faulthandler.disable()  # pytest has switched it on
    die(*args)


def _recurse():
    return _recurse() + 1


def _generator():
    yield 1.0


DEATHS = {
    "exception": (lambda: _raise(ValueError("some text")), "ValueError: some text"),
    "chained": (_chained, "KeyError"),
    "circular": (_circular, "circular"),
    "group of exceptions": (lambda: _raise(BaseException("base")), "base"),
    "StopIteration": (lambda: _raise(StopIteration(3)), "StopIteration"),
    "GeneratorExit": (lambda: _raise(GeneratorExit()), "GeneratorExit"),
    "KeyboardInterrupt": (lambda: _raise(KeyboardInterrupt()), "KeyboardInterrupt"),
    "MemoryError": (lambda: _raise(MemoryError()), "MemoryError"),
    "OSError 11": (lambda: _raise(OSError(11, "unavailable")), "unavailable"),
    "EOFError": (lambda: _raise(EOFError()), "EOFError"),
    "BrokenPipeError": (lambda: _raise(BrokenPipeError()), "BrokenPipeError"),
    "unpicklable": (lambda: _raise(Unpicklable()), "unpicklable"),
    "not to be unpickled": (lambda: _raise(Ununpicklable(1, 2)), "1 2"),
    "not to be printed": (lambda: _raise(Unprintable()), "Unprintable"),
    "recursion": (_recurse, "RecursionError"),
    "assertion": (lambda: _raise(AssertionError("a long text " * 10_000)), "a long text"),
    "sys.exit()": (lambda: sys.exit(), "SystemExit"),
    "sys.exit(0)": (lambda: sys.exit(0), "SystemExit"),
    "sys.exit(3)": (lambda: sys.exit(3), "SystemExit: 3"),
    "sys.exit('text')": (lambda: sys.exit("text"), "SystemExit: text"),
    "os._exit(0)": (lambda: os._exit(0), "exit code 0"),
    "os._exit(3)": (lambda: os._exit(3), "exit code 3"),
    "segfault": (lambda: _quietly(ctypes.string_at, 0), "SIGSEGV"),
    "abort": (lambda: _quietly(os.abort), "SIGABRT"),
    "SIGKILL": (lambda: os.kill(os.getpid(), signal.SIGKILL), "SIGKILL"),
    "SIGTERM": (lambda: os.kill(os.getpid(), signal.SIGTERM), "SIGTERM"),
    "SIGHUP": (lambda: os.kill(os.getpid(), signal.SIGHUP), "SIGHUP"),
    "SIGINT": (lambda: os.kill(os.getpid(), signal.SIGINT) or time.sleep(60), "KeyboardInterrupt"),
    "exec": (lambda: os.execv(sys.executable, [sys.executable, "-S", "-c", "raise SystemExit(7)"]), "exit code 7"),
    "all files closed": (lambda: os.closerange(3, 1000), ""),
    "None": (lambda: None, "None"),
    "lambda": (lambda: lambda: 3, "function"),
    "generator": (_generator, "generator"),
    "lock": (threading.Lock, "lock"),
    "stubborn": (Stubborn, ""),
    "wrong keywords": (lambda **kwargs: _takes_x(), "TypeError"),
}


def _takes_x(*, x):
    return x


@pytest.mark.parametrize("limited", [False, pytest.param(True, marks=pytest.mark.slow)])
@pytest.mark.parametrize("kind", DEATHS)
def test_a_death_costs_that_call_only(evaluator, kind, limited):
    die, message = DEATHS[kind]

    def function(survive):
        return 3.0 if survive else die()

    call = evaluator(function)
    cutoff = 30.0 if limited else None
    dead = call({"survive": False}, cutoff)
    assert (dead.status, dead.value) == ("CRASHED", TIMEOUT_QUALITY)
    if not (limited and kind == "SIGTERM"):  # caught, so that ``finally`` can run
        assert message in dead.message
    assert 0 < len(dead.message) < 30_000
    alive = call({"survive": True}, cutoff)
    assert (alive.status, alive.value, alive.message) == ("SAT", 3.0, "")


def test_the_traceback_names_the_line_of_the_user(evaluator):
    def function():
        return {}["the missing key"]  # this line

    message = evaluator(function)({}).message
    assert "KeyError: 'the missing key'" in message
    assert 'return {}["the missing key"]  # this line' in message
    assert __file__ in message


def test_the_crash_value_is_that_of_the_user(evaluator):
    assert evaluator(lambda: None, None, 77.0)({}).value == 77.0


def test_a_call_that_forks_and_returns_twice(evaluator):
    def function(x):
        os.fork()
        return float(x)

    call = evaluator(function)
    assert [call({"x": x}).value for x in range(5)] == [0.0, 1.0, 2.0, 3.0, 4.0]


def test_many_calls(evaluator):
    call = evaluator(lambda x: x * 2)
    assert [call({"x": x}).value for x in range(20)] == [2.0 * x for x in range(20)]


def test_a_lost_light_process_is_an_error(evaluator):
    call = evaluator(lambda: os.kill(os.getppid(), signal.SIGKILL) or time.sleep(0.2))
    with pytest.raises(CallsLost):
        call({})


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
    assert _gone(int(notes.lines[0]))
    thread.join(30)


# -- limits ---------------------------------------------------------------------------------------------------------


def test_cpu_limit(evaluator):
    outcome = evaluator(_spin)({}, 0.3)
    assert (outcome.status, outcome.value) == ("TIMEOUT", TIMEOUT_QUALITY)
    assert outcome.cpu_time >= 0.25
    assert "0.3 s" in outcome.message
    assert not outcome.cut_short


@pytest.mark.parametrize("cutoff", [0.05, 0.5, pytest.param(1.25, marks=pytest.mark.slow)])
def test_fractional_limits(evaluator, cutoff):
    call = evaluator(lambda burn: _spin() if burn else 1.0)
    assert call({"burn": True}, cutoff).status == "TIMEOUT"
    assert evaluator(lambda: 1.0)({}, cutoff + 1.5).status == "SAT"


@pytest.mark.slow
def test_the_limit_is_for_each_call(evaluator):
    def function():
        _burn(0.1)
        return 1.0

    call = evaluator(function)
    outcomes = [call({}, 0.8) for _ in range(12)]
    assert {o.status for o in outcomes} == {"SAT"}
    assert sum(o.cpu_time for o in outcomes) > 0.8


def test_wall_clock_limit(evaluator):
    outcome = evaluator(lambda: time.sleep(60))({}, 0.05)
    assert outcome.status == "TIMEOUT"
    assert outcome.cpu_time < 0.4 < outcome.wall_time < 30


@pytest.mark.slow
def test_sleep_below_the_wall_clock_limit(evaluator):
    outcome = evaluator(lambda: time.sleep(1.1) or 1.0)({}, 1)
    assert outcome.status == "SAT"
    assert outcome.cpu_time < 1 < outcome.wall_time


@pytest.mark.slow
@pytest.mark.parametrize("ignored", [signal.SIGTERM, signal.SIGXCPU], ids=lambda s: s.name)
def test_ignored_signals(evaluator, ignored):
    def function():
        signal.signal(ignored, signal.SIG_IGN)
        if ignored is signal.SIGXCPU:
            _spin()
        time.sleep(600)

    outcome = evaluator(function)({}, 0.1)
    assert (outcome.status, outcome.value) == ("TIMEOUT", TIMEOUT_QUALITY)
    assert outcome.wall_time < 60


@pytest.mark.slow
def test_blocked_signals(evaluator):
    def function():
        signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
        _spin()

    assert evaluator(function)({}, 0.1).status == "TIMEOUT"


@pytest.mark.slow
def test_stopped_process(evaluator):
    assert evaluator(lambda: os.kill(os.getpid(), signal.SIGSTOP))({}, 0.05).status == "TIMEOUT"


def test_a_function_that_catches_every_exception(evaluator):
    def function():
        n = 0
        while True:
            try:
                for _ in range(1000):
                    n += 1
            except BaseException:
                n = 0

    assert evaluator(function)({}, 0.2).status == "TIMEOUT"


def test_a_function_that_catches_the_usual_exceptions(evaluator):
    def function():
        try:
            _spin()
        except Exception:
            return -100.0

    outcome = evaluator(function)({}, 0.2)
    assert (outcome.status, outcome.value) == ("TIMEOUT", TIMEOUT_QUALITY)


def test_finally_runs_at_the_limit(evaluator, notes):
    def function(sleep):
        try:
            time.sleep(600) if sleep else _spin()
        finally:
            notes.write("finally")

    call = evaluator(function)
    assert call({"sleep": False}, 0.2).status == "TIMEOUT"
    assert call({"sleep": True}, 0.05).status == "TIMEOUT"
    assert notes.lines == ["finally"] * 2


@pytest.mark.slow
def test_a_finally_that_does_not_end(evaluator, notes):
    def function():
        try:
            _spin()
        finally:
            notes.write("finally")
            _spin()

    assert evaluator(function)({}, 0.1).status == "TIMEOUT"
    assert notes.lines == ["finally"]


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

    call = evaluator(function, None, None)
    cutoff = 0.1 if signum == signal.SIGXCPU else 0.15
    outcome = call({}, cutoff)
    assert notes.lines == [f"handler {int(signum)}"]
    assert (outcome.status, outcome.value) == ("TIMEOUT", 5.0)  # without a timeout_quality: its own value


def test_a_handler_that_raises(evaluator):
    def function():
        def handler(number, frame):
            raise ValueError("of the user")

        signal.signal(signal.SIGXCPU, handler)
        try:
            _spin()
        except ValueError:
            return 5.0

    assert evaluator(function, None, None)({}, 0.2).value == 5.0


def test_a_handler_that_was_installed_before(evaluator, notes):
    before = signal.signal(signal.SIGXCPU, lambda *_: notes.write("handler") or os._exit(3))
    try:
        call = evaluator(_spin)
    finally:
        signal.signal(signal.SIGXCPU, before)
    assert call({}, 0.2).status == "TIMEOUT"
    assert notes.lines == ["handler"]


def test_the_deadline_cuts_a_call_short(evaluator):
    call = evaluator(lambda: time.sleep(600))
    call.deadline = time.monotonic() + 0.3
    outcome = call({})
    assert (outcome.status, outcome.cut_short) == ("TIMEOUT", True)
    assert "total time" in outcome.message


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
    assert f"{flag} is gone" in outcome.message
    assert (tmp_path / "cleaned").exists()


def test_a_call_may_use_the_rest_and_its_own_limit(evaluator):
    call = evaluator(lambda: time.sleep(1.0) or 3.0)
    call.deadline = time.monotonic() - 1.0
    outcome = call({}, 20)
    assert (outcome.status, outcome.value, outcome.cut_short) == ("SAT", 3.0, False)


# -- processes below the call ---------------------------------------------------------------------------------------


def test_a_subprocess_counts(evaluator, notes):
    def function():
        child = subprocess.Popen([sys.executable, "-S", "-c", _BURNER])
        notes.write(child.pid)
        child.wait()

    outcome = evaluator(function)({}, 0.4)
    assert outcome.status == "TIMEOUT"
    assert outcome.cpu_time >= 0.35
    assert _gone(int(notes.lines[0]))


@pytest.mark.slow
def test_children_together_reach_the_limit(evaluator):
    def function():
        script = "import time\nn = 0\nwhile time.process_time() < 0.4:\n    n += 1\n"
        for _ in range(30):
            subprocess.run([sys.executable, "-S", "-c", script], check=True)
        return 1.0

    assert evaluator(function)({}, 1.2).status == "TIMEOUT"


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
        _spin()

    assert evaluator(function)({}, 0.4).status == "TIMEOUT"
    (pid,) = map(int, notes.lines)
    assert _gone(pid)


def test_what_is_left_in_the_background_is_left_alone(evaluator, notes):
    def function(x):
        if x == 0:
            child = subprocess.Popen(["sleep", "600"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
            notes.write(child.pid)
        if x == 2:
            _spin()
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
        _end(pid)


@pytest.mark.slow
def test_the_background_does_not_cost_later_calls_time(evaluator, notes):
    def function(x):
        if x == 0:
            child = subprocess.Popen([sys.executable, "-S", "-c", _BURNER])
            notes.write(child.pid)
        time.sleep(0.1 * x)
        return float(x)

    call = evaluator(function)
    assert call({"x": 0}, 30).status == "SAT"
    try:
        assert call({"x": 20}, 1).status == "SAT"
    finally:
        _end(int(notes.lines[0]))


def test_a_thread_that_goes_on(evaluator, notes):
    def function():
        notes.write(os.getpid())
        threading.Thread(target=time.sleep, args=(600,)).start()
        return 1.0

    call = evaluator(function)
    try:
        assert call({}).value == 1.0
        assert call({}).value == 1.0
    finally:
        for pid in notes.lines:
            _end(int(pid))


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
    assert [call({}, 3).value for _ in range(3)] == [6.0] * 3
    assert call({}).value == 6.0


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


# -- times ----------------------------------------------------------------------------------------------------------


def test_times(evaluator):
    def function():
        _burn(0.3)
        time.sleep(0.5)
        return 1.0

    outcome = evaluator(function)({})
    assert 0.25 <= outcome.cpu_time < outcome.wall_time
    assert outcome.wall_time >= 0.75
    assert outcome.runtime == outcome.cpu_time


def test_times_of_finished_and_of_living_children_count(evaluator, notes):
    script = "import time\nn = 0\nwhile time.process_time() < 0.3:\n    n += 1\n"

    def function(wait):
        then = "" if wait else "print(flush=True)\ntime.sleep(600)"
        child = subprocess.Popen([sys.executable, "-S", "-c", script + then], stdout=subprocess.PIPE)
        child.stdout.readline()
        notes.write(child.pid)
        if wait:
            child.wait()
        return 1.0

    call = evaluator(function)
    try:
        assert call({"wait": True}, 30).cpu_time >= 0.25
        assert call({"wait": False}, 30).cpu_time >= 0.25
    finally:
        _end(int(notes.lines[-1]))


def test_times_of_a_death(evaluator):
    def function():
        _burn(0.2)
        os.kill(os.getpid(), signal.SIGKILL)

    outcome = evaluator(function)({})
    assert 0.15 <= outcome.cpu_time <= outcome.wall_time


def test_a_reported_runtime(evaluator):
    outcome = evaluator(lambda: {"value": 1, "runtime": 12.5})({})
    assert outcome.runtime == 12.5
    assert outcome.cpu_time < 12


# -- memory ---------------------------------------------------------------------------------------------------------

_MB = 2**20


def test_memory_limit(evaluator):
    def function(mb):
        data = bytearray(mb * _MB)
        return float(len(data) / _MB)

    call = evaluator(function, 200)
    assert call({"mb": 30}).value == 30.0
    outcome = call({"mb": 400})
    assert (outcome.status, outcome.value) == ("MEMOUT", TIMEOUT_QUALITY)
    assert "MemoryError" in outcome.message
    assert call({"mb": 30}).value == 30.0


def test_what_the_function_holds_before_does_not_count(evaluator):
    data = bytearray(60 * _MB)
    assert evaluator(lambda: float(data[0]), 20)({}).status == "SAT"


@pytest.mark.parametrize("limit", [1, 0.5])
def test_a_tiny_memory_limit(evaluator, limit):
    assert evaluator(lambda: 3.0, limit)({}).value == 3.0


def test_a_memory_error_that_is_wrapped(evaluator):
    def function():
        try:
            bytearray(400 * _MB)
        except MemoryError as error:
            raise RuntimeError("wrapped") from error

    assert evaluator(function, 200)({}).status == "MEMOUT"


def test_a_memory_error_that_is_handled(evaluator):
    def function():
        try:
            bytearray(400 * _MB)
        except MemoryError:
            return 7.0

    assert evaluator(function, 200)({}).value == 7.0


def test_the_memory_limit_holds_for_children(evaluator):
    def function():
        script = "import resource; print(resource.getrlimit(resource.RLIMIT_AS)[0])"
        done = subprocess.run([sys.executable, "-S", "-c", script], stdout=subprocess.PIPE, check=True)
        assert int(done.stdout) == resource.getrlimit(resource.RLIMIT_AS)[0]
        return float(done.stdout)

    assert 200 * _MB < evaluator(function, 200)({}).value < 2.0**62


def test_memory_and_time(evaluator):
    call = evaluator(lambda big: bytearray(400 * _MB) if big else _spin(), 200)
    assert call({"big": True}, 30).status == "MEMOUT"
    assert call({"big": False}, 0.2).status == "TIMEOUT"


def test_without_a_memory_limit(evaluator):
    outside = resource.getrlimit(resource.RLIMIT_AS)
    assert evaluator(lambda: float(resource.getrlimit(resource.RLIMIT_AS) == outside))({}).value == 1.0
    assert evaluator(lambda: float(len(bytearray(400 * _MB))))({}).value == 400.0 * _MB


# -- what the call sees ---------------------------------------------------------------------------------------------

STATE = {"count": 0}


def test_changes_of_the_state_are_gone_after_the_call(evaluator):
    def function():
        STATE["count"] += 1
        os.environ["PYSMAC_TEST"] = "changed"
        os.chdir("/")
        sys.path.insert(0, "changed")
        return float(STATE["count"])

    call = evaluator(function)
    before = os.getcwd(), list(sys.path)
    assert [call({}).value for _ in range(3)] == [1.0] * 3
    assert STATE == {"count": 0}
    assert (os.getcwd(), sys.path) == before
    assert "PYSMAC_TEST" not in os.environ


def test_the_call_sees_the_state_of_the_caller(evaluator, notes, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYSMAC_TEST", "set")
    monkeypatch.setattr(sys, "argv", ["script", "an argument"])
    monkeypatch.syspath_prepend("some folder")

    def function():
        notes.write(os.getcwd(), os.environ["PYSMAC_TEST"], sys.argv, "some folder" in sys.path)
        return 1.0

    evaluator(function)({})
    assert notes.lines == [f"{os.getcwd()} set {['script', 'an argument']} True"]


def test_each_evaluator_sees_the_state_of_its_time(evaluator):
    try:
        found = []
        for count in (10, 20, 30):
            STATE["count"] = count
            found.append(evaluator(lambda: float(STATE["count"]))({}).value)
    finally:
        STATE["count"] = 0
    assert found == [10.0, 20.0, 30.0]


class Model:
    def __init__(self, offset):
        self.offset = offset

    def __call__(self, x):
        return x + self.offset

    def method(self, x):
        return x + self.offset

    @classmethod
    def of_class(cls, x):
        return x + 1

    @staticmethod
    def static(x):
        return x + 1


def _function(x, y=1):
    return x + y


def _closure(y):
    def inner(x):
        return x + y

    return inner


@pytest.mark.parametrize(
    "function",
    [
        _function,
        lambda x: x + 1,
        lambda **kwargs: kwargs["x"] + 1,
        lambda *args, **kwargs: kwargs["x"] + 1 + len(args),
        _closure(1),
        Model(1),
        Model(1).method,
        Model.of_class,
        Model.static,
        functools.partial(_function, y=1),
        functools.partial(Model(0.5).method),
        functools.lru_cache(_function),
    ],
    ids=lambda f: getattr(f, "__qualname__", type(f).__name__),
)
def test_any_callable(evaluator, function):
    assert evaluator(function)({"x": 2}).value in (3.0, 2.5)


def test_arguments_of_any_type_reach_the_function_as_they_are(evaluator, notes):
    arguments = {"a": 1, "b": 1.5, "c": "x", "d": True, "e": None, "with-dash": 2}

    def function(**kwargs):
        notes.write(repr(kwargs))
        return 1.0

    evaluator(function)(arguments)
    assert notes.lines == [repr(arguments)]


# -- output ---------------------------------------------------------------------------------------------------------


def test_a_lot_of_output_through_a_pipe(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(
        textwrap.dedent(
            """
            from pysmac_compat.evaluation.evaluator import Evaluator

            print("before")
            def function(n):
                for _ in range(n):
                    print("x" * 999_999)
                return 1.0
            call = Evaluator(function)
            print(call({"n": 100}).value)
            print(call({"n": 0}).value)
            call.close()
            print("after")
            """
        )
    )
    done = subprocess.run([sys.executable, str(script)], stdout=subprocess.PIPE, timeout=120, check=True)
    expected = b"before\n" + 100 * (b"x" * 999_999 + b"\n") + b"1.0\n1.0\nafter\n"
    assert len(done.stdout) == len(expected)
    assert done.stdout == expected


def test_output_without_an_end_of_line_before_a_death(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(
        textwrap.dedent(
            """
            import sys
            from pysmac_compat.evaluation.evaluator import Evaluator

            print("before", end=" ")
            def function():
                print("printed", end=" ")
                raise ValueError
            call = Evaluator(function)
            call({})
            call.close()
            print("after", end="")
            """
        )
    )
    done = subprocess.run([sys.executable, str(script)], stdout=subprocess.PIPE, timeout=120, check=True)
    assert done.stdout == b"before printed after"


@pytest.mark.parametrize("stream", ["None", "Broken()"])
def test_streams_that_are_not_there(tmp_path, stream):
    script = tmp_path / "script.py"
    script.write_text(
        textwrap.dedent(
            f"""
            import os, sys
            from pysmac_compat.evaluation.evaluator import Evaluator

            class Broken:
                def write(self, text):
                    raise OSError(28, "no space left")

                def flush(self):
                    raise OSError(28, "no space left")

            sys.stdout = {stream}
            call = Evaluator(lambda: 4.5)
            value = call({{}}).value
            call.close()
            os.write(1, repr(value).encode())
            """
        )
    )
    done = subprocess.run([sys.executable, str(script)], stdout=subprocess.PIPE, timeout=120)
    assert done.stdout == b"4.5"
