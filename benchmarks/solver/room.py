"""Measures the possible gain on each family of formulas, without a search: ``python -m benchmarks.solver.room``.

It runs the default and 30 random configurations on four formulas of each family; no search and no test uses these
formulas. The families of the benchmark were chosen by this table.
"""

from __future__ import annotations

import random
import tempfile
from pathlib import Path

from benchmarks.problems.solvers import par10
from benchmarks.sections import table
from benchmarks.solver import formulas
from benchmarks.solver.minisat import CUTOFF, SPACE, Family, flags
from benchmarks.solver.solve import solve

CANDIDATES: dict[Family, tuple[int, ...]] = {
    formulas.random_3sat: (150, 165, 180, 190),
    formulas.colouring: (70, 75, 80, 85),
    formulas.latin_square: (28, 29, 30, 31),
    formulas.factors: (12, 13, 14, 15),
    formulas.multipliers: (10, 11, 12, 12),
    formulas.parities: (34, 36, 38, 40),
}
_CONFIGURATIONS = 30


def main() -> None:
    """Print the table."""
    draw = random.Random(5)
    tried = [SPACE.default, *(SPACE.sample(draw) for _ in range(_CONFIGURATIONS))]
    rows = []
    for family, sizes in CANDIDATES.items():
        with tempfile.TemporaryDirectory(prefix="benchmark-solver-") as folder:
            paths = [Path(folder) / f"{i}.cnf" for i in range(len(sizes))]
            for i, (path, size) in enumerate(zip(paths, sizes, strict=True)):
                formulas.write(path, family(random.Random(f"room {i}"), size))
            times = [[solve(flags(each), str(path), CUTOFF)[1] for path in paths] for each in tried]
        means = [sum(par10(each, CUTOFF) for each in row) / len(row) for row in times]
        share = sum(max(row) < CUTOFF for row in times) / len(times)
        numbers = [*(f"{mean:.3f}" for mean in (means[0], min(means), sorted(means)[len(means) // 2])), f"{share:.0%}"]
        rows.append([family.__name__, *numbers, f"{min(means) / means[0]:.2f}"])
        print(*rows[-1], flush=True)
    header = ["family", "default", "best", "median", "that solve all", "best / default"]
    print("\n" + table(header, rows))


if __name__ == "__main__":
    main()
