"""Tunes MiniSat by several methods: ``python -m benchmarks.solver``, then ``python -m benchmarks.solver --table``.

Recorded searches are not run again.
"""

from __future__ import annotations

import argparse
import os
import shutil
import tempfile
import time
from pathlib import Path

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"  # before NumPy is imported

from benchmarks import results  # noqa: E402
from benchmarks.problems.solvers import par10  # noqa: E402
from benchmarks.run import numbers  # noqa: E402
from benchmarks.solver.irace import find_irace  # noqa: E402
from benchmarks.solver.minisat import CUTOFF, N, write_formulas  # noqa: E402
from benchmarks.solver.searches import METHODS, Target  # noqa: E402
from benchmarks.solver.solve import solve  # noqa: E402
from benchmarks.solver.table import section  # noqa: E402


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.solver", description=__doc__)
    parser.add_argument("--methods", default=",".join(METHODS), help=f"some of {', '.join(METHODS)} (all)")
    parser.add_argument("--seeds", type=numbers, default=list(range(5)), help="such as 0-9 (0-4)")
    parser.add_argument("--seconds", type=float, default=25.0, help="CPU seconds of MiniSat for a search (25)")
    parser.add_argument("--again", action="store_true", help="also run what benchmarks/data already has")
    parser.add_argument("--table", action="store_true", help="only print the table of recorded searches")
    options = parser.parse_args()
    if options.table:
        print(
            section([*results.load("solver"), *results.read(results.WORK / "solver.jsonl")]) or "Nothing is recorded."
        )
        return
    methods = options.methods.split(",")
    unknown = [method for method in methods if method not in METHODS]
    if unknown:
        parser.error(f"there is no method {unknown[0]!r}; known are {', '.join(METHODS)}")
    if shutil.which("minisat") is None:
        parser.error("there is no minisat: apt-get install minisat")
    if "irace" in methods and find_irace() is None:
        parser.error("there is no irace: apt-get install r-cran-irace, or leave it out of --methods")
    with tempfile.TemporaryDirectory(prefix="benchmark-solver-") as folder:
        paths = write_formulas(Path(folder))
        for seed in options.seeds:
            for method in methods:
                if (method, seed, options.seconds) not in results.known("solver", options.again):
                    results.append("solver", run(method, seed, options.seconds, paths))


def run(method: str, seed: int, seconds: float, paths: list[Path]) -> results.Record:
    """Run one search, and its configuration on the test formulas."""
    target, start = Target(paths[:N], seconds), time.monotonic()
    words = METHODS[method](target, seed)
    wall = time.monotonic() - start
    runs = [[solve(words, str(path), CUTOFF)[1] for path in part] for part in (paths[:N], paths[N:])]
    training, test = (sum(par10(each, CUTOFF) for each in part) / N for part in runs)
    print(f"{method} {seed}: PAR10 {test:.3f} on test formulas, {training:.3f} on those for training", flush=True)
    return {
        "method": method,
        "seed": seed,
        "budget": seconds,
        "used": round(target.used, 3),
        "calls": target.calls,
        "wall": round(wall, 1),
        "cutoff": CUTOFF,
        "training": training,
        "test": test,
        "times": [round(each, 4) for each in runs[1]],
        "flags": words,
        "commit": results.commit(),
        "date": time.strftime("%Y-%m-%d"),
    }


if __name__ == "__main__":
    main()
