"""A search that is stopped: what has been evaluated counts, also what ended a moment ago."""

import os
import signal
import threading
import time
import traceback

import pytest

from pysmac_compat.errors import ArgumentError
from pysmac_compat.events import Evaluated, Improved, Stop
from pysmac_compat.optimizer import SMAC_optimizer

from ..functions import gone
from .small import SPACE


class Enough(Exception):
    """What a script raises when it has seen enough."""


def parabola(r):
    return (r - 1.3) ** 2


def check_covered(result):
    for run in result.runs:
        least = min(run.evaluations, key=lambda e: e.value)
        assert run.value == run.trajectory[-1].value == least.value
        assert run.active_configuration == run.trajectory[-1].active_configuration == least.configuration


@pytest.mark.slow
@pytest.mark.parametrize(
    ("options", "how"),
    [
        ({}, "raises"),
        ({"workers": 3}, "raises"),
        ({"workers": 3}, "returns"),
        ({"isolate": False}, "raises"),
        ({"isolate": False}, "returns"),
    ],
    ids=str,
)
def test_stopping_from_on_event(options, how):
    seen = []

    def on_event(event):
        if isinstance(event, Evaluated):
            seen.append(event.evaluation)
        if len(seen) >= 3:
            if how == "raises":
                raise Enough
            return True

    optimizer = SMAC_optimizer()
    optimizer.smac_options.update(options)
    if how == "raises":
        with pytest.raises(Enough):
            optimizer.minimize(parabola, 50, SPACE, on_event=on_event)
        assert optimizer.result.stopped_because == "interrupted"
    else:
        assert optimizer.minimize(parabola, 50, SPACE, on_event=on_event)[0] == optimizer.result.value
        assert optimizer.result.stopped_because == "on_event returned True"
    assert optimizer.result.n_evaluations < 50
    assert all(each in optimizer.result.runs[0].evaluations for each in seen)
    check_covered(optimizer.result)


@pytest.mark.slow
def test_only_true_stops():
    optimizer = SMAC_optimizer()
    optimizer.minimize(parabola, 2, SPACE, on_event=lambda event: 1)
    assert optimizer.result.stopped_because == "max_evaluations reached"


@pytest.mark.slow
def test_a_reason_to_stop():
    optimizer = SMAC_optimizer()
    optimizer.minimize(
        parabola, 50, SPACE, on_event=lambda event: Stop("enough") if isinstance(event, Evaluated) else None
    )
    assert optimizer.result.stopped_because == "enough"
    assert optimizer.result.n_evaluations < 50
    for reason in ("", None, 5):
        with pytest.raises(ArgumentError, match=f"Stop: reason must be a text that is not empty, got {reason!r}"):
            Stop(reason)


@pytest.mark.slow
def test_stopping_several_runs():
    events = []

    def on_event(event):
        events.append(event)
        evaluated = [e.run for e in events if isinstance(e, Evaluated)]
        return len(evaluated) >= 3 and len(set(evaluated)) == 2

    optimizer = SMAC_optimizer()
    optimizer.minimize(parabola, 50, SPACE, on_event=on_event, num_runs=4, num_procs=2)
    assert optimizer.result.stopped_because == "on_event returned True"
    assert len(optimizer.result.runs) == 2
    check_covered(optimizer.result)


@pytest.mark.slow
def test_a_running_call_is_ended(notes):
    def function(r):
        notes.write(os.getpid())
        if r != 1.0:
            time.sleep(600)
        return parabola(r)

    optimizer = SMAC_optimizer()
    optimizer.minimize(function, 50, SPACE, on_event=lambda event: isinstance(event, Improved))
    assert optimizer.result.value == parabola(1.0)
    assert optimizer.result.n_evaluations == 1
    for pid in map(int, notes.lines):
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


@pytest.mark.slow
def test_an_interrupt_keeps_what_has_ended():
    """However busy the search is at that moment."""
    for delay in (0.0, 0.01):

        def on_event(event, delay=delay):
            if isinstance(event, Evaluated) and event.evaluation.index == 3:
                threading.Timer(delay, os.kill, (os.getpid(), signal.SIGINT)).start()

        optimizer = SMAC_optimizer()
        with pytest.raises(KeyboardInterrupt):
            optimizer.minimize(parabola, 5000, SPACE, on_event=on_event)
        assert optimizer.result.stopped_because == "interrupted"
        assert optimizer.result.n_evaluations >= 3
        check_covered(optimizer.result)


TERMINATED = """
import os, signal, sys, time
import pysmac_compat as pysmac

def function(x):
    if x != 1:
        with open("pids", "a") as file:
            print(os.getpid(), file=file, flush=True)
        os.kill(SCRIPT, signal.SIGTERM)
        time.sleep(600)
    return x

SCRIPT = os.getpid()
HANDLER
optimizer = pysmac.SMAC_optimizer(working_directory="here", persistent_files=PERSISTENT)
print(os.path.exists("here"), flush=True)
optimizer.smac_options.update(OPTIONS)
value = optimizer.minimize(function, 9, {"x": ("integer", [1, 9], 1)})[0]
print("returned", value, optimizer.result.stopped_because)
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("handler", "code", "said"),
    [
        ("", -signal.SIGTERM, []),
        ("signal.signal(signal.SIGTERM, lambda *_: sys.exit(7))", 7, []),
        ("signal.signal(signal.SIGTERM, lambda *_: print('noted'))", 0, ["noted", "returned 1.0 interrupted"]),
    ],
    ids=["default", "exits", "goes on"],
)
def test_sigterm_ends_the_search_then_does_what_it_did_before(run_script, tmp_path, handler, code, said):
    persistent = handler == ""
    script = TERMINATED.replace("HANDLER", handler).replace("PERSISTENT", str(persistent)).replace("OPTIONS", "{}")
    done = run_script(script, check=False)
    assert done.returncode == code, done.stderr
    assert done.stdout.splitlines() == ["True", *said]
    hint = "SIGTERM: stopped after 1 of 9 evaluations, best 1; minimize(..., resume=True)"
    assert (hint in done.stderr) == persistent
    for pid in (tmp_path / "pids").read_text().split():
        assert gone(int(pid))
    if persistent:
        assert list(tmp_path.glob("here/out/**/journal*"))
    else:
        assert not (tmp_path / "here").exists()


@pytest.mark.slow
@pytest.mark.parametrize("options", [{"workers": 2}, {"isolate": False}], ids=str)
def test_sigterm_in_other_modes(run_script, tmp_path, options):
    script = TERMINATED.replace("HANDLER", "").replace("PERSISTENT", "False").replace("OPTIONS", str(options))
    assert run_script(script, check=False).returncode == -signal.SIGTERM
    assert not (tmp_path / "here").exists()


@pytest.mark.slow
def test_a_call_gets_the_handler_of_the_script(notes):
    before = signal.signal(signal.SIGTERM, lambda *_: notes.write("handler"))
    try:
        SMAC_optimizer().minimize(lambda r: os.kill(os.getpid(), signal.SIGTERM) or r, 1, SPACE)
        assert notes.lines == ["handler"]
        assert signal.getsignal(signal.SIGTERM) is not before
    finally:
        signal.signal(signal.SIGTERM, before)


@pytest.mark.slow
def test_a_stopped_search_is_resumed(tmp_path):
    def search(n_calls, **keywords):
        calls = []
        optimizer = SMAC_optimizer(working_directory=str(tmp_path), persistent_files=True)
        optimizer.smac_options["isolate"] = False

        def on_event(event):
            if isinstance(event, Evaluated) and not event.recorded:
                calls.append(event.evaluation.index)
            return len(calls) == n_calls

        optimizer.minimize(parabola, 6, SPACE, on_event=on_event, **keywords)
        return calls, optimizer.result

    first, _ = search(3)
    second, result = search(None, resume=True)
    assert first == [*range(1, 4)]
    # a call that had ended before the search could be stopped is in the journal, too
    assert second in ([4, 5, 6], [5, 6])
    assert result.stopped_because == "max_evaluations reached"


def own_call(r):
    raise KeyboardInterrupt


def shown(error):
    return [frame.name for frame in traceback.extract_tb(error.__traceback__)]


@pytest.mark.parametrize("persistent", [True, False])
def test_the_traceback_of_an_interrupt_shows_the_users_frames(tmp_path, persistent):
    def on_event(event):
        if isinstance(event, Evaluated):
            os.kill(os.getpid(), signal.SIGINT)

    optimizer = SMAC_optimizer(working_directory=str(tmp_path / "wd"), persistent_files=persistent)
    with pytest.raises(KeyboardInterrupt) as caught:
        optimizer.minimize(parabola, 5, SPACE, on_event=on_event, num_runs=2)
    name = "test_the_traceback_of_an_interrupt_shows_the_users_frames"
    assert shown(caught.value)[:2] == [name, "checked"]
    assert set(shown(caught.value)[2:]) <= {"on_event"}
    count = optimizer.result.n_evaluations
    assert str(caught.value).startswith(f"stopped after {count} of 10 evaluations, best ")
    assert str(caught.value).endswith("--resume SCRIPT, continues the search") == persistent


def test_the_frames_of_a_function_in_this_process_stay():
    optimizer = SMAC_optimizer()
    optimizer.smac_options["isolate"] = False
    with pytest.raises(KeyboardInterrupt) as caught:
        optimizer.minimize(own_call, 5, SPACE)
    assert shown(caught.value)[1:] == ["checked", "own_call"]
    assert str(caught.value) == "stopped after 0 of 5 evaluations, none has succeeded"
