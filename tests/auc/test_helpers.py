import warnings

import numpy as np
import pytest
from ConfigSpace import Constant, Float
from ConfigSpace.hyperparameters import (
    CategoricalHyperparameter,
    UniformFloatHyperparameter,
    UniformIntegerHyperparameter,
)
from hypothesis import given
from hypothesis import strategies as st

from automax import parse_hyperparameters_from_dict


def parse(specification):
    return parse_hyperparameters_from_dict({"x": specification})["x"]


@pytest.mark.parametrize("value", [3, 0.5, "sgd", True, None])
def test_scalars_are_constants(value):
    found = parse(value)
    assert isinstance(found, Constant)
    assert found.value is value or found.value == value


@pytest.mark.parametrize(
    ("specification", "kind", "lower", "upper", "default"),
    [
        ((10, 100), UniformIntegerHyperparameter, 10, 100, 10),
        ((0.1, 1.0), UniformFloatHyperparameter, 0.1, 1.0, 0.1),
        ((0, 1.0), UniformFloatHyperparameter, 0.0, 1.0, 0.0),
        ((0.5, 2), UniformFloatHyperparameter, 0.5, 2.0, 0.5),
        ({"val": (0.0, 0.01), "default": 0.002}, UniformFloatHyperparameter, 0.0, 0.01, 0.002),
        ({"val": (1, 9), "default": 4, "log": True}, UniformIntegerHyperparameter, 1, 9, 4),
        # a list of two numbers, as in YAML
        ({"val": [0.0001, 0.1], "default": 0.001, "log": True}, UniformFloatHyperparameter, 0.0001, 0.1, 0.001),
        ({"val": [0.0, 1.0], "default": 0.9}, UniformFloatHyperparameter, 0.0, 1.0, 0.9),
        ({"val": [1, 64], "log": True}, UniformIntegerHyperparameter, 1, 64, 1),
        ({"val": [0, 1], "type": "float"}, UniformFloatHyperparameter, 0.0, 1.0, 0.0),
        ({"val": [2.0, 8.0], "type": "int"}, UniformIntegerHyperparameter, 2, 8, 2),
        ((np.int64(1), np.int64(5)), UniformIntegerHyperparameter, 1, 5, 1),
    ],
)
def test_ranges(specification, kind, lower, upper, default):
    found = parse(specification)
    assert type(found) is kind
    assert (found.lower, found.upper, found.default_value) == (lower, upper, default)


@pytest.mark.parametrize(
    ("specification", "choices", "default"),
    [
        ([0.6, 0.8, 1.0], (0.6, 0.8, 1.0), 0.6),
        ({"val": [0.6, 0.8, 1.0], "default": 1.0}, (0.6, 0.8, 1.0), 1.0),
        ([0.1, 0.9], (0.1, 0.9), 0.1),
        ({"val": [0, 0.9], "default": 0.9}, (0, 0.9), 0.9),
        ({"val": [1, 64], "log": True, "type": "categorical"}, (1, 64), 1),
        ({"val": [(0.1, 0.1), (0.9, 0.9)], "default": (0.9, 0.9)}, ((0.1, 0.1), (0.9, 0.9)), (0.9, 0.9)),
        ({"val": [[64, 64], [32]], "default": [32]}, ((64, 64), (32,)), (32,)),
        ({"val": [None, 1]}, (None, 1), None),
        ({"val": (1, 2), "type": "categorical"}, (1, 2), 1),
    ],
)
@pytest.mark.filterwarnings("ignore:.*log has no effect")
def test_choices(specification, choices, default):
    found = parse(specification)
    assert isinstance(found, CategoricalHyperparameter)
    assert tuple(found.choices) == choices
    assert found.default_value == default


def test_a_constant_may_be_a_list():
    assert parse({"val": [64, 64], "type": "constant"}).value == (64, 64)


def test_instances_pass():
    lr = Float("lr", (0.1, 1.0))
    assert parse(lr) is lr


def test_log_of_choices_warns():
    with pytest.warns(UserWarning, match="'x': log has no effect"):
        parse({"val": [1, 2, 3], "log": True})


@pytest.mark.parametrize(
    ("specification", "message"),
    [
        ({"default": 1}, "'val' is missing"),
        ({"val": (0, 1), "defualt": 1}, "unknown key 'defualt'; did you mean 'default'"),
        ({"val": (0, 1), "log": True}, "lower bound must be positive, got 0"),
        ({"val": (0, 1), "log": "yes"}, "log must be true or false, got 'yes'"),
        ({"val": (0, 1), "type": "flaot"}, "did you mean 'float'"),
        ({"val": (0, 1), "default": 2}, r"number in \[0, 1\], got 2"),
        ({"val": (0, 9), "default": 1.5}, "must be integers"),
        ({"val": ("1e-4", 0.1)}, r"write 1\.0e-4"),
        ((1, 1), "lower must be less than upper"),
        ((0.0, float("inf")), "finite"),
        ((1, 2, 3), "two numbers"),
        ((True, False), "two numbers"),
        ([], "list of choices"),
        ([1, 1], "occurs twice"),
        ({"val": [0, 2], "default": 1, "type": "categorical"}, "default 1 is not one of the choices"),
        ({1, 2}, "expected a number"),
        ({"val": 1, "default": 2}, "must be its value"),
    ],
)
def test_bad_specifications(specification, message):
    with pytest.raises(ValueError, match=message) as caught:
        parse(specification)
    assert "'x'" in str(caught.value)


def test_items_must_be_a_dict():
    with pytest.raises(ValueError, match="expected a dict"):
        parse_hyperparameters_from_dict([("x", 1)])


numbers = st.one_of(st.integers(-1000, 1000), st.floats(-1e6, 1e6))


@given(st.tuples(numbers, numbers), st.booleans(), st.booleans(), st.booleans())
def test_a_range_is_read_or_refused(bounds, log, with_default, as_list):
    specification = {"val": list(bounds) if as_list else bounds, "log": log}
    if with_default:
        specification["default"] = (bounds[0] + bounds[1]) / 2
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            found = parse(specification)
        except ValueError:
            return
    assert found.legal_value(found.default_value)
    if isinstance(found, UniformIntegerHyperparameter):
        assert all(isinstance(b, int) for b in bounds)
