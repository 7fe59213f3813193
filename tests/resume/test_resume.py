"""A search that is resumed goes on as if nothing had happened, and calls nothing again."""

import json
import os
import time

import pytest

import pysmac_compat
from pysmac_compat.files.checksums import checked_line
from pysmac_compat.files.state import read_state_run

from .noted_searches import SPACE, cost, cut, direct, journal_of, search, summary


def trouble(x, c, b, n=0, instance=0, seed=0):
    """Statuses of all kinds."""
    if c is None:
        raise ValueError("no c")
    if b:
        return {"status": "TIMEOUT", "runtime": 2.0}
    return {"value": cost(x, c, b, n), "runtime": 0.5 + x % 1, "status": "UNSAT" if x < 0 else "SAT"}


SEARCHES = {
    "plain": {"n": 8},
    "trouble": {"n": 8, "function": trouble, "options": {"retry-crashed-count": 1}},
    "instances and seeds": {"n": 8, "deterministic": False, "num_train_instances": 2, "num_test_instances": 2},
    "run time": {"n": 8, "function": trouble, "options": {"run-obj": "RUNTIME"}, "t_limit_function_s": 5},
    "transformed": {"n": 8, "options": {"tae-transform": True, "tae-transform-SAT-quality": "2 * Q - 1"}},
    "two at a time": {"n": 8, "options": {"workers": 2, "workers-order": "begun"}},
}


#: those whose calls need processes of their own; "plain" goes on in another way than it began
APART = {"run time", "two at a time"}


@pytest.mark.slow
@pytest.mark.parametrize("name", SEARCHES)
@pytest.mark.filterwarnings("ignore:smac_options")
def test_the_rest_is_evaluated_and_nothing_else(tmp_path, notes, name):
    """Whatever part of the journal is left; a second time, nothing is left to do."""
    again = search if name in APART else direct
    whole = again(tmp_path, **SEARCHES[name])
    journal = journal_of(tmp_path)
    text = journal.read_text()
    n_lines = text.count("\n") - 1
    cut(journal, 5, rest='{"test": fal')
    resumed = (search if name == "plain" else again)(tmp_path, notes=notes, resume=True, **SEARCHES[name])
    assert summary(resumed.result) == summary(whole.result)
    retries = sum(e.status == "CRASHED" for e in whole.result.runs[0].evaluations[5:]) * (name == "trouble")
    assert len(notes.lines) == n_lines - 5 + retries
    assert journal.read_text().count("\n") == n_lines + 1
    assert journal.read_text().startswith("".join(text.splitlines(keepends=True)[:6]))
    last = again(tmp_path, notes=notes, resume=True, **SEARCHES[name])
    assert summary(last.result) == summary(whole.result)
    assert len(notes.lines) == n_lines - 5 + retries
    assert last.result.runs[0].evaluations == resumed.result.runs[0].evaluations  # also the times


@pytest.mark.slow
def test_whichever_has_ended_first_of_several_at_a_time(tmp_path, notes):
    """One that was begun before those that are recorded is missing."""
    options = {"workers": 2, "workers-order": "begun"}
    whole = search(tmp_path, 10, options=options)
    journal = journal_of(tmp_path)
    header, *lines = journal.read_text().splitlines(keepends=True)
    journal.write_text(header + "".join(line for line in lines[:7] if '"index": 4,' not in line))
    resumed = search(tmp_path, 10, notes=notes, options=options, resume=True)
    assert summary(resumed.result) == summary(whole.result)
    assert len(notes.lines) == 4


@pytest.mark.slow
def test_each_run_has_its_journal(tmp_path, notes):
    runs = {"num_runs": 3, "num_procs": 2, "seed": [4, 9, 4]}
    whole = search(tmp_path, 6, **runs)
    cut(journal_of(tmp_path, 9), 2)
    journal_of(tmp_path, "4-2").unlink()
    resumed = search(tmp_path, 6, notes=notes, resume=True, **runs)
    assert summary(resumed.result) == summary(whole.result)
    assert len(notes.lines) == 4 + 6


@pytest.mark.slow
def test_more_evaluations(tmp_path, notes):
    """The first ones are the same, and so is the end, however many stops there were."""
    direct(tmp_path / "a", 6, num_test_instances=1, num_train_instances=1)
    direct(tmp_path / "a", 8, num_test_instances=1, num_train_instances=1, resume=True)
    end = direct(tmp_path / "a", 12, notes=notes, num_test_instances=1, num_train_instances=1, resume=True)
    assert 4 <= len(notes.lines) <= 5  # and perhaps a new incumbent on the test instance
    direct(tmp_path / "b", 6, num_test_instances=1, num_train_instances=1)
    other = direct(tmp_path / "b", 12, num_test_instances=1, num_train_instances=1, resume=True)
    assert summary(end.result) == summary(other.result)
    assert end.result.n_evaluations == 12
    fewer = direct(tmp_path / "b", 5, num_test_instances=1, num_train_instances=1, resume=True)
    assert fewer.result.n_evaluations == 5
    assert journal_of(tmp_path / "b").read_text().count('"test": false') == 12


@pytest.mark.slow
def test_the_other_files_are_complete(tmp_path):
    whole = direct(tmp_path / "a", 8, num_train_instances=2, num_test_instances=2)
    direct(tmp_path / "b", 8, num_train_instances=2, num_test_instances=2)
    cut(journal_of(tmp_path / "b"), 5)
    direct(tmp_path / "b", 8, num_train_instances=2, num_test_instances=2, resume=True)
    folders = [tmp_path / name / "out" / "scenario" for name in "ab"]
    assert sorted(os.listdir(folders[0])) == sorted(os.listdir(folders[1]))
    states = [read_state_run(folder / "state-run0") for folder in folders]
    assert states[0].configurations == states[1].configurations
    assert [(r.configuration, r.instance, r.response) for r in states[0].runs] == [
        (r.configuration, r.instance, r.response) for r in states[1].runs
    ]
    assert len(states[1].runs) == whole.result.n_evaluations
    sizes = [[path.read_text().count("\n") for path in sorted(folder.glob("*.*"))] for folder in folders]
    assert sizes[0] == sizes[1]


@pytest.mark.slow
def test_the_clock_goes_on(tmp_path):
    """The trajectory's times are those of the calls together, whenever they were made."""

    def slow(**arguments):
        time.sleep(0.1)
        return cost(**arguments)

    first = direct(tmp_path, 3, function=slow)
    direct(tmp_path, 3, resume=True)
    wall_time = sum(e.wall_time for e in first.result.runs[0].evaluations)
    last = (tmp_path / "out" / "scenario" / "traj-run-0.txt").read_text().splitlines()[-1]
    assert float(last.split(",")[2]) >= wall_time


@pytest.mark.slow
def test_a_call_that_was_cut_short_is_made_again(tmp_path, notes):
    def slow(**arguments):
        if len(notes.lines) == 3:
            time.sleep(60)
        return cost(**arguments)

    first = search(tmp_path, 6, notes=notes, function=slow, time=1.0)
    assert first.result.stopped_because == "t_limit_total_s reached"
    n_finished = journal_of(tmp_path).read_text().count("\n") - 1
    assert n_finished <= 2
    resumed = direct(tmp_path, 6, resume=True)
    assert summary(resumed.result) == summary(direct(tmp_path / "other", 6).result)


@pytest.mark.slow
def test_nothing_to_resume(tmp_path):
    """A script may always say so."""
    assert summary(direct(tmp_path / "a", 3, resume=True).result) == summary(direct(tmp_path / "b", 3).result)


@pytest.mark.slow
def test_without_it_the_journal_is_kept_beside(tmp_path):
    direct(tmp_path, 3)
    text = journal_of(tmp_path).read_text()
    direct(tmp_path, 2)
    assert journal_of(tmp_path).read_text().count("\n") == 3
    (old,) = journal_of(tmp_path).parent.glob("old-journal-run-0.jsonl-*")
    assert old.read_text() == text


@pytest.mark.slow
def test_an_old_state_without_a_journal_stays(tmp_path):
    """As that of the original."""
    direct(tmp_path, 3)
    journal_of(tmp_path).unlink()
    direct(tmp_path, 2, resume=True)
    (old,) = journal_of(tmp_path).parent.glob("old-state-state-run0-*")
    assert len(read_state_run(old).runs) == 3


def test_it_needs_files_that_stay():
    with pytest.raises(ValueError, match="persistent_files=True"):
        pysmac_compat.SMAC_optimizer().minimize(cost, 2, SPACE, resume=True)


def test_files_that_go_have_no_journal(tmp_path):
    optimizer = pysmac_compat.SMAC_optimizer(working_directory=tmp_path)
    optimizer.minimize(lambda x: x, 1, {"x": SPACE["x"]})
    assert not journal_of(tmp_path).exists()
    assert (journal_of(tmp_path).parent / "traj-run-0.txt").exists()


@pytest.mark.slow
def test_another_seed_begins_anew_and_is_told(tmp_path, notes):
    """As the jobs of an array do, which share a folder and may be started again."""
    direct(tmp_path, 3, seed=[3, 5], num_runs=2)
    with pytest.warns(
        UserWarning, match=r"has journals of the seeds 3, 5, but not of 1: this search starts from the beginning"
    ):
        assert direct(tmp_path, 3, notes=notes, seed=1, resume=True).result.n_evaluations == 3
    assert len(notes.lines) == 3
    direct(tmp_path, 3, notes=notes, seed=[1, 5, 7], num_runs=3, resume=True)
    assert len(notes.lines) == 6


def test_another_search_is_refused_before_anything_is_touched(tmp_path):
    direct(tmp_path, 3)
    files = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    with pytest.raises(ValueError, match="num_train_instances was None, now it is 2"):
        direct(tmp_path, 3, num_train_instances=2, resume=True)
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == files


@pytest.mark.slow
def test_what_does_not_fit_is_named_with_its_line(tmp_path):
    direct(tmp_path, 5)
    journal = journal_of(tmp_path)
    lines = journal.read_text().splitlines(keepends=True)
    wrong = json.loads(lines[4])
    wrong["configuration"]["x"] /= 2
    del wrong["crc"]
    journal.write_text("".join([*lines[:4], checked_line(wrong)]))
    with pytest.raises(
        pysmac_compat.FileFormatError, match="has .* as evaluation 4, but the search now proposes"
    ) as caught:
        direct(tmp_path, 5, resume=True)
    assert (caught.value.file, caught.value.line) == (str(journal), 5)
