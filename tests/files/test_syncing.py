"""What is written reaches the disk, and nobody waits for that."""

import os
import threading
import time

import pytest

from pysmac_compat.events import Evaluated
from pysmac_compat.files import syncing
from pysmac_compat.files.text import Appender, write_bytes

from ..resume.noted_searches import direct, journal_of


@pytest.fixture
def synced(monkeypatch, tmp_path):
    """The sizes of what is put on the disk, and in which thread; it takes as long as the test says.

    Files of earlier tests, whose threads may still be at work in this process, do not count.
    """

    class Synced(list):
        seconds = 0.0
        error = None
        enough = threading.Event()

    found = Synced()
    true = os.fdatasync

    def sync(descriptor):
        if os.fstat(descriptor).st_ino not in {path.stat().st_ino for path in (tmp_path, *tmp_path.rglob("*"))}:
            return
        found.enough.wait(found.seconds)
        if found.error is not None:
            raise found.error
        true(descriptor)
        found.append((os.fstat(descriptor).st_size, threading.current_thread() is threading.main_thread()))

    monkeypatch.setattr("os.fdatasync", sync)
    return found


def wait_for(condition):
    end = time.monotonic() + 30
    while not condition() and time.monotonic() < end:
        time.sleep(0.005)
    return condition()


def test_nobody_waits_for_a_slow_disk(tmp_path, synced, monkeypatch):
    monkeypatch.setattr(syncing, "INTERVAL", 0.0)
    file = Appender(tmp_path / "file", "header\n", synced=True)
    assert [main for _, main in synced] == [True, True]  # the file and its name, before the first line
    synced.seconds = 600.0
    for _ in range(100):
        file.append("line\n")
    assert len(synced) == 2
    assert (tmp_path / "file").read_text() == "header\n" + 100 * "line\n"
    synced.enough.set()
    file.close()


def test_it_is_done_at_most_once_in_an_interval(tmp_path, synced, monkeypatch):
    monkeypatch.setattr(syncing, "INTERVAL", 600.0)
    file = Appender(tmp_path / "file", "", synced=True)
    file.append("one\n")
    assert wait_for(lambda: synced[2:] == [(4, False)])
    for _ in range(50):
        file.append("two\n")
        time.sleep(0.001)
    assert synced[2:] == [(4, False)]
    file.close()  # waits for no interval
    assert synced[2:] == [(4, False), (204, True)]


def test_what_comes_while_it_is_done_is_for_the_next_time(tmp_path, synced, monkeypatch):
    monkeypatch.setattr(syncing, "INTERVAL", 0.01)
    file = Appender(tmp_path / "file", "", synced=True)
    for n in range(1, 6):
        file.append("line\n")
        assert wait_for(lambda n=n: synced[-1] == (5 * n, False))
    file.close()


def test_a_disk_that_fails_is_told(tmp_path, synced):
    errors = []
    file = Appender(tmp_path / "file", "", errors.append, synced=True)
    synced.error = OSError(5, "Input/output error")
    file.append("one\n")
    assert wait_for(lambda: errors == [synced.error])
    synced.error = OSError(22, "a file system that cannot do it")
    file.close()
    assert len(errors) == 1


def test_without_room_for_a_thread_the_end_does_it(tmp_path, synced, monkeypatch):
    def start(self):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr("threading.Thread.start", start)
    file = Appender(tmp_path / "file", "", synced=True)
    file.append("one\n")
    file.close()
    assert synced[2:] == [(4, True)]


def test_the_old_text_goes_when_the_new_one_is_on_the_disk(tmp_path, monkeypatch):
    path = tmp_path / "file"
    path.write_text("old")
    seen = []

    def sync(descriptor):
        seen.append((os.fstat(descriptor).st_size, path.read_text()))

    monkeypatch.setattr("os.fdatasync", sync)
    write_bytes(path, b"brand new", synced=True)
    assert seen[0] == (9, "old")
    assert seen[1][1] == "brand new"  # the folder, with the name


@pytest.mark.slow
def test_the_calls_of_a_search_do_not_wait(tmp_path, monkeypatch):
    """The journal is on the disk at the end, also where each time takes longer than all calls together."""
    sizes = tmp_path / "sizes"

    def slow(descriptor):
        """What is put on the disk while the search goes on is so at its end only."""
        if os.fstat(descriptor).st_size > header and threading.current_thread() is not threading.main_thread():
            while "last" not in sizes.read_text():
                time.sleep(0.01)
        with sizes.open("a") as stream:
            stream.write(f"{os.fstat(descriptor).st_size}\n")

    def seen(event):
        if isinstance(event, Evaluated) and event.evaluation.index == 8:
            with sizes.open("a") as stream:
                stream.write("last\n")

    direct(tmp_path / "before", 1)
    header = len(journal_of(tmp_path / "before").read_bytes().split(b"\n")[0]) + 20
    monkeypatch.setattr("os.fdatasync", slow)
    sizes.touch()
    direct(tmp_path / "wd", 8, on_event=seen)
    *_, size = (word for word in sizes.read_text().split() if word != "last")
    assert int(size) == journal_of(tmp_path / "wd").stat().st_size
