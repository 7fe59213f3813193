"""What the recorded searches come to."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import stats

from benchmarks.results import Record

_NAMES = {
    "default": "the default",
    "ours": "pysmac_compat",
    "random": "random search, all formulas for each configuration",
    "smac3": "SMAC3 2.4.1, AlgorithmConfigurationFacade",
    "irace": "irace 3.5",
}


def table(records: Sequence[Record]) -> str:
    """A table in Markdown: for each budget and method the PAR10 on test formulas over seeds, and a paired comparison.

    Of records of the same search the last counts.
    """
    latest = {(r["budget"], r["method"], r["seed"]): r for r in records}
    lines = []
    for budget in sorted({key[0] for key in latest}):
        by_method = {
            method: {key[2]: r for key, r in latest.items() if key[:2] == (budget, method)} for method in _NAMES
        }
        lines += [
            f"{budget:g} CPU seconds of MiniSat, mean PAR10 in seconds (time-outs count ten times):",
            "",
            "| method | seeds | test: mean | median | worst | training: mean | calls | ours / it, 95 % | ours better |",
            "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
        ]
        lines += [_line(method, runs, by_method["ours"]) for method, runs in by_method.items() if runs]
        lines.append("")
    return "\n".join(lines) or "Nothing is recorded.\n"


def _line(method: str, runs: dict[int, Record], ours: dict[int, Record]) -> str:
    test = np.array([r["test"] for r in runs.values()])
    training, calls = (float(np.mean([r[what] for r in runs.values()])) for what in ("training", "calls"))
    common = sorted(runs.keys() & ours.keys()) if method != "ours" else []
    ratio = better = ""
    if common:
        logs = np.log([ours[seed]["test"] / runs[seed]["test"] for seed in common])
        ratio = f"{np.exp(logs.mean()):.2f}"
        if len(common) > 1 and logs.std() > 0:
            half = stats.t.ppf(0.975, len(logs) - 1) * stats.sem(logs)
            ratio += f" ({np.exp(logs.mean() - half):.2f} to {np.exp(logs.mean() + half):.2f})"
        better = f"{sum(logs < 0)} of {len(logs)}"
    cells = (
        _NAMES[method],
        str(len(runs)),
        *(f"{number:.3f}" for number in (test.mean(), np.median(test), test.max(), training)),
        f"{calls:.0f}",
        ratio,
        better,
    )
    return f"| {' | '.join(cells)} |"
