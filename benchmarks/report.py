"""Writes docs/performance.md from the recorded results: ``python -m benchmarks.report [FILE]``."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks import results
from benchmarks.automax import section as automax
from benchmarks.groups import others
from benchmarks.measure import ROOT
from benchmarks.noise import section as told_noise
from benchmarks.optuna_sampler import section as samplers
from benchmarks.problems.solvers import CUTOFF, LONG_CUTOFF, N_INSTANCES, SECONDS
from benchmarks.results import Record
from benchmarks.sections import capping, costs, original, quality, single_values
from benchmarks.selection import completed
from benchmarks.solver.table import section as real_solver

PAGE = ROOT / "docs" / "performance.md"
#: written by hand: what was tried
TRIED = ROOT / "benchmarks" / "tried.md"

_INTRODUCTION = """# Performance

<!-- made by `python -m benchmarks.report`: do not edit -->

How good the search is, and what it costs, beside other optimizers. The page is made from recorded runs by one command;
[the benchmarks' own page](../benchmarks/README.md) has the commands that make the runs.

{basis}

All optimizers get the same problems: for each seed, the optimum of numeric parameters is put somewhere else
and the categories are permuted, for all in the same way. All begin with the default configuration. Each search has a
fresh process and one thread. Optimizers that know no forbidden clauses get the worst value so far for a forbidden
configuration, which is not counted as an evaluation.

Names: *ours* is this project, *optuna_tpe* Optuna's default, *optuna_tpe_mvg* the same sampler with multivariate and
group on (with Optuna 5, the two are one search where no parameter is conditional), *optuna_gp* its Gaussian process,
*hyperopt* its TPE, *nevergrad* its NGOpt (which ends with an error of its own in 500 evaluations of hartmann6 and of
log5), *smac3_stock* SMAC3's `HyperparameterOptimizationFacade` as it comes (with 50 and 100 evaluations only, as it is
slow), *smac3_ac* its `AlgorithmConfigurationFacade`, *roar* random configurations
raced by SMAC3's intensifier.
"""

_BETWEEN = {
    "noisy": (
        "Noise",
        "5, 10 and 20 % of noise on each value, and nobody has told the optimizer. The true mean of the configuration "
        "that is returned:",
    ),
    "instances": (
        "Instances and seeds",
        "The true mean, over all 40 instances or over all seeds, of the configuration that is returned. *ours*, "
        "*smac3_ac* and *roar* race; the others call each configuration on all instances, or with five seeds.",
    ),
    "runtime": (
        "Run time",
        f"Test PAR10 in seconds (mean over {N_INSTANCES} test instances, a run that reaches the limit counts ten "
        f"times) after {SECONDS:,.0f} reported CPU seconds on {N_INSTANCES} training instances, or 1,500 runs, which "
        f"for *ours* mostly come first. The limit of a run is {CUTOFF:g} s, with `solver_patient` {LONG_CUTOFF:g} s. "
        "*ours* caps adaptively; the others, and "
        "*ours_uncapped*, run each instance up to the limit.",
    ),
}


def page(
    cells: Sequence[Record],
    recorded: Sequence[Record],
    measured: Sequence[Record],
    tuned: Sequence[Record] = (),
    overheads: Sequence[Record] = (),
    sampled: Sequence[Record] = (),
    solver: Sequence[Record] = (),
    noise: Sequence[Record] = (),
) -> str:
    """The whole page.

    Parameters
    ----------
    cells : sequence of dict
        Of `run`.
    recorded : sequence of dict
        Older runs on the published problems, among them the original on Java.
    measured : sequence of dict
        Of `cost`.
    tuned, overheads : sequence of dict
        Of `automax` and of `automax.overhead`.
    sampled : sequence of dict
        Of `optuna_sampler`.
    solver : sequence of dict
        Of `solver`.
    noise : sequence of dict
        Of `noise`.
    """
    parts = [_INTRODUCTION.format(basis=_basis(cells, measured)), quality(completed(cells))]
    parts += others(completed(cells))
    for group, about in _BETWEEN.items():
        parts.append(single_values(cells, group, *about))
        parts += [told_noise(noise)] if group == "noisy" else []
    parts += [capping(cells), real_solver(solver), costs(measured), samplers(sampled), original(cells, recorded)]
    parts += [automax.section(tuned, overheads), TRIED.read_text(), _versions(cells)]
    return "\n".join(part for part in parts if part)


def _basis(cells: Sequence[Record], measured: Sequence[Record]) -> str:
    seeds = sorted({cell["seed"] for cell in cells if cell["peer"] == "ours"})
    dates = sorted({record["date"] for record in (*cells, *measured)})
    when = " to ".join(dict.fromkeys((dates[0], dates[-1]))) if dates else ""
    commits = sorted({cell["commit"] for cell in cells if cell["peer"] == "ours"})
    if not cells:
        return "**Nothing is recorded yet.**"
    few = " These are few: take small differences for noise." if len(seeds) < 10 else ""
    return (
        f"**Basis:** {len(cells)} searches and {len(measured)} measurements of cost, {when}; "
        f"our own searches with {len(seeds)} seeds, at commit {', '.join(commits)}.{few} The tables say how many seeds "
        "each rests on."
    )


def _versions(cells: Sequence[Record]) -> str:
    found: dict[str, set[str]] = {}
    for cell in cells:
        for name, version in cell.get("versions", {}).items():
            found.setdefault(name, set()).add(version)
    listed = ", ".join(f"{name} {' and '.join(sorted(versions))}" for name, versions in sorted(found.items()))
    return f"## Versions\n\n{listed or 'Nothing is recorded yet.'}\n"


def main() -> None:
    """The command."""
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else PAGE
    kinds = ("cells", "recorded", "costs", "automax", "automax_overhead", "samplers", "solver", "noise")
    path.write_text(page(*map(results.load, kinds)))


if __name__ == "__main__":
    main()
