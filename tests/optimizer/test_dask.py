"""``smac_options['dask-client']``: calls on the workers of a cluster."""

import contextlib
import json
import os
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import dask
import pytest
from distributed import Client, Future, LocalCluster

from benchmarks.faults.notes import Notes
from pysmac_compat import ArgumentError, SMAC_optimizer, program
from pysmac_compat.evaluation import on_dask
from pysmac_compat.evaluation.dask_client import connected
from pysmac_compat.evaluation.drop import Drop
from pysmac_compat.evaluation.on_dask import cluster_callers
from pysmac_compat.evaluation.rules import Rules
from pysmac_compat.events import Evaluated

from ..functions import gone
from .dask_cluster import processes, start, worker_of_this_call

PARAMETERS = {"x": ("real", [-5, 5], 4), "n": ("integer", [1, 9], 3)}

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    with processes(tmp_path_factory.mktemp("dask")) as cluster:
        yield cluster


@pytest.fixture(scope="module")
def client(cluster):
    with Client(cluster.address, set_as_default=False) as client:
        yield client


def minimize(function, n, cluster=None, parameters=PARAMETERS, options=(), total_time=None, **arguments):
    optimizer = SMAC_optimizer(total_time)
    if cluster is not None:
        optimizer.smac_options["dask-client"] = cluster
    optimizer.smac_options.update(dict(options))
    try:
        optimizer.minimize(function, n, parameters, **arguments)
    except KeyboardInterrupt:
        assert optimizer.result.stopped_because == "interrupted"
    return optimizer.result


def facts(result):
    return [(e.index, e.configuration, e.instance, e.seed, e.status, e.value) for e in result.runs[0].evaluations]


def wait_for(condition, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


class Unpickled:
    """Notes which process has unpickled it."""

    def __init__(self, path):
        self.path = path

    def __setstate__(self, state):
        self.__dict__.update(state)
        Notes(self.path).write(os.getpid())


def test_the_function_goes_once_to_each_worker(client, notes):
    """Also to one that joins later; there the calls are made, below the worker."""
    part = Unpickled(notes.path)
    calls = Notes(notes.path.parent / "calls")

    def function(x, n):
        assert part.path
        calls.write(worker_of_this_call())
        return x**2 + n

    workers = set(client.run(os.getpid).values())
    assert minimize(function, 4, client, num_runs=2, num_procs=2).n_crashed == 0
    assert len(calls.lines) == 8
    assert {int(line) for line in calls.lines} == workers
    assert sorted(map(int, notes.lines)) == sorted(workers)


def test_a_program(client):
    """What `program` makes is pickled."""
    function = program("sh -c 'echo $(($0 * $0))' {n} {flags}", quality=r"\d+", flags={"x": ""})
    assert all(e.value == e.configuration["n"] ** 2 for e in minimize(function, 4, client).runs[0].evaluations)


def test_what_names_a_cluster(cluster, client, tmp_path):
    """What is opened here is closed, what was handed in stays open."""
    (tmp_path / "scheduler.json").write_text(json.dumps({"address": cluster.address}))
    for name in (cluster.address, str(tmp_path / "scheduler.json")):
        with connected(name, abs, None) as (opened, workers):
            assert (opened.status, workers) == ("running", 2)
        assert opened.status == "closed"
    with connected(client, abs, 7) as (opened, workers):
        assert (opened, workers) == (client, 7)
    assert client.status == "running"
    with LocalCluster(n_workers=0, processes=False, dashboard_address=None) as empty:
        with (
            pytest.raises(ArgumentError, match="the cluster has no workers yet. Wait for them"),
            connected(empty, abs, None),
        ):
            pass
        with pytest.warns(UserWarning, match="no workers yet; the calls wait"), connected(empty, abs, 3) as (_, n):
            assert n == 3
        assert empty.status.name == "running"


def test_the_search_is_that_of_as_many_calls_at_a_time_here(cluster):
    def function(x, n):
        time.sleep(0.02 * (n % 3))
        return (x - 1) ** 2 + n

    begun = {"workers-order": "begun"}
    here = facts(minimize(function, 7, options={"workers": 2, **begun}))
    assert facts(minimize(function, 7, cluster.address, options=begun)) == here


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
        function,
        5,
        client,
        parameters,
        t_limit_function_s=1,
        mem_limit_function_mb=300,
        options={"timeout_quality": 7},
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


def test_a_call_with_the_arguments_of_the_last_one_is_made(client, tmp_path):
    def function(x, n):
        try:
            (tmp_path / "called").mkdir()
        except FileExistsError:
            return 1.0
        raise ValueError("only a further call works")

    result = minimize(function, 1, client, options={"retry-crashed-count": 1})
    assert [e.status for e in result.runs[0].evaluations] == ["SAT"]


def test_a_call_that_somebody_cancels_is_made_again(client, notes):
    def function(x, n):
        notes.write(os.getpid())
        time.sleep(0 if len(notes.lines) > 2 else 600)
        return 1.0

    def cancel():
        wait_for(lambda: len(notes.lines) == 2)
        client.cancel([Future(key, client) for key in client.futures])

    threading.Thread(target=cancel, daemon=True).start()
    assert [e.status for e in minimize(function, 3, client).runs[0].evaluations] == ["SAT"] * 3
    assert len(notes.lines) == 5
    assert all(gone(int(pid)) for pid in notes.lines)


@pytest.mark.parametrize("how", ["returns", "interrupt", "time"])
def test_an_end_leaves_no_call_running(client, notes, how):
    def function(x, n):
        if x != 4:
            notes.write(os.getpid())
            time.sleep(600)
        return x

    def watch(event):
        if how != "time" and isinstance(event, Evaluated):
            wait_for(lambda: notes.lines)
            if how == "interrupt":
                os.kill(os.getpid(), signal.SIGINT)
            return True

    result = minimize(function, 50, client, total_time=2 if how == "time" else None, on_event=watch)
    assert result.runs[0].evaluations[0].value == 4
    assert notes.lines
    assert all(gone(int(pid)) for pid in notes.lines)
    assert len(client.nthreads()) == 2


def test_a_call_that_is_not_needed_any_more_ends(client, notes):
    def function(seconds):
        notes.write(os.getpid())
        time.sleep(seconds)
        return 1.0

    drop = Drop()
    calls = cluster_callers(client, function, Rules(), 2)
    with contextlib.closing(calls[0]), ThreadPoolExecutor() as pool:
        dropped = pool.submit(calls[0], {"seconds": 600}, None, drop)
        wait_for(lambda: notes.lines)
        drop.give()
        assert dropped.result(timeout=60).status == "TIMEOUT"
        assert "needs no result" in dropped.result().message
        assert calls[1]({"seconds": 0}, None, Drop()).status == "SAT"
    assert all(gone(int(pid)) for pid in notes.lines)


def sleeping(address, path):
    """A script whose calls sleep."""

    def function(x, n):
        Notes(Path(path)).write(os.getpid())
        time.sleep(600)

    minimize(function, 50, address)


def test_a_script_that_is_killed_leaves_no_call_running(cluster, client, notes):
    script = start(sleeping, cluster.address, notes.path)
    wait_for(lambda: len(notes.lines) == 2)
    script.kill()
    assert all(gone(int(pid)) for pid in notes.lines)
    assert client.submit(len, "four").result(timeout=60) == 4
    assert len(notes.lines) == 2


def test_workers_that_die_and_workers_that_join(tmp_path, notes):
    """The call of a dead one is made again, new ones get their share although an old one is busy, all count once."""

    def function(x, n):
        notes.write(x, n, worker_of_this_call())
        with contextlib.suppress(FileExistsError):
            (tmp_path / "killed").mkdir()  # one of the two first calls succeeds
            os.kill(worker_of_this_call(), signal.SIGKILL)
            time.sleep(600)
        while len({line.split()[-1] for line in notes.lines}) < 4:
            time.sleep(0.02)
        return x**2 + n

    with processes(tmp_path) as cluster:

        def add():
            wait_for((tmp_path / "killed").exists)
            cluster.add(2)

        thread = threading.Thread(target=add)
        thread.start()
        evaluations = minimize(function, 9, cluster.address, options={"workers": 3}).runs[0].evaluations
        thread.join()
    assert [e.index for e in evaluations] == list(range(1, 10))
    assert [e.status for e in evaluations] == ["SAT"] * 9
    assert [e.value for e in evaluations] == [e.configuration["x"] ** 2 + e.configuration["n"] for e in evaluations]
    assert len(notes.lines) == 10


def test_a_call_that_kills_its_workers_has_crashed(tmp_path):
    """After the second here: `distributed.scheduler.allowed-failures` says how many may die of it."""

    def function(kind):
        if kind == "fatal":
            os.kill(worker_of_this_call(), signal.SIGKILL)
            time.sleep(600)
        return 1.0

    parameters = {"kind": ("categorical", ["fine", "fatal"], "fine")}
    with processes(tmp_path, 3) as cluster:
        result = minimize(function, 2, cluster.address, parameters, options={"workers": 1})
    found = {
        e.configuration["kind"]: (e.status, "cluster lost the call" in e.message) for e in result.runs[0].evaluations
    }
    assert found == {"fine": ("SAT", False), "fatal": ("CRASHED", True)}


def test_a_scheduler_that_dies_ends_the_search_with_what_was_found(tmp_path, notes):
    def function(x, n):
        if x != 4:
            notes.write(os.getpid())
            time.sleep(600)
        return x

    with processes(tmp_path) as cluster, dask.config.set({"distributed.comm.timeouts.connect": "1s"}):

        def watch(event):
            if isinstance(event, Evaluated):
                wait_for(lambda: notes.lines)
                cluster.scheduler.kill()

        with pytest.warns(UserWarning, match="Dask cluster is lost; the search ends with its results so far"):
            result = minimize(function, 50, cluster.address, on_event=watch)
    assert result.stopped_because == "the connection to the Dask cluster is lost"
    assert (result.value, result.n_evaluations) == (4, 1)
    assert all(gone(int(pid)) for pid in notes.lines)


def test_the_total_time_ends_a_search_that_has_lost_its_workers(tmp_path):
    with processes(tmp_path, 1) as cluster:

        def watch(event):
            if isinstance(event, Evaluated):
                cluster.workers[0].kill()

        result = minimize(lambda x, n: x, 10**4, cluster.address, total_time=1, on_event=watch)
    assert result.runs[0].evaluations
    assert result.stopped_because == "t_limit_total_s reached"


def test_a_cluster_without_workers_is_named(tmp_path, monkeypatch, caplog):
    monkeypatch.setattr(on_dask, "_SILENT", 0.3)
    said = "the Dask cluster has no workers; the search waits for new workers"
    with processes(tmp_path, 1) as cluster:

        def add():
            wait_for(lambda: said in caplog.messages)
            cluster.add(1)

        def watch(event):
            if isinstance(event, Evaluated) and event.evaluation.index == 1:
                cluster.workers[0].kill()
                threading.Thread(target=add).start()

        def slow_once(x, n):
            with contextlib.suppress(FileExistsError):
                (tmp_path / f"{x} {n}").mkdir()
                time.sleep(1.5)  # workers are looked for, and found
            return x

        result = minimize(slow_once, 3, cluster.address, options={"workers": 1}, on_event=watch)
    assert result.n_evaluations == 3
    about = [each for each in caplog.messages if "the Dask cluster" in each]
    assert about == [said, "the Dask cluster has workers again; the search goes on"]


def test_bad_clients_are_refused(client):
    for name in (3, "cluster", "tcp://x"):
        with pytest.raises(ArgumentError, match=r"dask-client'\] must be a client of a Dask cluster, an object"):
            minimize(abs, 3, name)
    with (
        dask.config.set({"distributed.comm.timeouts.connect": "100ms"}),
        pytest.raises(ArgumentError, match="no scheduler answers at 'tcp://127.0.0.1:9'"),
    ):
        minimize(abs, 3, "tcp://127.0.0.1:9")
    lock = threading.Lock()
    with pytest.raises(ArgumentError, match="the function cannot be sent to the workers: cannot pickle"):
        minimize(lambda x, n: lock.locked(), 3, client)
    with pytest.raises(ArgumentError, match=r"'dask-client'\] needs isolated calls"):
        minimize(lambda x, n: x, 3, client, options={"isolate": False})
    other = Client(client.scheduler.address, set_as_default=False)
    other.close()
    with pytest.raises(ArgumentError, match="not connected to a cluster: its status is 'closed'"):
        minimize(lambda x, n: x, 3, other)


def test_a_module_that_the_workers_cannot_import_ends_the_search(client, tmp_path, monkeypatch):
    """The script finds it beside itself; no configuration can change that the workers do not."""
    (tmp_path / "only_beside_the_script.py").write_text("def cost(x, n):\n    return x**2 + n\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    from only_beside_the_script import cost

    with pytest.warns(UserWarning, match="the first 10 configurations have all crashed for the same reason"):
        result = minimize(cost, 30, client)
    assert {e.status for e in result.runs[0].evaluations} == {"CRASHED"}
    assert result.n_evaluations < 15  # those that were running end too
    message = result.runs[0].evaluations[0].message
    assert "the cluster lost the call: ModuleNotFoundError: No module named 'only_beside_the_script'" in message
    assert "PYTHONPATH on the workers" in message
    assert "without resume" in message
