"""Which pages' examples take long."""

import pytest

#: those with many searches
SLOW = {
    "calls.md",
    "files.md",
    "helpers.md",
    "noise_and_instances.md",
    "reproducibility.md",
    "scenarios.md",
    "tune_a_solver.md",
}


def pytest_collection_modifyitems(items):
    for item in items:
        if item.path.name in SLOW and item.path.parent.name == "docs":
            item.add_marker(pytest.mark.slow)
