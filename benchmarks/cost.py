"""Measures the cost of the search itself: ``python -m benchmarks.cost --seeds 0-2 [--costs own,script,...]``.

The load of a machine changes, so each measurement of our search is paired with a measurement of Optuna's TPE (for a
call: of a bare fork) right before or after it. The report shows ratios.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict
from itertools import product
from typing import Any

from benchmarks import results
from benchmarks.measure import Usage, measure
from benchmarks.peers import interpreter
from benchmarks.problems import names
from benchmarks.run import Cell, numbers, run_cell

_OURS = [sys.executable, "docs/examples/rosenbrock_4d.py"]
_CALLS = 300
#: name -> two kinds of `calls`: our call with or without the three limits, and its comparison
_KINDS = {
    "no limits": ("free", "fork"),
    "all limits": ("limited", "fork"),
    "no limits, modules": ("free", "fork_of_modules"),
    "all limits, modules": ("limited", "fork_of_modules"),
}


def _command(peer: str, evaluations: int) -> list[str]:
    script = _OURS if peer == "ours" else [interpreter(peer), "-m", "benchmarks.optuna_script"]
    return [*script, str(evaluations)]


def own(name: str, n: int, seed: int) -> dict[str, Any]:
    """Measure the CPU seconds of the search per evaluation, without imports and without the function."""
    pair = {}
    for peer in _alternating(seed):
        record = run_cell(Cell(peer, name, seed, n))
        if "error" in record:
            raise RuntimeError(f"{peer} on {name}: {record['error']}")
        pair[peer] = {"cpu": record["own_cpu"] / record["n"]}
    return pair


def script(name: str, n: int, seed: int) -> dict[str, Any]:
    """Measure the CPU and wall seconds of all processes of a whole script, with imports."""
    return {peer: _used(measure(_command(peer, n))) for peer in _alternating(seed)}


def memory(name: str, n: int, seed: int) -> dict[str, Any]:
    """Measure the greatest sum of the proportional set sizes of all processes of a script, in MB."""
    return {peer: {"memory": measure(_command(peer, n), memory=True).memory} for peer in _alternating(seed)}


def call(name: str, n: int, seed: int) -> dict[str, Any]:
    """Measure the CPU and wall seconds of an isolated call of an empty function, and of a bare fork."""
    pair = {}
    for label, kind in zip(("ours", "fork"), _KINDS[name], strict=True):
        few, many = (measure([sys.executable, "-m", "benchmarks.calls", kind, str(count)]) for count in (0, n))
        wall = float(many.output.split()[-1])
        pair[label] = {"cpu": (_used(many)["cpu"] - _used(few)["cpu"]) / n, "wall": wall}
    return pair


def _used(usage: Usage) -> dict[str, float]:
    if usage.code:
        raise RuntimeError(f"exit code {usage.code}: {usage.output}")
    found = asdict(usage)
    return {name: found[name] for name in ("cpu", "wall")}


def _alternating(seed: int) -> list[str]:
    return ["ours", "optuna_tpe"][:: 1 if seed % 2 else -1]


COSTS = {"own": own, "script": script, "call": call, "memory": memory}


def wanted(
    costs: list[str], problems: list[str], evaluations: list[int], seeds: list[int]
) -> Iterator[tuple[Any, ...]]:
    """Yield the measurements of these costs: cost, name, number of evaluations, seed."""
    subjects: dict[str, tuple[list[str], list[int]]] = {
        "own": (problems, evaluations),
        "script": (["rosenbrock_4d"], [100, 1000]),
        "call": (list(_KINDS), [_CALLS]),
        "memory": (["rosenbrock_4d"], [1000]),
    }
    for seed, cost in product(seeds, costs):
        for n, name in product(*subjects[cost][::-1]):
            yield cost, name, n, seed


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--costs", default=",".join(COSTS))
    parser.add_argument("--seeds", type=numbers, default=[0, 1, 2])
    parser.add_argument("--problems", default="public", help="only for the cost own")
    parser.add_argument("--evaluations", type=numbers, default=[100, 1000, 3000], help="only for the cost own")
    parser.add_argument("--again", action="store_true", help="also measure what benchmarks/data already has")
    options = parser.parse_args()
    known = results.known("costs", options.again)
    for cost, name, n, seed in wanted(
        options.costs.split(","), names(options.problems), options.evaluations, options.seeds
    ):
        if (cost, name, n, seed) in known:
            continue
        load = os.getloadavg()[0]
        record = {"cost": cost, "name": name, "n": n, "seed": seed} | COSTS[cost](name, n, seed)
        record |= {"load": round(load, 2), "date": time.strftime("%Y-%m-%d"), "commit": results.commit()}
        results.append("costs", record)
        print(record, flush=True)


if __name__ == "__main__":
    main()
