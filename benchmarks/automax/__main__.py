"""Measures the gain from tuning, and compares rules of selection: ``python -m benchmarks.automax --splits 0-19``.

For each seeded split of a task it runs the searches of `record`, with 15 trials each. From the recorded predictions it
computes the scores that each rule of `rules` would reach. The rules use the validation split; the test split is
evaluated once. It uses one thread; a split of all tasks takes about 90 s. New results are lines in benchmarks/runs.
"""

from __future__ import annotations

import argparse
import contextlib
from pathlib import Path

import torch

from benchmarks import results
from benchmarks.automax.quick import quick_steps
from benchmarks.automax.record import record
from benchmarks.automax.rules import summary
from benchmarks.automax.section import section
from benchmarks.automax.tasks import TASKS, register


def main() -> None:
    """Run the splits that are not recorded yet, and print the results of all splits."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--splits", default="0-19", help="FIRST-LAST (default: 0-19)")
    parser.add_argument("--trials", type=int, default=15)
    parser.add_argument("--tasks", nargs="+", choices=list(TASKS), default=[t for t in TASKS if t[-5:] != "dized"])
    parser.add_argument("--tpe", type=int, default=8, help="number of first splits that Optuna's TPE also searches")
    parser.add_argument(
        "--folder",
        type=Path,
        default=results.WORK / "automax",
        help="folder of the predictions, which are made once",
    )
    parser.add_argument("--again", action="store_true", help="also run what benchmarks/data already has")
    parser.add_argument("--torch", action="store_true", help="use LibAUC's own loop, which takes six times as long")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    register()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    first, _, last = arguments.splits.partition("-")
    known = results.known("automax", arguments.again)
    with contextlib.nullcontext() if arguments.torch else quick_steps():
        for split in range(int(first), int(last or first) + 1):
            for task in arguments.tasks:
                if (task, split) in known:
                    continue
                kept = arguments.folder / f"{task}-{split}.npz"
                if not kept.exists():
                    record(task, split, arguments.trials, split < arguments.tpe, kept)
                results.append("automax", summary(kept))
    print(section([*results.load("automax"), *results.read(results.WORK / "automax.jsonl")]))


if __name__ == "__main__":
    main()
