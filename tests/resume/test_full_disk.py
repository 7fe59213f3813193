"""A disk that is full for a moment costs nothing (a limit on file sizes stands in for it)."""

import resource

import psutil
import pytest

from pysmac_compat.events import Evaluated
from pysmac_compat.files.state import read_state_run

from .noted_searches import RANDOM, direct, journal_of, search, summary


@pytest.mark.slow
def test_what_could_not_be_written_is_written_later(tmp_path):
    """The journal is made by another process than the other files: both meet the limit."""

    def limit_sizes(event):
        if isinstance(event, Evaluated) and event.evaluation.index in (2, 4):
            size = journal_of(tmp_path).stat().st_size + 30 if event.evaluation.index == 2 else resource.RLIM_INFINITY
            for process in (me, *me.children()):
                process.rlimit(psutil.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

    me = psutil.Process()
    with pytest.warns(UserWarning, match="cannot write .*; the search will try again") as caught:
        first = search(tmp_path, 6, options=RANDOM, on_event=limit_sizes).result
    assert any("journal" in str(each.message) for each in caught)
    assert len(journal_of(tmp_path).read_text().splitlines()) == 1 + 6
    assert len(read_state_run(tmp_path / "out" / "scenario" / "state-run0").runs) == 6
    calls = []
    resumed = direct(tmp_path, 6, function=lambda **arguments: calls.append(1), resume=True).result
    assert summary(resumed) == summary(first)
    assert calls == []


@pytest.mark.slow
def test_a_journal_that_was_removed_is_told_once(tmp_path):
    def remove(event):
        if isinstance(event, Evaluated) and event.evaluation.index == 2:
            journal_of(tmp_path).unlink()

    with pytest.warns(UserWarning, match="journal .* removed or replaced") as caught:
        assert direct(tmp_path, 4, on_event=remove).result.n_evaluations == 4
    assert sum("journal" in str(each.message) and "try again" in str(each.message) for each in caught) == 1
