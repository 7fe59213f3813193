"""Runs a command and measures its whole process tree, also processes that no other process waits for (Linux).

The parent of the command is a small process (``python -m benchmarks.measure``) that adopts orphans and waits for all of
them. The CPU time of its children is then the CPU time of the whole tree. Processes that outlive the command by more
than a few seconds are killed.
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
_GRACE = 5.0  # seconds that processes may outlive the command
_PAUSE, _MEMORY_PAUSE = 0.002, 0.02  # seconds between two checks, without and with the memory
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")


@dataclass(frozen=True)
class Usage:
    """The time and memory that a command used.

    Attributes
    ----------
    code : int
        The exit code; if it is negative, the number of the signal that ended the command.
    cpu, wall : float
        CPU seconds of the whole tree, and wall-clock seconds of the command.
    memory : float or None
        The greatest observed sum of the proportional set sizes of all processes, in MB.
    stopped : bool
        Whether the command was stopped at the limit.
    output : str
        The end of the command's stdout and stderr.
    """

    code: int
    cpu: float
    wall: float
    memory: float | None
    stopped: bool
    output: str


def measure(command: Sequence[str], limit: float = 3600.0, memory: bool = False, folder: str | None = None) -> Usage:
    """Run a command in the root of the project, with one thread for numeric libraries, and measure it.

    Parameters
    ----------
    command : sequence of str
    limit : float
        Wall seconds after which all processes of the command are killed.
    memory : bool
        Whether to measure the memory, which slows the command down.
    folder : str or None
        The folder for temporary files. The caller must remove the files that killed processes leave there.
    """
    # the peers are installed with bytecode; without this, each process would compile our package again
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
    """Return the id and status of a process that has ended; id 0: none has ended; None: there is no process left."""
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
