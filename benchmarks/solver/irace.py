"""Runs irace, the R package, from Debian."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.problems import is_log
from benchmarks.solver import solve
from benchmarks.solver.minisat import CUTOFF, SPACE, SWITCHES

_PLACES = ("/usr/lib/R/site-library/irace/bin/irace", "/usr/local/lib/R/site-library/irace/bin/irace")


def find_irace() -> str | None:
    """Return the path of the program irace."""
    return shutil.which("irace") or next(filter(os.path.exists, _PLACES), None)


def _name(name: str) -> str:
    """Return a name for a parameter that irace accepts."""
    return name.replace("-", "_")


def _parameters() -> str:
    lines = []
    for name, spec in SPACE.parameters.items():
        kind, values = spec[:2]
        if name in SWITCHES:
            line = f'{_name(name)} "" c ("-{name}", "-no-{name}")'
        else:
            letter = {"real": "r", "integer": "i", "ordinal": "o", "categorical": "c"}[kind]
            domain = ", ".join(map(str, values))
            line = f'{_name(name)} "-{name}=" {letter}{",log" if is_log(spec) else ""} ({domain})'
        if name in SPACE.clauses:
            line += ' | elim == "-elim"'
        lines.append(line)
    return "\n".join(lines) + "\n"


def _default() -> str:
    values = {name: SPACE.default.get(name) for name in SPACE.parameters}
    words = {name: (f"-{name}" if v else f"-no-{name}") if name in SWITCHES else v for name, v in values.items()}
    head = " ".join(map(_name, words))
    return f"{head}\n{' '.join(f'{chr(34)}{v}{chr(34)}' if isinstance(v, str) else str(v) for v in words.values())}\n"


def irace(target: Any, seed: int) -> list[str]:
    """Run irace with capping, beginning with the default; irace itself keeps the budget."""
    program = find_irace()
    if program is None:
        raise FileNotFoundError("there is no irace: apt-get install r-cran-irace")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        log = folder / "log"
        log.touch()
        (folder / "parameters.txt").write_text(_parameters())
        (folder / "default.txt").write_text(_default())
        (folder / "instances.txt").write_text("".join(f"{str(path)[1:]}\n" for path in target.paths))
        runner = folder / "runner"
        command = shlex.join([sys.executable, "-S", str(Path(solve.__file__).resolve()), str(log), str(CUTOFF)])
        runner.write_text(f'#!/bin/sh\nexec {command} "$@"\n')
        runner.chmod(0o755)
        options = {
            "parameterFile": '"parameters.txt"',
            "trainInstancesFile": '"instances.txt"',
            "trainInstancesDir": '"/"',
            "configurationsFile": '"default.txt"',
            "targetRunner": '"./runner"',
            "execDir": f'"{name}"',
            "logFile": '""',
            "maxTime": target.budget,
            "deterministic": 1,
            "capping": 1,
            "boundMax": CUTOFF,
            "boundPar": 10,
            "boundDigits": 2,
            "testType": '"t-test"',
            "seed": seed + 1,
        }
        (folder / "scenario.txt").write_text("".join(f"{option} = {value}\n" for option, value in options.items()))
        done = subprocess.run([program, "--scenario", "scenario.txt"], cwd=folder, capture_output=True, text=True)
        seconds = [float(line) for line in log.read_text().split()]
        target.used, target.calls = sum(seconds), len(seconds)
        return _best(done)


def _best(done: subprocess.CompletedProcess[str]) -> list[str]:
    """Return the flags of the first of the best configurations, which irace prints last."""
    text = done.stdout.rpartition("# Best configurations as commandlines")[2]
    lines = text.splitlines()[1:]
    if done.returncode or not lines:
        raise RuntimeError(f"irace failed:\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}")
    return lines[0].split()[1:]
