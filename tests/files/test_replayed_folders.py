"""What recorded runs of the original did with a working directory that is not to stay, done again by us."""

import json
import os
from pathlib import Path

import pytest

from pysmac_compat import SMAC_optimizer

RECORDED = json.loads((Path(__file__).parents[1] / "data" / "runs" / "persistent.json").read_text())
PARAMETERS = {"x": ("real", [-5, 5], 4)}

#: the script that was recorded, with the directory and the mode as its arguments
SCRIPT = """
import os, sys
import pysmac_compat as pysmac
def f(x): return (x - 1)**2
if __name__ == '__main__':
    opt = pysmac.SMAC_optimizer(working_directory=sys.argv[1], persistent_files=False)
    if sys.argv[2] == 'minimize':
        opt.smac_options['java_executable'] = 'LEGACY'
        print(opt.minimize(f, 5, dict(x=('real', [-5, 5], 4))))
    print('exists before exit:', os.path.exists(sys.argv[1]))
    if sys.argv[2] == 'raise': raise RuntimeError('uncaught')
"""


def f(x):
    return (x - 1) ** 2


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["minimize", "construct_only", "raise"])
def test_persistent_false_exit(run_script, tmp_path, mode):
    recorded = RECORDED["persistent_false_exit"][mode]
    folder = tmp_path / "wd"
    done = run_script(SCRIPT, str(folder), mode, check=False)
    assert done.returncode == recorded["exit"]
    assert done.stdout.splitlines()[-1] == recorded["stdout"].splitlines()[-1] == "exists before exit: True"
    if mode != "minimize":  # where a warning says that java_executable has no effect
        assert done.stderr.splitlines()[-1:] == recorded["stderr_tail"].splitlines()[-1:]
    assert len(done.stdout.splitlines()) == len(recorded["stdout"].splitlines())
    assert folder.exists() == recorded["directory_exists_after_exit"]


@pytest.mark.slow
def test_persistent_false_foreign_files(tmp_path):
    """The original removed what it had not made; we do not."""
    (tmp_path / "wd").mkdir()
    (tmp_path / "wd" / "precious.txt").write_text("x")
    optimizer = SMAC_optimizer(working_directory=str(tmp_path / "wd"), persistent_files=False)
    optimizer.smac_options["isolate"] = False
    optimizer.minimize(f, 1, PARAMETERS)
    del optimizer
    assert RECORDED["persistent_false_foreign_files"] == {"foreign_file_survives": False}
    assert os.listdir(tmp_path / "wd") == ["precious.txt"]


@pytest.mark.slow
def test_persistent_false_tmp():
    recorded = RECORDED["persistent_false_tmp"]
    optimizer = SMAC_optimizer(persistent_files=False)
    optimizer.smac_options["isolate"] = False
    optimizer.minimize(f, 1, PARAMETERS)
    folder = optimizer.working_directory
    assert os.path.exists(folder) == recorded["exists_after_minimize"]
    del optimizer
    assert os.path.exists(folder) == recorded["exists_after_del"]
