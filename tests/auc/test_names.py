import subprocess
import sys
from pathlib import Path

import pytest

import automax


@pytest.mark.slow
def test_import_is_light():
    script = (
        "import sys, automax; from automax import autopartial, AutoMAXConfigration; "
        "print([m for m in ('torch', 'libauc', 'smac', 'sklearn', 'torch_geometric') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_all_names_exist_and_are_listed():
    for name in automax.__all__:
        assert getattr(automax, name) is not None
        assert name in dir(automax)
    assert automax.__all__ == sorted(automax.__all__)


def test_the_documented_modules():
    from automax.core import autopartial
    from automax.core.autopartial import autopartial as same
    from automax.core.helpers import parse_hyperparameters_from_dict

    assert autopartial is same is automax.autopartial
    assert parse_hyperparameters_from_dict is automax.parse_hyperparameters_from_dict


@pytest.mark.slow
def test_collecting_the_tests_does_not_import_torch():
    script = "import pytest, sys; pytest.main(['--collect-only', '-q', 'tests/auc']); print('torch' in sys.modules)"
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=root)
    assert "test_training.py::" in done.stdout
    assert done.stdout.splitlines()[-1] == "False"
