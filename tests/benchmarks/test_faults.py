"""The benchmark of faults finds what it looks for."""

import json
import random
import shutil
from dataclasses import asdict

import pytest

from benchmarks.faults.__main__ import table
from benchmarks.faults.automax import AUTOMAX, AutoMAXTrial, unreadable
from benchmarks.faults.kills import CELLS, Counts, Trial, preload
from benchmarks.faults.readers import unparsable
from benchmarks.faults.searches import QUICK, journal_of, search


@pytest.fixture(scope="module", autouse=True)
def preloaded():
    preload()


@pytest.fixture(autouse=True)
def small(monkeypatch):
    """Searches of few evaluations, without a model: what they propose is not the question."""
    for module in ("kills", "automax"):
        monkeypatch.setattr(f"benchmarks.faults.{module}.N", 8)
        monkeypatch.setattr(f"benchmarks.faults.{module}.QUICK", QUICK | {"execution-mode": "ROAR"})


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "cell"),
    [(Trial, CELLS[2]), (Trial, CELLS[-1]), (AutoMAXTrial, AUTOMAX[0]), (AutoMAXTrial, AUTOMAX[-1])],
    ids=["script, workers", "call", "script, AutoMAX", "trial, AutoMAX"],
)
def test_nothing_is_lost(tmp_path, kind, cell):
    trial = kind(tmp_path, cell, random.Random(1))
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
            return 6

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
def test_what_goes_wrong_with_automax_is_counted(tmp_path):
    """Two trials are forgotten after the kill, and a third one later; one has another score; two files are cut off."""

    class Sabotaged(AutoMAXTrial):
        def _moment(self):
            return 6, 0.0

        def _kill(self):
            left = super()._kill()
            for each in self._by_number()[-2:]:
                shutil.rmtree(self.wd / "trials" / each["key"])
            best = self.wd.parent / "experiment_best"
            if not best.exists():  # killed between two renamings
                next(best.parent.glob("experiment_best-new-*")).rename(best)
            for path in (self.wd / "search.json", best / "best.json"):
                path.write_text(path.read_text()[:-3])
            return left

        def _search(self, name, **keywords):
            if name == "resumed":
                (self.wd / "search.json").unlink()  # else it is refused
                journal_of(self.wd).write_text("".join(journal_of(self.wd).read_text().splitlines(True)[:3]))
                _, second, third, *_ = self._by_number()
                (self.wd / "trials" / second["key"] / "summary.json").write_text(json.dumps(second | {"val": 0.0}))
                shutil.rmtree(self.wd / "trials" / third["key"])
            return super()._search(name, **keywords)

        def _by_number(self):
            return sorted(self._recorded(), key=lambda trial: trial["number"])

    trial = Sabotaged(tmp_path, AUTOMAX[0], random.Random(1))
    counts = trial.run()
    assert counts.lost >= 3
    assert counts.doubled == 1
    assert counts.different == 1  # the score is that of no training
    assert counts.unparsable >= 2
    assert counts.orphans == counts.invalid == 0
    assert any("search.json: not a JSON object" in each for each in trial.complaints)
    assert any("experiment_best: JSONDecodeError" in each for each in trial.complaints)


@pytest.mark.slow
def test_the_files_of_automax_are_read(tmp_path):
    trial = AutoMAXTrial(tmp_path, AUTOMAX[0], random.Random(0))
    first = trial._search("first")
    assert first
    again = trial.notes.lines
    assert trial._search("second") == first
    assert trial.notes.lines == again  # nothing is trained twice
    wd, best = trial.wd, tmp_path / "wd" / "experiment_best"
    assert unreadable(wd, complete=True) == []
    (wd / "search.json.77").touch()
    (best / "members" / "2" / "best.pt").write_text((best / "best.pt").read_text())
    assert unreadable(wd, complete=False) == [f"{best}/members/2: not the model of {_member(best, 2)}"]
    assert len(unreadable(wd, complete=True)) == 2
    next(wd.glob("trials/*/summary.json")).write_text("")
    shutil.rmtree(best)
    assert len(unreadable(wd, complete=True)) == 4


def _member(best, number):
    return json.loads((best / "trial.json").read_text())["members"][number - 1]


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
