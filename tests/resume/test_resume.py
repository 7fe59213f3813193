"""A search that is resumed goes on as if nothing had happened, and calls nothing again."""

import json
import os
import shutil
import time

import pytest

import pysmac_compat
from pysmac_compat.files.checksums import checked_line
from pysmac_compat.files.state import read_state_run

from .noted_searches import MODEL, RANDOM, SPACE, cost, cut, direct, journal_of, search, summary


def trouble(x, c, b, n=0, instance=0, seed=0):
    """Statuses of all kinds."""
    if c is None:
        raise ValueError("no c")
    if b:
        return {"status": "TIMEOUT", "runtime": 2.0}
    return {"value": cost(x, c, b, n), "runtime": 0.5 + x % 1, "status": "UNSAT" if x < 0 else "SAT"}


SEARCHES = {
    "plain": {"n": 7, "options": MODEL},
    "trouble": {"n": 8, "function": trouble, "options": {"retry-crashed-count": 1}},
    "instances and seeds": {"n": 8, "deterministic": False, "num_train_instances": 2, "num_test_instances": 2},
    "run time": {"n": 6, "function": trouble, "options": {"run-obj": "RUNTIME"}, "t_limit_function_s": 5},
    "transformed": {"n": 7, "options": {"tae-transform": True, "tae-transform-SAT-quality": "2 * Q - 1"}},
    "two at a time": {"n": 7, "options": {"workers": 2, "workers-order": "begun"}},
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
    options = {"workers": 2, "workers-order": "begun", **RANDOM}
    whole = search(tmp_path, 7, options=options)
    journal = journal_of(tmp_path)
    header, *lines = journal.read_text().splitlines(keepends=True)
    journal.write_text(header + "".join(line for line in lines[:5] if '"index": 3,' not in line))
    resumed = search(tmp_path, 7, notes=notes, options=options, resume=True)
    assert summary(resumed.result) == summary(whole.result)
    assert len(notes.lines) == 3


@pytest.mark.slow
def test_each_run_has_its_journal(tmp_path, notes):
    runs = {"num_runs": 3, "num_procs": 2, "seed": [4, 9, 4], "options": RANDOM}
    whole = search(tmp_path, 3, **runs)
    cut(journal_of(tmp_path, 9), 2)
    journal_of(tmp_path, "4-2").unlink()
    resumed = search(tmp_path, 3, notes=notes, resume=True, **runs)
    assert summary(resumed.result) == summary(whole.result)
    assert len(notes.lines) == 1 + 3


@pytest.mark.slow
def test_more_evaluations(tmp_path, notes):
    """The first ones are the same, and so is the end, however many stops there were."""
    more = {"num_test_instances": 1, "num_train_instances": 1, "options": MODEL}
    direct(tmp_path / "a", 4, **more)
    shutil.copytree(tmp_path / "a", tmp_path / "b")
    direct(tmp_path / "a", 6, **more, resume=True)
    end = direct(tmp_path / "a", 8, notes=notes, **more, resume=True)
    assert 2 <= len(notes.lines) <= 3  # and perhaps a new incumbent on the test instance
    other = direct(tmp_path / "b", 8, **more, resume=True)
    assert summary(end.result) == summary(other.result)
    assert end.result.n_evaluations == 8
    fewer = direct(tmp_path / "b", 3, **more, resume=True)
    assert fewer.result.n_evaluations == 3
    assert journal_of(tmp_path / "b").read_text().count('"test": false') == 8


@pytest.mark.slow
def test_the_other_files_are_complete(tmp_path):
    whole = direct(tmp_path / "a", 6, num_train_instances=2, num_test_instances=2)
    shutil.copytree(tmp_path / "a", tmp_path / "b")
    cut(journal_of(tmp_path / "b"), 4)
    direct(tmp_path / "b", 6, num_train_instances=2, num_test_instances=2, resume=True)
    folders = [tmp_path / name / "out" / "scenario" for name in "ab"]
    here, there = (set(os.listdir(folder)) for folder in folders)
    assert here == {name for name in there if not name.startswith("old-")}
    states = [read_state_run(folder / "state-run0") for folder in folders]
    assert states[0].configurations == states[1].configurations
    assert [(r.configuration, r.instance, r.response) for r in states[0].runs] == [
        (r.configuration, r.instance, r.response) for r in states[1].runs
    ]
    assert len(states[1].runs) == whole.result.n_evaluations
    sizes = [[(folder / name).read_text().count("\n") for name in sorted(here) if "." in name] for folder in folders]
    assert sizes[0] == sizes[1]


@pytest.mark.slow
def test_the_clock_goes_on(tmp_path):
    """The trajectory's times are those of the calls together, whenever they were made."""

    def slow(**arguments):
        time.sleep(0.1)
        return cost(**arguments)

    first = direct(tmp_path, 2, function=slow)
    direct(tmp_path, 2, resume=True)
    wall_time = sum(e.wall_time for e in first.result.runs[0].evaluations)
    last = (tmp_path / "out" / "scenario" / "traj-run-0.txt").read_text().splitlines()[-1]
    assert float(last.split(",")[2]) >= wall_time


@pytest.mark.slow
def test_a_call_that_was_cut_short_is_made_again(tmp_path, notes):
    def slow(**arguments):
        if len(notes.lines) == 3:
            time.sleep(60)
        return cost(**arguments)

    first = search(tmp_path, 4, notes=notes, function=slow, time=0.5, options=RANDOM)
    assert first.result.stopped_because == "t_limit_total_s reached"
    n_finished = journal_of(tmp_path).read_text().count("\n") - 1
    assert n_finished <= 2
    resumed = direct(tmp_path, 4, resume=True)
    assert summary(resumed.result) == summary(direct(tmp_path / "other", 4).result)


@pytest.fixture(scope="module")
def of_three(tmp_path_factory):
    """A folder with a search of three evaluations, and its result."""
    folder = tmp_path_factory.mktemp("three")
    return folder, direct(folder, 3).result


@pytest.fixture
def three(of_three, tmp_path):
    """A copy of it."""
    return shutil.copytree(of_three[0], tmp_path / "three")


@pytest.mark.slow
def test_nothing_to_resume(of_three, tmp_path):
    """A script may always say so."""
    assert summary(direct(tmp_path, 3, resume=True).result) == summary(of_three[1])


@pytest.mark.slow
def test_without_it_the_journal_is_kept_beside(three):
    text = journal_of(three).read_text()
    direct(three, 2)
    assert journal_of(three).read_text().count("\n") == 3
    (old,) = journal_of(three).parent.glob("old-journal-run-0.jsonl-*")
    assert old.read_text() == text


def test_an_old_state_without_a_journal_stays(three):
    """As that of the original."""
    journal_of(three).unlink()
    direct(three, 2, resume=True)
    (old,) = journal_of(three).parent.glob("old-state-state-run0-*")
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
    direct(tmp_path, 2, seed=[3, 5], num_runs=2)
    with pytest.warns(
        UserWarning, match=r"has journals of the seeds 3, 5, but not of 1: this search starts from the beginning"
    ):
        assert direct(tmp_path, 2, notes=notes, seed=1, resume=True).result.n_evaluations == 2
    assert len(notes.lines) == 2
    direct(tmp_path, 2, notes=notes, seed=[1, 5, 7], num_runs=3, resume=True)
    assert len(notes.lines) == 4


def test_another_search_is_refused_before_anything_is_touched(three):
    files = {path: path.read_bytes() for path in three.rglob("*") if path.is_file()}
    with pytest.raises(ValueError, match="num_train_instances was None, now it is 2"):
        direct(three, 3, num_train_instances=2, resume=True)
    assert {path: path.read_bytes() for path in three.rglob("*") if path.is_file()} == files


def test_what_does_not_fit_is_named_with_its_line(three):
    journal = journal_of(three)
    lines = journal.read_text().splitlines(keepends=True)
    wrong = json.loads(lines[2])
    wrong["configuration"]["x"] /= 2
    del wrong["crc"]
    journal.write_text("".join([*lines[:2], checked_line(wrong)]))
    with pytest.raises(
        pysmac_compat.FileFormatError, match="has .* as evaluation 2, but the search now proposes"
    ) as caught:
        direct(three, 3, resume=True)
    assert (caught.value.file, caught.value.line) == (str(journal), 3)
