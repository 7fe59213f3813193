import doctest
import importlib

import pytest


@pytest.mark.parametrize(
    "name",
    ["automax.core.autopartial", "automax.core.helpers", "automax.progress", "automax.spaces"],
)
def test_the_examples_of_the_docstrings(name):
    result = doctest.testmod(importlib.import_module(name))
    assert result.attempted > 0
    assert result.failed == 0
