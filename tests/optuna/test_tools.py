"""What Optuna's users have beside it: its command line, and its dashboard in a real browser."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import optuna
import pytest

from ..report.small import handmade

pytestmark = pytest.mark.slow


def command(name):
    """The path of a command that was installed with this Python."""
    found = shutil.which(name, path=os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]))
    return found or pytest.skip(f"{name} is not installed")


@pytest.fixture(scope="module")
def storage(tmp_path_factory):
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    path = f"sqlite:///{tmp_path_factory.mktemp('study')}/search.db"
    handmade().to_optuna(path, "one")
    return path


def test_the_command_line(storage):
    call = [command("optuna"), "best-trial", "--storage", storage, "--study-name", "one", "--format", "json"]
    done = subprocess.run(call, capture_output=True, text=True, timeout=60, check=True, stdin=subprocess.DEVNULL)
    best = json.loads(done.stdout)
    assert best["number"] == 4
    assert "1.5" in str(best)


@pytest.fixture
def dashboard(storage):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [command("optuna-dashboard"), storage, "--host", "127.0.0.1", "--port", str(port)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    for _ in range(1200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.05)
    yield f"http://127.0.0.1:{port}/dashboard"
    process.send_signal(signal.SIGKILL)
    process.wait()


def test_the_dashboard(dashboard, chromium):
    def text_with(*words):
        for _ in range(1200):
            text = chromium.execute_script("return document.body ? document.body.innerText : ''")
            if all(word in text for word in words):
                return text
            time.sleep(0.05)
        raise AssertionError(f"{words} are not in {text!r}")

    chromium.get(dashboard)
    text_with("one")
    chromium.get(f"{dashboard}/studies/1/trials?numbers=4")
    text = text_with("Trial 4", "Complete")
    assert "Value 1.5 Intermediate" in " ".join(text.split())
