"""Compares searches for scikit-learn at equal fits and at equal seconds: ``python -m benchmarks.searchcv --help``."""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
from itertools import product
from pathlib import Path

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"  # before NumPy is imported

from benchmarks import results  # noqa: E402
from benchmarks.run import numbers  # noqa: E402
from benchmarks.searchcv.searches import SEARCHES, Budget, run  # noqa: E402
from benchmarks.searchcv.section import section  # noqa: E402
from benchmarks.searchcv.tasks import LARGE, TASKS  # noqa: E402

#: a search by seconds is stopped after this multiple of its seconds, a search by fits after these seconds
_TIMES, _LONGEST = 10, 600


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.searchcv", description=__doc__)
    parser.add_argument("--peers", default=",".join(SEARCHES), help="some of %(default)s; empty: only print the report")
    parser.add_argument("--tasks", default=",".join(LARGE), help=f"some of {', '.join(TASKS)} (%(default)s)")
    parser.add_argument("--seeds", type=numbers, default=list(range(10)), help="such as 0-3 (0-9)")
    parser.add_argument("--fits", type=numbers, default=[100, 250], help="budgets in fits on a fold (100,250)")
    parser.add_argument("--seconds", type=numbers, default=[20], help="budgets in seconds (20)")
    parser.add_argument("--file", type=Path, default=results.WORK / "searchcv.jsonl", help="file of the records")
    return parser.parse_args()


def limited(peer: str, task: str, seed: int, budget: Budget) -> results.Record:
    """Run a search in a child process; kill it if it has not ended after ten times its seconds, or after 10 minutes."""
    fork = multiprocessing.get_context("fork")
    ours, theirs = fork.Pipe()
    process = fork.Process(target=lambda: theirs.send(run(peer, task, seed, budget)))
    process.start()
    theirs.close()
    try:
        limit = _TIMES * budget.amount if budget.unit == "seconds" else _LONGEST
        if ours.poll(limit):
            return dict(ours.recv())
    finally:
        process.kill()
        process.join()
    about = {"peer": peer, "task": task, "seed": seed, "budget": f"{budget.amount} {budget.unit}"}
    return about | {"unended": f"stopped after {limit} s", "commit": ""}


def search_all(options: argparse.Namespace) -> None:
    """Run the searches that are not recorded, and record each search when it ends."""
    known = {results.key("searchcv", record) for record in results.read(options.file)}
    budgets = [Budget("fits", n) for n in options.fits] + [Budget("seconds", n) for n in options.seconds]
    options.file.parent.mkdir(exist_ok=True)
    peers = [peer for peer in options.peers.split(",") if peer]
    for seed, task, budget, peer in product(options.seeds, options.tasks.split(","), budgets, peers):
        if (peer, task, seed, f"{budget.amount} {budget.unit}") not in known:
            record = limited(peer, task, seed, budget)
            with options.file.open("a") as out:
                out.write(json.dumps(record) + "\n")


if __name__ == "__main__":
    chosen = _options()
    search_all(chosen)
    print(section(list(results.read(chosen.file))))
