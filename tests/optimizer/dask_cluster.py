"""A real Dask cluster on loopback: a scheduler and workers of one thread each, processes that can be killed."""

import asyncio
import contextlib
import logging
import multiprocessing
import multiprocessing.connection
import os
import threading
import warnings

import dask
import psutil
from distributed import Scheduler, Worker

#: its server has imported Dask once, and forks all of them
CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload([__name__, "pysmac_compat.evaluation.dask_worker"])


def run_scheduler(connection):
    async def main():
        async with Scheduler(host="127.0.0.1", port=0, dashboard=False) as scheduler:
            connection.send(scheduler.address)
            await scheduler.finished()

    dask.config.set({"distributed.scheduler.allowed-failures": 1})
    run(main())


def run_worker(connection, address, folder):
    async def main():
        async with Worker(address, nthreads=1, dashboard=False, local_directory=folder) as worker:
            connection.send(worker.address)
            await worker.finished()

    run(main())


def run(main):
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    warnings.simplefilter("ignore")
    threading.Thread(target=end_with_the_tests, daemon=True).start()
    asyncio.run(main)


def end_with_the_tests():
    multiprocessing.connection.wait([multiprocessing.parent_process().sentinel])
    os._exit(1)


class Processes:
    """Such a cluster.

    Attributes
    ----------
    address : str
        Of its scheduler.
    scheduler, workers : processes
    """

    def __init__(self, folder, n_workers):
        self.folder = str(folder)
        self.scheduler, self.address = self._started(run_scheduler)
        self.workers = []
        self.add(n_workers)

    def add(self, n_workers):
        """Start workers that are known to the scheduler afterwards."""
        self.workers += [self._started(run_worker, self.address, self.folder)[0] for _ in range(n_workers)]

    @staticmethod
    def _started(target, *arguments):
        ours, theirs = CONTEXT.Pipe()
        return start(target, theirs, *arguments), ours.recv()

    def close(self):
        for process in (*self.workers, self.scheduler):
            process.kill()
            process.join()


def start(target, *arguments):
    process = CONTEXT.Process(target=target, args=arguments, daemon=True)
    process.start()
    return process


@contextlib.contextmanager
def processes(folder, n_workers=2):
    cluster = Processes(folder, n_workers)
    try:
        yield cluster
    finally:
        cluster.close()


def worker_of_this_call():
    """Above the call are the process that makes it, and that one's keeper."""
    return psutil.Process(os.getppid()).parent().ppid()
