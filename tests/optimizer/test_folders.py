"""The working directory: what is made, and what is removed."""

import os

import pytest

from pysmac_compat import ArgumentError, SMAC_optimizer

from .small import SPACE, direct, parabola


def test_the_working_directory_is_there_after_the_constructor(tmp_path):
    optimizer = direct(working_directory=str(tmp_path / "with space" / "wd"))
    assert optimizer.working_directory == str(tmp_path / "with space" / "wd")
    for folder in ("", "exec", "out"):
        assert os.path.isdir(os.path.join(optimizer.working_directory, folder))
    assert optimizer.minimize(parabola, 1, SPACE) == (13.0, {"r": 1.0})


def test_without_a_working_directory():
    optimizer = SMAC_optimizer()
    path = optimizer.working_directory
    assert sorted(os.listdir(path)) == ["exec", "out"]
    optimizer.__del__()
    assert not os.path.exists(path)
    optimizer.__del__()
    del optimizer


def test_each_optimizer_has_a_folder_of_its_own():
    assert SMAC_optimizer().working_directory != SMAC_optimizer().working_directory


def test_only_what_was_made_is_removed(tmp_path):
    (tmp_path / "mine").write_text("text")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "old").write_text("text")
    optimizer = direct(working_directory=str(tmp_path))
    (tmp_path / "exec" / "new").write_text("text")
    optimizer.minimize(parabola, 1, SPACE)
    del optimizer
    assert (tmp_path / "mine").read_text() == "text"
    assert (tmp_path / "out" / "old").read_text() == "text"
    assert (tmp_path / "exec" / "new").read_text() == "text"


def test_a_folder_that_was_made_is_removed(tmp_path):
    optimizer = SMAC_optimizer(working_directory=str(tmp_path / "a" / "b"))
    del optimizer
    assert os.listdir(tmp_path) == []


def test_persistent_files_stay(tmp_path):
    optimizer = direct(working_directory=str(tmp_path / "wd"), persistent_files=True)
    optimizer.minimize(parabola, 1, SPACE)
    optimizer.__del__()
    del optimizer
    assert {"exec", "out", "scenario.dat"} <= set(os.listdir(tmp_path / "wd"))


def test_a_relative_folder_is_that_of_the_constructor(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    optimizer = SMAC_optimizer(working_directory="wd")
    monkeypatch.chdir("/")
    del optimizer
    assert os.listdir(tmp_path) == []


def test_a_folder_below_the_home_of_the_user(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    assert SMAC_optimizer(working_directory="~/wd").working_directory == str(tmp_path / "wd")


def test_a_call_does_not_remove_the_folder():
    optimizer = SMAC_optimizer()
    optimizer.minimize(lambda r: optimizer.__del__() or 1.0, 1, SPACE)
    assert os.path.isdir(optimizer.working_directory)


def test_a_constructor_that_fails_leaves_nothing(tmp_path):
    with pytest.raises(ValueError, match="t_limit_total_s"):
        SMAC_optimizer(working_directory=str(tmp_path / "wd"), t_limit_total_s=-1)
    assert os.listdir(tmp_path) == []


def test_a_working_directory_that_cannot_be_made(tmp_path):
    (tmp_path / "file").write_text("text")
    with pytest.raises(ValueError, match="working_directory"):
        SMAC_optimizer(working_directory=str(tmp_path / "file" / "wd"))


@pytest.mark.slow
def test_folders_are_removed_at_exit(run_script, tmp_path):
    done = run_script(
        """
        import os
        from pysmac_compat import SMAC_optimizer

        a, b = SMAC_optimizer(), SMAC_optimizer(working_directory="wd")
        open("wd/mine", "w").close()
        print(a.working_directory, os.path.isdir(a.working_directory), os.path.isdir("wd/out"))
        """
    )
    path, *there = done.stdout.split()
    assert there == ["True", "True"]
    assert not os.path.exists(path)
    assert os.listdir(tmp_path / "wd") == ["mine"]
    assert done.stderr == ""


def test_what_cannot_be_a_working_directory(tmp_path):
    (tmp_path / "file").write_text("text")
    with pytest.raises(ArgumentError, match="file' is not a folder"):
        SMAC_optimizer(working_directory=str(tmp_path / "file"))
    with pytest.raises(ArgumentError, match="file/wd' cannot be"):
        SMAC_optimizer(working_directory=str(tmp_path / "file" / "wd"))
    (tmp_path / "out").write_text("in the way of a folder, as in a folder that cannot be written into")
    with pytest.raises(ArgumentError, match="exists, but nothing can be written into it"):
        SMAC_optimizer(working_directory=str(tmp_path))


def test_a_variable_of_the_shell_is_no_folder(tmp_path, recwarn):
    with pytest.warns(UserWarning, match="has a '\\$', which stays as it is; os.path.expandvars"):
        SMAC_optimizer(working_directory=str(tmp_path / "$SCRATCH" / "x"))
    recwarn.clear()
    SMAC_optimizer(working_directory=str(tmp_path / "5$"))
    assert not recwarn.list
