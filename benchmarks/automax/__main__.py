"""Does tuning help? ``python -m benchmarks.automax --splits 0-9``.

For each seeded split of a task the default configuration and the tuned one (15 trials, chosen by the
validation split) are compared on the test split, which is looked at once; and so for cross-entropy with
Adam. One thread; a split takes about a minute. New results are lines in benchmarks/runs.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime
import io
import os
import tempfile
from typing import Any

from automax.commands import search
from automax.file import check_settings
from benchmarks import results
from benchmarks.automax.section import TASKS, section


def log_of(task: str, split: int, loss: str, optimizer: str | None, n_trials: int) -> list[dict[str, Any]]:
    """The trials of one search; the first is the default."""
    with tempfile.TemporaryDirectory() as folder:
        settings = check_settings(
            {
                "dataset": {
                    "name": TASKS[task]["data"],
                    "eval_splits": ["val", "test"],
                    "kwargs": {"imratio": 0.1, "split_seed": split, **TASKS[task]["kwargs"]},
                },
                "model": {"name": "mlp", "hidden_sizes": [64, 64]},
                "metrics": [TASKS[task]["metric"]],
                "training": {
                    "loss": loss,
                    "optimizer": optimizer,
                    "epochs": 10,
                    "batch_size": 64,
                    "eval_batch_size": 512,
                    "output_path": f"{folder}/output",
                },
                "automax": {"n_trials": n_trials, "SEED": split, "output_directory": folder, "name": loss},
            }
        )
        with contextlib.redirect_stdout(io.StringIO()):
            return search(settings).log


def run(task: str, split: int, n_trials: int) -> dict[str, Any]:
    """Scores on the test rows of one split."""
    record: dict[str, Any] = {
        "task": task,
        "split": split,
        "trials": n_trials,
        "date": datetime.date.today().isoformat(),
        "commit": results.commit(),
    }
    for name, loss, optimizer in (("auc", TASKS[task]["loss"], None), ("ce", "CrossEntropyLoss", "Adam")):
        log = log_of(task, split, loss, optimizer, n_trials)
        tuned = max(log, key=lambda trial: trial["val"])
        record[name] = {
            "default": log[0]["test"],
            "tuned": tuned["test"],
            "failed": sum(trial["status"] == "failed" for trial in log),
            "space": tuned["space"],
        }
    return record


def main() -> None:
    """Run the splits that are not recorded yet, and print what all come to."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--splits", default="0-9", help="FIRST-LAST (default: 0-9)")
    parser.add_argument("--trials", type=int, default=15)
    parser.add_argument("--tasks", nargs="+", choices=list(TASKS), default=["digits", "breast_cancer"])
    parser.add_argument("--again", action="store_true", help="also what is in benchmarks/data already")
    arguments = parser.parse_args()
    os.environ["OMP_NUM_THREADS"] = "1"
    first, _, last = arguments.splits.partition("-")
    for split in range(int(first), int(last or first) + 1):
        for task in arguments.tasks:
            if (task, split) not in results.known("automax", arguments.again):
                results.append("automax", run(task, split, arguments.trials))
                print(f"{task}, split {split}: done", flush=True)
    print(section([*results.load("automax"), *results.read(results.WORK / "automax.jsonl")]))


if __name__ == "__main__":
    main()
