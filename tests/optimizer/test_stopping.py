"""A search that is stopped: what has been evaluated counts, also what ended a moment ago."""

import os
import signal
import threading
import time

import pytest

from pysmac_compat.events import Evaluated, Improved
from pysmac_compat.optimizer import SMAC_optimizer

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
@pytest.mark.parametrize(("how", "threshold"), [("raises", 1.0), ("raises", 0.01), ("returns", 0.05)])
@pytest.mark.parametrize("options", [{}, {"workers": 3}, {"isolate": False}], ids=str)
def test_stopping_from_on_event(how, options, threshold):
    def on_event(event):
        if isinstance(event, Evaluated) and event.evaluation.value < threshold:
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
        assert optimizer.minimize(parabola, 50, SPACE, on_event=on_event)[0] < threshold
        assert optimizer.result.stopped_because == "on_event returned True"
    assert optimizer.result.n_evaluations < 50
    check_covered(optimizer.result)


def test_only_true_stops():
    optimizer = SMAC_optimizer()
    optimizer.minimize(parabola, 5, SPACE, on_event=lambda event: 1)
    assert optimizer.result.stopped_because == "max_evaluations reached"


@pytest.mark.slow
def test_stopping_several_runs():
    events = []

    def on_event(event):
        events.append(event)
        evaluated = [e.run for e in events if isinstance(e, Evaluated)]
        return len(evaluated) >= 6 and len(set(evaluated)) == 2

    optimizer = SMAC_optimizer()
    optimizer.minimize(parabola, 50, SPACE, on_event=on_event, num_runs=4, num_procs=2)
    assert optimizer.result.stopped_because == "on_event returned True"
    assert len(optimizer.result.runs) == 2
    check_covered(optimizer.result)


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
            if isinstance(event, Evaluated) and event.evaluation.index == 12:
                threading.Timer(delay, os.kill, (os.getpid(), signal.SIGINT)).start()

        optimizer = SMAC_optimizer()
        with pytest.raises(KeyboardInterrupt):
            optimizer.minimize(parabola, 5000, SPACE, on_event=on_event)
        assert optimizer.result.stopped_because == "interrupted"
        assert optimizer.result.n_evaluations >= 12
        check_covered(optimizer.result)


@pytest.mark.slow
def test_a_stopped_search_is_resumed(tmp_path):
    def search(n_calls, **keywords):
        calls = []
        optimizer = SMAC_optimizer(working_directory=str(tmp_path), persistent_files=True)

        def on_event(event):
            if isinstance(event, Evaluated) and not event.recorded:
                calls.append(event.evaluation.index)
            return len(calls) == n_calls

        optimizer.minimize(parabola, 12, SPACE, on_event=on_event, **keywords)
        return calls, optimizer.result

    first, _ = search(7)
    second, result = search(None, resume=True)
    assert first == [*range(1, 8)]
    # a call that had ended before the search could be stopped is in the journal, too
    assert second in ([*range(8, 13)], [*range(9, 13)])
    assert result.stopped_because == "max_evaluations reached"
