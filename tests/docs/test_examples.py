"""The examples run, and print what they found."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
slow = pytest.mark.slow

#: example, evaluations
RUNS = [
    pytest.param("rosenbrock_4d.py", 10, id="rosenbrock_4d"),
    pytest.param("branin_integer.py", 10, id="branin_integer", marks=slow),
    pytest.param("forbidden_clauses.py", 10, id="forbidden_clauses"),
    pytest.param("cross_validation.py", 30, id="cross_validation", marks=slow),
    pytest.param("noisy_function.py", 30, id="noisy_function", marks=slow),
    pytest.param("solver_runtime.py", 20, id="solver_runtime", marks=slow),
    pytest.param("two_runs.py", 8, id="two_runs", marks=slow),
    pytest.param("model_selection.py", 8, id="model_selection", marks=slow),
    pytest.param("svm_limits.py", 10, id="svm_limits", marks=slow),
]


def run(example: str, evaluations: int) -> str:
    process = subprocess.run(
        [sys.executable, str(EXAMPLES / example), str(evaluations)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert process.returncode == 0, process.stderr
    return process.stdout


@pytest.mark.parametrize(("example", "evaluations"), RUNS)
def test_example_prints_its_result(example, evaluations):
    output = run(example, evaluations)
    assert re.search(r"^least value found: -?\d+\.\d+", output, re.MULTILINE), output
    assert re.search(r"^parameters: \{.+\}$", output, re.MULTILINE), output


@pytest.mark.slow
def test_limits_are_seen_in_the_statuses():
    output = run("svm_limits.py", 10)
    rows = re.findall(r"^ +(\d+) ([A-Z]+) ", output, re.MULTILINE)
    assert [int(index) for index, _ in rows] == list(range(1, 11))
    assert "TIMEOUT" in dict(rows).values()


def test_every_example_is_run_here():
    assert {path.name for path in EXAMPLES.glob("*.py")} == {param.values[0] for param in RUNS}


def test_examples_are_short():
    for path in EXAMPLES.glob("*.py"):
        assert len(path.read_text().splitlines()) < 60, path.name


@pytest.mark.parametrize("operator", ["==", "!=", "<", ">", " in ", "&&", "||"])
def test_model_selection_shows_every_operator_of_conditions(operator):
    text = (EXAMPLES / "model_selection.py").read_text()
    clauses = text.partition("conditional_clauses = [")[2].partition("\n]")[0]
    assert operator in clauses


@pytest.mark.slow
def test_the_example_in_the_readme_runs(tmp_path):
    text = (EXAMPLES.parents[1] / "README.md").read_text()
    (code,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    script = tmp_path / "script.py"
    script.write_text(code.replace("cost, 60,", "cost, 8,"))
    process = subprocess.run(
        [sys.executable, str(script)], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300
    )
    assert process.returncode == 0, process.stderr
    value, _, best = process.stdout.partition(" ")
    assert float(value) <= 7.5
    assert set(re.findall(r"'(\w+)':", best)) == {"edge", "n", "shape", "x"}
