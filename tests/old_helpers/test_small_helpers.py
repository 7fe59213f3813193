"""`smac_argparser`, `multiprocessing_wrapper`, `java_helper`, `piac`."""

import multiprocessing
import os
import subprocess
import sys
import textwrap

import pytest

from pysmac_compat import piac
from pysmac_compat.utils import java_helper
from pysmac_compat.utils.multiprocessing_wrapper import MyPool, NoDaemonProcess
from pysmac_compat.utils.smac_argparser import evaluate_function, generate_output, parse_args, wrapper

HEAD = ["id_3", "0", "10.5", "2147483647", "5"]
TYPES = {"x": float, "n": int, "k": str, "flag": bool, "inactive": float, "none": type(None)}


@pytest.fixture
def command_line(monkeypatch):
    return lambda *words: monkeypatch.setattr(sys, "argv", ["program", *words])


def test_parse_args(command_line):
    command_line(*HEAD, "-x", "-2.5E-4", "-n", "-3", "-k", "-x y", "-flag", "False", "-none", "None")
    assert parse_args(TYPES) == {
        "instance": "id_3",
        "instance_info": "0",
        "cutoff_time": 10.5,
        "cutoff_length": 2147483647,
        "seed": 5,
        "x": -2.5e-4,
        "n": -3,
        "k": "-x y",
        "flag": False,
        "none": None,
    }


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (HEAD[:4], "instance instance_info cutoff_time"),
        ([*HEAD, "-x"], "-name value"),
        ([*HEAD, "-y", "1"], "'-y' is not a parameter"),
        ([*HEAD, "x", "1"], "'x' is not a parameter"),
        ([*HEAD, "-x", "one"], "'one' is not a value of 'x'"),
        ([*HEAD, "-flag", "1"], "'1' is not a value of 'flag'"),
        (["id_3", "0", "soon", "1", "5"], "cutoff_time"),
    ],
)
def test_command_lines_that_do_not_fit(command_line, words, text):
    command_line(*words)
    with pytest.raises(ValueError, match=text):
        parse_args(TYPES)


def test_a_parameter_called_seed(command_line):
    command_line(*HEAD)
    with pytest.raises(ValueError, match="'seed'"):
        parse_args({"seed": int})


@pytest.mark.parametrize(
    ("flags", "extra"),
    [
        ({}, {"seed": 5}),
        ({"deterministic": True}, {}),
        ({"deterministic": True, "has_instances": True}, {"instance": 3}),
        ({"has_instances": True}, {"instance": 3, "seed": 5}),
    ],
)
def test_evaluate_function(command_line, flags, extra):
    command_line(*HEAD, "-x", "0.5")
    seen = []
    result = evaluate_function(lambda **kwargs: seen.append(kwargs) or 7, parse_args(TYPES), **flags)
    assert seen == [{"x": 0.5, **extra}]
    assert (result["value"], result["status"]) == (7.0, "SAT")
    assert 0 <= result["runtime"] < 5


def test_what_the_function_may_return(capsys):
    config = {"instance": "some/file.cnf", "seed": 1}
    seen = []
    evaluate_function(lambda instance: seen.append(instance) or 1, config, True, True)
    assert seen == ["some/file.cnf"]
    assert evaluate_function(lambda: {"value": 2, "status": b"UNSAT", "runtime": 0.5}, config, True) == {
        "value": 2.0,
        "status": "UNSAT",
        "runtime": 0.5,
    }
    failed = evaluate_function(lambda: {}["missing"], config, True)
    assert (failed["value"], failed["status"]) == (2.0**127, "CRASHED")
    assert "KeyError: 'missing'" in capsys.readouterr().err


@pytest.mark.parametrize("status", ["SAT", b"SAT"])
def test_generate_output(capsys, status):
    generate_output({"value": 1.25, "status": status, "runtime": 0.5})
    assert capsys.readouterr().out == "Result for SMAC: SAT, 0.5, 0, 1.25, 0\n"


@pytest.mark.slow
def test_a_whole_program(run_prepared):
    text = """
            from pysmac_compat.utils.smac_argparser import wrapper

            def function(x, flag, instance, kind=None):
                assert flag is True and kind is None
                return {"value": x + instance, "runtime": 0.25}

            if __name__ == "__main__":
                wrapper(function, {
                    "x": ("real", [-5, 5], 4),
                    "flag": ("categorical", [True, False], False),
                    "kind": ("categorical", [None, "a"], "a"),
                })
        """
    words = [*HEAD, "-x", "-1.5", "-flag", "True", "-kind", "None"]
    done = run_prepared("program.py", *words, files={"program.py": text})
    assert done.stdout == "Result for SMAC: SAT, 0.25, 0, 1.5, 5\n"


def test_wrapper_and_choices(command_line, capsys):
    command_line(*HEAD, "-k", "c")
    with pytest.raises(ValueError, match="'c' is not a value of 'k'"):
        wrapper(lambda k, seed: 1, {"k": ("categorical", ["a", "b"], "a")})
    command_line(*HEAD, "-k", "b")
    wrapper(lambda k, seed: seed, {"k": ("categorical", ["a", "b"], "a")})
    assert capsys.readouterr().out.endswith(", 0, 5.0, 5\n")


def _inner(i):
    return i * i


def _outer(i):
    assert not multiprocessing.current_process().daemon
    with multiprocessing.Pool(2) as pool:
        return sum(pool.map(_inner, range(i)))


def test_my_pool():
    with MyPool(2) as pool:
        assert pool.map(_outer, [2, 3, 4]) == [1, 5, 14]
    pool.join()
    assert not [p for p in multiprocessing.active_children() if isinstance(p, NoDaemonProcess)]


def test_no_daemon_process():
    process = NoDaemonProcess(target=os._exit, args=(3,), daemon=True)
    process.daemon = True
    assert process.daemon is False
    process.start()
    process.join()
    assert process.exitcode == 3


@pytest.mark.slow
@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_a_pool_that_is_never_closed(tmp_path, method):
    """The interpreter ends all the same; an initializer is called; the start method is the script's choice."""
    script = tmp_path / "script.py"
    script.write_text(
        textwrap.dedent(f"""
            import multiprocessing, os
            from pysmac_compat.utils.multiprocessing_wrapper import MyPool

            def start(value):
                os.environ["VALUE"] = value

            def task(i):
                return os.environ["VALUE"], multiprocessing.current_process().daemon

            if __name__ == "__main__":
                multiprocessing.set_start_method("{method}")
                pool = MyPool(1, initializer=start, initargs=("a",), maxtasksperchild=1)
                print(pool.map(task, range(2), chunksize=1))
            """)
    )
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout == "[('a', False), ('a', False)]\n"


def test_java_is_not_asked_for(monkeypatch):
    monkeypatch.setenv("PATH", "")
    with pytest.warns(DeprecationWarning, match="no Java"):
        assert java_helper.check_java_version("no/such/java") is True
    with pytest.warns(DeprecationWarning, match="no Java"):
        assert java_helper.smac_classpath() == ""


def test_piac_says_why_not():
    with pytest.raises(RuntimeError, match=r"run_ISMAC.*never published.*train_instance_features"):
        piac.run_ISMAC("source", "function.py", "working", num_runs=3)
    with pytest.raises(RuntimeError, match="piac_evaluate"):
        piac.piac_evaluate("working", [1.0, 2.0])
