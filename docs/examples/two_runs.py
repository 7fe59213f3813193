"""Four independent runs in two processes; the best of them is returned.

Usage: python two_runs.py [number of evaluations of each run]
"""

import math
import sys

import pysmac_compat as pysmac


def bumps(x, y):
    """Many local minima; the least value, 0, is at x = y = 0."""
    return 20 + x**2 + y**2 - 10 * (math.cos(2 * math.pi * x) + math.cos(2 * math.pi * y))


parameter_definition = {"x": ("real", [-5, 5], 4), "y": ("real", [-5, 5], -3)}

if __name__ == "__main__":
    evaluations = int(sys.argv[1]) if len(sys.argv) > 1 else 60
    opt = pysmac.SMAC_optimizer()
    value, parameters = opt.minimize(bumps, evaluations, parameter_definition, num_runs=4, num_procs=2, seed=10)
    for run in opt.result.runs:
        print(f"seed {run.seed}: {run.value:.4f}")
    print(f"least value found: {value:.4f}")
    print(f"parameters: {parameters}")
