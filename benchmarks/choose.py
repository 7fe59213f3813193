"""Compares two versions of the search quickly: ``python -m benchmarks.choose --code FOLDER --beside FOLDER``.

It is a tool for changes of the engine. Searches run in this process's workers, by `scaling.searches`: no call is
isolated and no file is written, so a search of 300 evaluations takes some CPU seconds. A search with a record in the
file is not repeated, unless the sources on which proposals depend have changed.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import multiprocessing
import os
import sys
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"  # before NumPy is imported

from benchmarks import results, statistics  # noqa: E402
from benchmarks.measure import ROOT  # noqa: E402
from benchmarks.problems import FOREIGN, group_of, names  # noqa: E402
from benchmarks.run import numbers  # noqa: E402
from benchmarks.scaling import found  # noqa: E402
from benchmarks.sections import table  # noqa: E402
from benchmarks.selection import best_known, matched  # noqa: E402

PEERS = "ours", "random"
_NONE = "-"  # the version of random search
#: the sources on which proposals depend; their text identifies a version
_SOURCES = "engine/**/*.py", "options/**/*", "plan/**/*.py", "planning/**/*.py", "search/run.py", "space/**/*.py"
Side = dict[str, dict[int, float]]  # regrets by problem and seed


def version(code: Path) -> str:
    """Return a digest of the sources on which proposals depend; the same text is the same version, committed or not."""
    digest = hashlib.sha1(usedforsecurity=False)
    package = code / "pysmac_compat"
    for path in sorted(p for pattern in _SOURCES for p in package.glob(pattern) if p.suffix in (".py", ".json")):
        digest.update(str(path.relative_to(code)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:12]


def _begin(code: str) -> None:
    """Import the package from a folder; runs in each worker."""
    sys.path.insert(0, code)
    found.preload()
    import pysmac_compat

    if not Path(pysmac_compat.__file__).is_relative_to(code):
        raise RuntimeError(f"pysmac_compat comes from {pysmac_compat.__file__}, not from {code}")


def run(
    code: Path, problems: Sequence[str], seeds: Sequence[int], budget: int, file: Path, processes: int, minutes: float
) -> None:
    """Run the searches of a version and the random searches that the file lacks, and add their records to the file."""
    start = time.monotonic()
    of = {"ours": version(code), "random": _NONE}
    known = {(r["code"], r["problem"], r["seed"], r["budget"]) for r in results.read(file)}
    wanted = [(p, n, s) for s in seeds for n in problems for p in PEERS if (of[p], n, s, budget) not in known]
    if not wanted:
        return
    made = {"date": time.strftime("%Y-%m-%d"), "commit": found.commit(code)}
    file.parent.mkdir(exist_ok=True, parents=True)
    folder = str(code.resolve())
    fork = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(processes, mp_context=fork, initializer=_begin, initargs=(folder,)) as pool:
        futures = [pool.submit(found.search, found.Kind(peer, 1, budget), name, seed) for peer, name, seed in wanted]
        for count, future in enumerate(as_completed(futures), 1):
            record = future.result()
            record |= made | {"code": of[record["peer"]]}
            with file.open("a") as out:
                out.write(json.dumps(record, separators=(",", ":")) + "\n")
            if sys.stderr.isatty() or count % 20 == 0:
                print(f"{count} of {len(wanted)} searches", file=sys.stderr, flush=True)
            if time.monotonic() - start > 60 * minutes:
                pool.shutdown(cancel_futures=True)
                return


def sides(records: Sequence[results.Record], versions: Sequence[str], at: int) -> list[Side]:
    """Return the regrets of each version after ``at`` evaluations, on the problems and seeds that all have run."""
    groups = {group_of(record["problem"]) for record in records}
    known = best_known(records, sorted(groups))
    values: dict[str, Side] = {code: {} for code in (*versions, _NONE)}
    for record in sorted(records, key=lambda r: -int(r["budget"])):
        if record["code"] in values and record["n"] >= at:
            seen = [step[1] for step in record["steps"] if step[0] <= at][-1]
            values[record["code"]].setdefault(record["problem"], {})[record["seed"]] = seen
    shared = matched(values, list(values))
    return [
        {name: statistics.regrets(runs, known[name], shared[_NONE][name]) for name, runs in shared[code].items()}
        for code in versions
    ]


def report(records: Sequence[results.Record], versions: Sequence[str], budgets: Sequence[int]) -> str:
    """Return the regrets of one version on each problem, or the ratios of two versions in each group."""
    one = versions[0]
    if len(set(versions)) == 1:
        return _alone({at: sides(records, [one], at)[0] for at in budgets})
    rows = []
    for at in budgets:
        first, second = sides(records, versions, at)
        for group in _groups(first):
            rows.append(_ratio(at, group, *(_of_group(side, group) for side in (first, second))))
        rows.append(_ratio(at, "**all**", first, second))
    header = ["evaluations", "group", "ratio of regrets", "95 %", "better, equal, worse", "worse by more than noise"]
    return table([*header, "pairs"], rows)


def _groups(side: Side) -> list[str]:
    present = {group_of(name) for name in side}
    return [group for group in FOREIGN if group in present] + sorted(present - {*FOREIGN})


def _of_group(side: Mapping[str, dict[int, float]], group: str) -> Side:
    return {name: runs for name, runs in side.items() if group_of(name) == group}


def _ratio(at: int, group: str, one: Side, other: Side) -> list[str]:
    if not one:
        return [str(at), group, *[""] * 5]
    better, equal, count, worse = statistics.compare(one, other)
    ratio, (low, high) = statistics.paired_ratio(
        [[(runs[seed], other[name][seed]) for seed in runs] for name, runs in one.items()]
    )
    counts = f"{better}, {equal}, {count - better - equal}"
    pairs = sum(map(len, one.values()))
    return [
        str(at),
        group,
        f"{ratio:.3f}",
        f"{low:.2f} - {high:.2f}",
        counts,
        ", ".join(worse) or "none",
        str(pairs),
    ]


def _alone(at: Mapping[int, Side]) -> str:
    """Return a table of the median regrets on each problem, and of the geometric means of groups."""
    last = list(at.values())[-1]
    rows = []
    for group in _groups(last):
        members = [name for name in last if group_of(name) == group]
        medians = {name: [statistics.median(side[name]) for side in at.values()] for name in members}
        for name, values in medians.items():
            rows.append([name, *(f"{value:.3g}" for value in values), str(len(last[name]))])
        means = [statistics.geometric_mean(column) for column in zip(*medians.values(), strict=True)]
        rows.append([f"**{group}**", *(f"{value:.3g}" for value in means), ""])
    every = [statistics.geometric_mean([statistics.median(runs) for runs in side.values()]) for side in at.values()]
    rows.append(["**all**", *(f"{value:.3g}" for value in every), ""])
    return table(["regrets", *map(str, at), "seeds"], rows)


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.choose", description=__doc__)
    parser.add_argument("--code", type=Path, default=ROOT, help="the folder that pysmac_compat is imported from")
    parser.add_argument(
        "--beside", type=Path, help="another such folder: print the ratios of regrets, --code to --beside"
    )
    parser.add_argument("--problems", default="choosing", help="problems or groups (choosing)")
    parser.add_argument("--seeds", type=numbers, default=list(range(8)), help="such as 0-3 (0-7)")
    parser.add_argument("--budget", type=int, default=300, help="evaluations of a search (300)")
    parser.add_argument("--at", type=numbers, default=[50, 100, 300], help="evaluations after which to compare")
    parser.add_argument("--processes", type=int, default=2, help="searches at the same time (2)")
    parser.add_argument("--minutes", type=float, default=float("inf"), help="begin no search after this many minutes")
    parser.add_argument("--file", type=Path, default=results.WORK / "choose.jsonl", help="file of the records")
    options = parser.parse_args()
    problems = names(options.problems)
    folders = [folder for folder in (options.code, options.beside) if folder is not None]
    for folder in folders:
        if not (folder / "pysmac_compat").is_dir():
            parser.error(f"{folder} has no folder pysmac_compat")
        run(folder, problems, options.seeds, options.budget, options.file, options.processes, options.minutes)
    records = [r for r in results.read(options.file) if r["problem"] in problems and r["seed"] in options.seeds]
    print(report(records, list(map(version, folders)), [at for at in options.at if at <= options.budget]))


if __name__ == "__main__":
    main()
