"""Commands in this process: exit code, stdout and stderr."""

from dataclasses import dataclass

import pytest

from pysmac_compat.__main__ import main


@dataclass
class Done:
    code: int
    out: str
    err: str


@pytest.fixture
def command(capfd, monkeypatch):
    """Run a command in a folder."""

    def run(folder, *words):
        monkeypatch.chdir(folder)
        capfd.readouterr()
        code = main([str(word) for word in words])
        return Done(code, *capfd.readouterr())

    return run
