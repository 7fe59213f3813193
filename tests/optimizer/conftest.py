"""What the tests of the optimizer share."""

import json
import warnings

import pytest


class Recorder:
    """Writes down the keyword arguments of each call, from whatever process it is made in."""

    def __init__(self, notes):
        self.notes = notes

    def __call__(self, function):
        def recorded(**arguments):
            shown = {name: [type(value).__name__, repr(value)] for name, value in arguments.items()}
            self.notes.write(json.dumps(shown))
            return function(**arguments)

        return recorded

    @property
    def calls(self):
        """For each call, the type and the repr of each keyword argument."""
        return [json.loads(line) for line in self.notes.lines]


@pytest.fixture
def recorder(notes):
    return Recorder(notes)


@pytest.fixture
def quiet():
    """Warnings are what other tests are about."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
