"""Runs a command and measures its whole process tree, also what nobody in it waits for (Linux).

The command runs below a small process of its own (``python -m benchmarks.measure``) which adopts
orphans and waits for all of them: the CPU time of its children is then that of the tree. Processes that
outlive the command by more than a few seconds are killed.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
_PR_SET_CHILD_SUBREAPER = 36
_GRACE = 5.0  # seconds that what outlives the command gets
_PAUSE, _MEMORY_PAUSE = 0.002, 0.02  # seconds between two looks, also at the memory
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")


@dataclass(frozen=True)
class Usage:
    """What a command has used.

    Attributes
    ----------
    code : int
        Its exit code, negative: the signal that ended it.
    cpu, wall : float
        Seconds; CPU of the whole tree, wall clock of the command.
    memory : float or None
        The greatest sum of the proportional set sizes of all processes that was seen, in MB.
    stopped : bool
        Whether it was stopped at the limit.
    output : str
        The end of its stdout and stderr.
    """

    code: int
    cpu: float
    wall: float
    memory: float | None
    stopped: bool
    output: str


def measure(command: Sequence[str], limit: float = 3600.0, memory: bool = False, folder: str | None = None) -> Usage:
    """Run a command from the root of the project, one thread for numeric libraries, and measure it.

    Parameters
    ----------
    command : sequence of str
    limit : float
        Wall seconds after which all its processes are killed.
    memory : bool
        Whether to look at the memory, which slows the command down.
    folder : str or None
        For temporary files; what a killed process leaves there is the caller's to remove.
    """
    # the peers are installed with their bytecode; ours must not be compiled anew by each process
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment |= dict(PYTHONPATH=str(ROOT), PYTHONHASHSEED="0", **dict.fromkeys(_THREADS, "1"))
    if folder is not None:
        environment["TMPDIR"] = folder
    request = json.dumps({"command": list(command), "limit": limit, "memory": memory})
    watcher = [sys.executable, "-m", "benchmarks.measure", request]
    answer = subprocess.run(
        watcher, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True
    )
    if answer.returncode:
        raise RuntimeError(f"the measurement of {list(command)} failed: {answer.stderr[-1000:]}")
    usage = json.loads(answer.stdout.splitlines()[-1])
    return Usage(**usage, output=answer.stderr[-2000:])


def _descendants(pid: int) -> list[int]:
    found = []
    with contextlib.suppress(OSError):
        for task in os.listdir(f"/proc/{pid}/task"):
            for child in Path(f"/proc/{pid}/task/{task}/children").read_text().split():
                found += [int(child), *_descendants(int(child))]
    return found


def _pss_mb() -> float:
    total = 0
    for pid in _descendants(os.getpid()):
        with contextlib.suppress(OSError):
            for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
                if line.startswith("Pss:"):
                    total += int(line.split()[1])
    return total / 1024


def _ended() -> tuple[int, int] | None:
    """Id and status of a process that has ended, 0 if none has; None if there is none left."""
    try:
        return os.waitpid(-1, os.WNOHANG)
    except ChildProcessError:
        return None


def _watch(command: Sequence[str], limit: float, memory: bool) -> dict[str, object]:
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    start = time.perf_counter()
    main = subprocess.Popen(command, stdout=sys.stderr)
    end, code, stopped, peak, wall = start + limit, None, False, 0.0, 0.0
    while (ended := _ended()) is not None:
        pid, status = ended
        if pid == main.pid:
            code, wall = os.waitstatus_to_exitcode(status), time.perf_counter() - start
            end = min(end, time.perf_counter() + _GRACE)
        elif pid == 0:
            if memory:
                peak = max(peak, _pss_mb())
            if time.perf_counter() > end:
                stopped = stopped or code is None
                for each in _descendants(os.getpid()):
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(each, signal.SIGKILL)
            time.sleep(_MEMORY_PAUSE if memory else _PAUSE)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return {
        "code": code,
        "cpu": round(used.ru_utime + used.ru_stime, 4),
        "wall": round(wall, 4),
        "memory": round(peak, 1) if memory else None,
        "stopped": stopped,
    }


if __name__ == "__main__":
    print(json.dumps(_watch(**json.loads(sys.argv[1]))))
