"""What the tests of the calls share."""

import pytest

from pysmac_compat.evaluation.evaluator import Evaluator
from pysmac_compat.evaluation.rules import Rules


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
