"""Where dependencies are imported from."""

import sys

import pytest

from pysmac_compat.evaluation import installed


@pytest.mark.parametrize(
    ("entries", "found"),
    [
        (["pynisher-1.0.10.dist-info", "pynisher"], {"pynisher"}),
        (["pynisher-0.6.4.dist-info", "pynisher"], set()),  # too old
        (["smac-2.4.1.dist-info"], set()),  # of an editable installation, or what a removal has left
        (["configspace-1.2.2.dist-info", "ConfigSpace"], {"ConfigSpace"}),
        (["psutil-7.0.0-py3.11.egg-info", "psutil"], {"psutil"}),
        (["smac_tools-3.0.dist-info", "smac"], set()),
        (["smac-2.dist-info", "smac", "psutil-10.1.dist-info", "psutil"], {"smac", "psutil"}),
        (["psutil"], set()),
    ],
)
def test_of_a_folder(tmp_path, monkeypatch, entries, found):
    for entry in entries:
        (tmp_path / entry).mkdir()
    monkeypatch.setattr(sys, "path", [str(tmp_path / "missing"), "\0", None, 3.0, str(tmp_path)])
    assert installed._homes() == dict.fromkeys(found, str(tmp_path.resolve()))


def test_the_first_that_is_new_enough(tmp_path, monkeypatch):
    names = ["old/pynisher-0.6.4.dist-info", "new/pynisher-1.0.10.dist-info", "newer/pynisher-2.0.dist-info"]
    for name in names:
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name).with_name("pynisher").mkdir()
    monkeypatch.setattr(sys, "path", [str(tmp_path / each) for each in ("old", "new", "newer")])
    assert installed._homes() == {"pynisher": str((tmp_path / "new").resolve())}
    monkeypatch.chdir(tmp_path / "new")
    monkeypatch.setattr(sys, "path", [""])
    assert installed._homes() == {"pynisher": str((tmp_path / "new").resolve())}


@pytest.mark.slow
def test_smac3_without_dask_and_pandas(run_script):
    """As `Prepared` has imported it. Dask is as it should be afterwards; what the script has imported stays."""
    code = """
    import sys
    print(sorted({"smac", "sklearn", "dask", "distributed", "pandas"} & sys.modules.keys()))
    import dask
    from pysmac_compat.evaluation import installed
    with installed.without_unused():
        print(dask.__version__ > "", sys.modules["dask"] is dask)
        import pandas
    """
    done = run_script(code, check=False)
    assert done.stdout == "['sklearn', 'smac']\nTrue True\n"
    assert "import of pandas halted" in done.stderr
