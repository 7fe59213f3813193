"""Files of the version before checksums (recorded) go on."""

import json
import tarfile

import pytest

from benchmarks.faults.searches import recorded
from pysmac_compat import FileFormatError
from pysmac_compat.files.checksums import split_checksum
from pysmac_compat.files.state import read_state_run

from ..conftest import DATA
from .noted_searches import MODEL, cost, cut, direct, journal_of, search

SEARCHES = {"plain": {}, "seeds_and_instances": {"deterministic": False, "num_train_instances": 3}}


@pytest.fixture
def old(tmp_path):
    """Working directories in which four of six evaluations stand in the journal, and a part of a fifth."""
    with tarfile.open(DATA / "journals_without_checksums.tar.gz") as archive:
        archive.extractall(tmp_path / "old", filter="data")
    return tmp_path / "old"


@pytest.mark.slow
@pytest.mark.parametrize("name", SEARCHES)
def test_a_journal_without_checksums_goes_on(old, tmp_path, notes, name):
    before = journal_of(old / name).read_text().splitlines()[:5]
    with pytest.warns(UserWarning, match="another version of pysmac_compat made the first 4 evaluations"):
        resumed = direct(old / name, 6, notes, options=MODEL, resume=True, **SEARCHES[name])
    assert len(notes.lines) == 2
    recorded_values = [json.loads(split_checksum(line.encode())[0])["value"] for line in before[1:]]
    assert [e.value for e in resumed.result.runs[0].evaluations[:4]] == recorded_values
    lines = journal_of(old / name).read_text().splitlines()
    assert lines[:5] == before
    assert [split_checksum(line.encode())[1] for line in lines] == 5 * [None] + 2 * [True]
    assert len(read_state_run(old / name / "out" / "scenario" / "state-run0").runs) == 6
    with pytest.warns(UserWarning, match="the first 6 evaluations"):
        direct(old / name, 6, notes, options=MODEL, resume=True, **SEARCHES[name])
    assert len(notes.lines) == 2


@pytest.mark.slow
def test_a_journal_of_several_workers_that_learnt_in_order_is_a_start(old, notes):
    """That version proposed other configurations while calls were running: what it has evaluated is learnt."""
    before = recorded(old / "workers")
    assert [e["index"] for e in before] == [1, 2, 3, 4, 6]
    options = {"workers": 3}
    with pytest.warns(UserWarning, match="another version of pysmac_compat made the first 5 evaluations"):
        result = search(old / "workers", 8, notes, options=options, resume=True).result
    assert len(notes.lines) == 3
    evaluations = result.runs[0].evaluations
    assert [e.index for e in evaluations] == [*range(1, 9)]
    assert all(evaluations[e["index"] - 1].value == e["value"] for e in before)
    assert result.value == min(e.value for e in evaluations)
    with pytest.warns(UserWarning, match="the first 8 evaluations"):
        again = search(old / "workers", 8, notes, options=options, resume=True).result
    assert (again.value, again.configuration) == (result.value, result.configuration)
    assert len(notes.lines) == 3


def test_what_was_added_later_is_checked(old):
    journal = journal_of(old / "plain")
    cut(journal, 4)
    with journal.open("a") as stream:
        stream.write(json.dumps({"test": False, "index": 5, "crc": "00000000"}) + "\n")
    with pytest.raises(FileFormatError, match="line 6: the line is damaged"):
        direct(old / "plain", 6, options=MODEL, resume=True)


@pytest.mark.slow
def test_an_old_state_is_a_start(old, tmp_path):
    options = {"warmstart": old / "plain" / "out" / "scenario" / "state-run0"}

    def new(**arguments):
        assert arguments["x"] != 4.0  # the default is known
        return cost(**arguments)

    assert direct(tmp_path / "new", 2, function=new, options=options).result.n_evaluations == 2
