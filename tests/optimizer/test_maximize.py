"""`maximize=True`: the mirror image of a minimisation, with the function's own signs."""

import json

import pytest

from pysmac_compat import ArgumentError, ResumeError, load_result
from pysmac_compat.evaluation.rules import TIMEOUT_QUALITY
from pysmac_compat.events import Evaluated, Improved
from pysmac_compat.files.state import read_state_run
from pysmac_compat.files.trajectory import read_trajectory
from pysmac_compat.stopping import target

from ..report.small import minimise

SPACE = {"x": ("real", [-5, 5], 4), "c": ("categorical", ["a", "b"], "a")}


def score(x, c, instance=0, seed=0):
    if c == "b" and x < 0:
        raise ValueError("no score")
    return 10 - (x - 1) ** 2 - instance - seed % 3


def loss(**arguments):
    return -score(**arguments)


def outline(result, sign):
    runs = [
        [(e.configuration, e.status, sign * e.value, sign * e.quality) for e in run.evaluations] for run in result.runs
    ]
    steps = [[(s.evaluation, sign * s.value, s.active_configuration) for s in run.trajectory] for run in result.runs]
    tests = [[sign * e.value for e in run.test_evaluations] for run in result.runs]
    return runs, steps, tests, sign * result.value, result.configuration


@pytest.mark.slow
@pytest.mark.parametrize(
    "keywords",
    [
        {"num_runs": 2, "n": 4, "options": {"isolate": True}},
        {"deterministic": False, "num_train_instances": 2, "num_test_instances": 2},
        {"options": {"transform-crashed-quality": True}},
    ],
    ids=str,
)
def test_it_is_the_mirror_image(keywords):
    keywords = {"n": 8, **keywords}
    least, largest = minimise(loss, space=SPACE, **keywords), minimise(score, space=SPACE, maximize=True, **keywords)
    assert outline(largest, 1) == outline(least, -1)
    assert largest.n_crashed == least.n_crashed
    assert largest.search.maximize
    assert largest.best(1)[0].value == largest.value


@pytest.mark.slow
def test_failures_are_the_worst():
    seen = []
    result = minimise(
        lambda x, c: {"status": "TIMEOUT"} if c == "b" else x, 8, SPACE, maximize=True, on_event=seen.append
    )
    late = [e for e in result if e.status == "TIMEOUT"]
    assert late
    assert {e.value for e in late} == {-TIMEOUT_QUALITY}
    assert result.value == max(e.value for e in result)
    assert [e.evaluation.value for e in seen if isinstance(e, Evaluated)] == [e.value for e in result]
    improved = [e.value for e in seen if isinstance(e, Improved)]
    assert improved == sorted(improved)
    assert improved[-1] == result.value


@pytest.mark.slow
def test_without_a_success_the_worst_is_returned():
    result = minimise(lambda x, c: 1 / 0, 1, SPACE, maximize=True)
    assert result.value == -TIMEOUT_QUALITY
    given = minimise(lambda x, c: 1 / 0, 1, SPACE, maximize=True, options={"timeout_quality": 0})
    assert {e.value for e in given} == {0.0}


def test_zero_has_no_sign():
    result = minimise(lambda x, c: 0.0, 1, SPACE, maximize=True)
    assert [repr(result.value), repr(result.runs[0].evaluations[0].value)] == ["0.0", "0.0"]


def test_target_means_at_least():
    result = minimise(score, 40, SPACE, maximize=True, stop_when=target(9))
    assert result.stopped_because == "target(9)"
    assert result.value >= 9


@pytest.mark.slow
def test_the_files_say_what_they_hold(tmp_path):
    result = minimise(score, 6, SPACE, maximize=True, folder=str(tmp_path))
    results = tmp_path / "out" / "scenario"
    for path in (tmp_path / "scenario.dat", results / "state-run0" / "scenario.txt"):
        assert "# maximize = True: responses and performances are the function's values times -1" in path.read_text()
    rows = read_state_run(results / "state-run0").runs
    assert [(row.response, row.quality) for row in rows] == [(-e.value, e.quality) for e in result]
    assert read_trajectory(results / "traj-run-0.txt")[-1]["Estimated Training Performance"] == -result.value
    head, *lines = map(json.loads, (results / "journal-run-0.jsonl").read_text().splitlines())
    assert head["maximize"]
    assert [line["value"] for line in lines] == [e.value for e in result]
    costs = json.loads((results / "smac3" / "0" / "runhistory.json").read_text())["data"]
    assert sorted(trial["cost"] for trial in costs) == sorted(-e.value for e in result)
    assert repr(load_result(tmp_path)) == repr(result)
    (results / "journal-run-0.jsonl").unlink()
    assert repr(load_result(tmp_path)) == repr(result)
    for path in results.glob("traj*"):
        path.unlink()
    assert load_result(tmp_path).runs[0].trajectory == result.runs[0].trajectory


@pytest.mark.slow
def test_it_is_resumed_as_such(tmp_path, notes):
    def noted(**arguments):
        notes.write("call")
        return score(**arguments)

    short = minimise(noted, 3, SPACE, maximize=True, folder=str(tmp_path))
    longer = minimise(noted, 5, SPACE, maximize=True, folder=str(tmp_path), resume=True)
    assert list(longer)[:3] == list(short)
    assert len(notes.lines) == 5
    with pytest.raises(ResumeError, match="maximize was True, now it is False"):
        minimise(noted, 5, SPACE, folder=str(tmp_path), resume=True)


def test_what_cannot_be_meant_is_refused():
    with pytest.raises(ArgumentError, match="maximize must be True or False, got 1"):
        minimise(score, 2, SPACE, maximize=1)
    with pytest.raises(ArgumentError, match="maximize=True cannot be combined with .*RUNTIME"):
        minimise(score, 2, SPACE, maximize=True, options={"run-obj": "RUNTIME"})


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("n_trials", "max_evaluations"),
        ("n_iter", "max_evaluations"),
        ("direction", "maximize=True or False"),
        ("timeout", "t_limit_total_s"),
        ("n_jobs", r"smac_options\['workers'\]"),
        ("callbacks", "on_event"),
        ("random_state", "seed"),
    ],
)
def test_habits_of_other_tools(name, meant):
    """Also where what is meant is missing for that."""
    from pysmac_compat import SMAC_optimizer

    with pytest.raises(TypeError, match=rf"minimize\(\) has no argument '{name}': use .*{meant}"):
        SMAC_optimizer().minimize(score, parameter_dict=SPACE, **{name: 3})
    with pytest.raises(TypeError, match="unexpected keyword argument 'wrong'"):
        SMAC_optimizer().minimize(score, 3, SPACE, wrong=3)


@pytest.mark.parametrize(
    ("name", "who"),
    [
        ("directions", "Optuna, SMAC3 and Ax"),
        ("pruner", "Hyperband"),
        ("storage", "Optuna"),
        ("sampler", "accept your own parts"),
    ],
)
def test_what_is_not_here_is_refused_by_a_message_that_names_who_has_it(name, who):
    from pysmac_compat import Search, SMAC_optimizer

    for call in (SMAC_optimizer, SMAC_optimizer().minimize, Search):
        with pytest.raises(TypeError, match=rf"has no argument '{name}': .*{who}"):
            call(**{name: 3})
