"""No file is written through a symbolic link, and none that is somebody else's is replaced."""

import os

import pytest

from pysmac_compat import LinkedFileError, SMAC_optimizer
from pysmac_compat.files.text import Appender, write_text

SPACE = {"x": ("real", [-5, 5], 4)}


def search(folder, options=(), resume=False, **keywords):
    optimizer = SMAC_optimizer(working_directory=folder, persistent_files=True)
    optimizer.smac_options.update({"isolate": False, **dict(options)})
    optimizer.minimize(lambda x, **_: x * x, 1, SPACE, resume=resume, **keywords)
    return optimizer


def tree(folder):
    return {str(path): path.is_file() and path.read_bytes() for path in sorted(folder.rglob("*"))}


def test_a_link_is_not_replaced_either(tmp_path):
    (tmp_path / "precious").write_text("text")
    (tmp_path / "link").symlink_to("precious")
    with pytest.raises(LinkedFileError, match="link is a symbolic link"):
        write_text(tmp_path / "link", "ours\n")
    errors = []
    file = Appender(tmp_path / "link", "ours\n", errors.append)
    file.append("more\n")
    assert all(isinstance(error, LinkedFileError) for error in errors)
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "precious").read_text() == "text"


def test_what_a_file_is_called_before_it_is_complete_is_no_way_around(tmp_path):
    (tmp_path / "precious").write_text("text")
    (tmp_path / f"file.{os.getpid()}.tmp").symlink_to("precious")
    write_text(tmp_path / "file", "ours\n")
    assert (tmp_path / "precious").read_text() == "text"
    assert (tmp_path / "file").read_text() == "ours\n"
    assert sorted(os.listdir(tmp_path)) == ["file", "precious"]


def all_files(tmp_path_factory):
    """Each file that a search writes, with test instances and features."""
    folder = tmp_path_factory.mktemp("all")
    search(folder, num_train_instances=1, num_test_instances=1, train_instance_features=[[1.0]])
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


@pytest.mark.slow
def test_each_file_of_a_search(tmp_path, tmp_path_factory):
    """A search with resume=True goes on in the folders that are there; nothing has been written when it is refused."""
    names = all_files(tmp_path_factory)
    assert len(names) > 25
    (tmp_path / "precious").write_text("text")
    for number, name in enumerate(names):
        link = tmp_path / str(number) / name
        link.parent.mkdir(parents=True)
        link.symlink_to(tmp_path / ("precious" if number % 2 else "nothing"))
        with pytest.raises(LinkedFileError, match=f"{link.name} is a symbolic link"):
            search(
                tmp_path / str(number),
                resume=True,
                num_train_instances=1,
                num_test_instances=1,
                train_instance_features=[[1.0]],
            )
        assert link.is_symlink()
        written = [path for path in (tmp_path / str(number)).rglob("*") if path.is_file() and not path.is_symlink()]
        assert [path.name for path in written] in ([], ["lock-run-0"])
    assert (tmp_path / "precious").read_text() == "text"
    assert not (tmp_path / "nothing").exists()


@pytest.mark.slow
def test_folders_may_be_links(tmp_path):
    for name in ("wd/out", "wd/exec", "scratch/out", "scratch/exec"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
    for name in ("out", "exec"):
        (tmp_path / "scratch" / name).mkdir()
        (tmp_path / "wd" / name).symlink_to(tmp_path / "scratch" / name)
    (tmp_path / "link").symlink_to(tmp_path / "wd")
    search(tmp_path / "link")
    assert (tmp_path / "scratch" / "out" / "scenario" / "journal-run-0.jsonl").exists()
    assert search(tmp_path / "link", resume=True).result.n_evaluations == 1


@pytest.mark.parametrize("name", ["train.py", "scenario.dat", "other.dat", "folder"])
def test_the_scenario_file_replaces_no_file_of_others(tmp_path, name):
    (tmp_path / "train.py").write_text("print('mine')\n")
    (tmp_path / "scenario.dat").write_bytes(b"\x00\xff")
    (tmp_path / "other.dat").write_text("algo-exec = ./solver\nrun-obj = RUNTIME\ncutoff_time = 3\n")
    (tmp_path / "folder").mkdir()
    before = tree(tmp_path)
    with pytest.raises(ValueError, match=rf"scenario_fn'\]: '.*{name}' exists, and no search wrote it"):
        search(tmp_path, {"scenario_fn": name})
    assert {path: text for path, text in tree(tmp_path).items() if path in before} == before


@pytest.mark.parametrize("name", ["parameters.pcs", "pysmac_config.pkl", "out"])
def test_the_scenario_file_has_a_name_of_its_own(tmp_path, name):
    with pytest.raises(ValueError, match=f"must not be '{name}': a search has another file of this name"):
        search(tmp_path, {"scenario_fn": name})


@pytest.mark.slow
def test_the_scenario_file_of_an_earlier_search_is_replaced(tmp_path, java_copy):
    search(tmp_path / "wd", {"scenario_fn": "mine"})
    search(tmp_path / "wd", {"scenario_fn": "mine"}, seed=3)
    folder = java_copy("original")
    before = (folder / "scenario.dat").read_text()
    search(folder)
    assert (folder / "scenario.dat").read_text() != before
