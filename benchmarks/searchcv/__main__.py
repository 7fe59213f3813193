"""Compares searches for scikit-learn at equal fits and at equal seconds: ``python -m benchmarks.searchcv --help``."""

from __future__ import annotations

import argparse
import json
import os
from collections import defaultdict
from collections.abc import Sequence
from itertools import product
from pathlib import Path

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"  # before NumPy is imported

from benchmarks import results  # noqa: E402
from benchmarks.run import numbers  # noqa: E402
from benchmarks.searchcv.searches import SEARCHES, Budget, run  # noqa: E402
from benchmarks.searchcv.tasks import TASKS  # noqa: E402
from benchmarks.sections import table  # noqa: E402
from benchmarks.statistics import median  # noqa: E402

_KEY = ("peer", "task", "seed", "budget")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.searchcv", description=__doc__)
    parser.add_argument("--peers", default=",".join(SEARCHES), help="some of %(default)s; empty: only print the report")
    parser.add_argument("--tasks", default=",".join(TASKS), help="some of %(default)s")
    parser.add_argument("--seeds", type=numbers, default=list(range(10)), help="such as 0-3 (0-9)")
    parser.add_argument("--fits", type=numbers, default=[100, 250], help="budgets in fits on a fold (100,250)")
    parser.add_argument("--seconds", type=numbers, default=[20], help="budgets in seconds (20)")
    parser.add_argument("--file", type=Path, default=results.WORK / "searchcv.jsonl", help="file of the records")
    return parser.parse_args()


def search_all(options: argparse.Namespace) -> None:
    """Run the searches that are not recorded, and record each search when it ends."""
    known = {tuple(record[name] for name in _KEY) for record in results.read(options.file)}
    budgets = [Budget("fits", n) for n in options.fits] + [Budget("seconds", n) for n in options.seconds]
    options.file.parent.mkdir(exist_ok=True)
    peers = [peer for peer in options.peers.split(",") if peer]
    for seed, task, budget, peer in product(options.seeds, options.tasks.split(","), budgets, peers):
        if (peer, task, seed, f"{budget.amount} {budget.unit}") not in known:
            record = run(peer, task, seed, budget)
            with options.file.open("a") as out:
                out.write(json.dumps(record) + "\n")


def report(records: Sequence[results.Record]) -> str:
    """Return, for each budget, the median test score of each task, and the mean rank over tasks and seeds."""
    parts = []
    for budget in sorted({record["budget"] for record in records}, key=lambda text: text.split()[::-1]):
        scores: dict[str, dict[str, dict[int, float]]] = defaultdict(lambda: defaultdict(dict))
        for record in records:
            if record["budget"] == budget:
                scores[record["task"]][record["peer"]][record["seed"]] = record["test_score"]
        peers = [peer for peer in SEARCHES if any(peer in of_task for of_task in scores.values())]
        rows = []
        for task, of_task in scores.items():
            cells = [f"{median(of_task[peer]):.4f}" if peer in of_task else "" for peer in peers]
            rows.append([task, *cells])
        rows.append(["mean rank", *(f"{rank:.2f}" for rank in _mean_ranks(scores, peers))])
        parts.append(f"{budget}\n\n" + table(["test score", *peers], rows))
    return "\n\n".join(parts) or "nothing is recorded"


def _mean_ranks(scores: dict[str, dict[str, dict[int, float]]], peers: list[str]) -> list[float]:
    """Return the mean ranks over the tasks and seeds that all peers have; 1 is best, equal scores share a rank."""
    ranks: dict[str, list[float]] = {peer: [] for peer in peers}
    for of_task in scores.values():
        for seed in set.intersection(*(set(of_task.get(peer, {})) for peer in peers)):
            row = [of_task[peer][seed] for peer in peers]
            for peer, score in zip(peers, row, strict=True):
                better, equal = sum(other > score for other in row), row.count(score)
                ranks[peer].append(better + (equal + 1) / 2)
    return [sum(found) / len(found) if found else float("nan") for found in ranks.values()]


if __name__ == "__main__":
    chosen = _options()
    search_all(chosen)
    print(report(list(results.read(chosen.file))))
