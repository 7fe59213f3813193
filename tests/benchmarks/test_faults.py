"""The benchmark of faults finds what it looks for."""

import random
from dataclasses import asdict

import pytest

from benchmarks.faults.__main__ import table
from benchmarks.faults.kills import CELLS, Counts, Trial, preload
from benchmarks.faults.readers import unparsable
from benchmarks.faults.searches import QUICK, journal_of, search


@pytest.fixture(scope="module", autouse=True)
def preloaded():
    preload()


@pytest.mark.slow
@pytest.mark.parametrize("cell", [CELLS[2], CELLS[-1]], ids=["script, workers", "call"])
def test_nothing_is_lost(tmp_path, cell):
    trial = Trial(tmp_path, cell, random.Random(1))
    assert (asdict(trial.run()), trial.complaints) == (asdict(Counts()), [])
    assert not Counts()


@pytest.mark.slow
def test_what_goes_wrong_is_counted(tmp_path):
    """After the kill the journal loses its last evaluations, another one is edited, and a line of a file is cut off."""

    class Sabotaged(Trial):
        def _kill(self):
            left = super()._kill()
            lines = journal_of(self.wd).read_text().splitlines(keepends=True)
            lines[2] = lines[2].replace("SAT", "TIMEOUT")
            journal_of(self.wd).write_text("".join(lines[:-2]))
            state = self.wd / "out" / "scenario" / "state-run0" / "paramstrings-it0.txt"
            state.write_text(state.read_text()[:-3])
            return left

    class Late(random.Random):
        def randrange(self, *arguments):
            return 10

    trial = Sabotaged(tmp_path, CELLS[0], Late(0))
    counts = trial.run()
    assert counts.lost >= 1  # the running one does not count
    assert counts.invalid >= 1
    assert counts.unparsable >= 1
    assert counts.different == 1  # it is refused
    assert counts.orphans == 0
    assert any("resumed: no result" in each for each in trial.complaints)
    assert any("paramstrings-it0.txt" in each for each in trial.complaints)


@pytest.mark.slow
def test_all_files_are_read(tmp_path):
    search(tmp_path, 3, options=QUICK)
    assert unparsable(tmp_path, 3) == []
    assert "not all evaluations" in unparsable(tmp_path, 4)[0]
    (tmp_path / "out" / "scenario" / "smac3" / "0" / "runhistory.json.77.tmp").write_text("{")
    (tmp_path / "out" / "scenario" / "smac3" / "0" / "intensifier.json").write_text("{")
    assert len(unparsable(tmp_path)) == 1
    assert len(unparsable(tmp_path, 3)) == 2
    search(tmp_path, 3, options=QUICK, resume=True)
    assert unparsable(tmp_path, 3) == []


def test_table():
    text = table([("script", "Dask", 5, Counts(lost=2) + Counts(lost=1, invalid=4))])
    assert text.splitlines()[-1] == "| script | Dask | 5 | 3 | 0 | 0 | 0 | 0 | 4 |"
