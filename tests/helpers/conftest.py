"""What the tests of the helpers share."""

import pytest

from .recorded import extracted


@pytest.fixture(scope="session")
def runs(tmp_path_factory):
    """Folders of runs of the original, which have moved since."""
    return extracted(tmp_path_factory.mktemp("runs"))
