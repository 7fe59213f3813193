"""Runs cells: ``python -m benchmarks.run --peers ours,optuna_tpe --problems public --seeds 0-4 --budgets 100``.

Each cell runs in a fresh process. A recorded cell is not run again, so a stopped run can be resumed. ``--again`` also
runs recorded cells, for example after a change of our own search.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from benchmarks import results
from benchmarks.measure import measure
from benchmarks.peers import PEERS, interpreter, takes
from benchmarks.problems import group_of, make, names

_LIMIT = 1800.0


class Cell(NamedTuple):
    """A search that is to be run."""

    peer: str
    problem: str
    seed: int
    budget: int


def numbers(text: str) -> list[int]:
    """Parse a list of numbers: ``0-2,5`` gives 0, 1, 2, 5, and an empty text gives no number."""
    found: list[int] = []
    for word in text.split(",") if text else ():
        first, _, last = word.partition("-")
        found += range(int(first), int(last or first) + 1)
    return found


def cells(
    peers: Sequence[str], problems: Sequence[str], seeds: Sequence[int], budgets: Sequence[int] = ()
) -> list[Cell]:
    """Return all cells that a peer can run, seed by seed; without budgets each problem has its own budgets."""
    found = []
    for seed in seeds:
        for problem in problems:
            member = make(problem, seed)
            chosen = [b for b in member.budgets if b in budgets or not budgets]
            found += [
                Cell(p, problem, seed, b) for b in chosen for p in peers if takes(p, member, group_of(problem), b)
            ]
    return found


def run_cell(cell: Cell, limit: float = _LIMIT) -> results.Record:
    """Run one cell in a fresh process, and return its record.

    ``own_cpu`` is the CPU time of the process tree in seconds, without the time before the search and without the
    time in the function.
    """
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        file = Path(folder) / "record.json"
        words = [cell.peer, cell.problem, *map(str, cell[2:]), str(file)]
        usage = measure([interpreter(cell.peer), "-m", "benchmarks.cell", *words], limit, folder=folder)
        made: results.Record = {"error": usage.output or f"exit code {usage.code}"}
        if file.exists():
            made = json.loads(file.read_text())
    if usage.stopped:
        made = {"error": f"stopped after {limit:g} s"}
    record = cell._asdict() | made
    if "error" not in made:
        record["own_cpu"] = round(usage.cpu - made["cpu_before"] - made["cpu_function"], 4)
    return record | {
        "cpu": usage.cpu,
        "load": round(load, 2),
        "date": time.strftime("%Y-%m-%d"),
        "commit": results.commit(),
    }


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peers", default="ours", help=f"some of {', '.join(PEERS)}")
    parser.add_argument("--problems", default="all", help="problems or groups: public, scripts, noisy, ..., original")
    parser.add_argument("--seeds", type=numbers, default=[0, 1, 2], help="such as 0-4")
    parser.add_argument("--budgets", type=numbers, default=[], help="such as 100,500; default: each problem's budgets")
    parser.add_argument("--processes", type=int, default=1, help="cells at the same time")
    parser.add_argument("--again", action="store_true", help="also run cells that benchmarks/data already has")
    parser.add_argument("--limit", type=float, default=_LIMIT, help="wall seconds for a cell")
    parser.add_argument("--minutes", type=float, default=float("inf"), help="start no cell after this many minutes")
    options = parser.parse_args()
    start = time.monotonic()
    known = results.known("cells", options.again)
    wanted = cells(options.peers.split(","), names(options.problems), options.seeds, options.budgets)
    todo = [cell for cell in wanted if tuple(cell) not in known]
    missing = {cell.peer for cell in todo if importlib.util.find_spec(f"benchmarks.peers.{cell.peer}") is None}
    if missing:
        parser.error(f"no such peer: {', '.join(sorted(missing))}")

    def one(cell: Cell) -> None:
        if time.monotonic() - start > 60 * options.minutes:
            return
        record = run_cell(cell, options.limit)
        results.append("cells", record)
        note = record.get("error") or f"{record['final']:.6g} own CPU {record['own_cpu']:.2f} s"
        print(*cell, note, flush=True)

    with ThreadPoolExecutor(options.processes) as pool:
        list(pool.map(one, todo))


if __name__ == "__main__":
    main()
