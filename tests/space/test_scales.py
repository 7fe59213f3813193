"""Linear and logarithmic ranges: bounds, precision, spread."""

import numpy as np
import pytest

from pysmac_compat.errors import ParameterError
from pysmac_compat.space import parameter_space

from .space_helpers import default_of, native, samples


@pytest.mark.parametrize("bounds", [(1, 2), (1, 1000), (3, 7), (1, 2**31 - 1), (5, 2**50)])
def test_integers_on_a_log_scale_keep_their_bounds(bounds):
    space = parameter_space({"p": ("integer", list(bounds), bounds[0], "log")})
    assert space["p"].to_value(0.0) == bounds[0]
    assert space["p"].to_value(1.0) == bounds[1]
    assert (space["p"].lower, space["p"].upper) == bounds
    for bound in bounds:
        assert space["p"].to_value(space["p"].to_vector(bound)) == bound
    values = samples(("integer", list(bounds), bounds[0], "log"), 500)
    assert min(values) >= bounds[0]
    assert max(values) <= bounds[1]
    if bounds[1] < 10:
        assert set(values) == set(range(bounds[0], bounds[1] + 1))


@pytest.mark.slow
def test_a_log_scale_is_logarithmic():
    values = np.array(samples(("real", [1e-6, 1.0], 1e-3, "log"), 1000))
    assert 0.45 < (values < 1e-3).mean() < 0.55
    values = np.array(samples(("integer", [1, 10**6], 10, "log"), 1000))
    assert 0.4 < (values < 1000).mean() < 0.6
    values = np.array(samples(("real", [1e-6, 1.0], 1e-3), 1000))
    assert (values < 1e-3).mean() < 0.01


@pytest.mark.parametrize("lower", [1e-15, 1e-300, 0.1])
@pytest.mark.parametrize("upper", [1.0, 1e5])
def test_any_positive_log_bound_keeps_full_precision(lower, upper):
    default = lower * 3.3333333333333335
    space = parameter_space({"x": ("real", [lower, upper], default, "log")})
    x = space["x"]
    assert float(x.to_value(0.0)) == lower
    assert float(x.to_value(1.0)) == upper
    assert float(x.to_value(x.to_vector(default))) == default
    assert native(space.get_default_configuration())["x"] == default
    space.seed(1)
    values = np.array([native(c)["x"] for c in space.sample_configuration(1000)])
    assert ((lower <= values) & (values <= upper)).all()
    assert len(set(values)) == 1000
    median = np.exp((np.log(lower) + np.log(upper)) / 2)
    assert 0.45 < (values < median).mean() < 0.55
    for value in values[:100]:
        assert float(x.to_value(x.to_vector(value))) == pytest.approx(value, rel=1e-12)


@pytest.mark.parametrize("default", [1 / 3, 0.1 + 0.2, 1e-17, 0.123456789012345678, 0.0, 1.0])
def test_real_defaults_come_back_exactly(default):
    assert default_of(("real", [0, 1], default)) == default


@pytest.mark.parametrize("bounds", [(1e-16, 3e-16), (0.1, 0.3), (-1e300, 1e300), (1e15, 1e15 + 1), (-1e308, 1e308)])
def test_linear_ranges_of_any_size(bounds):
    """Those that cannot be searched may be refused, but not searched in part."""
    try:
        values = samples(("real", list(bounds), bounds[0]), 500)
    except ParameterError:
        return
    assert len(set(values)) > 5
    middle = bounds[0] / 2 + bounds[1] / 2
    assert 0.4 < np.mean([value < middle for value in values]) < 0.6


@pytest.mark.parametrize("bounds", [(0, 1), (-3, 3), (0, 2**31 - 1), (-(2**40), 2**40), (0, 2**53)])
def test_integer_ranges(bounds):
    values = samples(("integer", list(bounds), bounds[0]), 1000)
    if bounds[1] - bounds[0] < 10:
        counts = [values.count(value) for value in range(bounds[0], bounds[1] + 1)]
        assert min(counts) > 0.6 * 1000 / len(counts)
    space = parameter_space({"p": ("integer", list(bounds), bounds[0])})
    assert space["p"].to_value(0.0) == bounds[0]
    assert space["p"].to_value(1.0) == bounds[1]
