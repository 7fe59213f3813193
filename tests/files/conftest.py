"""What the tests of the files share."""

import json

import pytest


@pytest.fixture(scope="session")
def java_notes(java_runs):
    """What the original's helpers returned for a recorded run, as repr."""

    def read(run):
        return json.loads((java_runs / run / "summary.json").read_text())["notes"]

    return read
