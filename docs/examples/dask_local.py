"""Calls on the workers of a Dask cluster; here two processes on this machine, started for the search.

Usage: python dask_local.py [number of evaluations]
"""

import math
import sys

from dask.distributed import LocalCluster

import pysmac_compat as pysmac


def bumps(x, y):
    """Many local minima; the least value, 0, is at x = y = 0."""
    return 20 + x**2 + y**2 - 10 * (math.cos(2 * math.pi * x) + math.cos(2 * math.pi * y))


parameter_definition = {"x": ("real", [-5, 5], 4), "y": ("real", [-5, 5], -3)}

if __name__ == "__main__":
    evaluations = int(sys.argv[1]) if len(sys.argv) > 1 else 60
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        opt = pysmac.SMAC_optimizer()
        opt.smac_options["dask-client"] = cluster
        value, parameters = opt.minimize(bumps, evaluations, parameter_definition)
    print(f"least value found: {value:.4f}")
    print(f"parameters: {parameters}")
