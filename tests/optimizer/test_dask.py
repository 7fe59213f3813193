"""``smac_options['dask-client']``: calls on the workers of a cluster."""

import os
import signal
import threading
import time

import psutil
import pytest
from distributed import Client, LocalCluster

from pysmac_compat import ArgumentError, SMAC_optimizer
from pysmac_compat.events import Evaluated

PARAMETERS = {"x": ("real", [-5, 5], 4), "n": ("integer", [1, 9], 3)}


@pytest.fixture(scope="module")
def client():
    """Of a real cluster: two processes with one thread each."""
    with (
        LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster,
        Client(cluster) as client,
    ):
        yield client


def minimize(function, n, client=None, parameters=PARAMETERS, options=(), **arguments):
    optimizer = SMAC_optimizer()
    if client is not None:
        optimizer.smac_options["dask-client"] = client
    optimizer.smac_options.update(dict(options))
    optimizer.minimize(function, n, parameters, **arguments)
    return optimizer.result


def worker_of_this_call():
    """Above the call are the process that makes it, and that one's keeper."""
    return psutil.Process(os.getppid()).parent().ppid()


def facts(result):
    return [(e.index, e.configuration, e.instance, e.seed, e.status, e.value) for e in result.runs[0].evaluations]


@pytest.mark.slow
def test_the_calls_are_made_below_the_workers(client, tmp_path):
    workers = set(client.run(os.getpid).values())

    def function(x, n):
        (tmp_path / str(worker_of_this_call())).touch()
        return x**2 + n

    minimize(function, 12, client)
    assert {int(name.name) for name in tmp_path.iterdir()} == workers


@pytest.mark.slow
def test_the_search_is_that_of_as_many_calls_at_a_time_here(client):
    def function(x, n):
        time.sleep(0.02 * (n % 3))
        return (x - 1) ** 2 + n

    begun = {"workers-order": "begun"}
    here = facts(minimize(function, 16, options={"workers": 2, **begun}))
    assert facts(minimize(function, 16, client, options=begun)) == here


@pytest.mark.slow
def test_limits_hold_and_failures_cost_one_evaluation(client):
    def function(kind):
        if kind == "loop":
            while True:
                pass
        if kind == "memory":
            return float(len(bytearray(2**30)))
        if kind == "killed":
            os.kill(os.getpid(), signal.SIGKILL)
        if kind == "error":
            raise ValueError("on purpose")
        return 1.0

    kinds = ["fine", "loop", "memory", "killed", "error"]
    parameters = {"kind": ("categorical", kinds, "fine")}
    result = minimize(
        function, 5, client, parameters, t_limit_function_s=1, mem_limit_function_mb=300, options={"timeout_quality": 7}
    )
    found = {e.configuration["kind"]: (e.status, e.value) for e in result.runs[0].evaluations}
    assert found == {
        "fine": ("SAT", 1.0),
        "loop": ("TIMEOUT", 7.0),
        "memory": ("MEMOUT", 7.0),
        "killed": ("CRASHED", 7.0),
        "error": ("CRASHED", 7.0),
    }
    (error,) = (e.message for e in result.runs[0].evaluations if e.configuration["kind"] == "error")
    assert "on purpose" in error


@pytest.mark.slow
def test_the_total_time_ends_the_calls(client):
    optimizer = SMAC_optimizer(t_limit_total_s=1)
    optimizer.smac_options["dask-client"] = client
    start = time.monotonic()
    optimizer.minimize(lambda x, n: time.sleep(0 if x == 4 else 600) or x, 50, PARAMETERS)
    assert time.monotonic() - start < 60
    assert optimizer.result.runs[0].evaluations[0].value == 4


@pytest.mark.slow
def test_a_call_with_the_arguments_of_the_last_one_is_made(client, tmp_path):
    def function(x, n):
        try:
            (tmp_path / "called").mkdir()
        except FileExistsError:
            return 1.0
        raise ValueError("only a further call works")

    result = minimize(function, 1, client, options={"retry-crashed-count": 1})
    assert [e.status for e in result.runs[0].evaluations] == ["SAT"]


@pytest.mark.slow
def test_runs_beside_each_other(client):
    def function(x, n):
        return x**2 + n

    result = minimize(function, 8, client, num_runs=2, num_procs=2)
    assert [len(run.evaluations) for run in result.runs] == [8, 8]


@pytest.mark.slow
def test_the_total_time_ends_a_search_that_has_lost_its_workers():
    with LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=None) as cluster, Client(cluster) as client:

        def watch(event):
            if isinstance(event, Evaluated) and event.evaluation.index == 3:
                cluster.scale(0)

        optimizer = SMAC_optimizer(t_limit_total_s=2)
        optimizer.smac_options["dask-client"] = client
        optimizer.minimize(lambda x, n: time.sleep(0.1) or x, 10**4, PARAMETERS, on_event=watch)
    assert optimizer.result.runs[0].evaluations


@pytest.mark.slow
def test_a_call_that_kills_its_worker_has_crashed():
    def function(kind):
        if kind == "fatal":
            os.kill(worker_of_this_call(), signal.SIGKILL)
        return 1.0

    parameters = {"kind": ("categorical", ["fine", "fatal"], "fine")}
    with LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=None) as cluster, Client(cluster) as client:
        result = minimize(function, 2, client, parameters)
    found = {
        e.configuration["kind"]: (e.status, "lost on the cluster" in e.message) for e in result.runs[0].evaluations
    }
    assert found == {"fine": ("SAT", False), "fatal": ("CRASHED", True)}


@pytest.mark.slow
def test_bad_clients_are_refused(client):
    with pytest.raises(ArgumentError, match=r"dask-client'\] must be a dask.distributed.Client, got 'tcp://x'"):
        minimize(abs, 3, "tcp://x")
    lock = threading.Lock()
    with pytest.raises(ArgumentError, match="the function cannot be sent to the workers: cannot pickle"):
        minimize(lambda x, n: lock.locked(), 3, client)
    with pytest.raises(ArgumentError, match=r"'dask-client'\] needs isolated calls"):
        minimize(lambda x, n: x, 3, client, options={"isolate": False})
    other = Client(client.scheduler.address)
    other.close()
    with pytest.raises(ArgumentError, match="not connected to a cluster: its status is 'closed'"):
        minimize(lambda x, n: x, 3, other)
