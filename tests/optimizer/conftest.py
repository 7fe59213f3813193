"""What the tests of the optimizer share."""

import json
import os
import subprocess
import sys
import textwrap
import warnings

import ConfigSpace  # noqa: F401  forks of this process inherit it
import pytest
import smac  # noqa: F401  ... and this, so that each search starts at once


class Recorder:
    """Writes down the keyword arguments of each call, from whatever process it is made in."""

    def __init__(self, path):
        self.path = path

    def note(self, text):
        descriptor = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        os.write(descriptor, (text + "\n").encode())
        os.close(descriptor)

    def __call__(self, function):
        def recorded(**arguments):
            shown = {name: [type(value).__name__, repr(value)] for name, value in arguments.items()}
            self.note(json.dumps(shown))
            return function(**arguments)

        return recorded

    @property
    def lines(self):
        return self.path.read_text().splitlines() if self.path.exists() else []

    @property
    def calls(self):
        """For each call, the type and the repr of each keyword argument."""
        return [json.loads(line) for line in self.lines]


@pytest.fixture
def recorder(tmp_path):
    return Recorder(tmp_path / "calls.jsonl")


@pytest.fixture
def quiet():
    """Warnings are what other tests are about."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@pytest.fixture
def run_script(tmp_path):
    """Runs the text of a script in an interpreter of its own."""

    def run(text, *arguments, check=True, **environment):
        path = tmp_path / "script.py"
        path.write_text(textwrap.dedent(text))
        done = subprocess.run(
            [sys.executable, str(path), *arguments],
            capture_output=True,
            text=True,
            cwd=tmp_path,
            timeout=120,
            env={**os.environ, **environment},
        )
        assert not check or done.returncode == 0, done.stderr
        return done

    return run
