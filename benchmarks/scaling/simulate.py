"""Runs the engine with up to 1,000 simulated workers, in virtual time: ``python -m benchmarks.scaling simulate``."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from benchmarks.problems import make
from benchmarks.results import Record
from benchmarks.scaling.searches import Evaluations, ours
from benchmarks.scaling.workers import Workers, lognormal
from benchmarks.sections import table

#: the numbers of learnt evaluations, and of virtual hours, for which the table has regrets
AT_EVALUATIONS, AT_HOURS = (100, 300, 1000, 3000, 10000), (0.1, 0.25, 1.0, 4.0, 16.0)
#: the numbers of evaluations for which the table has proposals per second
AT_PROPOSALS = (100, 1000, 10000)


@dataclass(frozen=True)
class Simulation:
    """A search to simulate.

    Attributes
    ----------
    problem : str
    workers, evaluations, seed : int
    mean, sigma : float
        The mean in seconds of the log-normal lengths of the calls, and the standard deviation of the logarithm.
    order : str
        'ended': the search learns results as calls end; 'begun': in the order in which calls began.
    lag : int
        With 'begun': the number of evaluations that are begun and not learnt, as a multiple of the workers.
    serial : bool
        Whether the clock also advances by the CPU time of the engine.
    """

    problem: str
    workers: int
    evaluations: int
    seed: int = 0
    mean: float = 60.0
    sigma: float = 1.0
    order: str = "ended"
    lag: int = 4
    serial: bool = True

    @property
    def mode(self) -> str:
        """The name of the mode in the tables."""
        order = self.order if self.order == "ended" else f"begun, {self.lag} x"
        return order if self.serial else f"{order}, free"


def modes(text: str) -> list[dict[str, Any]]:
    """Parse modes: ``ended,begun:4`` gives 'ended', and 'begun' with a lag of four times the number of workers."""
    found: list[dict[str, Any]] = []
    for word in text.split(","):
        order, _, lag = word.partition(":")
        found.append({"order": order} | ({"lag": int(lag)} if lag else {}))
    return found


def simulate(wanted: Simulation) -> Record:
    """Run the search, and return its record."""
    warnings.filterwarnings("ignore")
    workers = Workers(wanted.workers, lognormal(wanted.mean, wanted.sigma, wanted.seed), wanted.serial)
    evaluations = Evaluations(make(wanted.problem, wanted.seed), workers)
    options: dict[str, Any] = {}
    if wanted.order == "begun" and wanted.workers > 1:
        options = {"workers_order": "begun", "workers_lag": wanted.lag * wanted.workers}
    ours(evaluations.problem, wanted.seed, wanted.evaluations, evaluations, **options)
    return asdict(wanted) | {
        "mode": wanted.mode,
        "n": len(workers.ends),
        "busy": round(workers.busy_share(), 4),
        "hours": round(workers.now / 3600, 4),
        "hourly": round(_hourly(workers), 2),
        "steps": evaluations.steps,
        "proposals": {str(n): _rate(workers.own, n) for n in AT_PROPOSALS if n <= len(workers.own)},
    }


def _hourly(workers: Workers) -> float:
    """Return the number of evaluations that end per hour until the last call starts."""
    last = max(workers.starts)
    return 3600 * sum(end <= last for end in workers.ends) / last if last > 0 else 0.0


def _rate(own: Sequence[float], n: int) -> float:
    """Return the proposals per second over the last tenth of the first ``n``."""
    first = n - max(1, n // 10)
    return round((n - first) / (own[n - 1] - own[first - 1]), 2)


def report(records: Sequence[Record]) -> str:
    """Return tables of busy shares and of regrets, with medians over seeds."""
    groups: dict[tuple[str, int, str], list[Record]] = {}
    for record in records:
        groups.setdefault((record["problem"], record["workers"], record["mode"]), []).append(record)
    shares, regrets = [], []
    for (problem, workers, mode), group in sorted(groups.items(), key=lambda item: item[0]):
        about = [problem, str(workers), mode]
        rates = [[r["proposals"].get(str(n), np.nan) for r in group] for n in AT_PROPOSALS]
        busy = np.median([r["busy"] for r in group])
        shares.append(
            [
                *about,
                str(group[0]["n"]),
                f"{busy:.2f}",
                _text([r["hourly"] for r in group]),
                *map(_text, rates),
                str(len(group)),
            ]
        )
        optima = [make(problem, r["seed"]).optimum or 0.0 for r in group]
        ended = [[_after(r, n, 0, r["n"]) - o for r, o in zip(group, optima, strict=True)] for n in AT_EVALUATIONS]
        timely = [[_after(r, h, 2, r["hours"]) - o for r, o in zip(group, optima, strict=True)] for h in AT_HOURS]
        regrets.append([*about, *map(_text, ended), *map(_text, timely)])
    about = ["problem", "workers", "mode"]
    rates_header = [f"proposals/s at {n:,}" for n in AT_PROPOSALS]
    columns = [f"{n:,}" for n in AT_EVALUATIONS] + [f"{h:g} h" for h in AT_HOURS]
    return (
        table([*about, "evaluations", "busy", "evaluations/h", *rates_header, "seeds"], shares)
        + "\n"
        + table([*about, *columns], regrets)
    )


def _after(record: Record, limit: float, column: int, end: float) -> float:
    """Return the best value after evaluations (column 0) or hours (column 2); NaN if the search ended before."""
    unit = 3600.0 if column else 1
    if end < limit:
        return float("nan")
    return float(next((step[1] for step in reversed(record["steps"]) if step[column] <= limit * unit), np.inf))


def _text(values: Sequence[float]) -> str:
    """Return the median as a text; empty if a value is missing."""
    return "" if np.isnan(values).any() else f"{np.median(values):.3g}"
