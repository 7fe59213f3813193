"""Configurations side by side on test instances, for example the default and the incumbent after a search."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from pysmac_compat.evaluation.outcome import CRASH_RUNTIME, FAILURES
from pysmac_compat.report.plots.values import counted
from pysmac_compat.report.words import short

if TYPE_CHECKING:
    from pysmac_compat.results import Evaluation, Result, RunResult, Searched

_PENALTY = 10  # in PAR10, a run without success costs this multiple of the time limit


@dataclass(frozen=True)
class Side:
    """One of the configurations that are compared.

    Attributes
    ----------
    name : str
    evaluations : list of Evaluation
    runtime : bool
        Whether the objective is the run time.
    """

    name: str
    evaluations: list[Evaluation]
    runtime: bool

    @property
    def costs(self) -> list[float]:
        """The cost of each run: its PAR10 if the objective is the run time, otherwise its value."""
        return [_par10(each) if self.runtime else each.value for each in self.evaluations]

    @property
    def mean(self) -> float:
        """The mean of the costs."""
        return sum(self.costs) / len(self.costs)

    @property
    def n_timed_out(self) -> int:
        """The number of runs that have reached their time limit."""
        return sum(each.status == "TIMEOUT" for each in self.evaluations)

    @property
    def n_failed(self) -> int:
        """The number of runs that have failed."""
        return sum(each.status in FAILURES for each in self.evaluations)


def _par10(evaluation: Evaluation) -> float:
    if evaluation.succeeded:
        return evaluation.value
    return _PENALTY * (CRASH_RUNTIME if evaluation.cutoff is None else evaluation.cutoff)


def tests_of(configuration: dict[str, Any], runs: Sequence[RunResult]) -> list[Evaluation]:
    """Return only this configuration's evaluations on test instances, although a run may have tested several."""
    return [each for run in runs for each in run.test_evaluations if each.configuration == configuration]


def mean_of(tests: Sequence[Evaluation], search: Searched) -> str:
    """Return the mean of the values as text; run times at the limit count with the objective's penalty."""
    return short(sum(counted(each, search) for each in tests) / len(tests)) if tests else "none"


def sides(result: Result, default: dict[str, Any]) -> list[Side]:
    """Return the default and the incumbent, each if it was tested; if they are the same, return one `Side` for both."""
    found: list[Side] = []
    for name, configuration in (("default", default), ("incumbent", result.active_configuration)):
        own = tests_of(configuration, result.runs)
        if own:
            found.append(Side(name, own, result.search.runtime))
    if len(found) == 2 and default == result.active_configuration:
        return [replace(found[0], name="default, which is the incumbent")]
    return found


def comparison(compared: Sequence[Side], where: str = "on test instances") -> str:
    """Return a table with a column for each configuration; run times also get their speed-up over the first column."""
    runtime = compared[0].runtime
    rows = [
        [where, *(side.name for side in compared)],
        ["calls", *(str(len(side.evaluations)) for side in compared)],
        ["PAR10 (s)" if runtime else "mean", *(short(side.mean) for side in compared)],
        ["time-outs", *(str(side.n_timed_out) for side in compared)],
        ["crashed", *(str(side.n_failed) for side in compared)],
    ]
    if runtime and len(compared) > 1:
        first, *others = (side.mean for side in compared)
        rows.append(["speed-up", "1", *(f"{first / other:.3g}" if other > 0 else "" for other in others)])
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=False)]
    padded = ([cell.ljust(width) for cell, width in zip(row, widths, strict=False)] for row in rows)
    return "\n".join("  ".join(row).rstrip() for row in padded)


def comparison_csv(compared: Sequence[Side], instances: Sequence[str]) -> str:
    """Return the table as CSV with a row for each instance and seed; ``instances`` has the names of all instances."""
    import csv
    import io

    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    columns = ("status", "runtime", "quality", "PAR10" if compared[0].runtime else "cost")
    writer.writerow(["instance", "seed", *(f"{side.name} {column}" for side in compared for column in columns)])
    for rows in zip(*([*zip(side.evaluations, side.costs, strict=True)] for side in compared), strict=False):
        first = rows[0][0]
        place = ["" if first.instance is None else instances[first.instance], -1 if first.seed is None else first.seed]
        cells = ([each.status, each.runtime, each.quality, cost] for each, cost in rows)
        writer.writerow([*place, *(cell for row in cells for cell in row)])
    return text.getvalue()
