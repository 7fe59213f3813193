"""The examples run, and print what they found.

They run in this process, which has imported SMAC3 already, so that the process of each search need not; `.ci/run`
starts one of them as a reader does.
"""

from __future__ import annotations

import re
import runpy
import shutil
import signal
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"

#: example: evaluations, and further arguments
RUNS = {
    "rosenbrock_4d.py": 3,
    "branin_integer.py": 3,
    "forbidden_clauses.py": 3,
    "cross_validation.py": 3,
    "noisy_function.py": 4,
    "solver_runtime.py": 2,
    "two_runs.py": 3,
    "dask_local.py": 3,
    "model_selection.py": 2,
    "svm_limits.py": 4,
    "tune_sat_solver.py": (2, 1),
}


@pytest.fixture
def printed(monkeypatch, capfd):
    """Runs a script, and returns what it has printed."""

    def run(script, *arguments):
        monkeypatch.setattr(sys, "argv", [str(script), *map(str, arguments)])
        runpy.run_path(str(script), run_name="__main__")
        return capfd.readouterr().out

    return run


@pytest.mark.slow
@pytest.mark.parametrize("example", RUNS)
def test_example_prints_its_result(example, printed):
    if example == "tune_sat_solver.py" and shutil.which("minisat") is None:
        pytest.skip("there is no minisat, the program that it tunes")
    arguments = RUNS[example] if isinstance(RUNS[example], tuple) else (RUNS[example],)
    output = printed(EXAMPLES / example, *arguments)
    assert re.search(r"^least value found: -?\d+\.\d+", output, re.MULTILINE), output
    assert re.search(r"^parameters: \{.+\}$", output, re.MULTILINE), output
    if example == "svm_limits.py":  # the limits are seen in the statuses
        rows = re.findall(r"^ +(\d+) ([A-Z]+) ", output, re.MULTILINE)
        assert [int(index) for index, _ in rows] == list(range(1, 5))
        assert "TIMEOUT" in dict(rows).values()
    if example == "tune_sat_solver.py":
        assert re.search(r"^evaluations +2 of 2: .*\b(UN)?SAT\b", output, re.MULTILINE), output
        assert re.search(r"^on test instances +\d.*, a PAR10 over 2 calls$", output, re.MULTILINE), output
        assert re.search(r"^the command: minisat -verb=0 .* /.*/0\.cnf$", output, re.MULTILINE), output


def test_every_example_is_run_here():
    assert {path.name for path in EXAMPLES.glob("*.py")} == {*RUNS, "dask_slurm.py"}


def test_the_example_for_slurm_starts_jobs_of_one_worker():
    """There is no SLURM here: this is what it would be given."""
    handlers = {signum: signal.getsignal(signum) for signum in (signal.SIGINT, signal.SIGTERM)}
    try:
        jobqueue = pytest.importorskip("dask_jobqueue")
    finally:  # its import replaces them
        for signum, handler in handlers.items():
            signal.signal(signum, handler)
    with runpy.run_path(str(EXAMPLES / "dask_slurm.py"), run_name="example")["start_cluster"]() as cluster:
        assert isinstance(cluster, jobqueue.SLURMCluster)
        script = cluster.job_script()
    assert "#SBATCH -t 04:00:00" in script
    assert re.search(r"dask_worker tcp://\S+ .*--nthreads 1 .*--lifetime 3h50m", script)


def test_examples_are_short():
    for path in EXAMPLES.glob("*.py"):
        assert len(path.read_text().splitlines()) < 60, path.name


def test_model_selection_shows_every_operator_of_conditions():
    text = (EXAMPLES / "model_selection.py").read_text()
    clauses = text.partition("conditional_clauses = [")[2].partition("\n]")[0]
    for operator in ("==", "!=", "<", ">", " in ", "&&", "||"):
        assert operator in clauses


def test_the_example_in_the_readme_runs(tmp_path, printed):
    text = (EXAMPLES.parents[1] / "README.md").read_text()
    (code,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    script = tmp_path / "script.py"
    script.write_text(code.replace("cost, 60,", "cost, 3,"))
    value, _, best = printed(script).partition(" ")
    assert float(value) <= 7.5
    assert set(re.findall(r"'(\w+)':", best)) == {"edge", "n", "shape", "x"}
