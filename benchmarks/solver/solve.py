"""Runs MiniSat once, and measures its CPU time. irace calls this file as a program.

``python -S solve.py LOG CUTOFF CONFIGURATION INSTANCE_NUMBER SEED INSTANCE BOUND FLAG ...`` prints cost and time, and
adds the time to a log. It imports few modules, because irace starts it some hundred times.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time

#: exit codes that mean an answer
_SOLVED = (10, 20)
_TICKS = os.sysconf("SC_CLK_TCK")


def solve(flags: list[str], instance: str, cutoff: float) -> tuple[bool, float]:
    """Run the solver with a limit of CPU seconds; return whether it solves the formula, and its seconds."""
    command = ["minisat", "-verb=0", *flags, instance]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    pause = 0.001
    while True:
        pid, status, usage = os.wait4(process.pid, os.WNOHANG)
        if pid:
            break
        if _cpu(process.pid) >= cutoff:
            process.kill()
        time.sleep(pause)
        pause = min(1.5 * pause, 0.02)
    process.returncode = os.waitstatus_to_exitcode(status)
    seconds = usage.ru_utime + usage.ru_stime
    return process.returncode in _SOLVED and seconds < cutoff, min(seconds, cutoff)


def _cpu(pid: int) -> float:
    with open(f"/proc/{pid}/stat") as file:
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


if __name__ == "__main__":
    log, cutoff, _, _, _, instance, bound, *flags = sys.argv[1:]
    solved, seconds = solve(flags, instance, min(float(bound), float(cutoff)))
    with open(log, "a") as file:
        file.write(f"{seconds}\n")
    # if a run was stopped at a bound below the cutoff, its cost is the bound
    print(seconds if solved or seconds < float(cutoff) else 10 * float(cutoff), seconds)
