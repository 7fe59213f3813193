"""The process of the search."""

import importlib
import json

import pytest
import threadpoolctl

from pysmac_compat.search.run import Run

from .small import direct


@pytest.mark.slow
def test_its_linear_algebra_uses_one_thread(tmp_path, monkeypatch):
    """Also where the script has loaded the libraries before."""
    importlib.import_module("scipy.linalg")

    make = Run.session

    def session(self, workers):
        made = make(self, workers)
        threads = {each["filepath"]: each["num_threads"] for each in threadpoolctl.threadpool_info()}
        (tmp_path / "threads").write_text(json.dumps(threads))
        return made

    monkeypatch.setattr(Run, "session", session)
    with threadpoolctl.threadpool_limits(2):  # here
        direct().minimize(lambda x: x**2, 1, {"x": ("real", [-1, 1], 0.5)})
    threads = json.loads((tmp_path / "threads").read_text())
    assert threads
    assert set(threads.values()) == {1}
