"""State-run folders of the Java program, and our own, as the start of a search."""

import json
import math
import shutil

import pytest

from pysmac_compat import SMAC_optimizer
from pysmac_compat.files import pcs
from pysmac_compat.files.state import read_state_run
from pysmac_compat.space.definition import define

from .noted_searches import CONDITIONS, SPACE, cost, cut, direct, journal_of, summary


@pytest.fixture(scope="module")
def own_state(tmp_path_factory):
    """The state-run folder of a short search of our own, with instances or without."""
    made = {}

    def state(**keywords):
        if str(keywords) not in made:
            folder = tmp_path_factory.mktemp("own")
            direct(folder, 4, **keywords)
            made[str(keywords)] = folder / "out" / "scenario" / "state-run0"
        return made[str(keywords)]

    return state


@pytest.fixture
def java_state(java_runs):
    """The state-run folder of a run of the Java program."""

    def state(run):
        (found,) = (java_runs / run).glob("wd/out/*/state-run*")
        return found

    return state


def warm(state, n, function, options=(), **keywords):
    """A search that starts with a state, in the state's own space, with calls in this process."""
    optimizer = SMAC_optimizer()
    optimizer.smac_options.update({"isolate": False, "warmstart": state, **dict(options)})
    optimizer.minimize(function, n, *pcs.read_pcs(state / "param.pcs"), **keywords)
    return optimizer.result


def distance(**values):
    return sum(v * v for v in values.values() if isinstance(v, (int, float)))


def texts(result):
    return [str(e.configuration) for e in result.runs[0].evaluations]


def known_texts(state, parameters, conditions=(), forbiddens=()):
    return [str(c) for c in read_state_run(state).typed(define(parameters, conditions, forbiddens))]


@pytest.mark.slow
def test_nothing_that_is_known_is_evaluated_again(java_state):
    state = java_state("conditional_forbidden")
    result = warm(state, 4, distance)
    old = known_texts(state, *pcs.read_pcs(state / "param.pcs"))
    assert len(texts(result)) == 4
    assert not set(texts(result)) & set(old)
    rows = read_state_run(state).runs
    assert len(rows) == 40
    new = min(e.value for e in result.runs[0].evaluations)
    assert result.value == min(new, *(row.quality for row in rows if row.result == "SAT"))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("run", "keywords"),
    [
        ("deterministic", {}),
        ("conditional", {}),
        ("nondeterministic_seed3", {"deterministic": False}),
        ("instances_features_used", {"num_train_instances": 5}),
        ("instances_nondeterministic", {"deterministic": False, "num_train_instances": 3}),
        ("runtime_dict", {"options": {"run-obj": "RUNTIME"}}),
    ],
)
def test_java_states_replace_the_initial_design(java_state, run, keywords):
    """The default is known already, and the best known one is the incumbent."""
    state = java_state(run)
    parameters = pcs.read_pcs(state / "param.pcs")[0]
    n = len({row.instance for row in read_state_run(state).runs})
    if "num_train_instances" in keywords:
        keywords = {**keywords, "num_train_instances": max(n, keywords["num_train_instances"])}

    def function(seed=0, instance=0, **values):
        return {"value": 1e6, "runtime": 4.0}

    result = warm(state, 3, function, **keywords)
    default = str({name: spec[2] for name, spec in sorted(parameters.items())})
    assert len(result.runs[0].evaluations) == 3
    if not keywords:
        assert default not in texts(result)
        assert result.value < 1e6
        assert result.runs[0].trajectory[0].evaluation == 0


@pytest.mark.slow
@pytest.mark.parametrize(
    ("folder", "count", "keywords"),
    [
        ("nondeterministic/wd/out/scenario/state-run0", 60, {"deterministic": False}),
        (
            "instances_nondeterministic/wd/out/scenario/state-run0",
            50,
            {"deterministic": False, "num_train_instances": 5},
        ),
        ("readers_multirun/merged", 45, {"num_train_instances": 3}),
    ],
)
def test_the_first_new_configuration_is_the_models(java_runs, tmp_path, folder, count, keywords):
    """All that is known is in SMAC3's run history, and what comes then is of the model."""
    state = java_runs / folder
    known = read_state_run(state)
    optimizer = SMAC_optimizer(working_directory=tmp_path, persistent_files=True)
    optimizer.smac_options.update({"isolate": False, "warmstart": state})
    optimizer.minimize(lambda **_: 1e3, 4, *pcs.read_pcs(state / "param.pcs"), seed=3, **keywords)
    assert optimizer.result.n_evaluations == 4
    history = json.loads((tmp_path / "out/scenario/smac3/3/runhistory.json").read_text())
    distinct = {(run.configuration, run.instance, run.seed) for run in known.runs}
    assert len(known.runs) == count
    assert len(history["data"]) == len(distinct) + 4
    new = [trial["config_id"] for trial in history["data"] if trial["config_id"] > len(known.configurations)]
    assert history["config_origins"][str(new[0])] == "Acquisition function maximizer"


@pytest.mark.slow
def test_our_own_state_with_everything_known(tmp_path):
    space = {"c": ("categorical", ["a", "b", "d"], "a")}
    first = SMAC_optimizer(working_directory=tmp_path, persistent_files=True)
    first.smac_options["isolate"] = False
    first.minimize(lambda c: ord(c), 3, {"c": ("categorical", ["d", "b", "a"], "d")})
    optimizer = SMAC_optimizer()
    optimizer.smac_options.update({"isolate": False, "warmstart": tmp_path / "out" / "scenario" / "state-run0"})
    with pytest.warns(UserWarning, match="exhausted"):
        found = optimizer.minimize(lambda c: ord(c), 5, space)
    assert found == (97.0, {"c": "a"})
    assert optimizer.result.n_evaluations == 0


def trouble(x, **values):
    if x > 0:
        raise ValueError(x)
    return {"status": "TIMEOUT"} if x > -2 else cost(x, **values)


@pytest.mark.slow
def test_failures_are_known_as_such(tmp_path):
    """The default has crashed, so the best known is one that has not."""
    direct(tmp_path, 8, function=trouble)
    state = tmp_path / "out" / "scenario" / "state-run0"
    best = min(row.quality for row in read_state_run(state).runs if row.result == "SAT")
    result = direct(tmp_path / "new", 1, function=lambda **_: 1e3, options={"warmstart": state}).result
    assert result.value == best


@pytest.mark.slow
@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"x": ("real", [-5, 4.5], 4), "y": ("real", [0, 1], 0)}, "it has no parameter 'y'"),
        ({"x": None}, "there is no parameter 'x'"),
        ({"b": ("categorical", ["no"], "no")}, "parameter 'b': '.*' is not in {no}"),
        ({"x": ("real", [4, 4.5], 4)}, r"parameter 'x': '.*' is not in \[4.0, 4.5\]"),
    ],
)
def test_another_space_is_refused_and_the_difference_named(own_state, change, message):
    optimizer = SMAC_optimizer()
    optimizer.smac_options["warmstart"] = own_state()
    space = {name: spec for name, spec in {**SPACE, **change}.items() if spec is not None}
    if "y" in space:
        space["x"] = SPACE["x"]
    with pytest.raises(ValueError, match=f"state-run0.* belongs to another search space: .*{message}"):
        optimizer.minimize(lambda **_: 1.0, 3, space, CONDITIONS)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("keywords", "message"),
    [
        ({}, "uses the instance 1, but this search has no instances"),
        ({"num_train_instances": 1}, "uses the instance 1, but this search has only the instances 0 to 0"),
        (
            {"num_train_instances": 2, "deterministic": False},
            "was for a deterministic function \\(it has no seed\\), but the function .* is not deterministic",
        ),
    ],
)
def test_other_instances_and_seeds_are_refused(tmp_path, own_state, keywords, message):
    with pytest.raises(ValueError, match=message):
        direct(tmp_path, 2, options={"warmstart": own_state(num_train_instances=2)}, **keywords)


def test_what_is_no_state(tmp_path):
    with pytest.raises(ValueError, match="is not a state-run folder: there is no file"):
        direct(tmp_path, 2, options={"warmstart": tmp_path})
    with pytest.raises(ValueError, match="warmstart.* must be a directory"):
        direct(tmp_path, 2, options={"warmstart": tmp_path / "none"})


def test_the_iteration_names_the_files(java_state, tmp_path):
    state = java_state("conditional")
    with pytest.raises(ValueError, match="no file .*-it77"):
        direct(tmp_path, 2, options={"warmstart": state, "warmstart-iteration": 77})
    assert math.isfinite(warm(state, 1, distance, {"restoreIteration": 5}).value)


@pytest.mark.slow
def test_a_state_of_a_run_that_has_failed(java_state, tmp_path):
    """Real files of SMAC v2: those of an error alone, with a number in their names, too."""
    state = shutil.copytree(java_state("dict_bytes_unsat"), tmp_path / "state")
    for path in state.glob("*-it*"):
        path.unlink()
    (row,) = read_state_run(state).runs
    for options in ({}, {"warmstart-iteration": 1}):
        result = warm(state, 1, lambda **_: 1e3, options)
        assert result.value == row.quality == 9.0
    with pytest.raises(ValueError, match="no file .*-it2"):
        warm(state, 1, lambda **_: 1e3, {"warmstart-iteration": 2})


@pytest.mark.slow
def test_a_warm_search_is_resumed_with_the_same_start(tmp_path, own_state):
    state = own_state()
    one = direct(tmp_path / "b", 3, options={"warmstart": state})
    two = direct(tmp_path / "b", 3, options={"warmstart": state}, resume=True)
    assert one.result.runs == two.result.runs
    with pytest.raises(ValueError, match="it began with known evaluations .*this search has none"):
        direct(tmp_path / "b", 3, resume=True)
    direct(tmp_path / "c", 3)
    with pytest.raises(ValueError, match="it began without smac_options.* which this search has"):
        direct(tmp_path / "c", 3, options={"warmstart": state}, resume=True)
    other = tmp_path / "c" / "out" / "scenario" / "state-run0"
    with pytest.raises(ValueError, match="it began with known evaluations that differ from those that .* now gives"):
        direct(tmp_path / "b", 3, options={"warmstart": other}, resume=True)


@pytest.mark.slow
def test_a_warm_search_moves_its_own_start_aside(tmp_path, notes):
    """The state that it starts with has the name of its own; resumed, it finds it where it has put it."""
    options = {"restore-scenario": tmp_path / "out" / "scenario" / "state-run0"}
    direct(tmp_path, 1)
    direct(tmp_path, 3)  # the one before, which is moved aside, too, is not meant
    one = direct(tmp_path, 3, options=options)
    cut(journal_of(tmp_path), 1)
    two = direct(tmp_path, 3, notes, options=options, resume=True)
    assert summary(one.result) == summary(two.result)
    assert len(notes.lines) == 2
    assert len(list((tmp_path / "out" / "scenario").glob("old-state-*"))) == 2
