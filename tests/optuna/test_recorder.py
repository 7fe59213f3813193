"""A study that is written while the search goes on: each trial once, also over several processes."""

import os
import signal
from collections import Counter

import optuna
import pytest
from optuna.trial import TrialState

from pysmac_compat import ArgumentError, OptunaRecorder, SMAC_optimizer
from pysmac_compat.events import Evaluated

from .test_study import told

SPACE = {"x": ("real", [-5, 5], 4), "n": ("integer", [1, 9], 3), "c": ("categorical", ["a", "b"], "b")}
RACES = {"num_train_instances": 4}


def cost(x, c, n=0, instance=0):
    if x > 4.5:
        raise ValueError("too large")
    return (x - 1) ** 2 + n / 10 + instance * x / 5


def search(on_event, n=8, folder=None, **keywords):
    optimizer = SMAC_optimizer(working_directory=folder, persistent_files=folder is not None)
    optimizer.smac_options["isolate"] = False
    optimizer.minimize(cost, n, SPACE, ["n | c == b"], on_event=on_event, **keywords)
    return optimizer.result


def in_order(trials):
    def place(each):
        return each[4]["run"], each[4].get("evaluations") or [each[4]["evaluation"]]

    return sorted((told(each) for each in trials), key=place)


@pytest.mark.slow
@pytest.mark.parametrize("keywords", [{"num_runs": 2}, {**RACES, "n": 18}, {"known": [({"x": 1.5, "c": "a"}, 0.25)]}])
def test_the_same_as_of_the_result(keywords):
    recorder = OptunaRecorder()
    result = search(recorder, **keywords)
    known = [each for each in recorder.study.trials if "known" in each.user_attrs]
    assert len(known) == len(result.known)
    made = [each for each in result.to_optuna().trials if "known" not in each.user_attrs]
    assert in_order(each for each in recorder.study.trials if each not in known) == in_order(made)
    assert recorder.study.best_value == pytest.approx(result.value)


class Break(Exception):
    """Ends a search in its middle."""


def until(recorder, index, before=False):
    """Takes the events up to the evaluation of this index, or up to before it."""

    def take(event):
        last = isinstance(event, Evaluated) and event.evaluation.index == index
        if last and before:
            raise Break
        recorder(event)
        if last:
            raise Break

    return take


@pytest.mark.slow
@pytest.mark.parametrize(("keywords", "before"), [({}, True), ({**RACES, "n": 18}, False)])
def test_resumed(tmp_path, keywords, before):
    storage = optuna.storages.InMemoryStorage()
    with pytest.raises(Break):
        search(until(OptunaRecorder(storage, "one"), 6, before), folder=tmp_path, **keywords)
    there = optuna.load_study(study_name="one", storage=storage).trials
    assert (TrialState.RUNNING in {each.state for each in there}) == bool("n" in keywords)
    recorder = OptunaRecorder(storage, "one")
    result = search(recorder, folder=tmp_path, resume=True, **keywords)
    study = optuna.load_study(study_name="one", storage=storage)
    assert in_order(study.trials) == in_order(result.to_optuna().trials)
    search(OptunaRecorder(storage, "one"), folder=tmp_path, resume=True, **keywords)  # which has ended
    assert len(result.to_optuna(storage, "one").trials) == len(study.trials)


@pytest.mark.slow
def test_a_race_that_is_longer_when_it_is_resumed(tmp_path):
    storage = optuna.storages.InMemoryStorage()
    search(OptunaRecorder(storage, "one"), 8, tmp_path, **RACES)
    before = optuna.load_study(study_name="one", storage=storage).trials
    result = search(OptunaRecorder(storage, "one"), 18, tmp_path, resume=True, **RACES)
    after = optuna.load_study(study_name="one", storage=storage).trials
    assert [told(each) for each in after[: len(before)]] == [told(each) for each in before]
    whole = in_order(result.to_optuna().trials)
    assert not [each for each in whole if each[:5] not in [told(trial)[:5] for trial in after]]
    assert not [each for each in after if each.state == TrialState.RUNNING]


@pytest.mark.slow
def test_another_search_of_the_same_name_is_added():
    storage = optuna.storages.InMemoryStorage()
    search(OptunaRecorder(storage, "one"), 2)
    with pytest.warns(UserWarning, match="'one' already has trials of a search with the seed 0; this search does not"):
        search(OptunaRecorder(storage, "one"), 2)
    trials = optuna.load_study(study_name="one", storage=storage).trials
    assert Counter(each.user_attrs["evaluation"] for each in trials) == {1: 2, 2: 2}


@pytest.mark.slow
def test_a_recorder_of_several_searches():
    recorder = OptunaRecorder()
    n_trials = len(search(recorder, 6, **RACES).to_optuna().trials)
    search(recorder, 6, **RACES)
    assert len(recorder.study.trials) == 2 * n_trials
    assert {each.user_attrs["run"] for each in recorder.study.trials} == {0}


def test_bad_arguments():
    with pytest.raises(ArgumentError, match="study_name must be a text"):
        OptunaRecorder(None, ["one"])
    with pytest.raises(ArgumentError, match="storage must be a URL or a storage of Optuna, got <optuna.study.study.St"):
        OptunaRecorder(optuna.create_study())
    assert OptunaRecorder().study is None


@pytest.mark.slow
@pytest.mark.parametrize(
    ("changed", "message"),
    [
        (
            optuna.distributions.FloatDistribution(0.1, 1, log=True),
            "'x' of the study 'one' is FloatDistribution.*log=",
        ),
        (optuna.distributions.CategoricalDistribution([1, 2]), "'x' of the study 'one' is CategoricalDistribution"),
    ],
)
def test_a_study_of_other_parameters_is_refused_before_the_first_call(notes, changed, message):
    storage = optuna.storages.InMemoryStorage()
    study = optuna.create_study(storage=storage, study_name="one")
    study.add_trial(optuna.trial.create_trial(params={"x": 1}, distributions={"x": changed}, value=0.0))

    def function(x):
        notes.write(x)
        return x

    with pytest.raises(ArgumentError, match=f"study_name: the parameter {message}.* that of the search is Float"):
        SMAC_optimizer().minimize(function, 3, {"x": ("real", [0, 1], 0.5)}, on_event=OptunaRecorder(storage, "one"))
    assert len(notes.lines) <= 1  # the first call may have begun
    assert len(study.trials) == 1


@pytest.mark.slow
def test_an_interrupt_waits_until_the_study_is_open(monkeypatch):
    """An import that is interrupted leaves half a package behind."""
    opened = optuna.storages.get_storage

    def interrupted(given):
        os.kill(os.getpid(), signal.SIGINT)
        return opened(given)

    monkeypatch.setattr(optuna.storages, "get_storage", interrupted)
    recorder = OptunaRecorder()
    with pytest.raises(KeyboardInterrupt):
        search(recorder, 2)
    assert recorder.study is not None
