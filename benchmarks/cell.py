"""Runs one cell: one search of one peer on one problem, in a separate process.

`run` starts ``python -m benchmarks.cell PEER PROBLEM SEED BUDGET FILE``, which writes the record into FILE.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import time
import traceback
import warnings
from importlib import metadata
from types import ModuleType
from typing import Any

from benchmarks.evaluations import Evaluations, Spent
from benchmarks.problems import FOREIGN, Problem, group_of, make

_DIGITS = 9  # significant digits of a recorded value


def search(peer: ModuleType, problem: Problem, seed: int, budget: int) -> dict[str, Any]:
    """Run a search and return its record.

    Parameters
    ----------
    peer : module
        Has ``minimise(problem, seed, evaluations)``, which returns a configuration, or None: then the best observed
        configuration is the result.
    problem : Problem
    seed : int
        The seed of the optimizer.
    budget : int

    Returns
    -------
    dict
        - 'n': the number of calls.
        - 'steps': for each improvement the number of the call, the observed value and, if the true value is
          different, the true value.
        - 'incumbents': see `Evaluations`.
        - 'final': the true value of the returned configuration. If a search returns none, this is the default.
        - 'optimum': see `Problem`.
        - Times, in seconds.
    """
    evaluations = Evaluations(problem, budget)
    before, start = time.process_time(), time.perf_counter()
    try:
        found = peer.minimise(problem, seed, evaluations)
    except Spent:
        found = None
    wall = time.perf_counter() - start
    found = found or evaluations.best or problem.default  # all optimizers begin with it
    return {
        "n": evaluations.calls,
        "steps": [[n, *(_short(v) for v in (seen, true)[: 1 + (seen != true)])] for n, seen, true in evaluations.steps],
        "incumbents": [[_short(seconds), _short(true)] for seconds, true in evaluations.incumbents],
        "final": _short(problem.judged(found)),
        "optimum": problem.optimum,
        "seconds": _short(evaluations.seconds) if problem.cutoff is not None else None,
        "cpu_before": round(before, 4),
        "cpu_function": round(evaluations.cpu, 5),
        "wall": round(wall, 4),
    }


def _short(value: float) -> float:
    return float(f"{value:.{_DIGITS}g}")


def versions(peer: ModuleType) -> dict[str, str]:
    """Return the versions of Python and of the distributions that a peer names."""
    found = {name: metadata.version(name) for name in peer.DISTRIBUTIONS}
    return found | {"python": ".".join(map(str, sys.version_info[:3]))}


def main() -> None:
    """Run the cell that the command line names, and exit without exit handlers."""
    name, problem_name, seed, budget, path = sys.argv[1:]
    warnings.filterwarnings("ignore")
    peer = importlib.import_module(f"benchmarks.peers.{name}")
    problem = make(problem_name, int(seed))
    if group_of(problem_name) in ("public", "original", *FOREIGN):
        problem.function(**problem.default)  # the first call imports modules
    try:
        installed = versions(peer)  # before the clock starts
        record = search(peer, problem, int(seed), int(budget)) | {"versions": installed}
    except Exception:
        record = {"error": traceback.format_exc()[-1500:]}
    with open(path, "w") as file:
        json.dump(record, file)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)  # a normal exit of an interpreter with big libraries takes longer than a small search


if __name__ == "__main__":
    main()
