"""Files that grow by whole lines, also where the disk is full for a moment (a limit on file sizes stands in for it)."""

import os
import resource
from contextlib import contextmanager

from pysmac_compat.files.text import Appender


@contextmanager
def limit(size):
    """No file of this process grows beyond that (so this ends before pytest writes the test's result to a file)."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_lines_stay_whole(tmp_path):
    errors = []
    file = Appender(tmp_path / "file", "header\n", errors.append)
    file.append("one\n")
    with limit(13):  # the next line fits in part only
        for text in ("two two\n", "three\n"):
            file.append(text)
            assert (tmp_path / "file").read_text() == "header\none\n"
            assert file.is_behind
    assert len(errors) == 2
    file.append("four\n")
    assert (tmp_path / "file").read_text() == "header\none\ntwo two\nthree\nfour\n"
    assert not file.is_behind
    file.close()


def test_what_is_missing_is_written_at_the_end(tmp_path):
    file = Appender(tmp_path / "file", "", [].append)
    with limit(2):
        file.append("one\n")
    file.close()
    assert not file.is_behind
    assert (tmp_path / "file").read_text() == "one\n"


def test_the_beginning_can_come_later(tmp_path):
    with limit(3):
        file = Appender(tmp_path / "file", "header\n", [].append)
        file.append("one\n")
        assert os.listdir(tmp_path) == []
    file.append("two\n")
    file.close()
    assert (tmp_path / "file").read_text() == "header\none\ntwo\n"


def test_what_can_never_be_written_is_known_at_the_end(tmp_path):
    file = Appender(tmp_path / "file", "", [].append)
    with limit(2):
        file.append("one\n")
        file.close()
    assert file.is_behind


def test_a_file_that_was_removed_or_replaced_is_noticed(tmp_path):
    errors = []
    for name, change in (("gone", os.unlink), ("other", lambda path: (os.unlink(path), path.write_text("theirs\n")))):
        file = Appender(tmp_path / name, "header\n", errors.append)
        change(tmp_path / name)
        file.append("one\n")
        assert file.is_behind
        file.close()
    assert "removed or replaced" in str(errors[0])
    assert os.listdir(tmp_path) == ["other"]
    assert (tmp_path / "other").read_text() == "theirs\n"
