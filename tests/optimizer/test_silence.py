"""What is printed and logged: nothing, unless asked for."""

import logging

import pytest

from .small import minimize


@pytest.mark.slow
def test_silent_by_default(capfd):
    root = logging.getLogger()
    seen = []
    handler = logging.Handler(logging.NOTSET)
    handler.emit = seen.append
    before = root.level, list(root.handlers)
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        minimize(n=2)
        assert seen == []
    finally:
        root.removeHandler(handler)
        root.setLevel(before[0])
    assert (root.level, root.handlers) == before
    assert capfd.readouterr() == ("", "")


@pytest.mark.slow
@pytest.mark.parametrize(("debug", "shown"), [(True, True), (logging.ERROR, False)])
def test_debug(capfd, debug, shown):
    root = logging.getLogger()
    before = root.level, list(root.handlers)
    ours = logging.getLogger("pysmac_compat")
    handlers = list(ours.handlers)
    minimize(constructor={"debug": debug})
    out, err = capfd.readouterr()
    assert out == ""
    assert ("evaluation 1" in err) == shown
    assert (root.level, root.handlers) == before
    assert ours.handlers == handlers
    minimize()
    assert capfd.readouterr() == ("", "")
