"""The default configuration and the incumbent side by side, on the test instances."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pysmac_compat.evaluation.outcome import CRASH_RUNTIME, FAILURES
from pysmac_compat.report.words import short

if TYPE_CHECKING:
    from pysmac_compat.results import Evaluation, Result

_PENALTY = 10  # of PAR10: so many times the limit for what has not succeeded


@dataclass(frozen=True)
class Side:
    """One of the two configurations.

    Attributes
    ----------
    name : str
    evaluations : list of Evaluation
    runtime : bool
        Whether the run time is what counts.
    """

    name: str
    evaluations: list[Evaluation]
    runtime: bool

    @property
    def costs(self) -> list[float]:
        """For each run its PAR10, or its value."""
        return [_par10(each) if self.runtime else each.value for each in self.evaluations]

    @property
    def mean(self) -> float:
        """Of the costs."""
        return sum(self.costs) / len(self.costs)

    @property
    def n_timed_out(self) -> int:
        """How many runs have reached their limit."""
        return sum(each.status == "TIMEOUT" for each in self.evaluations)

    @property
    def n_failed(self) -> int:
        """How many have crashed."""
        return sum(each.status in FAILURES for each in self.evaluations)


def _par10(evaluation: Evaluation) -> float:
    if evaluation.succeeded:
        return evaluation.value
    return _PENALTY * (CRASH_RUNTIME if evaluation.cutoff is None else evaluation.cutoff)


def sides(result: Result, default: dict[str, Any]) -> list[Side]:
    """The default and the incumbent, as far as they have run on test instances; one if they are the same."""
    tests = [evaluation for run in result.runs for evaluation in run.test_evaluations]
    found: list[Side] = []
    for name, configuration in (("default", default), ("incumbent", result.active_configuration)):
        own = [evaluation for evaluation in tests if evaluation.configuration == configuration]
        if own and not (found and configuration == default):
            found.append(Side(name, own, result.search.runtime))
    return found


def comparison(both: Sequence[Side]) -> str:
    """The table that is printed after a search."""
    runtime = both[0].runtime
    rows = [
        ["on test instances", *(side.name for side in both)],
        ["calls", *(str(len(side.evaluations)) for side in both)],
        ["PAR10 (s)" if runtime else "mean", *(short(side.mean) for side in both)],
        ["time-outs", *(str(side.n_timed_out) for side in both)],
        ["crashed", *(str(side.n_failed) for side in both)],
    ]
    if len(both) == 1:
        rows[0][1] = "default (which is the incumbent)"
    elif runtime and both[1].mean > 0:
        rows.append(["speed-up", "", f"{both[0].mean / both[1].mean:.3g}"])
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=False)]
    padded = ([cell.ljust(width) for cell, width in zip(row, widths, strict=False)] for row in rows)
    return "\n".join("  ".join(row).rstrip() for row in padded)


def comparison_csv(both: Sequence[Side], instances: Sequence[str]) -> str:
    """The same as CSV, a row for each instance and seed; ``instances`` are the names of all instances."""
    import csv
    import io

    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    columns = ("status", "runtime", "quality", "PAR10" if both[0].runtime else "cost")
    writer.writerow(["instance", "seed", *(f"{side.name} {column}" for side in both for column in columns)])
    for rows in zip(*([*zip(side.evaluations, side.costs, strict=True)] for side in both), strict=False):
        first = rows[0][0]
        place = ["" if first.instance is None else instances[first.instance], -1 if first.seed is None else first.seed]
        cells = ([each.status, each.runtime, each.quality, cost] for each, cost in rows)
        writer.writerow([*place, *(cell for row in cells for cell in row)])
    return text.getvalue()
