"""When the script is killed, all its processes end within seconds, whatever they are doing."""

import multiprocessing
import os
import threading
import time
import warnings

import pytest

from benchmarks.faults.processes import wait_for_end_of_session
from benchmarks.faults.searches import cost, journal_of, search
from pysmac_compat import optimizer
from pysmac_compat.search.run import Run

from ..functions import end, spin
from .noted_searches import direct

PATIENCE = 30  # seconds; the benchmark of faults is stricter


def killed(folder, ready, **keywords):
    """Start a search in a session of its own, kill its script when a file is there; the session."""

    def script():
        os.setsid()
        search(folder, 4, **keywords)

    process = multiprocessing.get_context("fork").Process(target=script)
    process.start()
    while not ready.exists():
        assert process.is_alive()
        time.sleep(0.01)
    process.kill()
    process.join()
    return process.pid


@pytest.mark.slow
@pytest.mark.parametrize(
    "keywords",
    [
        {},
        {"t_limit_function_s": 1000, "mem_limit_function_mb": 1000},
        {"options": {"workers": 2}},
        {"num_runs": 2, "num_procs": 2},
    ],
    ids=["sequential", "limits", "workers", "num_procs"],
)
def test_while_a_call_is_busy(tmp_path, keywords):
    def function(**arguments):
        (tmp_path / "busy").touch()
        spin()

    session = killed(tmp_path / "wd", tmp_path / "busy", function=function, **keywords)
    assert wait_for_end_of_session(session, PATIENCE) == []


@pytest.mark.slow
@pytest.mark.parametrize("keywords", [{}, {"options": {"workers": 2}}], ids=["sequential", "workers"])
def test_a_call_that_ends_just_after_its_script_is_kept(tmp_path, keywords):
    def function(**arguments):
        (tmp_path / "busy").touch()
        while not (tmp_path / "killed").exists():
            time.sleep(0.002)
        return cost(**arguments)

    session = killed(tmp_path / "wd", tmp_path / "busy", function=function, **keywords)
    (tmp_path / "killed").touch()
    assert wait_for_end_of_session(session, PATIENCE) == []
    lines = journal_of(tmp_path / "wd").read_text().splitlines()
    assert 2 <= len(lines) <= 3  # the header, and what was running


@pytest.mark.slow
def test_while_the_search_is_busy(tmp_path, monkeypatch):
    """It does not come to ask whether anybody waits for it."""

    def busy(self, configuration, *arguments):
        if self.count == 2:
            (tmp_path / "busy").touch()
            spin()
        return evaluate(self, configuration, *arguments)

    evaluate = Run.evaluate
    monkeypatch.setattr(Run, "evaluate", busy)
    session = killed(tmp_path / "wd", tmp_path / "busy")
    assert wait_for_end_of_session(session, PATIENCE) == []


@pytest.mark.slow
def test_while_something_else_holds_the_connections(tmp_path, notes):
    """What a call in the script's own process has forked has all that this process has."""

    def function(**arguments):
        if not notes.lines:
            pid = os.fork()
            if pid == 0:
                os.setsid()
                time.sleep(600)
                os._exit(0)
            notes.write(pid)
            return cost(**arguments)
        (tmp_path / "busy").touch()
        time.sleep(600)

    session = killed(tmp_path / "wd", tmp_path / "busy", function=function, options={"isolate": False})
    try:
        assert wait_for_end_of_session(session, PATIENCE) == []
    finally:
        end(int(notes.lines[0]))


@pytest.mark.slow
def test_the_processes_of_a_search_that_goes_on_are_left_alone(tmp_path):
    """Also where the thread ends that has started it."""
    found = []

    def function(**arguments):
        time.sleep(0.5)  # longer than between two looks
        return cost(**arguments)

    def minimise():
        found.append(search(tmp_path / "wd", 2, function=function).result.n_evaluations)

    thread = threading.Thread(target=minimise)
    thread.start()
    thread.join()
    assert found == [2]


@pytest.mark.slow
def test_many_jobs_begin_in_one_new_folder(tmp_path, notes):
    """As an array of jobs does; each has a seed of its own."""
    n = 4
    together = multiprocessing.get_context("fork").Barrier(n)

    def job(seed):
        warnings.simplefilter("error")
        together.wait()
        notes.write(direct(tmp_path / "new" / "wd", 1, seed=seed).result.n_evaluations)

    jobs = [multiprocessing.get_context("fork").Process(target=job, args=(seed,)) for seed in range(n)]
    for each in jobs:
        each.start()
    for each in jobs:
        each.join()
    assert notes.lines == n * ["1"]
    folder = tmp_path / "new" / "wd"
    names = sorted(path.name for path in (folder / "out" / "scenario").glob("journal*"))
    assert names == [f"journal-run-{seed}.jsonl" for seed in range(n)]
    assert not list(folder.rglob("*.tmp"))


@pytest.mark.slow
def test_nothing_of_a_run_is_read_before_it_is_locked(tmp_path, monkeypatch):
    """Also not what a resumption began with."""
    first = tmp_path / "first"
    direct(first, 1)
    options = {"warmstart": first / "out" / "scenario" / "state-run0"}
    direct(first, 1, options=options)
    order = []

    def noted(name, true):
        return lambda *arguments: (order.append(name), true(*arguments))[1]

    for name in ("lock_runs", "with_warm_start", "read_journals"):
        monkeypatch.setattr(optimizer, name, noted(name, getattr(optimizer, name)))
    direct(first, 2, options=options, resume=True)
    assert order == ["lock_runs", "with_warm_start", "read_journals"]
