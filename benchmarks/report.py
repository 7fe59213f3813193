"""Writes docs/performance.md from the recorded results: ``python -m benchmarks.report [FILE]``."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks import results
from benchmarks.automax import section as automax
from benchmarks.groups import long_searches, others
from benchmarks.measure import ROOT
from benchmarks.noise import section as told_noise
from benchmarks.optuna_sampler import section as samplers
from benchmarks.problems.solvers import CUTOFF, LONG_CUTOFF, N_INSTANCES, SECONDS
from benchmarks.results import Record
from benchmarks.searchcv.section import section as searchcv
from benchmarks.sections import capping, costs, original, quality, single_values
from benchmarks.selection import completed
from benchmarks.solver.table import section as real_solver

PAGE = ROOT / "docs" / "performance.md"
#: a part of the page that is written by hand
TRIED = ROOT / "benchmarks" / "tried.md"

_INTRODUCTION = """# Performance

<!-- made by `python -m benchmarks.report`: do not edit -->

This page compares the search with other optimizers: the results that it finds, and its cost. One command writes the
page from recorded runs; [the benchmarks' own page](../benchmarks/README.md) has the commands that make the runs.

{basis}

All optimizers get the same problems. Each seed moves the optimum of numeric parameters to another place and permutes
the categories, in the same way for all optimizers. All optimizers begin with the default configuration. Each search has
a fresh process and one thread. If an optimizer has no forbidden clauses and proposes a forbidden configuration, it gets
the worst value so far, and the configuration does not count as an evaluation.

The tables use these names:

- *ours* is this project.
- *optuna_tpe* is TPE, Optuna's default sampler. *optuna_tpe_mvg* is TPE with the options `multivariate` and `group`.
  With Optuna 5 the two make the same search if no parameter is conditional. *optuna_gp* is Optuna's Gaussian process.
- *optuna_cmaes* is Optuna's CMA-ES, which runs if all parameters are numbers. *pycma* is CMA-ES of the package cma with
  restarts (BIPOP), which runs if all parameters are real.
- *hyperopt* is the TPE of hyperopt.
- *nevergrad* is the NGOpt of Nevergrad. With 500 evaluations, NGOpt itself raises an error on hartmann6 and log5.
- *smac3_stock* is SMAC3's `HyperparameterOptimizationFacade` with its defaults, with 50 and 100 evaluations only,
  since it is slow. *smac3_ac* is SMAC3's `AlgorithmConfigurationFacade`.
- *roar* is SMAC3's intensifier, which races random configurations.
- *random* is random search.
"""

_BETWEEN = {
    "noisy": (
        "Noise",
        "Each value has 5, 10 or 20 % of noise, and the optimizers do not know about the noise. The tables have the "
        "value of the returned configuration without noise; the best one is bold.",
    ),
    "instances": (
        "Instances and seeds",
        "The tables have the true mean cost of the returned configuration, over all 40 instances or over all seeds. "
        "*ours*, *smac3_ac* and *roar* race configurations. The other optimizers call each configuration on all "
        "instances, or with five seeds.",
    ),
    "runtime": (
        "Run time",
        f"The tables have the test PAR10 in seconds: the mean run time over {N_INSTANCES} test instances; a run that "
        f"reaches the limit counts as ten times the limit. A search ends after {SECONDS:,.0f} reported CPU seconds on "
        f"{N_INSTANCES} training instances, or after 1,500 runs; *ours* mostly reaches the 1,500 runs first. The limit "
        f"of a run is {CUTOFF:g} s, and {LONG_CUTOFF:g} s in `solver_patient`. *ours* uses adaptive capping. The other "
        "optimizers, and *ours_uncapped*, run each instance up to the limit.",
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
    searched: Sequence[Record] = (),
) -> str:
    """Return the whole page.

    Parameters
    ----------
    cells : sequence of dict
        The records of `run`.
    recorded : sequence of dict
        Older runs on the published problems, also of the original on Java.
    measured : sequence of dict
        The records of `cost`.
    tuned, overheads : sequence of dict
        The records of `automax` and of `automax.overhead`.
    sampled : sequence of dict
        The records of `optuna_sampler`.
    solver : sequence of dict
        The records of `solver`.
    noise : sequence of dict
        The records of `noise`.
    searched : sequence of dict
        The records of `searchcv`.
    """
    parts = [_INTRODUCTION.format(basis=_basis(cells, measured)), quality(completed(cells))]
    parts += [*others(completed(cells)), long_searches(cells)]
    for group, about in _BETWEEN.items():
        parts.append(single_values(cells, group, *about))
        parts += [told_noise(noise, cells)] if group == "noisy" else []
    parts += [capping(cells), real_solver(solver), costs(measured), samplers(sampled), searchcv(searched)]
    parts.append(original(cells, recorded))
    parts += [automax.section(tuned, overheads), TRIED.read_text(), _versions(cells)]
    return "\n".join(part for part in parts if part)


def _basis(cells: Sequence[Record], measured: Sequence[Record]) -> str:
    seeds = sorted({cell["seed"] for cell in cells if cell["peer"] == "ours"})
    dates = sorted({record["date"] for record in (*cells, *measured)})
    when = " to ".join(dict.fromkeys((dates[0], dates[-1]))) if dates else ""
    commits = sorted({cell["commit"] for cell in cells if cell["peer"] == "ours"})
    if not cells:
        return "**Nothing is recorded yet.**"
    few = " These are few seeds, so small differences are noise." if len(seeds) < 10 else ""
    return (
        f"**Basis:** {len(cells)} searches and {len(measured)} measurements of cost, {when}; "
        f"our own searches with {len(seeds)} seeds, at commit {', '.join(commits)}.{few} Each table has the "
        "number of its seeds."
    )


def _versions(cells: Sequence[Record]) -> str:
    found: dict[str, set[str]] = {}
    for cell in cells:
        for name, version in cell.get("versions", {}).items():
            found.setdefault(name, set()).add(version)
    listed = ", ".join(f"{name} {' and '.join(sorted(versions))}" for name, versions in sorted(found.items()))
    return f"## Versions\n\n{listed or 'Nothing is recorded yet.'}\n"


def main() -> None:
    """Run the command."""
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else PAGE
    kinds = ("cells", "recorded", "costs", "automax", "automax_overhead", "samplers", "solver", "noise", "searchcv")
    path.write_text(page(*map(results.load, kinds)))


if __name__ == "__main__":
    main()
