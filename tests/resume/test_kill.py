"""Searches in processes of their own that get a SIGKILL, wherever they are, and are resumed."""

import json
import multiprocessing
import os
import random
import signal
import subprocess
import time

import psutil
import pytest

from benchmarks.faults.processes import pause_until
from benchmarks.faults.searches import QUICK, call_of, cost, recorded, search, summary
from pysmac_compat.files.state import read_state_run

from ..functions import gone
from .noted_searches import MODEL, RANDOM, direct

N = 9
KINDS = [
    {"options": {**QUICK, **MODEL}},
    {"options": RANDOM, "deterministic": False, "num_train_instances": 3},
    {"options": {**RANDOM, "workers": 2, "workers-order": "begun"}},
]
#: how many calls have begun, and the kind of the search: before the first, in the design, with the model, at the end;
#: `benchmarks.faults` kills at many more
MOMENTS = [(0, 0), (3, 2), (5, 1), (8, 0)]


def rest(kind):
    """What goes on with a search of a kind: with processes only where it takes them."""
    return search if "workers" in KINDS[kind]["options"] else direct


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """What each kind of search comes to; made when it is needed."""
    made = {}

    def result(kind):
        if kind not in made:
            made[kind] = summary(rest(kind)(tmp_path_factory.mktemp("whole"), N, **KINDS[kind]).result)
        return made[kind]

    return result


def kill_somewhere(folder, notes, moment, keywords):
    """Start a search, and kill it when so many calls have begun; it is not waited for what it is doing then."""
    process = multiprocessing.get_context("fork").Process(target=search, args=(folder, N, notes), kwargs=keywords)
    process.start()
    pause_until(process, notes, moment, random.Random(moment).uniform(0, 0.03))
    process.kill()
    process.join()


@pytest.mark.slow
@pytest.mark.parametrize(("moment", "kind"), MOMENTS)
def test_nothing_that_has_finished_is_evaluated_again(tmp_path, notes, undisturbed, moment, kind):
    kill_somewhere(tmp_path, notes, moment, KINDS[kind])
    done = recorded(tmp_path)
    time.sleep(0.05)  # what the dead process had begun may still make its note
    n_begun = len(notes.lines)
    notes.path.unlink(missing_ok=True)
    resumed = rest(kind)(tmp_path, N, notes, resume=True, **KINDS[kind])
    assert summary(resumed.result) == undisturbed(kind)
    # a result that was on its way when the process died may have reached the journal
    assert len(done) <= N - len(notes.lines) <= n_begun
    assert not {call_of(each) for each in done} & set(notes.lines)
    (state,) = (tmp_path / "out" / "scenario").glob("state-run0")
    assert len(read_state_run(state).runs) == N


@pytest.mark.slow
def test_a_call_that_ends_just_after_its_script_has_not_failed(tmp_path, notes):
    """What makes the calls is held up meanwhile, and finds both at once."""

    def function(**arguments):
        if len(notes.lines) == 2:
            server = psutil.Process(os.getppid())
            script = server.parent()
            others = [child.pid for child in script.children()]
            subprocess.Popen(["sh", "-c", f"sleep .5; kill -CONT {server.pid}"], start_new_session=True)
            server.suspend()
            (tmp_path / "others").write_text(json.dumps(others))
            script.kill()
        return cost(**arguments)

    def script():
        search(tmp_path, 4, notes, function, options=RANDOM)

    process = multiprocessing.get_context("fork").Process(target=script)
    process.start()
    process.join()
    assert all(gone(pid) for pid in json.loads((tmp_path / "others").read_text()))
    assert {each["status"] for each in recorded(tmp_path)} == {"SAT"}


@pytest.mark.slow
def test_many_kills_of_one_search(tmp_path, notes, undisturbed):
    """Each resumption is killed, too; a kill costs the call that is running."""
    moments = (3, 5, 7)
    for moment in moments:
        kill_somewhere(tmp_path, notes, moment, {"resume": True, **KINDS[0]})
    assert summary(direct(tmp_path, N, notes, resume=True, **KINDS[0]).result) == undisturbed(0)
    assert N <= len(notes.lines) <= N + len(moments)


@pytest.mark.slow
def test_the_process_of_the_search_alone(tmp_path, notes, undisturbed):
    """It is the one that writes the journal; what is lost is the call that was going on."""
    script = psutil.Process()
    others = script.children()

    def function(**arguments):
        if len(notes.lines) == 6:
            above = psutil.Process().parents()  # what makes the calls
            (engine,) = [each for each in script.children() if each not in others and each not in above]
            engine.kill()
        return cost(**arguments)

    with pytest.raises(RuntimeError, match="the process of the search ended unexpectedly"):
        search(tmp_path, N, notes, function, **KINDS[0])
    assert len(recorded(tmp_path)) == 5
    assert summary(direct(tmp_path, N, notes, resume=True, **KINDS[0]).result) == undisturbed(0)
    assert len(notes.lines) == 6 + N - 5


@pytest.mark.slow
@pytest.mark.parametrize(
    ("signum", "limit"), [(signal.SIGTERM, None), (signal.SIGTERM, 100), (signal.SIGINT, None), (signal.SIGHUP, 100)]
)
def test_a_signal_to_all_processes_does_not_fail_a_call(tmp_path, notes, signum, limit):
    """The call ends at once, the script a little later."""
    n, hanging = 4, tmp_path / "hanging"

    def function(**arguments):
        if len(notes.lines) == 3 and not hanging.exists():
            hanging.touch()
            time.sleep(600)
        return cost(**arguments)

    def script():
        os.setsid()
        main = os.getpid()

        def end(*_):
            time.sleep(0.2 if os.getpid() == main else 0)
            os._exit(1)

        signal.signal(signum, end)
        search(tmp_path, n, notes, function, t_limit_function_s=limit, options=RANDOM)

    process = multiprocessing.get_context("fork").Process(target=script)
    process.start()
    while not hanging.exists():
        time.sleep(0.01)
    os.killpg(process.pid, signum)
    process.join()
    resumed = search(tmp_path, n, notes, function, resume=True, t_limit_function_s=limit, options=RANDOM)
    assert len(notes.lines) == n + 1
    assert [e.status for e in resumed.result.runs[0].evaluations] == n * ["SAT"]
