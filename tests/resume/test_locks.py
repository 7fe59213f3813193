"""A run belongs to one process at a time."""

import contextlib
import errno
import multiprocessing
import os
import subprocess
import time

import psutil
import pytest
from distributed import Client, LocalCluster

from pysmac_compat import ArgumentError
from pysmac_compat.errors import LinkedFileError
from pysmac_compat.files.lock import lock_runs, shared_with_forks

from ..functions import end
from .noted_searches import RANDOM, cost, direct, search


@contextlib.contextmanager
def going_on(folder, notes, **keywords):
    """A search in another process, in its first call."""

    def slow(**arguments):
        time.sleep(600)

    process = multiprocessing.get_context("fork").Process(
        target=search, args=(folder, 9, notes, slow, RANDOM), kwargs=keywords
    )
    process.start()
    while not notes.lines:
        time.sleep(0.01)
    try:
        yield process
    finally:
        process.kill()
        process.join()


def everything(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.slow
def test_a_second_process_is_refused_with_the_id_of_the_first(tmp_path, notes, monkeypatch):
    monkeypatch.setattr("pysmac_compat.optimizer.PATIENCE", 0.2)
    folder = tmp_path / "wd"
    with going_on(folder, notes) as first:
        before = everything(folder)
        for resume in (False, True):
            with pytest.raises(ValueError, match=rf"another process \({first.pid}\) is working on this run"):
                direct(folder, 9, resume=resume)
        assert everything(folder) == before
    monkeypatch.undo()
    assert direct(folder, 1, resume=True).result.n_evaluations == 1


@pytest.mark.slow
def test_other_seeds_go_on_side_by_side(tmp_path, notes):
    with going_on(tmp_path / "wd", notes, seed=1):
        assert direct(tmp_path / "wd", 1, seed=2).result.n_evaluations == 1


@pytest.mark.slow
def test_a_resumption_waits_for_the_processes_of_a_search_that_was_killed(tmp_path, notes):
    """What makes the calls and what searches notice a little later that their script is gone."""
    with going_on(tmp_path / "wd", notes) as first:
        first.kill()
        assert direct(tmp_path / "wd", 1, resume=True).result.n_evaluations == 1


MODES = {
    "sequential": {},
    "workers": {"options": {"workers": 2}, "t_limit_function_s": 100, "mem_limit_function_mb": 1000},
    "num_procs": {"num_runs": 2, "num_procs": 2},
    "in this process": {"options": {"isolate": False}},
    "Dask": {"cluster": True},
}


def leaving(folder, notes, keywords):
    """A search whose first calls leave processes behind, by a bare fork and by a program that gets all descriptors."""

    def function(**arguments):
        if not notes.lines:
            notes.write(subprocess.Popen(["sleep", "600"], close_fds=False).pid)
            pid = os.fork()
            if pid == 0:
                time.sleep(600)
                os._exit(0)
            notes.write(pid)
        elif len(notes.lines) > 1 and (folder / "hang").exists():
            (folder / "hanging").touch()
            time.sleep(600)
        return cost(**arguments)

    if "cluster" not in keywords:
        # two calls may begin before the first has noted both processes, but not nine
        n = 9 if (folder / "hang").exists() else 3
        search(folder, n, function=function, **{**keywords, "options": {**RANDOM, **keywords.get("options", {})}})
        return
    with (
        LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=None, processes=False) as here,
        Client(here) as dask,
    ):
        search(folder, 2, function=function, options={**RANDOM, "dask-client": dask})


@pytest.mark.slow
@pytest.mark.parametrize(("mode", "killed"), [*((mode, False) for mode in MODES), ("workers", True)], ids=str)
def test_what_a_call_leaves_in_the_background_holds_no_lock(tmp_path, notes, mode, killed):
    """However the search ends; the processes of one that is killed have 5 s to notice that."""
    folder = tmp_path / "wd"
    folder.mkdir()
    if killed:
        (folder / "hang").touch()
    process = multiprocessing.get_context("fork").Process(target=leaving, args=(folder, notes, MODES[mode]))
    try:
        if mode == "Dask":
            leaving(folder, notes, MODES[mode])
        else:
            process.start()
        while killed and not (folder / "hanging").exists():
            assert process.is_alive()
            time.sleep(0.01)
        if killed:
            process.kill()
        if mode != "Dask":
            process.join()
        assert len(notes.lines) >= 2
        runs = {"num_runs": 2} if mode == "num_procs" else {}
        for lock in lock_runs(str(folder / "out" / "scenario"), ["0", "1"][: len(runs) + 1], patience=5.0):
            assert lock.is_held
            lock.close()
        assert not [pid for pid in map(int, notes.lines) if not psutil.pid_exists(pid)]
    finally:
        for pid in map(int, notes.lines):
            end(pid)


@pytest.mark.slow
@pytest.mark.parametrize("number", [errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS])
def test_a_folder_without_locks_is_told_once(tmp_path, monkeypatch, number):
    def no_locks(descriptor, operation):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr("fcntl.flock", no_locks)  # no file system without locks can be had here
    with pytest.warns(UserWarning, match="has no locks") as caught:
        assert direct(tmp_path / "wd", 1, num_runs=2).result.n_evaluations == 2
    assert len(caught) == 1


@pytest.mark.parametrize("there", [True, False])
def test_a_lock_is_no_link(tmp_path, there):
    if there:
        (tmp_path / "precious").write_text("text")
    link = tmp_path / "lock-run-1"
    link.symlink_to(tmp_path / "precious")
    with pytest.raises(LinkedFileError, match="lock-run-1 is a symbolic link"):
        lock_runs(str(tmp_path), ["0", "1"])
    lock_runs(str(tmp_path), ["0"])[0].close()
    assert not there or (tmp_path / "precious").read_text() == "text"
    assert there == (tmp_path / "precious").exists()


def test_a_fork_has_no_lock_unless_it_is_to_share_it(tmp_path):
    for shared in (False, True):
        (lock,) = lock_runs(str(tmp_path), ["0"])
        with shared_with_forks() if shared else contextlib.nullcontext():
            pid = os.fork()
        if pid == 0:
            time.sleep(600)
            os._exit(0)
        lock.close()
        try:
            if shared:
                with pytest.raises(ArgumentError, match="another process"):
                    lock_runs(str(tmp_path), ["0"])
            else:
                lock_runs(str(tmp_path), ["0"], patience=5.0)[0].close()
        finally:
            end(pid)
            os.waitpid(pid, 0)
