"""Programs for tests: small scripts in some styles of those that configurators have started."""

import os
import sys

PYTHON = f"{sys.executable} -S -E"

#: answers with the sum of its parameters; each reads the arguments in its own way
SHELL = """#!/bin/sh
# INSTANCE SPECIFICS CUTOFF RUNLENGTH SEED -x X [-y Y]
echo "$@" >> calls
seed=$5; x=$7; y=${9:-0}
echo "a line before"
echo "Result for SMAC: SAT, 0.25, 0, $((x + y)), $seed"
"""
OLD_PYTHON = """import sys
instance, specifics, cutoff, runlength, seed = sys.argv[1:6]
with open("calls", "a") as f:
    f.write(" ".join(sys.argv[1:]) + "\\n")
options = dict(zip(sys.argv[6::2], sys.argv[7::2]))
total = sum(int(value) for value in options.values())
sys.stderr.write("thinking\\n")
answer = ("success", "0.25", 0, float(total), seed, "some, more")
sys.stdout.write("Result for SMAC: %s, %s, %s, %s, %s, %s\\n" % answer)
"""
PARAMILS = """
echo "$@" >> calls
echo "Result for ParamILS: SAT, 9, 9, 9, $5"
printf 'Result for ParamILS: sat, 0.25, 4711, %s, %s' "$(($7 + ${9:-0}))" "$5"
exit 10
"""
ACLIB = """#!/bin/sh
echo "$@" >> calls
seed=$6; x=$9; shift 9; y=${2:-0}
begin='Result of this algorithm run: {"status": "SUCCESS", "runtime": 0.25, "misc": ""'
echo "$begin"', "cost": '$((x + y))', "seed": '$seed'}'
"""
#: does not care for its limit
STUBBORN = """#!/bin/sh
trap '' XCPU TERM
echo "Result for SMAC: SAT, 0.1, 0, 1, $5"
while :; do :; done
"""
#: its work is done by others, in sessions of their own, that outlive it unless somebody ends them
FORKING = """#!/bin/sh
trap '' XCPU TERM
setsid sh -c 'echo $$ > solver.pid; while :; do :; done' &
sleep 600
"""


def write(path, text):
    """Write a program that can be started."""
    path.write_text(text)
    os.chmod(path, 0o755)
    return path
