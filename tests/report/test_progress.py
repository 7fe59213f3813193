"""What is shown while a search goes on."""

import logging
import math
import sys

import pytest

from pysmac_compat import ArgumentError, Searched, SMAC_optimizer
from pysmac_compat.events import Begun, Evaluated, Improved, RunEnded, RunStarted
from pysmac_compat.events import Tested as OnTestInstance
from pysmac_compat.report import progress
from pysmac_compat.report.progress import Display, Pace, Wishes, say

from .small import evaluation, minimise

SPACE = {"x": ("real", [-5, 5], 4)}


def parabola(x):
    return (x - 1) ** 2


def improved(run, index, value):
    return Improved(run, index, {"x": value}, value, 1)


EVENTS = [
    RunStarted(0),
    Begun(0, 1),
    Begun(0, 2),
    Evaluated(0, evaluation(2, 4.0, x=4.0)),
    improved(0, 2, 4.0),
    Evaluated(0, evaluation(1, 9.0, "CRASHED", x=9.0)),
    Begun(0, 3),
    Evaluated(0, evaluation(3, 9.0, "TIMEOUT", x=3.0)),
    Begun(0, 4),
]


def show(wishes, events=EVENTS, search=None, **about):
    search = search or Searched(max_evaluations=5)
    with Display(wishes, search, **about) as display:
        for event in events:
            display.take(event)
        return display._state()


def test_the_line_that_moves(capsys):
    state = show(Wishes(progress=True), workers=2)
    assert [state[0], *state[2:]] == ["best 4", "1 crashed", "1 timed out", "1/2 busy"]
    assert state[1].endswith(" left")
    out, err = capsys.readouterr()
    assert out == ""
    assert "3/5" in err
    assert "best 4" in err


def test_recorded_evaluations_take_no_time_and_no_worker():
    events = [RunStarted(0), Evaluated(0, evaluation(1, 4.0, x=4.0), recorded=True)]
    assert show(Wishes(progress=True), events) == ["none yet", "0 crashed", "0 timed out", "0/1 busy"]


def test_a_run_that_ends_early_leaves_less_to_do(capsys):
    events = [*EVENTS, RunEnded(0, "target"), RunStarted(1), Evaluated(1, evaluation(1, 3.0, x=3.0))]
    show(Wishes(progress=True), [*events, improved(1, 1, 3.0)], n_runs=2)
    assert "4/8" in capsys.readouterr().err.rpartition("\r")[2]


def test_the_largest_is_best():
    events = [*EVENTS, improved(1, 1, 7.0)]
    assert show(Wishes(progress=True), events, Searched(max_evaluations=5, maximize=True))[0] == "best 7"


def test_what_was_known_counts():
    search = Searched(max_evaluations=5, maximize=True)
    assert show(Wishes(progress=True), [RunStarted(0)], search, known=[6.0, 5.0])[0] == "best 6"
    assert show(Wishes(progress=True), EVENTS, search, known=[3.0])[0] == "best 4"


def test_what_was_known_stands_in_the_lines(capsys):
    show(Wishes(verbose=1), EVENTS[:4], Searched(max_evaluations=5, maximize=True), known=[6.0])
    assert ": 4 (best 6), " in capsys.readouterr().out


@pytest.mark.parametrize("wishes", [{"verbose": 1}, {"progress": True}])
def test_a_note_comes_first(capsys, wishes):
    show(Wishes(**wishes, note="resume: 3 evaluations"))
    out, err = capsys.readouterr()
    assert out.startswith("resume: 3 evaluations\n") == ("verbose" in wishes)
    assert ("resume: 3 evaluations" in err) == ("progress" in wishes)


def test_a_notebook_without_widgets_has_one_stream(capsys, monkeypatch):
    monkeypatch.setattr(progress, "_is_notebook", lambda: True)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    show(Wishes(progress=True, verbose=1), search=Searched(max_evaluations=5, maximize=True))
    out, err = capsys.readouterr()
    assert "evaluation 2/5" in out
    assert "maximize: " in out
    assert err == ""


def test_a_line_for_each_evaluation(capsys):
    show(Wishes(verbose=1), [*EVENTS, OnTestInstance(0, evaluation(1, 5.0, x=4.0))])
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 4
    assert lines[0].startswith("run 0, evaluation 2/5: 4 (best 4), 1.0 s, about ")
    assert lines[0].endswith(" left; x=4")
    assert lines[1].startswith("run 0, evaluation 1/5: CRASHED: ValueError: <script>")
    assert lines[2].startswith("run 0, evaluation 3/5: TIMEOUT: ")
    assert lines[3].startswith("run 0, test 1: 5 (best 4), 1.0 s")


def test_lines_stand_above_the_line_that_moves(capsys, monkeypatch):
    monkeypatch.setattr(logging.getLogger("pysmac_compat"), "handlers", [])  # those of pytest
    with Display(Wishes(progress=True, verbose=1), Searched(max_evaluations=5)) as display:
        for event in EVENTS[:4]:
            display.take(event)
        say("a text")
        logging.getLogger("pysmac_compat").warning("a warning")
    say("after that")
    out, err = capsys.readouterr()
    assert out.splitlines()[1:] == ["a text", "after that"]
    assert "a warning\n" in err


def test_the_lines_are_records_of_a_logger(monkeypatch):
    logger, records = logging.getLogger("pysmac_compat.evaluations"), []
    handler = logging.Handler()
    handler.emit = records.append
    monkeypatch.setattr(logger, "handlers", [handler])
    show(Wishes(verbose=1))
    assert [record.levelname for record in records] == ["INFO"] * 3
    assert (logger.level, logger.handlers) == (logging.NOTSET, [handler])


def test_a_stream_that_nobody_reads_ends_nothing(monkeypatch):
    class Closed:
        encoding = "utf-8"

        def write(self, text):
            raise BrokenPipeError

        flush = write

    monkeypatch.setattr(sys, "stdout", Closed())
    show(Wishes(verbose=1))


def test_time_left():
    assert Pace().left(5) is None
    pace = Pace(total_time=1000.0)
    assert 999 < pace.left(5) <= 1000
    pace.note()
    assert pace.left(0) == 0
    assert 0 < pace.left(3) < 1000
    assert math.isfinite(pace.left(10**9))


@pytest.mark.parametrize(
    ("wishes", "message"),
    [
        ({"progress": "yes"}, "progress must be True, False or 'auto', got 'yes'"),
        ({"progress": 1}, "progress must be True, False or 'auto', got 1"),
        ({"verbose": -1}, "verbose must be at least 0, got -1"),
        ({"verbose": "1"}, "verbose must be an integer, got '1'"),
    ],
)
def test_what_cannot_be_meant_is_refused(wishes, message):
    with pytest.raises(ArgumentError, match=message):
        SMAC_optimizer().minimize(parabola, 2, SPACE, **wishes)


def test_auto_asks_whether_there_is_a_terminal(monkeypatch):
    assert not Wishes("auto").checked().progress
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    assert Wishes("auto").checked().progress


@pytest.mark.slow
def test_a_search_that_is_shown_is_the_same_search(capfd):
    options = {"workers": 2, "workers-order": "begun"}
    plain = minimise(parabola, 4, SPACE, options=options, num_runs=2)
    assert capfd.readouterr() == ("", "")
    told = []
    shown = minimise(parabola, 4, SPACE, options=options, num_runs=2, progress=True, verbose=True, on_event=told.append)
    assert [e.configuration for e in shown] == [e.configuration for e in plain]
    assert not any(isinstance(event, Begun) for event in told)
    out, err = capfd.readouterr()
    assert len(out.splitlines()) == 8
    assert "8/8" in err
    assert "0/2 busy" in err


@pytest.mark.slow
def test_the_first_failure_is_shown_from_the_users_code_on(run_script):
    done = run_script(
        """
        from pysmac_compat import SMAC_optimizer

        def inner(x):
            raise ValueError("the message of the user")

        def function(x, seed):
            return inner(x)

        opt = SMAC_optimizer()
        opt.smac_options.update({"workers": 2})
        opt.minimize(function, 4, {"x": ("real", [-5, 5], 4)}, deterministic=False)
        """
    )
    lines = done.stderr.splitlines()
    start = lines.index("Traceback (most recent call last):")
    assert "has the status CRASHED (later failures are only counted):" in lines[start - 1]
    assert "script.py" in lines[start + 1]
    assert lines[start + 1].endswith("in function")
    shown = lines[start : lines.index("ValueError: the message of the user")]
    assert not any("pysmac_compat" in line for line in shown)
    assert any(line.startswith("the function got seed=") and ", x=" in line for line in lines)


MISSING = """
import sys
sys.modules["tqdm"] = None
from pysmac_compat import SMAC_optimizer
called = []
try:
    SMAC_optimizer().minimize(called.append, 2, {"x": ("real", [-5, 5], 4)}, progress=True)
except ImportError as error:
    print(error, called)
"""


@pytest.mark.slow
def test_what_is_missing_is_named_with_the_command(run_script):
    assert run_script(MISSING).stdout == "progress needs tqdm: pip install 'pysmac-compat[show]' []\n"


@pytest.mark.slow
def test_the_command_line_shows_an_old_script(run_prepared):
    script = """
        import pysmac
        if __name__ == "__main__":
            opt = pysmac.SMAC_optimizer()
            opt.minimize(lambda x: x * x, 3, {"x": ("real", [-5, 5], 1)})
        """
    done = run_prepared("-m", "pysmac_compat", "--progress", "--verbose", "script.py", files={"script.py": script})
    assert [line.partition(":")[0] for line in done.stdout.splitlines()] == [
        f"run 0, evaluation {n}/3" for n in (1, 2, 3)
    ]
    assert "3/3" in done.stderr
    silent = run_prepared("-m", "pysmac_compat", "script.py")
    assert (silent.stdout, silent.stderr) == ("", "")
