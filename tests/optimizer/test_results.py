"""What is left after a search: `SMAC_optimizer.result`, also after failures."""

import dataclasses
import logging
import pickle
import time
from itertools import pairwise

import pytest

from pysmac_compat import Evaluation, Incumbent, Result, RunResult, SMAC_optimizer
from pysmac_compat.evaluation.rules import TIMEOUT_QUALITY
from pysmac_compat.events import Evaluated, Improved, RunEnded, RunStarted
from pysmac_compat.files.incumbents import best_so_far
from pysmac_compat.options.smac_options import resolve
from pysmac_compat.plan import Budget, Plan
from pysmac_compat.planning.planner import make_plan
from pysmac_compat.report.logs import logging_on_stderr
from pysmac_compat.report.plots.values import incumbent_steps
from pysmac_compat.search.result_builder import ResultBuilder
from pysmac_compat.space.definition import define

from .small import direct

SPACE = {"x": ("real", [-5, 5], 4), "c": ("categorical", ["a", "b"], "a"), "d": ("integer", [1, 9], 3)}


CLAUSES = ["d | c == b"]


def _function(x, c, d=0):
    if c == "b" and x < 0:
        raise ValueError("the message of the user")
    return (x - 1) ** 2 + d


def _fields(kind):
    return [field.name for field in dataclasses.fields(kind)]


def test_fields():
    assert _fields(Result)[:6] == [
        "value",
        "configuration",
        "active_configuration",
        "runs",
        "n_crashed",
        "stopped_because",
    ]
    assert _fields(RunResult)[:7] == [
        "seed",
        "value",
        "configuration",
        "active_configuration",
        "trajectory",
        "evaluations",
        "test_evaluations",
    ]
    assert _fields(Evaluation)[:10] == [
        "index",
        "configuration",
        "instance",
        "seed",
        "status",
        "value",
        "cutoff",
        "cpu_time",
        "wall_time",
        "message",
    ]


@pytest.fixture(scope="module")
def result():
    optimizer = direct()
    assert optimizer.result is None
    found = optimizer.minimize(_function, 10, SPACE, CLAUSES, num_runs=2, seed=3)
    assert found == (optimizer.result.value, optimizer.result.configuration)
    return optimizer.result


@pytest.mark.slow
def test_result(result):
    assert [run.seed for run in result.runs] == [3, 4]
    assert result.value == min(run.value for run in result.runs)
    assert result.stopped_because == "max_evaluations reached"
    for run in result.runs:
        assert [e.index for e in run.evaluations] == list(range(1, 11))
        assert run.test_evaluations == []
        for e in run.evaluations:
            assert (e.instance, e.seed, e.cutoff) == (None, None, None)
            assert set(e.configuration) == ({"x", "c", "d"} if e.configuration["c"] == "b" else {"x", "c"})
            failed = e.configuration["c"] == "b" and e.configuration["x"] < 0
            assert e.status == ("CRASHED" if failed else "SAT")
            assert e.value == (TIMEOUT_QUALITY if failed else _function(**e.configuration))
            assert ("the message of the user" in e.message) == failed
            assert e.cpu_time >= 0
            assert e.wall_time > 0
        assert run.n_crashed == sum(e.status == "CRASHED" for e in run.evaluations)
        values = [step.value for step in run.trajectory]
        assert values == sorted(values, reverse=True)
        assert len(set(values)) == len(values)
        for step in run.trajectory:
            assert isinstance(step, Incumbent)
            evaluation = run.evaluations[step.evaluation - 1]
            assert (step.value, step.active_configuration) == (evaluation.value, evaluation.configuration)
        assert run.trajectory[0].evaluation == 1
        assert (run.value, run.active_configuration) == (values[-1], run.trajectory[-1].active_configuration)
        assert list(run.configuration) == ["c", "d", "x"]
    assert result.n_crashed == sum(run.n_crashed for run in result.runs)


@pytest.mark.slow
def test_the_result_is_shown_in_short(result):
    best = f"value={result.value!r}, configuration={result.configuration!r}, "
    assert 0 < result.n_crashed < 20
    failed = f"evaluations=20, crashed={result.n_crashed}, timed out=0"
    assert repr(result) == f"<Result: {best}runs=2, {failed}, stopped because: max_evaluations reached>"
    for run in result.runs:
        assert repr(run).startswith(f"<RunResult: seed={run.seed}, value={run.value!r}, ")
        assert f"evaluations=10, crashed={run.n_crashed}, " in repr(run)


def test_the_first_of_equal_runs_is_returned():
    optimizer = direct()
    optimizer.minimize(lambda x: 5.0, 1, {"x": SPACE["x"]}, num_runs=2, seed=[8, 3])
    assert optimizer.result.configuration == optimizer.result.runs[0].configuration
    assert optimizer.result.runs[0].seed == 8


def test_the_returned_dict_is_a_copy():
    optimizer = direct()
    _, best = optimizer.minimize(lambda x: 5.0, 1, {"x": SPACE["x"]})
    best["x"] = 77
    assert optimizer.result.configuration == {"x": 4.0}


# -- failures -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("quality", "value"), [(None, TIMEOUT_QUALITY), (-3, -3.0)])
def test_all_failed(quality, value):
    optimizer = direct()
    if quality is not None:
        optimizer.smac_options["timeout_quality"] = quality
    with pytest.warns(UserWarning, match="all 3 evaluations failed"):
        found = optimizer.minimize(lambda **_: 1 / 0, 3, SPACE, CLAUSES)
    assert found == (value, {"c": "a", "d": 3, "x": 4.0})
    assert optimizer.result.n_crashed == 3
    assert optimizer.result.active_configuration == {"c": "a", "x": 4.0}


def test_each_configuration_fails_on_an_instance():
    def function(x, instance):
        return x / (1 - instance)

    with pytest.warns(UserWarning, match="each configuration has a failed evaluation; the default configuration is"):
        direct().minimize(function, 4, {"x": SPACE["x"]}, num_train_instances=2)


def test_a_failure_is_never_the_incumbent_however_low_the_timeout_quality():
    optimizer = direct()
    optimizer.smac_options["timeout_quality"] = -1000

    def function(x):
        if x == 4:
            raise ValueError
        return x + 100

    value, best = optimizer.minimize(function, 4, {"x": SPACE["x"]})
    assert value == best["x"] + 100
    assert all(step.evaluation != 1 for step in optimizer.result.runs[0].trajectory)


@pytest.mark.filterwarnings("ignore:.* evaluations? failed")
def test_a_run_without_a_success_never_wins(tmp_path):
    def function(x):
        marker = tmp_path / "marker"
        if not marker.exists():
            marker.touch()
            raise ValueError
        return 100.0

    optimizer = direct()
    optimizer.smac_options["timeout_quality"] = 77
    assert optimizer.minimize(function, 1, {"x": SPACE["x"]}, num_runs=2) == (100.0, {"x": 4.0})


@pytest.mark.parametrize("status", ["ABORT", b"CRASHED"])
def test_reported_failures(status):
    optimizer = direct()
    value, best = optimizer.minimize(
        lambda x: {"value": -99.0, "status": status if x == 4 else "SAT"}, 2, {"x": SPACE["x"]}
    )
    assert value == -99.0
    assert best["x"] != 4
    assert optimizer.result.runs[0].evaluations[0].value == TIMEOUT_QUALITY


@pytest.mark.slow
def test_the_first_traceback_is_shown_once(run_script):
    done = run_script(
        """
        from pysmac_compat import SMAC_optimizer

        def function(x):
            raise ValueError("the message of the user")

        optimizer = SMAC_optimizer()
        print(optimizer.minimize(function, 2, {"x": ("real", [-5, 5], 4)}))
        """
    )
    assert done.stdout == f"({TIMEOUT_QUALITY!r}, {{'x': 4.0}})\n"
    assert done.stderr.count("Traceback (most recent call last)") == 1
    assert done.stderr.count("the message of the user") >= 1
    assert "2 of 2 evaluations failed" in done.stderr


@pytest.mark.parametrize(
    ("status", "last"),
    [
        ("TIMEOUT", ["3 of 3 evaluations timed out"]),
        ("CRASHED", ["3 of 3 evaluations failed"]),
        ("BOTH", ["2 of 3 evaluations failed, 1 timed out"]),
    ],
)
@pytest.mark.filterwarnings("ignore:.* evaluations? failed")
def test_failures_and_time_outs_are_counted_apart(caplog, status, last):
    def function(n):
        return {"value": n, "status": status if status != "BOTH" else "CRASHED" if n > 1 else "TIMEOUT"}

    optimizer = direct()
    optimizer.minimize(function, 3, {"n": ("integer", [1, 3], 3)})
    assert [r.getMessage() for r in caplog.records if " of " in r.getMessage()] == last
    run = optimizer.result.runs[0]
    statuses = [e.status for e in run.evaluations]
    assert optimizer.result.n_crashed == run.n_crashed == statuses.count("CRASHED")
    assert optimizer.result.n_timed_out == run.n_timed_out == statuses.count("TIMEOUT")


@pytest.mark.slow
def test_a_call_that_the_end_of_the_search_stops_is_not_counted_as_a_time_out(caplog):
    def function(n):
        if n != 3:
            time.sleep(600)
        return n

    optimizer = SMAC_optimizer(1.0)
    optimizer.minimize(function, 3, {"n": ("integer", [1, 3], 3)})
    assert optimizer.result.n_timed_out == 1
    assert optimizer.result.runs[0].evaluations[-1].message.startswith("stopped: the total time is over (")
    assert not [r.getMessage() for r in caplog.records if "timed out" in r.getMessage()]


@pytest.mark.slow
def test_an_interrupt_that_the_function_raises_is_a_failure():
    def function(x):
        if x == 4:
            raise KeyboardInterrupt
        return x

    optimizer = SMAC_optimizer()
    value, best = optimizer.minimize(function, 2, {"x": SPACE["x"]})
    assert value == best["x"]
    assert [e.status for e in optimizer.result.runs[0].evaluations] == ["CRASHED", "SAT"]


@pytest.mark.slow
def test_large_values_do_not_harm_the_search():
    optimizer = direct()
    value, _ = optimizer.minimize(lambda x: 1e300 if x < 0 else (x - 1) ** 2, 12, {"x": SPACE["x"]})
    assert value < 9


@pytest.mark.slow
def test_events_are_told_as_they_happen_and_an_incumbent_once():
    optimizer, told = direct(), []
    optimizer.minimize(lambda x: (x - 1) ** 2, 12, {"x": SPACE["x"]}, on_event=told.append)
    assert [type(event).__name__ for event in told[:3]] == ["RunStarted", "Evaluated", "Improved"]
    assert told[-1] == RunEnded(0, optimizer.result.stopped_because)
    assert [e.evaluation for e in told if isinstance(e, Evaluated)] == optimizer.result.runs[0].evaluations

    news = [event for event in told if isinstance(event, Improved)]
    assert [n.evaluation for n in news] == [step.evaluation for step in optimizer.result.runs[0].trajectory]
    assert all(later.value < earlier.value for earlier, later in pairwise(news))


def test_an_exception_of_on_event_ends_the_search():
    optimizer = direct()

    def enough(event):
        if isinstance(event, Improved) and event.evaluation >= 2:
            raise LookupError("enough")

    with pytest.raises(LookupError, match="enough"):
        optimizer.minimize(lambda x: (x - 1) ** 2, 60, {"x": SPACE["x"]}, on_event=enough)
    assert 2 <= len(optimizer.result.runs[0].evaluations) < 60


def test_a_step_of_a_trajectory_has_the_mean_of_all_runs_before_the_next():
    plan = make_plan(
        resolve({}), definition=define(SPACE, CLAUSES), max_evaluations=9, deterministic=True, num_train_instances=3
    )
    builder = ResultBuilder(plan)
    one, other = {"x": 1.0, "c": "a"}, {"x": 2.0, "c": "a"}
    for event in (
        RunStarted(0),
        Improved(0, 1, one, 0.5, 1),
        Improved(0, 3, one, 2.0, 3),
        Improved(0, 5, other, 1.0, 1),
        Improved(0, 6, other, 1.5, 2),
    ):
        builder.take(event)
    run = builder.result.runs[0]
    assert [(step.evaluation, step.value) for step in run.trajectory] == [(1, 2.0), (5, 1.5)]
    assert incumbent_steps(run) == [(1, 2.0), (5, 1.5)]
    evaluations = [(one, 0.5), (one, 2.5), (other, 0.75), (other, 1.25)]
    made = [Evaluation(i, c, 0, None, "SAT", v, None, 0.0, 0.0) for i, (c, v) in enumerate(evaluations, 1)]
    assert [(step.evaluation, step.value) for step in best_so_far(made, False)] == [(1, 1.5), (4, 1.0)]


def test_a_copy_of_an_optimizer_removes_nothing(tmp_path):
    optimizer = SMAC_optimizer(working_directory=str(tmp_path / "made"))
    optimizer.smac_options["workers"] = 2
    copy = pickle.loads(pickle.dumps(optimizer))
    assert copy.smac_options == optimizer.smac_options
    assert copy.smac_options.assigned == {"workers": 2}
    del copy
    assert (tmp_path / "made").exists()


def builder_of(statuses, deterministic=True):
    """Two runs whose evaluations have these statuses, without a search; the second run has one evaluation more."""
    builder = ResultBuilder(Plan(define(SPACE, CLAUSES), [3, 4], Budget(9), deterministic=deterministic))
    for run in range(2):
        builder.take(RunStarted(run))
        for index, status in enumerate([*statuses, statuses[0]][: len(statuses) + run], 1):
            value = 1.0 if status == "SAT" else TIMEOUT_QUALITY
            configuration = {"x": 4.0, "c": "a"}
            new = Evaluation(index, configuration, None, index, status, value, None, 0.0, 0.0)
            builder.take(Evaluated(run, new))
            if status == "SAT":
                builder.take(Improved(run, index, configuration, value, index))
    return builder


def test_messages_name_the_run(capfd, monkeypatch):
    monkeypatch.setattr(logging.getLogger("pysmac_compat"), "handlers", [])  # those of pytest
    builder = builder_of(["CRASHED", "CRASHED"])
    with pytest.warns(UserWarning, match="^run 1: all 3 evaluations failed"):
        builder.take(RunEnded(1, "the end"))
    with logging_on_stderr(logging.DEBUG):
        builder_of(["SAT"])
    lines = capfd.readouterr().err.splitlines()
    assert any(line.endswith("run 1, evaluation 2: SAT 1.0") for line in lines)
    with pytest.warns(UserWarning, match=r"instances or seeds \(run 0: 1, run 1: 2\)"):
        builder_of(["SAT"], deterministic=False).conclude()


def test_different_failures_are_listed_at_the_end(capfd, monkeypatch):
    def builder(*messages):
        found = builder_of(["SAT"])
        for index, message in enumerate(messages, 2):
            new = Evaluation(index, {"x": 4.0}, None, 0, "CRASHED", TIMEOUT_QUALITY, None, 0.0, 0.0, message)
            found.take(Evaluated(0, new))
        capfd.readouterr()
        found.conclude()
        return capfd.readouterr().err

    monkeypatch.setattr(logging.getLogger("pysmac_compat"), "handlers", [])  # those of pytest
    assert builder("one") == ""
    assert builder("Traceback ...\nE: 3 x", "Traceback ...\nE: 4.5 x") == "2 of 5 evaluations failed\n"
    lines = builder("E: 3", "exit code 1", "E: 4", "", *"abcd").splitlines()
    assert lines[:4] == ["8 of 11 evaluations failed", "  2: E: 3", "  1: exit code 1", "  1: CRASHED"]
    assert lines[4:] == ["  1: a", "  1: b", "  and 2 more kinds"]


def test_one_failure_is_counted_beside_time_outs(capfd, monkeypatch):
    monkeypatch.setattr(logging.getLogger("pysmac_compat"), "handlers", [])  # those of pytest
    builder_of(["SAT", "TIMEOUT", "CRASHED"]).conclude()
    assert capfd.readouterr().err.splitlines()[-1] == "2 of 7 evaluations failed, 2 timed out"


def test_time_outs_are_counted_at_the_end(capfd, monkeypatch):
    monkeypatch.setattr(logging.getLogger("pysmac_compat"), "handlers", [])  # those of pytest
    builder_of(["SAT", "TIMEOUT"]).conclude()
    assert capfd.readouterr().err == "2 of 5 evaluations timed out\n"
    builder_of(["SAT", "SAT"]).conclude()
    assert capfd.readouterr().err == ""
