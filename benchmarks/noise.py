"""Measures the gain if the search knows that a function is noisy: ``python -m benchmarks.noise``.

Searches on six problems with 5 and 20 % of noise run with ``deterministic`` left on and with ``deterministic=False``.
They run in this process, one after the other. A search that is in the file or in benchmarks/data does not run again.
"""

from __future__ import annotations

import argparse
import math
import os
import time
import warnings
from collections.abc import Mapping, Sequence
from itertools import product
from statistics import median

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"  # before NumPy is imported

from benchmarks import results  # noqa: E402
from benchmarks.problems.noisy import BASES, SHARES, name_of, with_share  # noqa: E402
from benchmarks.sections import table  # noqa: E402
from benchmarks.selection import n_seeds  # noqa: E402
from benchmarks.statistics import compare  # noqa: E402

#: added to all regrets, so that one search that finds the optimum does not determine the mean
_LEAST = 1e-3
#: problem, share of noise, budget, seed
_Pair = tuple[str, float, int, int]
_TITLE = """### Noise that the optimizer is told of

Our own search ran on the same six functions with 5 and 20 % of noise each, once with `deterministic` left on and once
with [`deterministic=False`](noise_and_instances.md). The columns *left on* and *told* have medians of the true regret
of the returned configuration. *Ratio* is the geometric mean of the ratios of regrets, and *median* is the median ratio;
0.001 is added to each regret. If the ratio is below 1, it is better to set `deterministic=False`. The shares of further
runs were chosen among several variants on these functions, with other optima, so the result may be worse on functions
that the choice did not use.
`python -m benchmarks.noise --budgets {budgets}` makes the table, at commit {commits}.
"""


def run(name: str, share: float, budget: int, seed: int, told: bool) -> results.Record:
    """Run one search."""
    from pysmac_compat import Search

    problem = with_share(name, share, seed)
    assert problem.truth is not None
    assert problem.optimum is not None
    search = Search(
        dict(problem.parameters),
        list(problem.conditions),
        list(problem.forbidden),
        max_evaluations=budget,
        seed=seed,
        deterministic=not told,
    )
    for trial in search:
        search.tell(trial, problem.function(**trial.configuration))
    (found,) = search.result.runs
    about = {"told": told, "problem": name, "share": share, "budget": budget, "seed": seed}
    regret = problem.truth(found.active_configuration) - problem.optimum
    new = len({repr(evaluation.configuration) for evaluation in found.evaluations})
    return {**about, "regret": regret, "new": new, "date": time.strftime("%Y-%m-%d"), "commit": results.commit()}


def section(records: Sequence[results.Record], cells: Sequence[results.Record] = ()) -> str:
    """Return the section of the report; it may be empty.

    Parameters
    ----------
    records : sequence of dict
        The records of this module.
    cells : sequence of dict
        The records of `run`, with searches of other optimizers on the problems of the group ``noise``.
    """
    regrets = {told: {_pair(r): float(r["regret"]) for r in records if r["told"] is told} for told in (False, True)}
    pairs = sorted(regrets[False].keys() & regrets[True].keys())
    if not pairs:
        return ""
    rows = []
    for share, budget in sorted({pair[1:3] for pair in pairs}):
        group = [pair for pair in pairs if pair[1:3] == (share, budget)]
        for name in BASES:
            rows.append(_row(name, share, budget, [pair for pair in group if pair[0] == name], regrets))
        rows.append(_row("**all**", share, budget, group, regrets))
    budgets = ",".join(str(budget) for budget in sorted({pair[2] for pair in pairs}))
    title = _TITLE.format(budgets=budgets, commits=", ".join(sorted({r["commit"] for r in records})))
    header = ["", "noise", "evaluations", "left on", "told", "ratio", "median", "better, equal, worse", "pairs"]
    return f"{title}\n{table(header, [row for row in rows if row])}{_beside(regrets, cells)}"


def _beside(regrets: Mapping[bool, Mapping[_Pair, float]], cells: Sequence[results.Record]) -> str:
    """Return a table that compares both ways of our search with other optimizers; the text is empty without them."""
    found: dict[str, dict[_Pair, float]] = {}
    for cell in cells:
        for base, share in product(BASES, SHARES):
            if cell["problem"] == name_of(base, share) and cell["peer"] != "ours":
                pair = base, share, cell["budget"], cell["seed"]
                found.setdefault(cell["peer"], {})[pair] = cell["final"] - cell["optimum"]
    rows = []
    for (peer, theirs), told in product(sorted(found.items()), (False, True)):
        shared = sorted(theirs.keys() & regrets[told].keys())
        for share, budget in sorted({pair[1:3] for pair in shared}):
            group = [pair for pair in shared if pair[1:3] == (share, budget)]
            sides = [_by_problem(side, group) for side in (regrets[told], theirs)]
            better, equal, n, worse = compare(*sides)
            ratios = [math.log((regrets[told][pair] + _LEAST) / (theirs[pair] + _LEAST)) for pair in group]
            seeds = n_seeds(list(sides[0].values()))
            how = [peer, "told" if told else "left on", f"{share:.0%}", str(budget)]
            counts = [f"{better} of {n}", str(equal), ", ".join(worse) or "none"]
            rows.append([*how, f"{math.exp(median(ratios)):.2f}", *counts, seeds])
    if not rows:
        return ""
    header = ["against", "ours", "noise", "evaluations", "median ratio, ours / it", "better median", "equal"]
    return (
        "\nThe next table compares our search with other optimizers on the same functions, in pairs with the same "
        "seed. *Worse by more than noise* is defined as above.\n\n"
        f"{table([*header, 'ours worse by more than noise', 'seeds'], rows)}"
    )


def _by_problem(regrets: Mapping[_Pair, float], pairs: Sequence[_Pair]) -> dict[str, dict[int, float]]:
    """Return the regrets of these pairs: problem, then seed."""
    found: dict[str, dict[int, float]] = {}
    for pair in pairs:
        found.setdefault(pair[0], {})[pair[3]] = regrets[pair]
    return found


def _pair(record: results.Record) -> _Pair:
    return record["problem"], record["share"], record["budget"], record["seed"]


def _row(
    name: str, share: float, budget: int, pairs: Sequence[_Pair], regrets: Mapping[bool, Mapping[_Pair, float]]
) -> list[str]:
    """Return a line of the table; the list is empty without pairs."""
    if not pairs:
        return []
    on, told = ([regrets[which][pair] for pair in pairs] for which in (False, True))
    logs = [math.log((b + _LEAST) / (a + _LEAST)) for a, b in zip(on, told, strict=True)]
    counts = sum(x < 0 for x in logs), sum(x == 0 for x in logs), sum(x > 0 for x in logs)
    medians = ["", ""] if name.startswith("*") else [f"{median(on):.3g}", f"{median(told):.3g}"]
    ratios = [f"{math.exp(sum(logs) / len(logs)):.2f}", f"{math.exp(median(logs)):.2f}"]
    return [name, f"{share:.0%}", str(budget), *medians, *ratios, ", ".join(map(str, counts)), str(len(pairs))]


def main() -> None:
    """Run the command."""
    from benchmarks.run import numbers

    parser = argparse.ArgumentParser(prog="python -m benchmarks.noise", description=__doc__)
    parser.add_argument("--problems", default=",".join(BASES), help="some of %(default)s; empty: only print the table")
    parser.add_argument("--seeds", type=numbers, default=list(range(10)), help="such as 0-3 (0-9)")
    parser.add_argument("--budgets", type=numbers, default=[100], help="evaluations of a search (100)")
    options = parser.parse_args()
    warnings.filterwarnings("ignore")
    known = results.known("noise")
    problems = [name for name in options.problems.split(",") if name]
    for budget, seed, share, name, told in product(options.budgets, options.seeds, SHARES, problems, (False, True)):
        if (told, name, share, budget, seed) not in known:
            results.append("noise", run(name, share, budget, seed, told))
    print(section([*results.load("noise"), *results.read(results.WORK / "noise.jsonl")]))


if __name__ == "__main__":
    main()
