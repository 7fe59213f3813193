"""`SMACSampler` in Optuna's loop beside Optuna's samplers and our own loop: ``python -m benchmarks.optuna_sampler``.

Searches run in this process, one after the other; those that are in the file, or kept in benchmarks/data, are not made
again. The Gaussian process of Optuna needs torch. ``--problems ''`` prints the table alone.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import resource
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from itertools import product
from statistics import median

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"  # before NumPy is imported

from benchmarks import results  # noqa: E402
from benchmarks.evaluations import Evaluations, Spent  # noqa: E402
from benchmarks.problems import Problem, make  # noqa: E402
from benchmarks.sections import table  # noqa: E402

PROBLEMS = "branin", "rosenbrock_4d", "hartmann6", "log5", "cat10", "plateau", "tree-jenatton", "tree-network"
#: method, problem, seed
_Key = tuple[str, str, int]
_TITLE = """## As a sampler of Optuna

[`SMACSampler`](optuna.md) in Optuna's own loop, where it knows of conditions by the trials alone, beside Optuna's TPE
and Gaussian process as they are by default, and our own loop, which is told the space. All begin with the default
configuration. The median over {seeds} seeds of the best of {budget} values; *CPU* is the median of a search in seconds,
function included. `nice python -m benchmarks.optuna_sampler --seeds {range}` makes it.

*SMACSampler* and *ours* are one search where no parameter is conditional or ordinal. The ordinal one of rosenbrock_4d
is a number in Optuna's loop, and the conditions of the trees are found out. These are few seeds: take small differences
for noise.
"""


def _in_optuna(sampler: Callable[[int, int], object]) -> Callable[[Problem, int, Evaluations], object]:
    def minimise(problem: Problem, seed: int, evaluations: Evaluations) -> None:
        from benchmarks.peers.optuna_tpe import search

        search(problem, evaluations, sampler(seed, evaluations.budget))

    return minimise


def _smac(seed: int, budget: int) -> object:
    from pysmac_compat import SMACSampler

    return SMACSampler(seed=seed, n_trials=budget)


def _tpe(seed: int, budget: int) -> object:
    import optuna

    return optuna.samplers.TPESampler(seed=seed)


def _gp(seed: int, budget: int) -> object:
    import optuna
    import torch

    torch.set_num_threads(1)
    return optuna.samplers.GPSampler(seed=seed, deterministic_objective=True)


def _ours(problem: Problem, seed: int, evaluations: Evaluations) -> object:
    from benchmarks.peers.ours import minimise

    return minimise(problem, seed, evaluations)


METHODS = {
    "SMACSampler": _in_optuna(_smac),
    "TPESampler": _in_optuna(_tpe),
    "GPSampler": _in_optuna(_gp),
    "ours": _ours,
}


def _cpu() -> float:
    """CPU seconds of this process and of its children that have ended."""
    used = [resource.getrusage(which) for which in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def run(method: str, name: str, seed: int, budget: int) -> results.Record:
    """One search."""
    evaluations = Evaluations(make(name, seed), budget)
    start = _cpu()  # with processes that have ended: our own loop has one for the engine
    with contextlib.suppress(Spent):
        METHODS[method](evaluations.problem, seed, evaluations)
    about = {"method": method, "problem": name, "seed": seed, "budget": budget}
    made = {"date": time.strftime("%Y-%m-%d"), "commit": results.commit()}
    return {**about, "value": evaluations.steps[-1][1], "cpu": _cpu() - start, **made}


def section(records: Sequence[results.Record]) -> str:
    """The part of the report: medians for each problem, mean ranks, CPU seconds; may be empty."""
    found = {(r["method"], r["problem"], r["seed"]): r for r in records}
    all_runs = {(problem, seed) for _, problem, seed in found}
    methods = [each for each in METHODS if {(p, s) for m, p, s in found if m == each} == all_runs]
    if not found or not methods:
        return ""
    seeds = sorted({seed for _, seed in all_runs})
    parts = [_TITLE.format(seeds=len(seeds), budget=records[0]["budget"], range=f"{seeds[0]}-{seeds[-1]}")]
    parts.append(_table(methods, [each for each in found if each[0] in methods], found))
    for method in (each for each in METHODS if each not in methods):
        runs = {(problem, seed) for each, problem, seed in found if each == method}
        if runs:
            fewer = f"{len(runs)} of these {len(all_runs)} searches"
            parts.append(
                f"{method}, which takes longer, has made {fewer}; the others on the same problems and seeds:\n"
            )
            both = [method, *methods]
            parts.append(_table(both, [each for each in found if each[1:] in runs and each[0] in both], found))
    return "\n".join(parts)


def _table(methods: Sequence[str], keys: Sequence[_Key], found: Mapping[_Key, results.Record]) -> str:
    """A line for each problem; all methods have made the same searches."""
    rows = []
    ranks: dict[str, list[float]] = {method: [] for method in methods}
    for problem in (each for each in PROBLEMS if any(key[1] == each for key in keys)):
        seeds = sorted({key[2] for key in keys if key[1] == problem})
        values = [median([found[method, problem, seed]["value"] for seed in seeds]) for method in methods]
        rows.append([problem, *(f"{value:.4g}" for value in values), str(len(seeds))])
        for method, value in zip(methods, values, strict=True):
            ranks[method].append(sum(other < value for other in values) + (values.count(value) + 1) / 2)
    rows.append(["**mean rank**", *(f"{sum(each) / len(each):.2f}" for each in ranks.values()), ""])
    cpu = [median([found[key]["cpu"] for key in keys if key[0] == method]) for method in methods]
    rows.append(["CPU", *(f"{seconds:.1f}" for seconds in cpu), ""])
    return table(["", *methods, "seeds"], rows)


def main() -> None:
    """The command."""
    from benchmarks.run import numbers

    parser = argparse.ArgumentParser(prog="python -m benchmarks.optuna_sampler", description=__doc__)
    parser.add_argument("--methods", default=",".join(METHODS), help="of %(default)s")
    parser.add_argument("--problems", default=",".join(PROBLEMS), help="of %(default)s")
    parser.add_argument("--seeds", type=numbers, default=list(range(5)), help="such as 0-3 (0-4)")
    parser.add_argument("--budget", type=int, default=100, help="evaluations of a search (100)")
    options = parser.parse_args()
    known = results.known("samplers")
    problems = [each for each in options.problems.split(",") if each]
    for seed, problem, method in product(options.seeds, problems, options.methods.split(",")):
        if (method, problem, seed, options.budget) not in known:
            results.append("samplers", run(method, problem, seed, options.budget))
            print(f"{method} on {problem}, seed {seed}", file=sys.stderr, flush=True)
    print(section([*results.load("samplers"), *results.read(results.WORK / "samplers.jsonl")]))


if __name__ == "__main__":
    main()
