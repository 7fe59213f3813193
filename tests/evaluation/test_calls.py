"""What a call sees of the process that asks for it, what it prints, how long it took."""

import functools
import os
import signal
import subprocess
import sys
import time

import pytest

from ..functions import burn, end

# -- times ----------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_times(evaluator):
    def function():
        burn(0.15)
        time.sleep(0.3)
        return 1.0

    outcome = evaluator(function)({})
    assert 0.1 <= outcome.cpu_time < outcome.wall_time
    assert outcome.wall_time >= 0.4
    assert outcome.runtime == outcome.cpu_time


@pytest.mark.slow
def test_times_of_finished_and_of_living_children_count(evaluator, notes):
    script = "import time\nn = 0\nwhile time.process_time() < 0.15:\n    n += 1\n"

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
        assert call({"wait": True}, 30).cpu_time >= 0.1
        assert call({"wait": False}, 30).cpu_time >= 0.1
    finally:
        end(int(notes.lines[-1]))


@pytest.mark.slow
def test_times_of_a_death(evaluator):
    def function():
        burn(0.2)
        os.kill(os.getpid(), signal.SIGKILL)

    outcome = evaluator(function)({})
    # two clocks, and some kernels count processor time in steps of 10 ms
    assert 0.15 <= outcome.cpu_time <= outcome.wall_time + 0.05


@pytest.mark.slow
def test_what_the_process_of_a_death_used_before_its_call_does_not_count(evaluator):
    wanted = [0.15]
    os.register_at_fork(after_in_child=lambda: burn(sum(wanted)))
    try:
        call = evaluator(lambda: os.kill(os.getpid(), signal.SIGKILL))
        call({})  # its process may be young; the one of the next call is forked when this one has ended
        time.sleep(0.5)
        assert call({}).cpu_time < 0.1
    finally:
        wanted.clear()


def test_a_reported_runtime(evaluator):
    outcome = evaluator(lambda: {"value": 1, "runtime": 12.5})({})
    assert outcome.runtime == 12.5
    assert outcome.cpu_time < 12


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


@pytest.mark.slow
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


@pytest.mark.slow
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


@pytest.mark.slow
def test_a_lot_of_output_through_a_pipe(run_script):
    done = run_script(
        """
        from pysmac_compat.evaluation.evaluator import Evaluator

        print("before")
        def function(n):
            for _ in range(n):
                print("x" * 99_999)
            return 1.0
        call = Evaluator(function)
        print(call({"n": 20}).value)
        print(call({"n": 0}).value)
        call.close()
        print("after")
        """
    )
    expected = "before\n" + 20 * ("x" * 99_999 + "\n") + "1.0\n1.0\nafter\n"
    assert len(done.stdout) == len(expected)
    assert done.stdout == expected


@pytest.mark.slow
def test_output_without_an_end_of_line_before_a_death(run_script):
    done = run_script(
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
    assert done.stdout == "before printed after"


@pytest.mark.parametrize("stream", ["None", "Broken()"])
def test_streams_that_are_not_there(run_script, stream):
    done = run_script(
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
        """,
        check=False,
    )
    assert done.stdout == "4.5"
