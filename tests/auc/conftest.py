import pytest

# imported once here, the processes of the searches, forked from this one, need not do it
import pysmac_compat.engine.session  # noqa: F401 (forks of this process inherit it)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    """What trains with LibAUC comes last: torch makes this process large, and each fork of it slow."""
    items.sort(key=lambda item: item.get_closest_marker("libauc") is not None)
