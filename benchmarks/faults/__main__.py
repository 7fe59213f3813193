"""Kills searches at random moments, resumes them, and prints the damage: ``python -m benchmarks.faults``.

Each line names a process that gets a SIGKILL, and a way to make the calls. Each number is a sum over all trials. All
numbers must be 0, otherwise the exit status is 1. A trial takes some seconds.
"""

from __future__ import annotations

import argparse
import random
import shutil
import tempfile
import time
from dataclasses import asdict, fields
from pathlib import Path

from benchmarks.faults.automax import AUTOMAX, AutoMAXTrial
from benchmarks.faults.kills import CELLS, Counts, Trial, preload

_NAMES = {
    "lost": "lost",
    "doubled": "called again",
    "orphans": "left after 5 s",
    "unparsable": "unreadable files",
    "different": "other results",
    "invalid": "bad lines",
}

_TRIALS = [*((Trial, cell) for cell in CELLS), *((AutoMAXTrial, cell) for cell in AUTOMAX)]


def table(rows: list[tuple[str, str, int, Counts]]) -> str:
    """Return the table of the page: process, calls, kills, and the counts."""
    names = [_NAMES[each.name] for each in fields(Counts)]
    lines = [" | ".join(["killed", "calls", "kills", *names]), " | ".join(["---"] * (3 + len(names)))]
    for target, mode, kills, counts in rows:
        lines.append(" | ".join(map(str, [target, mode, kills, *asdict(counts).values()])))
    return "".join(f"| {line} |\n" for line in lines)


def main() -> int:
    """Run the command, and return its exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=5, help="number for each line (5)")
    parser.add_argument("--seed", type=int, default=0, help="chooses the moments (0)")
    parser.add_argument("--only", default="", help="only lines with this text, for example 'engine' or 'Dask'")
    parser.add_argument("--minutes", type=float, default=20.0, help="no trial begins after this many minutes (20)")
    options = parser.parse_args()
    preload()
    end, rows = time.monotonic() + 60 * options.minutes, []
    for number, (kind, cell) in enumerate(_TRIALS):
        if options.only not in f"{cell.target} {cell.mode}":
            continue
        total, kills = Counts(), 0
        for trial in range(options.kills):
            if time.monotonic() >= end:
                break
            folder = Path(tempfile.mkdtemp(prefix="faults-"))
            attempt = kind(folder, cell, random.Random(f"{options.seed} {number} {trial}"))
            found = attempt.run()
            total, kills = total + found, kills + 1
            for complaint in attempt.complaints:
                print(complaint, flush=True)
            if not attempt.complaints:  # otherwise the folder stays for inspection
                shutil.rmtree(folder, ignore_errors=True)
        rows.append((cell.target, cell.mode, kills, total))
        print(f"{cell.target}, {cell.mode}: {kills} kills", flush=True)
    print(table(rows), end="")
    return int(any(counts for *_, counts in rows))


if __name__ == "__main__":
    raise SystemExit(main())
