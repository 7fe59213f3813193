"""Which pages' examples take long."""

import pytest

#: those with searches that take more than a third of a second together
SLOW = {
    "ask_and_tell.md",
    "automax.md",
    "calls.md",
    "cluster.md",
    "files.md",
    "from_other_tools.md",
    "helpers.md",
    "noise_and_instances.md",
    "notebooks.md",
    "optuna.md",
    "pictures.md",
    "porting.md",
    "quickstart.md",
    "reference.md",
    "report.md",
    "reproducibility.md",
    "scaling.md",
    "scenarios.md",
    "scikit_learn.md",
    "tune_a_solver.md",
}


def pytest_collection_modifyitems(items):
    for item in items:
        if item.path.name in SLOW and item.path.parent.name == "docs":
            item.add_marker(pytest.mark.slow)
