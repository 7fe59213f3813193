"""Searches with many workers: ``python -m benchmarks.scaling {simulate,busy,found}``, each with ``--help``."""

from __future__ import annotations

import argparse
import json
import os
import sys
from dataclasses import asdict
from itertools import product
from pathlib import Path
from typing import TypeAlias

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"  # before NumPy is imported

from benchmarks import results  # noqa: E402
from benchmarks.measure import ROOT  # noqa: E402
from benchmarks.problems import names  # noqa: E402
from benchmarks.run import numbers  # noqa: E402

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"
_CODE = "the folder that pysmac_compat is imported from"


def _found(commands: Commands) -> None:
    parser = commands.add_parser("found", help="results after equal evaluations, with simulated workers")
    parser.add_argument(
        "--kinds", default="one,few,peers", help="some of one, few, peers, many; empty: only print the report"
    )
    parser.add_argument("--problems", default="public,scripts,smooth", help="problems or groups")
    parser.add_argument("--seeds", type=numbers, default=list(range(10)), help="such as 0-3 (0-9)")
    parser.add_argument("--processes", type=int, default=2, help="searches at the same time (2)")
    parser.add_argument("--file", type=Path, default=results.WORK / "found.jsonl", help="file of the records")
    parser.add_argument("--code", type=Path, default=ROOT, help=_CODE)
    parser.add_argument("--beside", type=Path, help="records of another version, for a comparison")


def _simulate(commands: Commands) -> None:
    parser = commands.add_parser("simulate", help="the engine with up to 1,000 workers in virtual time")
    parser.add_argument("--problems", default="rosenbrock5", help="problems or groups")
    parser.add_argument(
        "--runs",
        default="1:300,10:1000,100:3000,1000:10000",
        help="workers:evaluations, ...; empty: only print the report on all of --file",
    )
    parser.add_argument("--seeds", type=numbers, default=[0], help="such as 0-2 (0)")
    parser.add_argument("--mean", type=float, default=60.0, help="seconds of a call (60)")
    parser.add_argument("--sigma", type=float, default=1.0, help="sigma of the log-normal lengths (1)")
    parser.add_argument(
        "--modes", default="ended", help="such as ended,begun:4; the lag is in units of the number of workers"
    )
    parser.add_argument("--free", action="store_true", help="the clock stops while the engine computes")
    parser.add_argument("--file", type=Path, help="add the records to this file; its searches do not run again")
    parser.add_argument("--code", type=Path, default=ROOT, help=_CODE)


def _busy(commands: Commands) -> None:
    parser = commands.add_parser("busy", help="real workers whose calls sleep, compared with a plain pool and Optuna")
    parser.add_argument("--kinds", default="lognormal,tenth,equal")
    parser.add_argument("--workers", type=numbers, default=[2, 4, 8])
    parser.add_argument("--calls", type=int, default=200)
    parser.add_argument("--mean", type=float, default=0.5, help="seconds of a call (0.5)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--file", type=Path, help="add the records to this file")
    parser.add_argument("--code", type=Path, default=ROOT, help=_CODE)


def make_found(options: argparse.Namespace) -> str:
    """Run the command ``found``."""
    from benchmarks.scaling import found

    kinds = [kind for word in options.kinds.split(",") if word for kind in found.KINDS[word]]
    problems = names(options.problems)
    if kinds:
        found.run(kinds, problems, options.seeds, options.file, options.processes, options.code)

    def chosen(path: Path | None) -> list[results.Record]:
        records = results.read(path) if path is not None else ()
        return [r for r in records if r["problem"] in problems and r["seed"] in options.seeds]

    return found.report(chosen(options.file), chosen(options.beside))


def make_simulations(options: argparse.Namespace) -> str:
    """Run the command ``simulate``."""
    from benchmarks.scaling.simulate import Simulation, modes, report, simulate

    pairs = [[int(number) for number in word.split(":")] for word in options.runs.split(",") if word]
    about = {"mean": options.mean, "sigma": options.sigma, "serial": not options.free}
    known = list(results.read(options.file)) if options.file else []
    if not pairs:
        return report(known)
    records = []
    for problem, (workers, evaluations), mode, seed in product(
        names(options.problems), pairs, modes(options.modes), options.seeds
    ):
        wanted = Simulation(problem, workers, evaluations, seed, **about, **mode)
        if workers == 1 and wanted.order == "begun":
            continue  # with one worker, calls always end in the order in which they begin
        found = [record for record in known if asdict(wanted).items() <= record.items()]
        records.append(found[-1] if found else _kept(options.file, simulate(wanted)))
    return report(records)


def measure_busy(options: argparse.Namespace) -> str:
    """Run the command ``busy``."""
    from benchmarks.scaling.busy import report, run

    records = []
    for kind in options.kinds.split(","):
        for workers in options.workers:
            records.append(_kept(options.file, run(kind, workers, options.calls, options.mean, options.seed)))
    return report(records)


def _kept(file: Path | None, record: results.Record) -> results.Record:
    if file is not None:
        with file.open("a") as out:
            out.write(json.dumps(record, separators=(",", ":")) + "\n")
    return record


_COMMANDS = {"found": make_found, "simulate": make_simulations, "busy": measure_busy}


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scaling", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for add in (_found, _simulate, _busy):
        add(commands)
    options = parser.parse_args()
    sys.path.insert(0, str(options.code.resolve()))
    print(_COMMANDS[options.command](options))


if __name__ == "__main__":
    main()
