"""A search that notes its calls, and the contents of its files; for kills in the benchmarks and in the tests."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pysmac_compat
from benchmarks.faults.notes import Notes

SPACE = {
    "x": ("real", [-5, 5], 4),
    "n": ("integer", [1, 1000], 500, "log"),
    "c": ("categorical", ["p", "q", None], "p"),
    "b": ("categorical", [True, False], False),
}
CONDITIONS = ["n | c != q"]
#: options that make a search quick
QUICK = {"rf-num-trees": 4, "num-ei-random": 100}


def cost(x: float, c: str | None, b: bool, n: int = 0, instance: int = 0, seed: int = 0) -> float:
    """Return the value of a configuration; the search minimises this function."""
    return (x - instance) ** 2 + n % 7 + (c == "q") + b + seed % 100 / 100


def call(arguments: Mapping[str, Any]) -> str:
    """Return the note of a call."""
    return str(sorted(arguments.items(), key=str))


def search(
    folder: Path,
    n: int,
    notes: Notes | None = None,
    function: Callable[..., Any] = cost,
    options: Mapping[str, Any] | tuple[()] = (),
    resume: bool = False,
    time: float | None = None,
    **keywords: Any,
) -> pysmac_compat.SMAC_optimizer:
    """Minimise in a folder that stays, note each call when it begins, and return the optimizer."""

    def noted(**arguments: Any) -> Any:
        if notes is not None:
            notes.write(call(arguments))
        return function(**arguments)

    optimizer = pysmac_compat.SMAC_optimizer(working_directory=str(folder), persistent_files=True, t_limit_total_s=time)
    optimizer.smac_options.update(options)
    optimizer.minimize(noted, n, SPACE, CONDITIONS, resume=resume, **keywords)
    return optimizer


def journal_of(folder: Path, run: object = 0) -> Path:
    """Return the path of the journal of a run."""
    return folder / "out" / "scenario" / f"journal-run-{run}.jsonl"


def recorded(folder: Path, run: object = 0) -> list[dict[str, Any]]:
    """Return the evaluations in the complete lines of a journal."""
    journal = journal_of(folder, run)
    if not journal.exists():
        return []
    _, *lines = journal.read_text().split("\n")[:-1] or [""]
    return [json.loads(line) for line in lines]


def call_of(evaluation: Mapping[str, Any]) -> str:
    """Return the note of the call of a recorded evaluation."""
    extra = {name: evaluation[name] for name in ("instance", "seed") if evaluation[name] is not None}
    return call({**evaluation["configuration"], **extra})


def summary(result: pysmac_compat.Result) -> list[tuple[Any, ...]]:
    """Return the parts of a result that do not depend on the clock."""
    return [
        (
            run.seed,
            run.value,
            run.configuration,
            run.incumbent_runs,
            run.trajectory,
            [_plain(e) for e in run.evaluations],
            [_plain(e) for e in run.test_evaluations],
        )
        for run in result.runs
    ]


def _plain(e: pysmac_compat.Evaluation) -> tuple[Any, ...]:
    return e.index, e.configuration, e.instance, e.seed, e.status, e.value, e.quality
