"""Searches that end when a rule says so: the same again, and where they are resumed."""

import os

import pytest

from pysmac_compat import ArgumentError, Result, SMAC_optimizer, load_result
from pysmac_compat.events import Evaluated, VerdictWanted
from pysmac_compat.stopping import StopRules, no_better_than, patience, target

from ..report.small import evaluation, handmade
from .small import SPACE


def parabola(r):
    return (r - 1.3) ** 2


def search(stop_when, n=30, folder=None, **keywords):
    optimizer = SMAC_optimizer(working_directory=folder, persistent_files=folder is not None)
    optimizer.smac_options.update(keywords.pop("options", {"isolate": "num_procs" in keywords}))
    optimizer.minimize(keywords.pop("function", parabola), n, SPACE, stop_when=stop_when, **keywords)
    return optimizer.result


def outline(result):
    runs = [[(e.index, e.configuration, e.value) for e in run.evaluations] for run in result.runs]
    return runs, result.value, result.stopped_because


# -- the rules, of a result ------------------------------------------------------------------------------------------


def verdict(rule, result):
    return StopRules(rule).verdict(result)


def one_run(n=2, **about):
    """The run 4.0, 3.0, crash of `handmade`, or the beginning of it."""
    result = handmade(**about)
    run = result.runs[0]
    run.evaluations, run.trajectory = run.evaluations[:n], run.trajectory[:n]
    result.runs, result.value = [run], run.trajectory[-1].value if run.trajectory else 2.0**127
    return result


def test_target():
    assert verdict(target(3), one_run()) == "target(3)"
    assert verdict(target(2.9), one_run()) == ""
    assert verdict(target(4), one_run(maximize=True)) == ""
    assert verdict(target(3), one_run(maximize=True)) == "target(3)"
    assert verdict(target(float("inf")), one_run(0)) == ""


def test_patience():
    assert verdict(patience(1), one_run(2)) == ""
    assert verdict(patience(1), one_run(3)) == "patience(1)"
    assert verdict(patience(2), one_run(3)) == ""
    failed = one_run(0)
    failed.runs[0].evaluations = [evaluation(1, 2.0**127, "CRASHED", x=4.0)]
    assert verdict(patience(1), failed) == "patience(1)"


def test_no_better_than():
    assert verdict(no_better_than(1.0, 1), one_run(2)) == "no_better_than(1.0, 1)"
    assert verdict(no_better_than(0.9, 1), one_run(2)) == ""
    assert verdict(no_better_than(0, 1), one_run(3)) == "no_better_than(0, 1)"
    assert verdict(no_better_than(5, 3), one_run(3)) == ""
    assert verdict(no_better_than(5, 1), one_run(0)) == ""


def test_functions_of_the_users():
    def enough(result):
        return len(result) >= 2

    class Rule:
        def __call__(self, result):
            return "seen all" if len(result) >= 3 else None

    assert verdict(enough, one_run(2)) == "stop_when: enough"
    assert verdict([enough, Rule()], one_run(3)) == "stop_when: enough"
    assert verdict((Rule(), enough), one_run(3)) == "seen all"
    assert verdict([Rule()], one_run(2)) == ""
    assert verdict(None, one_run(2)) == verdict([], one_run(2)) == ""


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: target("0.1"), r"target\(\): value must be a number, got '0.1'"),
        (lambda: target(float("nan")), r"target\(\): value must be a number, got nan"),
        (lambda: patience(0), r"patience\(\): n must be at least 1, got 0"),
        (lambda: patience(1.5), r"patience\(\): n must be an integer"),
        (lambda: no_better_than(-1, 3), "eps must not be negative, got -1"),
        (lambda: no_better_than(None, 3), "eps must be a number, got None"),
        (lambda: search(0.1), r"stop_when must be a function of the result so far, .*got 0.1"),
        (lambda: search([patience(3), "target"]), "stop_when must be .*got 'target'"),
        (lambda: search(patience), r"stop_when: patience needs its arguments: write patience\(...\)"),
    ],
)
def test_what_cannot_be_meant_is_refused(make, message):
    with pytest.raises(ArgumentError, match=message):
        make()


# -- searches --------------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("options", [{}, {"workers": 3, "workers-order": "begun"}], ids=str)
def test_a_search_ends_and_does_so_again(options):
    result = search(target(0.08), options=options)
    assert result.stopped_because == "target(0.08)"
    assert result.value <= 0.08
    assert len(result) < 30
    if not options:
        assert [e.value <= 0.08 for e in result] == [False] * (len(result) - 1) + [True]
    again = options or {"isolate": False}
    assert outline(search(target(0.08), options=again)) == outline(result)


@pytest.mark.slow
def test_the_rule_sees_what_the_search_has_learnt():
    """Of several workers, too, where calls end that the search has not asked for."""
    seen = []

    def look(result):
        assert isinstance(result, Result)
        assert result.stopped_because == ""
        seen.append((len(result), result.value, len(result.runs)))

    result = search(look, 5, options={"workers": 3})
    assert result.stopped_because == "max_evaluations reached"
    assert [n for n, *_ in seen] == [*range(1, 6)]
    assert seen[-1] == (5, result.value, 1)


@pytest.mark.slow
def test_each_run_ends_by_itself():
    together = search(patience(2), num_runs=3, num_procs=2)
    assert len({len(run.evaluations) for run in together.runs}) > 1
    for seed, run in enumerate(together.runs):
        alone = search(patience(2), seed=seed)
        assert alone.stopped_because == "patience(2)"
        assert outline(alone)[0] == [[(e.index, e.configuration, e.value) for e in run.evaluations]]


@pytest.mark.slow
def test_a_resumed_search_ends_where_it_would_have_ended(tmp_path):
    options = {"workers": 2}
    whole = search(no_better_than(0.1, 2), folder=str(tmp_path), options=options)
    assert whole.stopped_because == "no_better_than(0.1, 2)"
    again = search(no_better_than(0.1, 2), folder=str(tmp_path), options=options, resume=True)
    assert outline(again) == outline(whole)
    assert repr(load_result(tmp_path)).rpartition("stopped")[0] == repr(whole).rpartition("stopped")[0]
    longer = search(None, len(whole) + 2, folder=str(tmp_path), options=options, resume=True)
    assert [e.value for e in longer][: len(whole)] == [e.value for e in whole]
    assert len(longer) == len(whole) + 2


@pytest.mark.slow
def test_the_incumbent_is_tested_all_the_same():
    def instances(r, instance):
        return parabola(r) + instance

    result = search(patience(3), function=instances, num_train_instances=2, num_test_instances=2)
    assert result.stopped_because == "patience(3)"
    assert len(result.runs[0].test_evaluations) == 2


def test_the_last_evaluation_may_be_enough():
    assert search(lambda result: len(result) == 3, 3).stopped_because == "stop_when: <lambda>"


def test_an_exception_of_the_rule_is_raised_here():
    ours = os.getpid()

    def broken(result):
        assert os.getpid() == ours
        raise LookupError("broken")

    optimizer = SMAC_optimizer()
    with pytest.raises(LookupError, match="broken"):
        optimizer.minimize(parabola, 9, SPACE, stop_when=broken)
    assert optimizer.result.stopped_because == "interrupted"
    assert len(optimizer.result) == 1


def test_beside_on_event():
    """Which is told of all that happens, but not of the questions."""
    told = []

    def on_event(event):
        told.append(event)
        return isinstance(event, Evaluated) and event.evaluation.index == 2

    result = search(patience(20), on_event=on_event)
    assert result.stopped_because == "on_event returned True"
    assert len(result) < 5
    assert not any(isinstance(event, VerdictWanted) for event in told)
