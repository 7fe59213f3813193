"""Arguments of the optimizer: what is accepted, with which meaning, and what is refused."""

import inspect

import numpy as np
import pytest

from pysmac_compat import ArgumentError, SMAC_optimizer, arguments

from .small import SPACE, direct, minimize, parabola

# -- signatures -----------------------------------------------------------------------------------------------------


def _positions(function):
    parameters = list(inspect.signature(function).parameters.values())
    return [(p.name, p.default) for p in parameters if p.name != "self"]


def test_positions_of_the_constructor():
    assert _positions(SMAC_optimizer.__init__)[:5] == [
        ("t_limit_total_s", None),
        ("mem_limit_smac_mb", None),
        ("working_directory", None),
        ("persistent_files", False),
        ("debug", False),
    ]


def test_positions_of_minimize():
    found = _positions(SMAC_optimizer.minimize)
    names = [name for name, _ in found]
    assert names[:14] == [
        "func",
        "max_evaluations",
        "parameter_dict",
        "conditional_clauses",
        "forbidden_clauses",
        "deterministic",
        "num_train_instances",
        "num_test_instances",
        "train_instance_features",
        "num_runs",
        "num_procs",
        "seed",
        "mem_limit_function_mb",
        "t_limit_function_s",
    ]
    defaults = dict(found)
    assert all(defaults[name] is inspect.Parameter.empty for name in names[:3])
    assert (defaults["num_runs"], defaults["num_procs"], defaults["seed"]) == (1, 1, 0)
    assert not defaults["conditional_clauses"]
    assert not defaults["forbidden_clauses"]


def test_all_arguments_by_position(tmp_path):
    optimizer = SMAC_optimizer(None, 1000, str(tmp_path / "wd"), False, False)
    value, best = optimizer.minimize(parabola, 1, SPACE, [], ["{r > 3}"], True, None, None, None, 1, 1, 7, 500, 20)
    assert (value, best) == (13.0, {"r": 1.0})
    assert optimizer.result.runs[0].seed == 7
    assert optimizer.result.runs[0].evaluations[0].cutoff == 20


# -- accepted -------------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize(
    "arguments",
    [
        {"constructor": {"mem_limit_smac_mb": 1, "t_limit_total_s": 0}, "num_procs": 1},
        {"constructor": {"mem_limit_smac_mb": "a lot", "t_limit_total_s": 120.7}, "mem_limit_function_mb": 1},
        {"constructor": {"t_limit_total_s": float("inf")}, "t_limit_function_s": np.int64(20), "n": np.int64(1)},
        {"mem_limit_function_mb": 0, "options": {"scenario_fn": "abc", "java_executable": "/no/java"}},
        {"mem_limit_function_mb": 100.5, "t_limit_function_s": 2.5, "conditional_clauses": (), "forbidden_clauses": ()},
        {"mem_limit_function_mb": np.float64(300), "num_train_instances": None, "num_test_instances": 0},
    ],
    ids=repr,
)
def test_accepted(arguments, recwarn):
    result = minimize(**arguments)
    assert (result.value, result.configuration) == (13.0, {"r": 1.0})
    assert [e.status for e in result.runs[0].evaluations] == ["SAT"]
    assert not recwarn.list


def test_a_fraction_of_processes_is_cut():
    with pytest.warns(UserWarning, match="num_procs"):
        assert minimize(num_procs=1.9).value == 13.0


@pytest.mark.parametrize(
    ("seed", "num_runs", "seeds"),
    [
        (5, 1, [5]),
        (5, 3, [5, 6, 7]),
        (True, 1, [1]),
        (np.int64(3), 1, [3]),
        (np.uint8(255), 2, [255, 256]),
        ([7], 1, [7]),
        ((7,), 1, [7]),
        ([7, 7], 2, [7, 7]),
        ((9, 4), 2, [9, 4]),
        (range(3, 5), 2, [3, 4]),
        (np.array([9, 4]), 2, [9, 4]),
        ([np.int32(9), True], 2, [9, 1]),
        (2**31 - 1, 1, [2**31 - 1]),
    ],
    ids=repr,
)
def test_seeds(seed, num_runs, seeds):
    found = arguments.seeds(seed, num_runs)
    assert found == seeds
    assert {type(each) for each in found} == {int}


@pytest.mark.slow
def test_equal_seeds_make_equal_runs_and_others_make_others():
    result = minimize(n=3, seed=[7, 9, 7], num_runs=3, options={"isolate": False})
    assert [run.seed for run in result.runs] == [7, 9, 7]
    first, second, third = ([e.configuration for e in run.evaluations] for run in result.runs)
    assert first == third != second


def test_a_very_large_number_of_evaluations():
    with pytest.warns(UserWarning, match="exhausted"):
        value, _ = direct().minimize(lambda c: float(c), 2**31 - 1, {"c": ("categorical", [1, 2, 3], 1)})
    assert value == 1.0


# -- refused --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ({"n": 5.5}, "max_evaluations"),
        ({"n": -1}, "max_evaluations"),
        ({"n": 0}, "max_evaluations"),
        ({"n": "many"}, "max_evaluations"),
        ({"n": None}, "max_evaluations"),
        ({"num_runs": 2.0}, "num_runs"),
        ({"num_runs": -1}, "num_runs"),
        ({"num_runs": 0}, "num_runs"),
        ({"num_procs": 0}, "num_procs"),
        ({"num_procs": -1}, "num_procs"),
        ({"num_procs": "two"}, "num_procs"),
        ({"seed": 1.0}, "seed"),
        ({"seed": "one"}, "seed"),
        ({"seed": -1}, "seed"),
        ({"seed": [1], "num_runs": 2}, "seed"),
        ({"seed": [1, 2], "num_runs": 1}, "seed"),
        ({"seed": []}, "seed"),
        ({"seed": range(3)}, "seed"),
        ({"seed": [1.5]}, "seed"),
        ({"t_limit_function_s": -1}, "t_limit_function_s"),
        ({"t_limit_function_s": 0}, "t_limit_function_s"),
        ({"t_limit_function_s": "1"}, "t_limit_function_s"),
        ({"t_limit_function_s": float("nan")}, "t_limit_function_s"),
        ({"mem_limit_function_mb": -1}, "mem_limit_function_mb"),
        ({"mem_limit_function_mb": "1"}, "mem_limit_function_mb"),
        ({"num_train_instances": -1}, "num_train_instances"),
        ({"num_train_instances": 0}, "num_train_instances"),
        ({"num_test_instances": -1}, "num_test_instances"),
        ({"conditional_clauses": "r | r > 1"}, "conditional_clauses"),
        ({"forbidden_clauses": "{r > 3}"}, "forbidden_clauses"),
        ({"forbidden_clauses": [3]}, "forbidden_clauses"),
        ({"options": {"run-obj": "FOO"}}, "run-obj"),
        ({"options": {"timeout_quality": float("nan")}}, "timeout_quality"),
        ({"options": {"timeout_quality": "high"}}, "timeout_quality"),
        ({"options": {"rf-num-trees": 0}}, "rf-num-trees"),
        ({"options": {"nonsense-option": 1}}, "nonsense-option"),
        ({"constructor": {"t_limit_total_s": -1}}, "t_limit_total_s"),
        ({"constructor": {"t_limit_total_s": "1"}}, "t_limit_total_s"),
        ({"constructor": {"t_limit_total_s": float("nan")}}, "t_limit_total_s"),
        ({"constructor": {"working_directory": 3}}, "working_directory"),
    ],
    ids=repr,
)
def test_refused_before_any_call(recorder, arguments, named):
    with pytest.raises(ArgumentError, match=named) as caught:
        minimize(recorder(parabola), **arguments)
    assert isinstance(caught.value, ValueError)
    assert isinstance(caught.value, TypeError)
    assert recorder.calls == []


@pytest.mark.parametrize("function", [None, 3, "f", [parabola]])
def test_a_function_that_is_none(function):
    with pytest.raises(ArgumentError, match="on_event must be a function of an event, got"):
        SMAC_optimizer().minimize(print, 1, {"x": ("real", [0, 1], 0)}, on_event=[print])
    with pytest.raises(ArgumentError, match="func must be callable"):
        minimize(function)


def test_what_is_missing_is_a_type_error():
    with pytest.raises(TypeError, match="parameter_dict"):
        SMAC_optimizer().minimize(parabola, 3)
    with pytest.raises(TypeError, match="nonsense"):
        SMAC_optimizer().minimize(parabola, 3, SPACE, nonsense=1)


@pytest.mark.parametrize("space", [{}, None, [("r", SPACE["r"])], {"r": ("real", [0, 4], 9)}])
def test_spaces_are_checked_before_any_call(recorder, space):
    with pytest.raises(ValueError, match=r"\w"):
        SMAC_optimizer().minimize(recorder(parabola), 3, space)
    assert recorder.calls == []


# -- names of 2014 --------------------------------------------------------------------------------------------------


def test_deterministic_in_the_constructor():
    with pytest.warns(DeprecationWarning, match="deterministic"):
        optimizer = SMAC_optimizer(deterministic=True)
    assert optimizer.minimize(parabola, 1, SPACE) == (13.0, {"r": 1.0})


def test_num_instances():
    with pytest.warns(DeprecationWarning, match="num_train_instances"), pytest.raises(ValueError, match="instances"):
        SMAC_optimizer().minimize(parabola, 1, SPACE, num_instances=-1)


def test_no_seed():
    with pytest.warns(DeprecationWarning, match="seed"):
        assert minimize(seed=None, options={"isolate": False}).runs[0].seed == 0


def test_specifications_that_are_lists():
    with pytest.warns(DeprecationWarning, match="list"):
        value, _ = direct().minimize(parabola, 1, {"r": ["real", [0.0, 4.0], 1.0]})
    assert value == 13.0
