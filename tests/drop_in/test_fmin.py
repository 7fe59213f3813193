"""`fmin`, the interface of pysmac 0.1 to 0.8."""

import copy
import inspect
import os
import threading

import numpy as np
import pytest

from pysmac_compat.optimize import fmin

REAL = {"x0": [2.0, -1.0], "xmin": [-5, -5], "xmax": [5, 5]}
INTEGER = {"x0_int": [3], "xmin_int": [0], "xmax_int": [10]}
CATEGORICAL = {"x_categorical": {"kind": ["a", "b", "c"], "flag": [True, False]}}


def test_positions():
    assert list(inspect.signature(fmin).parameters) == [
        "objective",
        "x0",
        "xmin",
        "xmax",
        "x0_int",
        "xmin_int",
        "xmax_int",
        "x_categorical",
        "custom_args",
        "max_evaluations",
        "seed",
        "cv_folds",
        "update_status_every",
        "smac_rf_num_trees",
        "smac_rf_full_tree_bootstrap",
        "smac_intensification_percentage",
        "arguments_of_objective",
    ]
    defaults = {name: p.default for name, p in inspect.signature(fmin).parameters.items()}
    assert (defaults["max_evaluations"], defaults["seed"], defaults["cv_folds"]) == (100, 1, None)
    assert (defaults["update_status_every"], defaults["smac_rf_num_trees"]) == (500, 100)


def test_it_runs_in_this_process():
    seen = []

    def objective(x):
        seen.append((os.getpid(), threading.current_thread() is threading.main_thread(), x))
        return float(np.sum((x - 1) ** 2))

    best, value = fmin(objective, np.array([2.0, -1.0]), np.array([-5, -5]), (5, 5), max_evaluations=6)
    assert len(seen) == 6
    assert {entry[:2] for entry in seen} == {(os.getpid(), True)}
    assert isinstance(seen[0][2], np.ndarray)
    assert list(seen[0][2]) == [2.0, -1.0]
    assert all((x >= -5).all() and (x <= 5).all() for _, _, x in seen)
    assert value == min(float(np.sum((x - 1) ** 2)) for _, _, x in seen)
    assert set(best) == {"x"}
    assert objective(**best) == value


@pytest.mark.parametrize("groups", [INTEGER, {**REAL, **CATEGORICAL}, {**REAL, **INTEGER, **CATEGORICAL}])
def test_only_the_groups_that_exist(groups):
    """What was given stays as it was."""
    before = copy.deepcopy(groups)
    expected = {name for key, name in (("x0", "x"), ("x0_int", "x_int"), ("x_categorical",) * 2) if key in groups}
    seen = []

    def objective(**point):
        seen.append(point)
        value = 0.0
        if "x" in point:
            value += float(point["x"] @ point["x"])
        if "x_int" in point:
            assert point["x_int"].dtype.kind == "i"
            value += int(point["x_int"][0])
        if "x_categorical" in point:
            assert set(point["x_categorical"]) == {"kind", "flag"}
            value += "cba".index(point["x_categorical"]["kind"]) + (point["x_categorical"]["flag"] is True)
        return value

    best, value = fmin(objective, max_evaluations=3, **groups)
    assert groups == before
    assert all(set(point) == expected for point in seen)
    assert set(best) == expected
    assert objective(**best) == value
    if "x0_int" in groups:
        assert list(seen[0]["x_int"]) == [3]
    if "x_categorical" in groups:
        assert seen[0]["x_categorical"] == {"kind": "a", "flag": True}


def test_custom_arguments():
    best, value = fmin(lambda x, scale, offset: scale * abs(x[0]) + offset, [0.0], [-1], [1], (), (), (), {},
                       {"scale": 2, "offset": 5}, 3)  # fmt: skip
    assert (list(best["x"]), value) == ([0.0], 5.0)
    assert set(best) == {"x"}


def test_arguments_of_the_objective_as_in_the_first_releases():
    seen = []

    def objective(x, a, b, c=0):
        seen.append((a, b, c))
        return float(x[0]) + b

    best, value = fmin(objective, x0=(0, 0), xmin=(-5, 0), xmax=(10, 15), max_evaluations=1, a="t", b=1)
    assert (set(best), list(best["x"]), value, seen) == ({"x"}, [0, 0], 1.0, [("t", 1, 0)])
    fmin(objective, [0.0], [-1], [1], custom_args={"a": 1, "b": 2}, max_evaluations=1, c=3)
    assert seen[-1] == (1, 2, 3)


class Norm:
    def __call__(self, p, scale=1):
        assert isinstance(p, np.ndarray)
        return float(p @ p) * scale


@pytest.mark.parametrize(
    ("objective", "name"),
    [
        (Norm(), "p"),
        (lambda point, /: float(point @ point), "point"),
        (lambda *all: float(all[0] @ all[0]), "all"),
        (np.linalg.norm, "x"),
        (max, "x"),
        (lambda p, x: float(x @ x), None),
    ],
    ids=["object", "positional", "star", "numpy", "built-in", "two"],
)
def test_the_array_by_position(objective, name):
    """Release 0.1 called the objective so."""
    best, value = fmin(objective, (1, 2), (-5, 0), (10, 15), 1, **({} if name else {"p": 0}))
    assert list(best) == [name or "x"]
    (point,) = best.values()
    assert point is best["x"]
    assert value == (objective(point) if name else objective(0, point))
    if name == "p":
        assert objective(**best) == value
    with pytest.raises(KeyError):
        best["another"]


@pytest.mark.slow
def test_the_same_seed_makes_the_same_calls():
    """In release 0.1, five and six arguments were the number of evaluations and the seed."""

    def points(*arguments, **keywords):
        seen = []
        fmin(lambda p: seen.append(tuple(p)) or float(p[0]), [1.0], [-5], [10], *arguments, **keywords)
        return seen

    first = points(4, 7)
    assert len(first) == 4
    assert first == points(max_evaluations=4, seed=7) == points(np.int64(4), seed=7)
    assert points(4, 8) != first


def test_equal_bounds_of_integers_are_a_constant():
    seen = []

    def objective(x_int):
        seen.append(tuple(x_int))
        return float(x_int[0])

    best, value = fmin(objective, x0_int=(3, 2), xmin_int=np.array([1, 2]), xmax_int=(15, 2), max_evaluations=3)
    assert best["x_int"].dtype.kind == "i"
    assert {point[1] for point in seen} == {2}
    assert len(set(seen)) == 3
    assert value == best["x_int"][0]
    assert list(fmin(objective, x0_int=[2], xmin_int=[2], xmax_int=[2], max_evaluations=1)[0]["x_int"]) == [2]


def test_status_lines(capfd):
    values = iter([5.0, 7.0, 4.0, 9.0, 9.0, 9.0])
    fmin(lambda x: next(values), max_evaluations=6, update_status_every=5, **REAL)
    out, err = capfd.readouterr()
    assert out.splitlines() == [
        "Number of evaluations 1, current fmin: 5.0",
        "Number of evaluations 3, current fmin: 4.0",
        "Number of evaluations 5, current fmin: 4.0",
    ]
    assert err == ""


class Mine(Exception):
    pass


def test_exceptions_propagate():
    def objective(x):
        raise Mine("of the user")

    with pytest.raises(Mine, match="of the user"):
        fmin(objective, max_evaluations=3, **REAL)


@pytest.mark.parametrize("result", [None, 1j, "1.0", [1.0], (1.0, 2.0), {"value": 1.0}])
def test_what_is_no_real_number_is_an_assertion(result):
    with pytest.raises(AssertionError):
        fmin(lambda x: result, max_evaluations=3, **REAL)


def test_real_numbers(capfd):
    values = iter([3, 2.5, np.float64(2), np.float32(1.5), np.int64(1)])
    assert fmin(lambda x: next(values), max_evaluations=5, **REAL)[1] == 1.0
    assert [line.split()[-1] for line in capfd.readouterr().out.splitlines()] == ["3.0", "2.5", "2.0", "1.5", "1.0"]


def test_values_that_are_not_finite_do_not_end_the_search():
    values = iter([float("nan"), 3.0, float("inf"), 2.0, 5.0])
    _, value = fmin(lambda x: next(values), max_evaluations=5, **REAL)
    assert value == 2.0


def test_an_interrupt_returns_the_best_so_far():
    values = iter([5.0, 3.0, 4.0])

    def objective(x):
        value = next(values, None)
        if value is None:
            raise KeyboardInterrupt
        return value

    best, value = fmin(objective, max_evaluations=20, **REAL)
    assert value == 3.0
    assert set(best) == {"x"}


def test_an_interrupt_before_the_first_value():
    def objective(x):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fmin(objective, max_evaluations=20, **REAL)


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ({}, "x0"),
        ({"x0": [1.0], "xmin": [0], "xmax": []}, "xmax"),
        ({"x0_int": [1], "xmin_int": [0, 1], "xmax_int": [2]}, "xmin_int"),
        ({**REAL, "max_evaluations": 0}, "max_evaluations"),
        ({**REAL, "max_evaluations": 2.5}, "max_evaluations"),
        ({**REAL, "seed": "one"}, "seed"),
        ({**REAL, "update_status_every": 0}, "update_status_every"),
        ({**REAL, "smac_rf_num_trees": 0}, "smac_rf_num_trees"),
        ({"x0": [9.0], "xmin": [0], "xmax": [1]}, "x"),
        ({"x0": 1.0, "xmin": [0], "xmax": [1]}, "x0 must be a sequence of numbers, got 1.0"),
        ({"x0_int": [3], "xmin_int": [2], "xmax_int": [2]}, "x_int"),
        ({**REAL, "x": 3}, "fmin itself passes 'x' to the objective"),
        ({**REAL, "custom_args": {"x": 3}}, "fmin itself passes 'x' to the objective"),
        ({"x_categorical": {"k": []}}, "k"),
    ],
    ids=repr,
)
def test_refused(arguments, named):
    def objective(**_):
        raise AssertionError("called")

    with pytest.raises(ValueError, match=named):
        fmin(objective, **arguments)


def test_an_argument_that_nobody_takes():
    with pytest.raises(ValueError, match="'max_evaluation' is neither .*did you mean 'max_evaluations'"):
        fmin(lambda x: 1.0, **REAL, max_evaluation=3)
    with pytest.raises(ValueError, match="'scal' is neither .*did you mean 'scale'"):
        fmin(lambda x, scale: 1.0, **REAL, scal=3)


def test_an_objective_that_is_none():
    with pytest.raises(ValueError, match="objective"):
        fmin(None, **REAL)
