"""A result as a study of Optuna: a trial for each evaluation, or for each configuration that races."""

import dataclasses
import sys
from collections import Counter
from datetime import datetime, timedelta

import optuna
import pytest
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.trial import TrialState

from pysmac_compat import ArgumentError, load_result
from pysmac_compat.space.definition import define

from ..report.small import evaluation, handmade, minimise, sampled

LOG = {
    "r": ("real", [1e-3, 1], 0.1, "log"),
    "i": ("integer", [1, 100], 10, "log"),
    "o": ("ordinal", ["low", "mid", "high"], "mid"),
}


def test_a_trial_for_each_evaluation():
    study = handmade().to_optuna()
    complete = [each.state == TrialState.COMPLETE for each in study.trials]
    assert complete == [True, True, False, True, True]
    assert [each.value for each in study.trials] == [4.0, 3.0, None, 4.0, 1.5]
    assert study.direction == optuna.study.StudyDirection.MINIMIZE
    assert study.best_value == 1.5
    assert study.best_params == {"x": 1.5, "c": None, "seed": 0.25}
    first, second, failed, *_ = study.trials
    assert "n" not in first.params
    assert "n" not in first.distributions
    assert second.params == {"x": 3.0, "c": "b", "n": 7, "seed": 0.5}
    assert second.distributions["n"] == IntDistribution(1, 9)
    assert second.distributions["c"] == CategoricalDistribution(["a", "b", None])
    assert failed.state == TrialState.FAIL
    assert failed.user_attrs["status"] == "CRASHED"
    assert "ValueError" in failed.user_attrs["message"]
    assert [each.user_attrs["run"] for each in study.trials] == [0, 0, 0, 1, 1]
    assert [each.user_attrs["run_seed"] for each in study.trials] == [0, 0, 0, 1, 1]
    assert [each.user_attrs["evaluation"] for each in study.trials] == [1, 2, 3, 1, 2]


def test_scales_are_kept():
    trial = evaluation(1, 1.0, r=0.1, i=10, o="high")
    result = handmade()
    result.runs[:] = [dataclasses.replace(result.runs[0], evaluations=[trial])]
    result = dataclasses.replace(result, search=dataclasses.replace(result.search, space=define(LOG)))
    assert result.to_optuna().trials[0].distributions == {
        "r": FloatDistribution(1e-3, 1, log=True),
        "i": IntDistribution(1, 100, log=True),
        "o": CategoricalDistribution(["low", "mid", "high"]),
    }


def test_a_value_beyond_its_range_by_an_error_of_rounding():
    result = handmade()
    result.runs[0].evaluations[:] = [evaluation(1, 1.0, x=5.000000000000001, c="a", seed=0.5)]
    assert result.to_optuna().trials[0].params["x"] == 5.0


def test_times_are_as_long_as_the_calls():
    before = datetime.now()
    trials = handmade().to_optuna().trials
    assert {each.duration for each in trials} == {timedelta(seconds=1)}
    assert trials[0].datetime_complete == trials[1].datetime_start
    assert before <= trials[2].datetime_complete <= datetime.now()


def test_the_largest_value():
    study = handmade(maximize=True).to_optuna()
    assert study.direction == optuna.study.StudyDirection.MAXIMIZE
    assert study.best_value == 4.0


def test_a_time_out_has_a_value_where_times_are_values():
    late = [evaluation(1, 5.0, "TIMEOUT", x=1.0, c="a", seed=0.5)]
    for runtime, states in ((True, [TrialState.COMPLETE]), (False, [TrialState.FAIL])):
        result = handmade(runtime=runtime, cutoff=5.0, penalty=10.0)
        result.runs[:] = [dataclasses.replace(result.runs[0], evaluations=late)]
        trials = result.to_optuna().trials
        assert [each.state for each in trials] == states
        assert [each.value for each in trials] == [50.0 if runtime else None]


@pytest.fixture(scope="module")
def raced():
    def cost(x, instance):
        return "CRASHED" if x > 0.95 else x + instance / 10

    return sampled(cost, 60, {"x": ("real", [0, 1], 0.5)}, instances=4, early=3)


def test_configurations_that_race(raced):
    study = raced.to_optuna()
    configurations = {repr(each.configuration): [] for each in raced}
    for each in raced:
        configurations[repr(each.configuration)].append(each)
    assert [each.params for each in study.trials] == [found[0].configuration for found in configurations.values()]
    for trial, found in zip(study.trials, configurations.values(), strict=True):
        values = [each.value for each in found if each.succeeded]
        means = [sum(values[:n]) / n for n in range(1, len(values) + 1)]
        assert list(trial.intermediate_values) == list(range(1, len(means) + 1))
        assert list(trial.intermediate_values.values()) == pytest.approx(means)
        assert trial.user_attrs["instances"] == [each.instance for each in found]
        assert trial.user_attrs["evaluations"] == [each.index for each in found]
        if len(values) < len(found):
            assert (trial.state, trial.value) == (TrialState.FAIL, None)
        elif len(found) < raced.runs[0].incumbent_runs:
            assert (trial.state, trial.value) == (TrialState.PRUNED, pytest.approx(means[-1]))
        else:
            assert (trial.state, trial.value) == (TrialState.COMPLETE, pytest.approx(means[-1]))
    assert len(Counter(each.state for each in study.trials)) >= 2


@pytest.mark.slow
def test_the_best_of_a_race_is_the_best_of_the_study(tmp_path):
    def cost(x, instance):
        return (x - 1) ** 2 + instance * x / 5

    result = minimise(cost, 24, {"x": ("real", [-5, 5], 4)}, folder=tmp_path, num_train_instances=4, num_runs=2)
    study = result.to_optuna()
    assert study.best_value == pytest.approx(result.value)
    assert study.best_params == result.active_configuration
    assert any(each.state == TrialState.PRUNED for each in study.trials)
    loaded = load_result(tmp_path).to_optuna()
    assert [told(each) for each in loaded.trials] == [told(each) for each in study.trials]


def told(trial):
    """What a trial holds but for times, which are measured."""
    attrs = {name: value for name, value in trial.user_attrs.items() if not name.endswith("_time")}
    return trial.params, trial.state, trial.values, trial.intermediate_values, attrs, trial.distributions


def test_what_was_known_is_there():
    result = dataclasses.replace(handmade(), known=[evaluation(0, 0.5, x=0.0, c="a", seed=0.5)])
    study = result.to_optuna()
    assert study.best_value == 0.5
    assert study.best_trial.user_attrs["known"] is True
    assert len(study.trials) == 6


@pytest.mark.slow
def test_a_study_that_is_there_gets_what_it_lacks(tmp_path):
    storage = f"sqlite:///{tmp_path}/search.db"
    whole = handmade()
    part = handmade()
    del part.runs[0].evaluations[1:]
    assert len(part.to_optuna(storage, "one").trials) == 3
    assert len(whole.to_optuna(storage, "one").trials) == 5
    study = whole.to_optuna(storage, "one")
    assert sorted(told(each)[2] or [] for each in study.trials) == sorted(
        told(each)[2] or [] for each in whole.to_optuna().trials
    )
    assert len(optuna.load_study(study_name="one", storage=storage).trials) == 5
    with pytest.raises(
        ArgumentError, match="study 'one' has the directions .'minimize'., but the search has 'maximize'"
    ):
        handmade(maximize=True).to_optuna(storage, "one")


def test_what_is_raised():
    result = handmade()
    with pytest.raises(ArgumentError, match="study_name must be a text, got 3"):
        result.to_optuna(None, 3)
    result = dataclasses.replace(result, search=dataclasses.replace(result.search, space=None))
    with pytest.raises(ArgumentError, match="search space of this result is not known"):
        result.to_optuna()


def test_without_optuna(monkeypatch):
    monkeypatch.setitem(sys.modules, "optuna", None)
    with pytest.raises(ImportError, match=r"pip install 'pysmac-compat\[optuna\]'"):
        handmade().to_optuna()


@pytest.mark.slow
def test_plots_and_importances(raced):
    study = handmade().to_optuna()
    import matplotlib

    matplotlib.use("Agg")
    for plot in ("plot_optimization_history", "plot_slice", "plot_parallel_coordinate", "plot_timeline", "plot_edf"):
        getattr(optuna.visualization.matplotlib, plot)(study)
    optuna.visualization.matplotlib.plot_intermediate_values(raced.to_optuna())
    matplotlib.pyplot.close("all")
    assert {"x", "c", "seed"} <= set(optuna.importance.get_param_importances(study))


@pytest.mark.slow
def test_plotly(raced):
    pytest.importorskip("plotly")
    figure = optuna.visualization.plot_optimization_history(handmade().to_optuna())
    assert [each.name for each in figure.data][0] == "Objective Value"
    assert len(figure.data[0].x) == 4
    assert len(optuna.visualization.plot_intermediate_values(raced.to_optuna()).data) > 1
