"""What the tests of the drop-in share: scripts in folders of their own."""

import os
import subprocess
import sys
import textwrap

import pytest


@pytest.fixture
def run(tmp_path):
    """Writes files, and runs Python in their folder."""

    def run_python(*arguments, check=True, files=None, **environment):
        for name, text in (files or {}).items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(textwrap.dedent(text))
        done = subprocess.run(
            [sys.executable, *arguments],
            capture_output=True,
            text=True,
            cwd=tmp_path,
            timeout=120,
            env={**os.environ, **environment},
        )
        assert not check or done.returncode == 0, done.stderr
        return done

    return run_python
