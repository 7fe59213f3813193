"""Recorded results: one JSON object per line; new records are in benchmarks/runs, kept records in benchmarks/data.

``python -m benchmarks.results`` moves the new records to the kept records. A new record of a cell replaces the old one.
"""

from __future__ import annotations

import gzip
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.measure import ROOT

WORK = ROOT / "benchmarks" / "runs"
DATA = ROOT / "benchmarks" / "data"
Record = dict[str, Any]

#: kind of record -> the entries that identify a record
KEYS = {
    "cells": ("peer", "problem", "seed", "budget"),
    "costs": ("cost", "name", "n", "seed"),
    "found": ("peer", "workers", "problem", "seed", "budget"),
    "noise": ("told", "problem", "share", "budget", "seed"),
    "searchcv": ("peer", "task", "seed", "budget"),
    "samplers": ("method", "problem", "seed", "budget"),
    "solver": ("method", "seed", "budget"),
    "automax": ("task", "split"),
    "automax_overhead": ("repeat",),
}


def key(kind: str, record: Record) -> tuple[Any, ...]:
    """Return the entries that identify a record."""
    return tuple(record[name] for name in KEYS[kind])


def read(path: Path) -> Iterator[Record]:
    """Yield the records of a file, compressed or not; none if the file does not exist."""
    if path.exists():
        with gzip.open(path, "rt") if path.suffix == ".gz" else path.open() as file:
            yield from (json.loads(line) for line in file)


def load(kind: str, folder: Path = DATA) -> list[Record]:
    """Return the kept records of a kind of `KEYS`."""
    return list(read(folder / f"{kind}.jsonl.gz"))


def append(kind: str, record: Record, folder: Path = WORK) -> None:
    """Add a new record."""
    folder.mkdir(exist_ok=True)
    with (folder / f"{kind}.jsonl").open("a") as file:
        file.write(json.dumps(record) + "\n")


def known(kind: str, again: bool = False) -> set[tuple[Any, ...]]:
    """Return the keys of all recorded cells, or, with ``again``, of the new ones only; these need no run."""
    kept = [] if again else load(kind)
    return {key(kind, record) for record in (*kept, *read(WORK / f"{kind}.jsonl"))}


def pack(work: Path = WORK, data: Path = DATA) -> dict[str, int]:
    """Move the new records to the kept records, and return the number of kept records of each kind."""
    counts = {}
    for kind in KEYS:
        new = work / f"{kind}.jsonl"
        records = {key(kind, r): r for r in (*load(kind, data), *read(new)) if not r.get("error")}
        if not records:
            continue
        text = "".join(json.dumps(records[k], separators=(",", ":")) + "\n" for k in sorted(records, key=repr))
        data.mkdir(exist_ok=True)
        (data / f"{kind}.jsonl.gz").write_bytes(gzip.compress(text.encode(), mtime=0))
        new.unlink(missing_ok=True)
        counts[kind] = len(records)
    return counts


def commit() -> str:
    """Return the last commit that changed the package, with a + if files differ from it; '' without git."""

    def git(*words: str) -> str:
        command = ["git", *words, "--", "pysmac_compat"]
        return subprocess.run(
            command, cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True
        ).stdout.strip()

    return git("log", "-1", "--format=%h") + "+" * bool(git("status", "--porcelain"))


if __name__ == "__main__":
    print(pack())
