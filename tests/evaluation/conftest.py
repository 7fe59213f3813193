"""What the tests of the calls share."""

import os

import pytest

from pysmac_compat.evaluation.evaluator import Evaluator
from pysmac_compat.evaluation.server import Rules


@pytest.fixture
def evaluator():
    """Makes evaluators, and closes them at the end."""
    made = []

    def make(function, *args, **kwargs):
        made.append(Evaluator(function, Rules(*args, **kwargs)))
        return made[-1]

    yield make
    for each in reversed(made):
        each.close()


class Notes:
    """Lines that any process can write down."""

    def __init__(self, path):
        self.path = path

    def write(self, *words):
        descriptor = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        os.write(descriptor, (" ".join(map(str, words)) + "\n").encode())
        os.close(descriptor)

    @property
    def lines(self):
        return self.path.read_text().splitlines() if self.path.exists() else []


@pytest.fixture
def notes(tmp_path):
    return Notes(tmp_path / "notes")
