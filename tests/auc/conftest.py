import pytest

# imported here once: the processes of the searches are forked from this one and need not import it again
import pysmac_compat.engine.session  # noqa: F401 (forks of this process inherit it)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    """Put the tests that train with LibAUC last: torch makes this process large, and so each fork of it slow."""
    items.sort(key=lambda item: item.get_closest_marker("libauc") is not None)
