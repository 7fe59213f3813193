"""Odd values of options and arguments: accepted, or refused by an exception of ours that names the option."""

import pytest

from pysmac_compat import SMAC_optimizer
from pysmac_compat.errors import PysmacError
from pysmac_compat.options.meaning import Options
from pysmac_compat.options.rows import ROWS
from pysmac_compat.options.smac_options import resolve
from pysmac_compat.planning.planner import make_plan
from pysmac_compat.space.definition import define

DEFINITION = define({"x": ("real", [0, 1], 0.5), "n": ("integer", [1, 9], 3)})


class Broken:
    def _raise(self, *args):
        raise RuntimeError("broken")

    __str__ = __repr__ = __float__ = __index__ = __len__ = __iter__ = __getitem__ = _raise


ODD = [
    *(None, True, -1, 0.5, float("nan"), float("inf"), 2**63, 10**400, 10**5000, 1j, [], {}, [[1]], {"x": 1}, object()),
    *("", " ", "nan", "1e999", "1_0", "²", "\ud800", "\x00", "a\nb", "[" * 5000, '{"x": ', "(" * 5000, "9" * 5000),
    *("-x '1'", "x=1, y=2", "/dev/null/x", "x" * 5000, b"x", Broken()),
]
ARGUMENTS = [
    *("max_evaluations", "num_train_instances", "num_test_instances", "train_instance_features", "num_runs"),
    *("num_procs", "seed", "t_limit_function_s", "mem_limit_function_mb"),
]


def refusal(call):
    """The exception of ours that a call raises, if it raises one."""
    try:
        call()
    except PysmacError as error:
        return error
    return None


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", [*ROWS, "algo-exec", "java_executable"])
def test_options(name):
    for value in ODD:
        error = refusal(
            lambda value=value: make_plan(
                resolve({name: value}), definition=DEFINITION, max_evaluations=3, deterministic=True
            )
        )
        assert error is None or isinstance(error, ValueError)
        assert len(str(error)) < 1000
        str(error).encode()


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", ARGUMENTS)
def test_arguments(name):
    given = {"max_evaluations": 3, "deterministic": True, "num_train_instances": 3}
    for value in ODD:
        if name == "num_runs" and value in (2**63, 10**400, 10**5000):  # so many seeds take long
            continue
        error = refusal(lambda value=value: make_plan(Options(), definition=DEFINITION, **{**given, name: value}))
        assert error is None or (isinstance(error, ValueError) and (name in str(error) or "features" in str(error)))
        assert len(str(error)) < 1000


@pytest.mark.parametrize("value", ["\ud800", "a\x00b", "\x07"])
@pytest.mark.parametrize("name", ["rungroup", "algo-exec", "scenario_fn"])
def test_what_no_file_can_hold(name, value):
    with pytest.raises(PysmacError, match=name):
        resolve({name: value})


@pytest.mark.parametrize("value", [".", "..", "a/.."])
@pytest.mark.parametrize("name", ["rungroup", "scenario_fn"])
def test_names_of_other_folders(name, value):
    with pytest.raises(PysmacError, match=f"{name}.*file name"):
        resolve({name: value})


@pytest.mark.parametrize("value", ["a\nb", "a\x00b", "a\ud800", "a "])
def test_working_directories_that_scenario_files_cannot_name(tmp_path, value):
    with pytest.raises(PysmacError, match="working_directory"):
        SMAC_optimizer(working_directory=str(tmp_path / value))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["rungroup", "scenario_fn"])
def test_names_that_are_too_long_for_a_file(name):
    with pytest.raises(PysmacError, match=f"{name}.*at most 200 bytes"):
        resolve({name: "é" * 101})
