"""The code of docs/trackers.md, where the trackers are installed; the test extra has none of them."""

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "trackers.md").read_text()
AFTER = {
    "mlflow": """
runs = mlflow.search_runs(experiment_names=["square"], output_format="list")
made = [each for each in runs if "x" in each.data.params]
assert len(made) == 20, runs
assert {each.data.tags["status"] for each in made} == {"SAT"}
assert min(each.data.metrics["value"] for each in made) == value
(search,) = [each for each in runs if each not in made]
assert search.data.metrics["best"] == value
assert {each.data.tags["mlflow.parentRunId"] for each in made} == {search.info.run_id}
""",
    "wandb": """
import glob
assert len(glob.glob("wandb/offline-run-*/run-*.wandb")) == 1
assert (steps, best) == (20, optimizer.result.value)
""",
}
#: what is asked before the last line of the code
BEFORE = {"mlflow": "", "wandb": 'steps, best = wandb.run.step, wandb.run.summary["best"]\n'}


@pytest.mark.parametrize("name", AFTER)
def test_the_code_of_the_page(name, tmp_path):
    if importlib.util.find_spec(name) is None:
        pytest.skip(f"{name} is not installed")
    (code,) = [each for each in re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL) if f"import {name}\n" in each]
    *lines, last = code.splitlines(keepends=True)
    (tmp_path / "script.py").write_text("".join([*lines, BEFORE[name], last, AFTER[name]]))
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "WANDB_SILENT": "true"}
    done = subprocess.run(
        [sys.executable, "script.py"],
        cwd=tmp_path,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=85,
    )
    assert done.returncode == 0, done.stderr
