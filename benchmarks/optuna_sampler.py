"""Compares `SMACSampler` in Optuna with Optuna's samplers and our own loop: ``python -m benchmarks.optuna_sampler``.

Searches run in this process, one after the other. A search that is in the file or in benchmarks/data does not run
again. The Gaussian process of Optuna needs torch. ``--problems ''`` only prints the table.
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

[`SMACSampler`](optuna.md) runs in Optuna's own loop, and learns conditions only from the trials. The table compares it
with Optuna's TPE and Gaussian process with their defaults, and with our own loop, which gets the search space. All
begin with the default configuration. The numbers are medians over {seeds} seeds of the best of {budget} values. *CPU*
is the median CPU time of a search in seconds, with the function.
`nice python -m benchmarks.optuna_sampler --seeds {range}` makes the table.

*SMACSampler* and *ours* make the same search if no parameter is conditional or ordinal. In Optuna's loop the ordinal
parameter of rosenbrock_4d is a number, and SMACSampler learns the conditions of the trees from the trials. These are
few seeds, so small differences are noise.
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
    """Return the CPU seconds of this process and of its children that have ended."""
    used = [resource.getrusage(which) for which in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def run(method: str, name: str, seed: int, budget: int) -> results.Record:
    """Run one search."""
    evaluations = Evaluations(make(name, seed), budget)
    start = _cpu()  # includes processes that have ended: our own loop has a process for the engine
    with contextlib.suppress(Spent):
        METHODS[method](evaluations.problem, seed, evaluations)
    about = {"method": method, "problem": name, "seed": seed, "budget": budget}
    made = {"date": time.strftime("%Y-%m-%d"), "commit": results.commit()}
    return {**about, "value": evaluations.steps[-1][1], "cpu": _cpu() - start, **made}


def section(records: Sequence[results.Record]) -> str:
    """Return the section of the report: medians for each problem, mean ranks, CPU seconds; it may be empty."""
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
            parts.append(f"{method}, which takes longer, has made {fewer}. All methods on these problems and seeds:\n")
            both = [method, *methods]
            parts.append(_table(both, [each for each in found if each[1:] in runs and each[0] in both], found))
    return "\n".join(parts)


def _table(methods: Sequence[str], keys: Sequence[_Key], found: Mapping[_Key, results.Record]) -> str:
    """Return a table with a line for each problem; all methods have made the same searches."""
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
    """Run the command."""
    from benchmarks.run import numbers

    parser = argparse.ArgumentParser(prog="python -m benchmarks.optuna_sampler", description=__doc__)
    parser.add_argument("--methods", default=",".join(METHODS), help="some of %(default)s")
    parser.add_argument("--problems", default=",".join(PROBLEMS), help="some of %(default)s")
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
