"""``smac_options['workers']``: several calls of one run at a time."""

from __future__ import annotations

import json
import os
import signal
import threading
import time

import pytest

from pysmac_compat import SMAC_optimizer
from pysmac_compat.events import Evaluated
from pysmac_compat.options.smac_options import resolve
from pysmac_compat.planning.planner import make_plan
from pysmac_compat.search.run import Run
from pysmac_compat.space.definition import define

PARAMETERS = {"x": ("real", [-5, 5], 4), "n": ("integer", [1, 9], 3)}


def minimize(function, n, workers=3, seconds=None, options=(), **arguments):
    optimizer = SMAC_optimizer(t_limit_total_s=seconds)
    optimizer.smac_options["workers"] = workers
    optimizer.smac_options.update(dict(options))
    best = optimizer.minimize(function, n, PARAMETERS, **arguments)
    return best, optimizer.result


def facts(result):
    return [
        (e.index, e.configuration, e.instance, e.seed, e.status, e.value)
        for run in result.runs
        for e in run.evaluations
    ]


@pytest.mark.slow
def test_that_many_calls_at_a_time_and_no_more(tmp_path):
    def function(x, n):
        mine = tmp_path / str(os.getpid())
        mine.touch()
        deadline = time.monotonic() + 20
        while len(list(tmp_path.glob("[0-9]*"))) < 3 and not (tmp_path / "seen").exists():
            if time.monotonic() > deadline:
                return 1e6
            time.sleep(0.005)
        (tmp_path / "seen").touch()
        at_once = len(list(tmp_path.glob("[0-9]*")))
        mine.unlink()
        return float(at_once)

    _, result = minimize(function, 6)
    values = [e.value for e in result.runs[0].evaluations]
    assert max(values) == 3.0
    assert [e.index for e in result.runs[0].evaluations] == list(range(1, 7))


@pytest.mark.slow
def test_what_ends_first_changes_nothing_if_results_are_learnt_as_calls_were_begun():
    """For other kinds of searches: ``engine/test_workers.py``."""
    arguments = {"num_train_instances": 4, "deterministic": False, "num_runs": 2, "num_procs": 2}

    def function(x, n, instance=0, seed=0):
        time.sleep(0.03 * (int.from_bytes(os.urandom(1), "big") / 255))
        return (x - 1) ** 2 + n * (1 + instance) + seed % 7

    options = {"workers-order": "begun"}
    (best, first), (again, second) = (minimize(function, 7, options=options, **arguments) for _ in range(2))
    assert best == again
    assert facts(first) == facts(second)
    assert [run.trajectory for run in first.runs] == [run.trajectory for run in second.runs]


@pytest.mark.slow
@pytest.mark.parametrize(("options", "others"), [({}, 6), ({"workers-order": "begun", "workers-lag": 6}, 5)], ids=str)
def test_nobody_waits_for_a_long_call(notes, options, others):
    """The first call ends only after so many others."""

    def function(x, n):
        if x == 4 and n == 3:
            while len(notes.lines) < others:
                time.sleep(0.005)
        notes.write(x)
        return x * x + n

    _, result = minimize(function, 8, workers=2, options=options)
    assert result.n_evaluations == 8
    assert {e.status for e in result.runs[0].evaluations} == {"SAT"}


@pytest.mark.slow
def test_a_journal_holds_the_order_of_the_ends(tmp_path, notes):
    """The first call ends after another one, whose result is learnt: else the third note would not be there."""

    def function(x, n):
        deadline = time.monotonic() + 60
        while x == 4 and len(notes.lines) < 3 and time.monotonic() < deadline:
            time.sleep(0.005)
        time.sleep(0.02 * (int.from_bytes(os.urandom(1), "big") / 255))
        notes.write(x)
        return (x - 1) ** 2 + n

    def search(folder, function=function, **arguments):
        optimizer = SMAC_optimizer(working_directory=str(folder), persistent_files=True)
        optimizer.smac_options["workers"] = 3
        optimizer.minimize(function, 6, PARAMETERS, **arguments)
        return facts(optimizer.result)

    whole = search(tmp_path / "whole")
    (journal,) = (tmp_path / "whole").rglob("journal*")
    header, *lines = journal.read_text().splitlines(keepends=True)
    assert [json.loads(line)["index"] for line in lines] != [*range(1, 7)]
    assert search(tmp_path / "whole", function=lambda x, n: os._exit(1), resume=True) == whole
    for kept in (2, 5):
        folder = tmp_path / str(kept)
        again = folder / journal.relative_to(tmp_path / "whole")
        again.parent.mkdir(parents=True)
        again.write_text("".join([header, *lines[:kept]]))
        resumed = search(folder, resume=True)
        assert len(resumed) == 6
        indices = [json.loads(line)["index"] - 1 for line in lines[:kept]]
        assert [resumed[i] for i in indices] == [whole[i] for i in indices]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"workers-order": "random"}, "'begun'"),
        ({"workers-lag": 2}, "workers, 3"),
        ({"workers-order": "begun", "workers-lag": 2}, "workers, 3"),
    ],
)
def test_wrong_orders_are_refused(options, words):
    with pytest.raises(ValueError, match=words):
        minimize(lambda x, n: x, 5, options=options)


@pytest.mark.slow
def test_failures_cost_one_evaluation_each():
    def function(x, n):
        if n % 3 == 1:
            os._exit(3)
        if n % 3 == 2:
            raise ValueError("no")
        return x * x

    _, result = minimize(function, 8)
    (run,) = result.runs
    assert len(run.evaluations) == 8
    assert {e.status for e in run.evaluations} == {"SAT", "CRASHED"}
    assert run.configuration["n"] % 3 == 0
    found = {e.index: (e.value, e.configuration) for e in run.evaluations}
    assert [found[step.evaluation] for step in run.trajectory] == [
        (step.value, step.active_configuration) for step in run.trajectory
    ]


@pytest.mark.slow
def test_the_total_time_ends_all_that_is_running(notes):
    """What waits for a worker then does not begin any more."""

    def function(x, n):
        notes.write("begun")
        if abs(x - 4) > 1e-9:
            time.sleep(60)
        return x

    start = time.monotonic()
    (value, best), result = minimize(function, 50, seconds=1, options={"workers-lag": 6})
    assert time.monotonic() - start < 30
    assert value == 4.0
    assert best["x"] == 4
    assert result.stopped_because == "t_limit_total_s reached"
    assert {e.status for e in result.runs[0].evaluations[1:]} == {"TIMEOUT"}
    assert len(notes.lines) == len(result.runs[0].evaluations) == 4


@pytest.mark.slow
def test_an_interrupt_keeps_what_has_ended(tmp_path):
    def function(x, n):
        if abs(x - 4) < 1e-9:
            return 1.0  # the first one
        if len(list(tmp_path.iterdir())) < 4:
            (tmp_path / str(os.getpid())).touch()
            return 0.5
        time.sleep(60)
        return 0.0

    optimizer = SMAC_optimizer()
    optimizer.smac_options["workers"] = 2
    main = threading.main_thread().ident

    told = []

    def interrupt():
        while sum(isinstance(event, Evaluated) for event in told[:]) < 5:
            time.sleep(0.01)
        signal.pthread_kill(main, signal.SIGINT)

    threading.Thread(target=interrupt, daemon=True).start()
    with pytest.raises(KeyboardInterrupt):
        optimizer.minimize(function, 50, PARAMETERS, on_event=told.append)
    evaluations = optimizer.result.runs[0].evaluations
    assert len(evaluations) >= 5
    assert optimizer.result.value == 0.5


@pytest.mark.slow
def test_test_instances_go_on_side_by_side_too():
    def function(x, n, instance):
        return x * x + instance

    _, result = minimize(function, 4, num_train_instances=2, num_test_instances=5, options={"num-validation-runs": 5})
    assert [e.instance for e in result.runs[0].test_evaluations] == [2, 3, 4, 5, 6]
    assert [e.index for e in result.runs[0].test_evaluations] == [1, 2, 3, 4, 5]


@pytest.mark.slow
def test_what_is_no_longer_needed_is_stopped(tmp_path):
    """A challenger fails on one instance, once it runs on another one, too, where it would go on for ever."""

    def is_first(name):
        try:
            (tmp_path / name).touch(exist_ok=False)
        except FileExistsError:
            return False
        return True

    def wait_for(name, seconds):
        end = time.monotonic() + seconds
        while time.monotonic() < end and not (tmp_path / name).exists():
            time.sleep(0.01)

    def function(x, n, instance):
        if x == 4:
            return float(instance)
        if (tmp_path / f"{x} {n}").exists():  # the challenger runs again
            if is_first("runs"):
                wait_for("runs twice at a time", 3)
                if not is_first("runs twice at a time"):
                    is_first("has failed")
                    raise ValueError("no")
                # it runs once at a time, because few results were known when its race began: another one tries
                for name in ("challenger", f"{x} {n}", "runs", "runs twice at a time"):
                    (tmp_path / name).unlink()
            else:
                needed = (tmp_path / "has failed").exists()  # then it is another race of this configuration
                if is_first("runs twice at a time") and not needed:  # now the other run fails
                    wait_for("end", 60)
        # the more results of the default are known when a race begins, the more runs it has at a time
        elif len(list(tmp_path.glob("default *"))) >= 5 and is_first("challenger"):
            is_first(f"{x} {n}")
            return instance - 1.0
        return instance + 1.0

    def tell(event):
        if isinstance(event, Evaluated) and event.evaluation.configuration["x"] == 4:
            is_first(f"default {event.evaluation.index}")

    _, result = minimize(function, 40, workers=3, num_train_instances=6, on_event=tell)
    evaluations = result.runs[0].evaluations
    assert len(evaluations) == 40
    stopped = [e for e in evaluations if e.status == "TIMEOUT"]
    assert stopped
    assert all("needs no result" in e.message for e in stopped)
    assert {e.status for e in evaluations} == {"SAT", "CRASHED", "TIMEOUT"}
    assert result.runs[0].configuration["x"] == 4


@pytest.mark.parametrize("wrong", [0, -1, 1.5, "many", None])
def test_a_wrong_number_of_workers_is_refused(wrong):
    with pytest.raises(ValueError, match=r"workers"):
        minimize(lambda x, n: x, 5, workers=wrong)


def test_calls_in_process_cannot_go_on_side_by_side():
    with pytest.raises(ValueError, match=r"isolate"):
        minimize(lambda x, n: x, 5, options={"isolate": False})
    minimize(lambda x, n: x, 3, workers=1, options={"isolate": False})


@pytest.mark.parametrize(
    ("workers", "options", "most"),
    [
        (2, {}, 3),
        (3, {}, 3),
        (3, {"workers-lag": 5}, 5),
        (3, {"workers-order": "begun"}, 12),
        (2, {"workers-order": "begun", "workers-lag": 2}, 2),
    ],
)
def test_how_many_are_proposed_before_a_result_is_learnt(workers, options, most):
    chosen = resolve({"workers": workers, **options})
    plan = make_plan(chosen, definition=define(PARAMETERS), max_evaluations=9, deterministic=True, seed=0)
    assert Run(plan, 0, print, print).session(workers).window == most
