"""What the tests of the files share: folders that real runs of the original, with the Java program, have left."""

import json
import tarfile
from pathlib import Path

import pytest

ARCHIVE = Path(__file__).parents[1] / "data" / "runs" / "java_runs.tar.gz"


@pytest.fixture(scope="session")
def java_runs(tmp_path_factory):
    """A folder with a folder for each recorded run."""
    folder = tmp_path_factory.mktemp("java_runs")
    with tarfile.open(ARCHIVE) as archive:
        archive.extractall(folder, filter="data")
    return folder


@pytest.fixture(scope="session")
def notes(java_runs):
    """What the original's helpers returned for a recorded run, as repr."""

    def read(run):
        return json.loads((java_runs / run / "summary.json").read_text())["notes"]

    return read
