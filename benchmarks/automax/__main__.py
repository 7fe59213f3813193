"""Does tuning help? ``python -m benchmarks.automax --splits 10 --output results.jsonl``.

For each seeded split of a task the default configuration and the tuned one (15 trials, chosen by the
validation split) are compared on the test split, which is looked at once. Prints the mean paired difference
with its 95 % interval (Student's t), and the same for cross-entropy with Adam at its default.
One core; a split takes about half a minute.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from scipy import stats

from automax.commands import search
from automax.settings import check_settings

TASKS: dict[str, dict[str, Any]] = {
    "digits": {"data": "digits", "kwargs": {}, "metric": "AUPRC", "loss": "APLoss"},
    "digits_standardized": {"data": "digits", "kwargs": {"standardize": True}, "metric": "AUPRC", "loss": "APLoss"},
    "breast_cancer": {"data": "breast_cancer", "kwargs": {}, "metric": "AUROC", "loss": "AUCMLoss"},
}


def log_of(task: str, split: int, folder: str, loss: str, optimizer: str | None, n_trials: int) -> list[dict]:
    """The trials of one search; the first is the default."""
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


def run(task: str, split: int, n_trials: int) -> dict:
    """Scores on the test rows of one split."""
    with tempfile.TemporaryDirectory() as folder:
        log = log_of(task, split, folder, TASKS[task]["loss"], None, n_trials)
        baseline = log_of(task, split, folder, "CrossEntropyLoss", "Adam", 1)
    tuned = max(log, key=lambda trial: trial["val"])
    return {
        "task": task,
        "split": split,
        "default": log[0]["test"],
        "tuned": tuned["test"],
        "cross_entropy": baseline[0]["test"],
        "failed": sum(trial["status"] == "failed" for trial in log),
        "space": {name: value for name, value in tuned["space"].items() if not isinstance(value, tuple)},
    }


def interval(values: list[float]) -> tuple[float, float, float]:
    """Mean and 95 % interval of Student's t."""
    mean = float(np.mean(values))
    if len(values) < 2:
        return mean, float("-inf"), float("inf")
    half = stats.t.ppf(0.975, len(values) - 1) * stats.sem(values)
    return mean, mean - half, mean + half


def summarise(results: list[dict]) -> None:
    """Print what the splits of each task come to."""
    for task, wanted in TASKS.items():
        mine = [r for r in results if r["task"] == task]
        if not mine:
            continue
        gain = interval([r["tuned"] - r["default"] for r in mine])
        over = interval([r["tuned"] - r["cross_entropy"] for r in mine])
        means = {name: np.mean([r[name] for r in mine]) for name in ("default", "tuned", "cross_entropy")}
        print(f"{task}: {len(mine)} splits, test {wanted['metric']}, {wanted['loss']}")
        print("  " + ", ".join(f"{name} {value:.4f}" for name, value in means.items()))
        print(f"  tuned - default        {gain[0]:+.4f} [{gain[1]:+.4f}, {gain[2]:+.4f}]")
        print(f"  tuned - cross-entropy  {over[0]:+.4f} [{over[1]:+.4f}, {over[2]:+.4f}]")


def main() -> None:
    """Run the splits that the output does not hold yet, and summarise."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--splits", type=int, default=10)
    parser.add_argument("--trials", type=int, default=15)
    parser.add_argument("--tasks", nargs="+", choices=list(TASKS), default=["digits", "breast_cancer"])
    parser.add_argument("--output", type=Path, default=Path("automax_results.jsonl"))
    arguments = parser.parse_args()
    lines = arguments.output.read_text().splitlines() if arguments.output.exists() else []
    results = [json.loads(line) for line in lines]
    done = {(r["task"], r["split"]) for r in results}
    for split in range(arguments.splits):
        for task in arguments.tasks:
            if (task, split) in done:
                continue
            results.append(run(task, split, arguments.trials))
            with open(arguments.output, "a") as file:
                file.write(json.dumps(results[-1]) + "\n")
            print(json.dumps(results[-1]), flush=True)
    summarise(results)


if __name__ == "__main__":
    main()
