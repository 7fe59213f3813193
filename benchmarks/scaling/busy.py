"""Compares how busy workers are, with a pool and with Optuna: ``python -m benchmarks.scaling busy``; calls sleep."""

from __future__ import annotations

import os
import random
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

from benchmarks.results import Record
from benchmarks.scaling.workers import lognormal
from benchmarks.sections import table

_SPACE = {"x": ("real", [-5, 5], 4.0), "y": ("real", [-5, 5], 4.0), "k": ("integer", [0, 9], 7)}


def lengths(kind: str, count: int, mean: float, seed: int) -> list[float]:
    """Return the seconds of each call, with exactly this mean.

    The kind 'lognormal' has sigma 1; with 'tenth', one call in ten takes ten times as long; with 'equal', all calls
    take the same time.
    """
    generator = random.Random(f"{kind} {seed}")
    length = lognormal(mean, 1.0, seed)
    found = {
        "lognormal": [length(number) for number in range(count)],
        "tenth": generator.sample([10.0] * (count // 10) + [1.0] * (count - count // 10), count),
        "equal": [1.0] * count,
    }[kind]
    return [seconds * mean * count / sum(found) for seconds in found]


def call(seconds: float, stamps: str) -> None:
    """Sleep, and note the times of the beginning and the end."""
    begin = time.monotonic()
    time.sleep(seconds)
    descriptor = os.open(stamps, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(descriptor, f"{begin} {time.monotonic()}\n".encode())  # a single write, so that lines do not mix
    os.close(descriptor)


def _value(x: float, y: float, k: float) -> float:
    return (x - 1) ** 2 + (y - x) ** 2 + abs(k - 3)


def ours(seconds: list[float], workers: int, stamps: str) -> None:
    """Run our search, with isolated calls, the default."""
    import pysmac_compat

    def function(x: float, y: float, k: int, evaluation_index: int) -> float:
        call(seconds[evaluation_index - 1], stamps)
        return _value(x, y, k)

    optimizer = pysmac_compat.SMAC_optimizer()
    optimizer.smac_options["workers"] = workers
    optimizer.minimize(function, len(seconds), dict(_SPACE), numbered=True)


def pool(seconds: list[float], workers: int, stamps: str) -> None:
    """Make the same calls in Python's pool of processes."""
    with ProcessPoolExecutor(workers) as executor:
        list(executor.map(partial(call, stamps=stamps), seconds))


def optuna_tpe(seconds: list[float], workers: int, stamps: str) -> None:
    """Run Optuna's TPE with ``n_jobs``, which uses threads."""
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)

    def objective(trial: optuna.Trial) -> float:
        x, y = (trial.suggest_float(name, -5, 5) for name in ("x", "y"))
        k = trial.suggest_int("k", 0, 9)
        call(seconds[trial.number], stamps)
        return _value(x, y, k)

    study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=0, constant_liar=True))
    study.optimize(objective, n_trials=len(seconds), n_jobs=workers)


PEERS: dict[str, Callable[[list[float], int, str], None]] = {"ours": ours, "pool": pool, "optuna_tpe": optuna_tpe}


def measure(peer: str, seconds: list[float], workers: int) -> float:
    """Return the seconds from the start of the first call to the end of the last."""
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        stamps = Path(folder) / "stamps"
        PEERS[peer](seconds, workers, str(stamps))
        times = [[float(word) for word in line.split()] for line in stamps.read_text().splitlines()]
    if len(times) != len(seconds):
        raise RuntimeError(f"{peer} has made {len(times)} calls, not {len(seconds)}")
    return max(end for _, end in times) - min(begin for begin, _ in times)


def run(kind: str, workers: int, count: int, mean: float, seed: int) -> Record:
    """Measure all peers, one after the other."""
    seconds = lengths(kind, count, mean, seed)
    record: Record = {"kind": kind, "workers": workers, "calls": count, "mean": mean, "seed": seed}
    record["load"] = round(os.getloadavg()[0], 1)
    return record | {peer: round(measure(peer, seconds, workers), 2) for peer in PEERS}


def report(records: list[Record]) -> str:
    """Return a table of busy shares, their ratios to the pool's shares, and speed-ups against calls in sequence."""
    rows = []
    for record in records:
        total = record["calls"] * record["mean"]
        rows.append(
            [
                record["kind"],
                str(record["workers"]),
                *(f"{total / record['workers'] / record[peer]:.3f}" for peer in PEERS),
                *(f"{record['pool'] / record[peer]:.3f}" for peer in PEERS if peer != "pool"),
                *(f"{total / record[peer]:.2f}" for peer in PEERS),
                f"{record['load']:g}",
            ]
        )
    header = ["lengths", "workers", *(f"busy: {peer}" for peer in PEERS)]
    header += [f"{peer} / pool" for peer in PEERS if peer != "pool"]
    return table([*header, *(f"speed-up: {peer}" for peer in PEERS), "load"], rows)
