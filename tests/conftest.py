"""What tests of all kinds share: Python in a process of its own, notes of any process."""

import gc
import importlib
import os
import shutil
import signal
import subprocess
import sys
import tarfile
import textwrap
from pathlib import Path

import pytest
import threadpoolctl
from hypothesis import HealthCheck, settings

from benchmarks.faults.notes import Notes
from pysmac_compat.evaluation.installed import without_unused

from .prepared import HUGE_PAGES, Prepared

# on a machine that does other things, too, time says little
settings.register_profile(
    "tests", deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
settings.load_profile("tests")

# nohup, and shells in the background, let a process ignore these, and so all that is tested would
signal.signal(signal.SIGHUP, signal.SIG_DFL)
signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_configure(config):
    """Let the processes of the tests have huge pages, and SMAC3 as a search imports it.

    The processes that a test starts do not have them, except `Prepared`.
    """
    if hasattr(config, "workerinput"):
        for name in HUGE_PAGES:
            os.environ.pop(name, None)
    elif config.getoption("numprocesses", None):
        if not HUGE_PAGES.keys() & os.environ.keys():
            os.environ.update(HUGE_PAGES)
        return
    with without_unused():  # forks of this process inherit it, so that each search starts at once
        importlib.import_module("pysmac_compat.engine.session")


def pytest_collection_finish(session):
    """Save time with all that has been imported.

    Garbage collections leave it out, as they would walk over it each time; linear algebra has one thread, as in
    the engine's own process: a second one mostly waits, and uses as much CPU.
    """
    gc.collect()
    gc.freeze()
    threadpoolctl.threadpool_limits(1)


pytest.register_assert_rewrite(
    "tests.optimizer.replays",
    "tests.smac3_process",
    "tests.space.conditional_helpers",
    "tests.space.forbidden_helpers",
    "tests.space.space_helpers",
)


@pytest.fixture(scope="session")
def prepared():
    """Runs scripts in forks of a process that has imported SMAC3."""
    process = Prepared()
    yield process
    process.close()


def fresh(arguments, folder, environment, timeout):
    """Run Python in a fresh process."""
    command = [sys.executable, *arguments]
    return subprocess.run(command, capture_output=True, text=True, cwd=folder, env=environment, timeout=timeout)


def _runs(tmp_path, python):
    def run_python(*arguments, check=True, files=None, **environment):
        for name, text in (files or {}).items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(textwrap.dedent(text))
        done = python(arguments, tmp_path, {**os.environ, **environment}, 300)
        assert not check or done.returncode == 0, done.stderr
        return done

    return run_python


@pytest.fixture
def run(tmp_path):
    """Writes files, and runs Python in their folder: for tests of imports, and of what is read as Python starts."""
    return _runs(tmp_path, fresh)


@pytest.fixture
def run_prepared(tmp_path, prepared):
    """The same in a fork of a process that has imported SMAC3, which takes a tenth of the time."""
    return _runs(tmp_path, prepared.run)


@pytest.fixture
def run_script(run_prepared):
    """Runs the text of a script in a process of its own, which has imported SMAC3 already."""
    return lambda text, *arguments, **more: run_prepared("script.py", *arguments, files={"script.py": text}, **more)


DATA = Path(__file__).parent / "data" / "runs"


@pytest.fixture(scope="session")
def java_runs(tmp_path_factory):
    """A folder with a folder for each recorded run of the original, with the Java program; not to be written to."""
    folder = tmp_path_factory.mktemp("java_runs")
    for name in ("java_runs.tar.gz", "java_state_60.tar.gz"):
        with tarfile.open(DATA / name) as archive:
            archive.extractall(folder, filter="data")
    return folder


@pytest.fixture
def java_copy(java_runs, tmp_path):
    """Makes a working directory of its own with a recorded run."""
    return lambda name="wd": Path(shutil.copytree(java_runs / "readers" / "wd", tmp_path / name))


@pytest.fixture
def notes(tmp_path):
    return Notes(tmp_path / "notes")


@pytest.fixture(scope="session")
def chromium():
    """A Chromium without a window and without a network, for all tests of this process."""
    webdriver = pytest.importorskip("selenium.webdriver")
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    browser, driver = next(filter(None, map(shutil.which, names)), None), shutil.which("chromedriver")
    if browser is None or driver is None:
        pytest.skip("there is no Chromium with its chromedriver here")
    options = webdriver.ChromeOptions()
    options.binary_location = browser
    for each in ("headless=new", "no-sandbox", "disable-gpu", "disable-dev-shm-usage", "force-prefers-reduced-motion"):
        options.add_argument(f"--{each}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    started = webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))
    yield started
    started.quit()
