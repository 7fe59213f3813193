"""The section of the report on the recorded searches of the solver."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from benchmarks import statistics
from benchmarks.results import Record
from benchmarks.sections import table, with_interval

_NAMES = {
    "default": "the default",
    "ours": "pysmac_compat",
    "random": "random search, all formulas for each configuration",
    "smac3": "SMAC3 2.4.1, AlgorithmConfigurationFacade",
    "irace": "irace 3.5",
}
_HEADER = (
    "method",
    "seeds",
    "mean PAR10 on test formulas",
    "worst",
    "on training formulas",
    "runs of MiniSat",
    "ours / it",
    "ours better",
)
_RESAMPLES = 1000


def section(records: Sequence[Record]) -> str:
    """Return the section of the report; it is empty if nothing is recorded.

    If several records are of the same search, the last one is used. Only seeds that all methods have run are compared.
    """
    latest = {(r["budget"], r["method"], r["seed"]): r for r in records}
    parts = []
    for budget in sorted({key[0] for key in latest}):
        runs = {method: {k[2]: r for k, r in latest.items() if k[:2] == (budget, method)} for method in _NAMES}
        runs = {method: found for method, found in runs.items() if found}
        seeds = set.intersection(*(set(found) for found in runs.values()))
        shared = {method: [found[seed] for seed in sorted(seeds)] for method, found in runs.items()}
        if not seeds:
            continue
        cutoff = next(iter(shared.values()))[0]["cutoff"]
        parts += [
            f"Each search has {budget:g} CPU seconds of MiniSat, with a cutoff of {cutoff:g} s:\n",
            table(_HEADER, (_row(method, found, shared.get("ours")) for method, found in shared.items())),
        ]
    if not parts:
        return ""
    dates, commits = (
        ", ".join(sorted({r[what] for r in latest.values() if what == "date" or r["method"] == "ours"}))
        for what in ("date", "commit")
    )
    return "\n".join([_TEXT.format(dates=dates, commits=commits), *parts])


_TEXT = """## A real solver

The methods tune 14 parameters of MiniSat 2.2 on 21 formulas of three families. The results are compared by the mean
PAR10 in seconds on 21 other formulas; a run that reaches the cutoff counts as ten times the cutoff. For the choice of
the formulas see [the benchmarks' page](../benchmarks/README.md#a-real-solver). All methods get the same CPU seconds of
MiniSat; their own time does not count. `python -m benchmarks.solver` makes the runs. Numbers in brackets are 95 %
bootstrap intervals over the seeds. Ratios are geometric means over pairs of searches with the same seed. The searches
ran on {dates}, ours at commit {commits}.
"""


def _row(method: str, runs: Sequence[Record], ours: Sequence[Record] | None) -> list[str]:
    test = [r["test"] for r in runs]
    training, calls = (float(np.mean([r[what] for r in runs])) for what in ("training", "calls"))
    ratio = better = ""
    if ours is not None and method != "ours":
        pairs = [(one["test"], other["test"]) for one, other in zip(ours, runs, strict=True)]
        value, (low, high) = statistics.paired_ratio([pairs], least=1e-9)
        ratio, better = with_interval(value, low, high), f"{sum(a < b for a, b in pairs)} of {len(pairs)}"
    return [
        _NAMES[method],
        str(len(runs)),
        with_interval(float(np.mean(test)), *_interval(test), ".3f"),
        f"{max(test):.3f}",
        f"{training:.3f}",
        f"{calls:.0f}",
        ratio,
        better,
    ]


def _interval(values: Iterable[float]) -> tuple[float, float]:
    """Return a 95 % bootstrap interval of the mean."""
    array = np.array(list(values))
    drawn = array[np.random.default_rng(0).integers(len(array), size=(_RESAMPLES, len(array)))].mean(axis=1)
    low, high = np.quantile(drawn, [0.025, 0.975])
    return float(low), float(high)
