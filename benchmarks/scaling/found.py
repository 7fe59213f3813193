"""Compares results with several workers, with one worker, and of Optuna's TPE: ``python -m benchmarks.scaling found``.

The calls are simulated, with log-normal lengths (sigma 1), so a search does not wait for them.
"""

from __future__ import annotations

import json
import multiprocessing
import subprocess
import sys
import time
import warnings
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path
from typing import NamedTuple

import numpy as np

from benchmarks import results
from benchmarks.problems import make, names
from benchmarks.scaling.searches import SEARCHES, Evaluations
from benchmarks.scaling.workers import Workers, lognormal
from benchmarks.sections import table
from benchmarks.selection import best_known, matched, n_seeds
from benchmarks.statistics import LEAST_REGRET, compare, geometric_mean, interval, median, regrets

#: the fourteen problems of `docs/performance.md`, and six smooth problems; chosen before any of them was run here
PROBLEMS = names("public,scripts,smooth")
_MEAN, _SIGMA = 60.0, 1.0  # of the lengths of calls; the mean is in seconds
_TINY = 1e-9  # a least regret that hides no difference
_OLD = "old: "  # prefix of the other version's columns
Side = dict[str, dict[int, float]]  # regrets by problem and seed


class Kind(NamedTuple):
    """A kind of search."""

    peer: str
    workers: int
    budget: int


class Read(NamedTuple):
    """A column of the table: a peer, its number of workers, and the number of evaluations of its regrets."""

    peer: str
    workers: int
    evaluations: int

    def __str__(self) -> str:
        return f"{self.peer} {self.workers} w, {self.evaluations}"


KINDS = {
    "few": [Kind("ours", 2, 100), Kind("ours", 4, 100)],
    "one": [Kind("ours", 1, 100)],
    "peers": [Kind("optuna_tpe", 4, 100), Kind("random", 1, 100)],
    "many": [Kind("ours", 16, 320), Kind("ours", 1, 200)],
}
_ONE_80, _ONE, _TWO, _FOUR = Read("ours", 1, 80), Read("ours", 1, 100), Read("ours", 2, 100), Read("ours", 4, 100)
_OPTUNA, _ONE_200, _SIXTEEN = Read("optuna_tpe", 4, 100), Read("ours", 1, 200), Read("ours", 16, 320)
COLUMNS = [_ONE_80, _ONE, _TWO, _FOUR, _OPTUNA, _ONE_200, _SIXTEEN]
#: the comparisons: the first should not be worse than the second
PAIRS = [(_TWO, _ONE_80), (_FOUR, _ONE_80), (_FOUR, _ONE), (_FOUR, _OPTUNA), (_SIXTEEN, _ONE_200)]
_UNIT = Read("random", 1, 100)
Values = dict[Read, Side]


def search(kind: Kind, problem_name: str, seed: int) -> results.Record:
    """Run a search, and return its record."""
    warnings.filterwarnings("ignore")
    problem = make(problem_name, seed)
    evaluations = Evaluations(problem, Workers(kind.workers, lognormal(_MEAN, _SIGMA, seed)))
    start = time.process_time()
    SEARCHES[kind.peer](problem, seed, kind.budget, evaluations)
    return kind._asdict() | {
        "problem": problem_name,
        "seed": seed,
        "n": len(evaluations.workers.ends),
        "steps": evaluations.steps,
        "cpu": round(time.process_time() - start, 2),
    }


def run(
    kinds: Sequence[Kind], problems: Sequence[str], seeds: Sequence[int], file: Path, processes: int, code: Path
) -> None:
    """Run the searches that a file lacks, and add their records to the file."""
    known = {results.key("found", record) for record in results.read(file)}
    wanted = [(k, p, s) for s in seeds for k in kinds for p in problems if (*k[:2], p, s, k.budget) not in known]
    made_at = commit(code)
    preload()  # once, for all processes
    file.parent.mkdir(exist_ok=True, parents=True)
    with ProcessPoolExecutor(processes, mp_context=multiprocessing.get_context("fork")) as pool:
        futures = [pool.submit(search, *each) for each in wanted]
        for count, future in enumerate(as_completed(futures), 1):
            record = future.result() | {"date": time.strftime("%Y-%m-%d"), "commit": made_at}
            with file.open("a") as out:
                out.write(json.dumps(record, separators=(",", ":")) + "\n")
            if sys.stderr.isatty() or count % 20 == 0:
                print(f"{count} of {len(wanted)} searches", file=sys.stderr, flush=True)


def preload() -> None:
    """Import the modules of our search before the processes of the searches are forked."""
    import pysmac_compat.engine.session
    import pysmac_compat.planning.planner
    import pysmac_compat.space.configspace  # noqa: F401


def commit(code: Path) -> str:
    """Return the last commit that changed the package in a folder, with a + if files differ from the commit."""

    def git(*words: str) -> str:
        command = ["git", *words, "--", "pysmac_compat"]
        return subprocess.run(command, cwd=code, capture_output=True, text=True).stdout.strip()

    return git("log", "-1", "--format=%h") + "+" * bool(git("status", "--porcelain"))


def values(records: Iterable[results.Record], reads: Sequence[Read]) -> Values:
    """Return the regrets for each column, after its number of evaluations; a longer search also has them."""
    found: Values = {read: defaultdict(dict) for read in reads}
    for record in sorted(records, key=lambda r: -int(r["budget"])):
        for read in reads:
            if (record["peer"], record["workers"]) == read[:2] and record["n"] >= read.evaluations:
                seen = [step[1] for step in record["steps"] if step[0] <= read.evaluations]
                found[read][record["problem"]][record["seed"]] = seen[-1]
    return found


def report(records: Sequence[results.Record], beside: Sequence[results.Record] = ()) -> str:
    """Return tables of regrets and comparisons; if there are records ``beside``, also comparisons with them."""
    known = best_known([*results.load("cells"), *records, *beside], ("public", "scripts", "smooth"))
    unit = values([*beside, *records], [_UNIT])[_UNIT]

    def sides_of(records: Sequence[results.Record], label: str = "") -> dict[str, Side]:
        found = values(records, COLUMNS)
        return {
            f"{label}{read}": {p: regrets(runs, known[p], unit[p]) for p, runs in problems.items() if p in unit}
            for read, problems in found.items()
        }

    sides = sides_of(records)
    pairs = [(str(one), str(other)) for one, other in PAIRS]
    if beside:
        old = sides_of(beside, _OLD)
        pairs = [(name, _OLD + name) for name in sides] + [(a, b if sides[b] else _OLD + b) for a, b in pairs]
        sides = {name: side for read in sides for name, side in ((_OLD + read, old[_OLD + read]), (read, sides[read]))}
    sides = {name: side for name, side in sides.items() if side}
    rows = [_comparison(*pair, sides) for pair in pairs if set(pair) <= set(sides)]
    header = [
        "",
        "beside",
        "ratio",
        "95 %",
        "without least",
        "better, equal, worse",
        "worse by more than noise",
        "pairs",
    ]
    return _medians(sides) + "\n" + table(header, [row for row in rows if row])


def _medians(sides: Mapping[str, Side]) -> str:
    """Return a row for each problem, and the geometric means over the problems that all sides have."""
    problems = [p for p in PROBLEMS if any(p in side for side in sides.values())]
    rows = []
    for problem in problems:
        cells = [f"{median(side[problem]):.2g}" if problem in side else "" for side in sides.values()]
        rows.append([problem, *cells, n_seeds([side[problem] for side in sides.values() if problem in side])])
    shared = [p for p in problems if all(p in side for side in sides.values())]
    if shared:
        means = [geometric_mean([median(side[p]) for p in shared]) for side in sides.values()]
        rows.append([f"geometric mean of {len(shared)}", *(f"{mean:.3g}" for mean in means), ""])
    return table(["", *sides, "seeds"], rows)


def _comparison(one: str, other: str, sides: Mapping[str, Side]) -> list[str]:
    """Return a row that compares two columns on their shared problems and seeds; empty if they share none."""
    shared = matched(dict(sides), [one, other])
    a, b = shared[one], shared[other]
    if not a:
        return []
    better, equal, count, worse = compare(a, b)
    medians = [[median(runs) for runs in side.values()] for side in (a, b)]
    ratio, exact = (
        geometric_mean(medians[0], least) / geometric_mean(medians[1], least) for least in (LEAST_REGRET, _TINY)
    )
    runs = [[list(a[p].values()), list(b[p].values())] for p in a]
    low, high = interval(_ratio, runs)
    return [
        one,
        other,
        f"{ratio:.3f}",
        f"{low:.2f} - {high:.2f}",
        f"{exact:.3f}",
        f"{better}, {equal}, {count - better - equal}",
        ", ".join(worse) or "none",
        str(sum(len(runs) for runs in a.values())),
    ]


def _ratio(medians: np.ndarray) -> np.ndarray:
    """Return the ratio of the geometric means of the two columns."""
    ones, others = (geometric_mean(column.tolist()) for column in medians.T)
    return np.array(ones / others)
