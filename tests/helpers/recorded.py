"""Recorded runs of the original, for the tests of what reads them."""

import shutil
import tarfile
from pathlib import Path

DATA = Path(__file__).parents[1] / "data"


def extracted(folder):
    """Folders of runs of the original, which have moved since."""
    with tarfile.open(DATA / "runs" / "java_runs.tar.gz") as archive:
        archive.extractall(folder, filter="data")
    return folder


def copied(runs, folder):
    """A working directory of its own with a run."""
    return Path(shutil.copytree(runs / "readers" / "wd", folder))
