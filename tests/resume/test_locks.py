"""A run belongs to one process at a time."""

import contextlib
import multiprocessing
import os
import subprocess
import time

import pytest

from pysmac_compat.files.lock import RunLock, lock_runs

from ..functions import end
from .noted_searches import cost, search


@contextlib.contextmanager
def going_on(folder, notes, **keywords):
    """A search in another process, in its first call."""

    def slow(**arguments):
        time.sleep(600)

    process = multiprocessing.get_context("fork").Process(target=search, args=(folder, 9, notes, slow), kwargs=keywords)
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
                search(folder, 9, resume=resume)
        assert everything(folder) == before
    monkeypatch.undo()
    assert search(folder, 3, resume=True).result.n_evaluations == 3


@pytest.mark.slow
def test_other_seeds_go_on_side_by_side(tmp_path, notes):
    with going_on(tmp_path / "wd", notes, seed=1):
        assert search(tmp_path / "wd", 3, seed=2).result.n_evaluations == 3


@pytest.mark.slow
def test_a_resumption_waits_for_the_processes_of_a_search_that_was_killed(tmp_path, notes):
    """What makes the calls and what searches notice a little later that their script is gone."""
    with going_on(tmp_path / "wd", notes) as first:
        first.kill()
        assert search(tmp_path / "wd", 3, resume=True).result.n_evaluations == 3


@pytest.mark.slow
def test_what_a_call_leaves_in_the_background_holds_no_lock(tmp_path, notes):
    def function(**arguments):
        if not notes.lines:
            notes.write(subprocess.Popen(["sleep", "600"], close_fds=False).pid)
            if os.fork() == 0:
                notes.write(os.getpid())
                os.setsid()
                time.sleep(600)
                os._exit(0)
        return cost(**arguments)

    search(tmp_path / "wd", 3, function=function)
    try:
        assert search(tmp_path / "wd", 3).result.n_evaluations == 3
    finally:
        for pid in map(int, notes.lines):
            end(pid)


def test_a_folder_without_locks_is_told_once(tmp_path, monkeypatch):
    def no_locks(descriptor, operation):
        raise OSError(37, "No locks available")

    monkeypatch.setattr("fcntl.flock", no_locks)  # no file system without locks can be had here
    with pytest.warns(UserWarning, match="has no locks") as caught:
        search(tmp_path / "wd", 2, num_runs=2)
    assert len(caught) == 1


def test_a_lock_is_no_link(tmp_path):
    (tmp_path / "precious").write_text("text")
    (tmp_path / "lock-run-0").symlink_to(tmp_path / "precious")
    with pytest.raises(OSError, match="lock-run-0"):
        RunLock(str(tmp_path / "lock-run-0"))
    with pytest.warns(UserWarning, match="no lock can be had: .*lock-run-0"):
        assert lock_runs(str(tmp_path), ["0"]) == []
    assert (tmp_path / "precious").read_text() == "text"
