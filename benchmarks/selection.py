"""Selects the values of the report from the recorded cells."""

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
    """Return the value of each peer, problem and seed after ``budget`` evaluations.

    Parameters
    ----------
    cells : sequence of dict
    budget : int
        For best values, a longer search can stand in for a search with this budget; of several, the shortest is taken.
    groups : sequence of str
    final : bool
        Whether to take the true value of the configuration that a search with exactly this budget returned, in place
        of the best value.
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
    """Return the cells, and the cells of Optuna's multivariate TPE that equal cells of the default TPE.

    The two samplers make the same search if no parameter is conditional.
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
    """Return ours, and the peers with at least these shares of the largest numbers of problems and of runs."""
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
    """Return the values of these peers for the problems and seeds that all of them have run.

    Each seed is another problem, so only equal seeds can be compared.
    """
    found: Values = {peer: {} for peer in peers}
    for problem in sorted(set.intersection(*(set(values.get(peer, {})) for peer in peers))) if peers else []:
        seeds = sorted(set.intersection(*(set(values[peer][problem]) for peer in peers)))
        if seeds:
            for peer in peers:
                found[peer][problem] = {seed: values[peer][problem][seed] for seed in seeds}
    return found


def best_known(cells: Sequence[Record], groups: Sequence[str]) -> dict[str, dict[int, float]]:
    """Return, for each problem and seed, the optimum or, if it is unknown, the least value of all searches."""
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
    """Return the least and the greatest number of seeds, as a text."""
    counts = sorted({len(run) for run in runs})
    return "0" if not counts else str(counts[0]) if len(counts) == 1 else f"{counts[0]}-{counts[-1]}"
