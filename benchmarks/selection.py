"""Values of the report, chosen from the recorded cells."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from functools import cache

from benchmarks.problems import FOREIGN, group_of, make
from benchmarks.results import Record
from benchmarks.statistics import Seeds

_EXACT = "public", "scripts"
Values = dict[str, dict[str, dict[int, float]]]


def values_at(cells: Sequence[Record], budget: int, groups: Sequence[str], final: bool = False) -> Values:
    """What each peer had on each problem after so many evaluations, by peer, problem and seed.

    Parameters
    ----------
    cells : sequence of dict
    budget : int
        With the best values, a longer search counts for a shorter one; of several the shortest.
    groups : sequence of str
    final : bool
        The true value of what a search with exactly this budget has returned, in place of its best value.
    """
    found: Values = defaultdict(lambda: defaultdict(dict))
    for cell in sorted(cells, key=lambda c: -int(c["budget"])):
        if group_of(cell["problem"]) not in groups:
            continue
        if final and cell["budget"] == budget:
            found[cell["peer"]][cell["problem"]][cell["seed"]] = cell["final"]
        elif not final and cell["n"] >= budget:
            seen = [step[1] for step in cell["steps"] if step[0] <= budget]
            if seen:
                found[cell["peer"]][cell["problem"]][cell["seed"]] = seen[-1]
    return {peer: dict(problems) for peer, problems in found.items()}


def completed(cells: Sequence[Record]) -> list[Record]:
    """The cells, and those of Optuna's multivariate TPE that are the same search as the default one's.

    That is so where no parameter is conditional.
    """
    found = {(cell["peer"], cell["problem"], cell["seed"], cell["budget"]): cell for cell in cells}
    for cell in cells:
        if cell["peer"] == "optuna_tpe" and _same_sampler(cell["problem"]):
            key = ("optuna_tpe_mvg", cell["problem"], cell["seed"], cell["budget"])
            found.setdefault(key, cell | {"peer": "optuna_tpe_mvg"})
    return list(found.values())


@cache
def _same_sampler(problem: str) -> bool:
    group = group_of(problem)
    if group in FOREIGN:
        return group != "conditional"
    return group in _EXACT and not make(problem, 0).conditions


def main_peers(values: Values, share: float = 0.8, of_runs: float = 0.8) -> list[str]:
    """We, and the peers that have run at least this share of the problems, and of the runs, of the one with most."""
    if not values:
        return []
    problems = {peer: len(found) for peer, found in values.items()}
    runs = {peer: sum(len(seeds) for seeds in found.values()) for peer, found in values.items()}
    return [
        peer
        for peer in values
        if peer == "ours"
        or (problems[peer] >= share * max(problems.values()) and runs[peer] >= of_runs * max(runs.values()))
    ]


def matched(values: Values, peers: Sequence[str]) -> Values:
    """The values of these peers on the problems, with the seeds, that all of them have run.

    Another seed is another problem, so that others could not be compared.
    """
    found: Values = {peer: {} for peer in peers}
    for problem in sorted(set.intersection(*(set(values.get(peer, {})) for peer in peers))) if peers else []:
        seeds = sorted(set.intersection(*(set(values[peer][problem]) for peer in peers)))
        if seeds:
            for peer in peers:
                found[peer][problem] = {seed: values[peer][problem][seed] for seed in seeds}
    return found


def best_known(cells: Sequence[Record], groups: Sequence[str]) -> dict[str, dict[int, float]]:
    """For each problem and seed the optimum where it is known, else the least value that any search has seen."""
    found: dict[str, dict[int, float]] = defaultdict(dict)
    for cell in cells:
        problem, seed = cell["problem"], cell["seed"]
        if group_of(problem) not in groups:
            continue
        known = cell["optimum"] if "optimum" in cell else _optimum(problem, seed)
        least = min(step[1] for step in cell["steps"])
        found[problem][seed] = known if known is not None else min(least, found[problem].get(seed, least))
    return dict(found)


@cache
def _optimum(problem: str, seed: int) -> float | None:
    return make(problem, seed).optimum


def n_seeds(runs: Sequence[Seeds]) -> str:
    """The least and the greatest number of seeds."""
    counts = sorted({len(run) for run in runs})
    return "0" if not counts else str(counts[0]) if len(counts) == 1 else f"{counts[0]}-{counts[-1]}"
