"""``python -m pysmac_compat script.py args...``."""

import sys

import pytest

COMMAND = ("-m", "pysmac_compat")


@pytest.mark.slow
def test_an_old_script(run_prepared):
    """Printing happens once; the script may be called as a package that we need."""
    text = '''
        """An old script."""
        import sys, os
        import pysmac
        from pysmac.optimizer import SMAC_optimizer
        import helper

        LEVEL = [0]

        def function(x):
            print("call")
            return (x - 1) ** 2 + LEVEL[0]

        if __name__ == "__main__":
            print(sys.argv, os.path.basename(sys.path[0]), __name__, os.path.basename(__file__), helper.value)
            LEVEL[0] = 5
            print(pysmac.SMAC_optimizer().minimize(function, 3, {"x": ("real", [-5, 5], 1)}))
            print("after", end="")
        '''
    files = {"folder/smac.py": text, "folder/helper.py": "value = 3\n"}
    done = run_prepared(*COMMAND, "folder/smac.py", "--one", "-h", "two", files=files)
    assert done.stdout.splitlines() == [
        "['folder/smac.py', '--one', '-h', 'two'] folder __main__ smac.py 3",
        "call",
        "call",
        "call",
        "(5.0, {'x': 1.0})",
        "after",
    ]
    assert done.stderr == ""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "code", "error"),
    [
        ("pass", 0, ""),
        ("import sys; sys.exit()", 0, ""),
        ("import sys; sys.exit(3)", 3, ""),
        ("import sys; sys.exit('some text')", 1, "some text\n"),
        ("import os; os._exit(4)", 4, ""),
    ],
)
def test_exit_codes(run_prepared, text, code, error):
    done = run_prepared(*COMMAND, "script.py", files={"script.py": text}, check=False)
    assert (done.returncode, done.stderr) == (code, error)


@pytest.mark.slow
def test_an_exception_of_the_script(run_prepared):
    done = run_prepared(*COMMAND, "script.py", files={"script.py": "{}['missing']"}, check=False)
    assert done.returncode == 1
    assert "Traceback" in done.stderr
    assert "KeyError: 'missing'" in done.stderr


def _hints(done):
    return [line for line in done.stderr.splitlines() if line.startswith("python -m pysmac_compat: ")]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "error", "hint"),
    [
        ("\nprint 'x'\n", "SyntaxError", "line 2: this looks like Python 2: write print(x)"),
        ("if True:\n        x = 1\n\ty = 2\n", "TabError", "tabs"),
        ("\n\nimport cPickle\n", "cPickle", "line 3: import pickle"),
        ("x = 1\nfor i in xrange(3):\n    pass\n", "NameError", "line 2: xrange is Python 2: write range"),
        ("{}.has_key(1)\n", "AttributeError", "line 1: has_key"),
        pytest.param(
            "import imp\n", "imp", "importlib", marks=pytest.mark.skipif(sys.version_info < (3, 12), reason="has imp")
        ),
    ],
)
def test_hints_for_scripts_of_their_time(run_prepared, text, error, hint):
    """For what each error means: ``test_hints.py``."""
    done = run_prepared(*COMMAND, "script.py", files={"script.py": text}, check=False)
    assert done.returncode == 1
    assert error in done.stderr
    (line,) = _hints(done)
    assert hint in line
    assert "script.py, line" in line
    assert "runpy" not in done.stderr


@pytest.mark.slow
def test_hints_for_what_a_script_imports(run_prepared):
    files = {"script.py": "import helper\n", "helper.py": "\nfor i in xrange(3):\n    pass\n"}
    (line,) = _hints(run_prepared(*COMMAND, "script.py", files=files, check=False))
    assert "helper.py, line 2: xrange is Python 2" in line


@pytest.mark.slow
def test_all_lines_in_one_message(run_prepared):
    files = {
        "one/script.py": "import helper\nprint 'x'\nfrom sklearn.lda import LDA\n",
        "one/helper.py": "def f(n):\n    return xrange(n / 3)\n",
    }
    done = run_prepared(*COMMAND, "one/script.py", files=files, check=False)
    assert done.stderr.splitlines()[-5:] == [
        "further changes: 2",
        "  one/script.py, line 3: from sklearn.discriminant_analysis import LinearDiscriminantAnalysis",
        "  one/helper.py, line 2: xrange is Python 2: write range",
        "`pip install fissix` and `python -m fissix -w one/script.py one/helper.py` rewrite the Python 2 code, "
        "and keep the old files with the ending .bak",
        "check / in one/helper.py, line 2: Python 2 rounded the quotient of two integers down, so 7 / 2 was 3; fissix "
        "does not change this: write // where both numbers are integers",
    ]


@pytest.mark.slow
def test_no_hint_where_none_is_known(run_prepared):
    done = run_prepared(*COMMAND, "script.py", files={"script.py": "import no_such_module\n"}, check=False)
    assert done.returncode == 1
    assert "ModuleNotFoundError: No module named 'no_such_module'" in done.stderr
    assert _hints(done) == []


@pytest.mark.slow
def test_a_script_that_handles_what_is_missing_itself(run_prepared):
    text = "try:\n    import cPickle as pickle\nexcept ImportError:\n    import pickle\nprint(pickle.__name__)\n"
    assert run_prepared(*COMMAND, "script.py", files={"script.py": text}).stdout == "pickle\n"


@pytest.mark.slow
def test_help(run_prepared):
    done = run_prepared(*COMMAND, "--help")
    usage = "usage: python -m pysmac_compat [-h] [--progress] [--verbose] [--resume] script [args ...]"
    assert done.stdout.splitlines()[0] == usage
    assert "written for pysmac" in done.stdout


@pytest.mark.slow
def test_without_a_script(run_prepared):
    done = run_prepared(*COMMAND, check=False)
    assert done.returncode == 2
    usage, error = done.stderr.splitlines()
    assert usage == "usage: python -m pysmac_compat [-h] [--progress] [--verbose] [--resume] script [args ...]"
    assert error.endswith("required: script")


@pytest.mark.slow
def test_a_script_that_is_not_there(run_prepared):
    done = run_prepared(*COMMAND, "missing.py", check=False)
    assert done.returncode == 2
    assert "missing.py" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_a_script_without_a_guard_whose_calls_spawn_processes(run_script):
    """One search; in the spawned processes `minimize` raises what multiprocessing itself would raise."""
    script = """
    import multiprocessing
    import pysmac_compat
    from concurrent.futures import ProcessPoolExecutor

    def f(x):
        with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as executor:
            return executor.submit(abs, x).result()

    value, _ = pysmac_compat.SMAC_optimizer().minimize(f, 2, {"x": ("real", [-1, 1], 0.5)})
    print("VALUE", value)
    """
    done = run_script(script)
    assert done.stdout.count("VALUE") == 1
    assert 'if __name__ == "__main__":' in done.stderr.replace("'", '"')


@pytest.mark.slow
def test_ctrl_c_and_another_start(run_prepared):
    script = """
        import os, signal, sys
        import pysmac

        def stop(event):
            if getattr(getattr(event, "evaluation", 0), "index", 0) == 3:
                os.kill(os.getpid(), signal.SIGINT)

        optimizer = pysmac.SMAC_optimizer(working_directory="wd", persistent_files=True)
        optimizer.smac_options["isolate"] = False
        on_event = stop if sys.argv[1:] else None
        print(optimizer.minimize(lambda x: x * x, 5, {"x": ("real", [-5, 5], 1)}, on_event=on_event, verbose=1)[0])
        """
    done = run_prepared(*COMMAND, "script.py", "stop", files={"script.py": script}, check=False)
    assert done.returncode == 130
    assert "script.py" in done.stderr
    *traceback, last = done.stderr.splitlines()
    assert "pysmac_compat" not in "".join(traceback)
    assert last.startswith("KeyboardInterrupt: stopped after ")
    assert last.endswith("minimize(..., resume=True), or python -m pysmac_compat --resume SCRIPT, continues the search")
    again = run_prepared(*COMMAND, "--resume", "script.py")
    count = int(last.split()[3])
    assert again.stdout.splitlines()[0] == f"resume: {count} evaluations come from the journal"
    assert len(again.stdout.splitlines()) == 1 + (5 - count) + 1


@pytest.mark.slow
@pytest.mark.parametrize("method", ["forkserver", "spawn"])
def test_the_start_method_of_multiprocessing_is_the_scripts_own_affair(run_prepared, method):
    """Python 3.14 has another one by default; processes of a search are forked all the same."""
    text = """
        import multiprocessing
        import sys
        from pysmac.optimizer import SMAC_optimizer

        if __name__ == "__main__":
            multiprocessing.set_start_method(sys.argv[1])
            shift = 2
            opt = SMAC_optimizer()
            space = {"x": ("real", [-5, 5], 2)}
            value, best = opt.minimize(lambda x: (x - shift) ** 2, 3, space, num_runs=2, num_procs=2)
            print(value, best, multiprocessing.get_start_method())
    """
    done = run_prepared(*COMMAND, "script.py", method, files={"script.py": text})
    assert done.stdout == f"0.0 {{'x': 2.0}} {method}\n"
