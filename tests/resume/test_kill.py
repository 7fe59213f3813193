"""Searches in processes of their own that get a SIGKILL, wherever they are, and are resumed."""

import json
import multiprocessing
import random
import time

import pytest

from pysmac_compat.files.state import read_state_run

from .searches import journal_of, search, summary

N = 60
QUICK = {"rf-num-trees": 4, "num-ei-random": 100}
KINDS = [
    {"options": QUICK},
    {"options": QUICK, "deterministic": False, "num_train_instances": 3},
    {"options": {**QUICK, "workers": 2}},
]


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """What each kind of search comes to; made when it is needed."""
    made = {}

    def result(kind):
        if kind not in made:
            made[kind] = summary(search(tmp_path_factory.mktemp("whole"), N, **KINDS[kind]).result)
        return made[kind]

    return result


def kill_somewhere(folder, notes, moment, keywords):
    """Start a search, and kill it when so many calls have begun; it is not waited for what it is doing then."""
    process = multiprocessing.get_context("fork").Process(target=search, args=(folder, N, notes), kwargs=keywords)
    process.start()
    while process.is_alive() and len(notes.lines) < moment:
        time.sleep(0.001)
    time.sleep(random.Random(moment).uniform(0, 0.03))
    process.kill()
    process.join()


def finished(folder):
    """The evaluations in the whole lines of the journal."""
    journal = journal_of(folder)
    if not journal.exists():
        return []
    _, *lines = journal.read_text().split("\n")[:-1]
    return [json.loads(line) for line in lines]


def call(configuration, instance, seed, **_):
    """How a call is noted."""
    extra = {name: value for name, value in (("instance", instance), ("seed", seed)) if value is not None}
    return str(sorted({**configuration, **extra}.items(), key=str))


@pytest.mark.slow
@pytest.mark.parametrize("moment", range(0, N, N // 20))
def test_nothing_that_has_finished_is_evaluated_again(tmp_path, notes, undisturbed, moment):
    kind = moment // 3 % len(KINDS)
    kill_somewhere(tmp_path, notes, moment, KINDS[kind])
    done = finished(tmp_path)
    n_begun = len(notes.lines)
    time.sleep(0.05)  # what the dead process had begun may still make its note
    notes.path.unlink(missing_ok=True)
    resumed = search(tmp_path, N, notes, resume=True, **KINDS[kind])
    assert summary(resumed.result) == undisturbed(kind)
    assert len(notes.lines) == N - len(done)
    assert not {call(**each) for each in done} & set(notes.lines)
    assert len(done) <= n_begun
    (state,) = (tmp_path / "out" / "scenario").glob("state-run0")
    assert len(read_state_run(state).runs) == N


@pytest.mark.slow
def test_many_kills_of_one_search(tmp_path, notes, undisturbed):
    """Each resumption is killed, too; a kill costs the call that is running."""
    moments = range(5, N, 12)
    for moment in moments:
        kill_somewhere(tmp_path, notes, moment, {"resume": True, **KINDS[0]})
    assert summary(search(tmp_path, N, notes, resume=True, **KINDS[0]).result) == undisturbed(0)
    assert N <= len(notes.lines) <= N + len(moments)
