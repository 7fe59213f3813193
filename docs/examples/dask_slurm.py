"""Calls in jobs of SLURM, by dask-jobqueue, which SMAC3 brings. For PBS say PBSCluster; others are called likewise.

The script itself runs as long as the search: on a login node where that is allowed, or in a job of its own.

Usage: python dask_slurm.py [number of evaluations] [jobs]
"""

import sys

from dask_jobqueue import SLURMCluster

import pysmac_compat as pysmac


def start_cluster():
    """Each job is one worker with one thread, which makes one call at a time."""
    return SLURMCluster(
        processes=1,
        cores=1,  # threads of the worker
        job_cpu=4,  # cores of the job: those of a call
        memory="8GB",
        walltime="04:00:00",
        queue="batch",
        # a worker that leaves before its job is killed costs no call one of its tries
        worker_extra_args=["--lifetime", "3h50m", "--lifetime-stagger", "5m"],
        scheduler_options={"dashboard": False},
    )


def cost(x, y):
    """Stands for a training of an hour."""
    return (x - 1) ** 2 + (y + 2) ** 2


parameter_definition = {"x": ("real", [-5, 5], 4), "y": ("real", [-5, 5], -3)}

if __name__ == "__main__":
    evaluations = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    jobs = int(sys.argv[2]) if len(sys.argv) > 2 else 20
    opt = pysmac.SMAC_optimizer(working_directory="search", persistent_files=True)
    with start_cluster() as cluster:
        cluster.adapt(minimum_jobs=jobs, maximum_jobs=jobs)  # one that ends is replaced
        opt.smac_options.update({"dask-client": cluster, "workers": jobs})
        value, parameters = opt.minimize(cost, evaluations, parameter_definition, resume=True)
    print(f"least value found: {value:.4f}")
    print(f"parameters: {parameters}")
