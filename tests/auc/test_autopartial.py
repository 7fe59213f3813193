import numpy as np
import pytest
from ConfigSpace import Categorical, ConfigurationSpace, EqualsCondition, Float, Integer

from automax import autopartial


def collect(*args, **kwds):
    return args, kwds


def test_keywords_name_the_hyperparameters():
    part = autopartial(collect, lr=Float("other_name", (0.1, 1.0), default=0.5), fixed=[1, 2])
    assert list(part.cs) == ["lr"]
    assert part(part.cs.get_default_configuration()) == ((), {"lr": 0.5, "fixed": [1, 2]})


def test_the_callers_hyperparameter_keeps_its_name():
    lr = Float("other_name", (0.1, 1.0))
    autopartial(collect, lr=lr)
    assert lr.name == "other_name"


def test_positional_arguments_have_the_functions_names():
    def function(a, b, c=0):
        return a, b, c

    part = autopartial(function, 7, Integer("x", (1, 9), default=3), c=Integer("x", (1, 9), default=4))
    assert sorted(part.cs) == ["b", "c"]
    assert part({"b": 5, "c": 6}) == (7, 5, 6)


def test_nested_names_are_joined():
    inner = autopartial(collect, width=Integer("w", (1, 9), default=2))
    middle = autopartial(collect, inner=inner, depth=Integer("d", (1, 9), default=3))
    outer = autopartial(collect, middle=middle)
    assert sorted(outer.cs) == ["middle:depth", "middle:inner:width"]
    assert outer(outer.cs.get_default_configuration()) == (
        (),
        {"middle": ((), {"inner": ((), {"width": 2}), "depth": 3})},
    )


def test_a_prefix_is_put_before_all_names():
    part = autopartial(collect, x=Integer("x", (1, 9)))
    assert part({"p:x": 4}, prefix="p:") == ((), {"x": 4})


def test_wrapping_again_merges_and_overrides():
    first = autopartial(collect, 1, a=Integer("a", (1, 9)), b=Integer("b", (1, 9)))
    second = autopartial(first, 2, a=7)
    assert second.autofunc is collect
    assert second.args == (1, 2)
    assert list(second.cs) == ["b"]
    assert second({"b": 3}) == ((1, 2), {"a": 7, "b": 3})
    assert list(first.cs) == ["a", "b"]


def test_a_keyword_called_autofunc_is_free():
    assert autopartial(collect, autofunc=3)({}) == ((), {"autofunc": 3})


def test_inactive_hyperparameters_are_left_out():
    space = ConfigurationSpace()
    kind, slope = Categorical("kind", ["a", "b"], default="a"), Float("slope", (0.0, 1.0))
    space.add(kind, slope, EqualsCondition(slope, kind, "b"))
    part = autopartial(collect, kind=kind, slope=slope)
    assert part(space.get_default_configuration()) == ((), {"kind": "a"})


def test_values_are_plain_python():
    value = autopartial(collect, x=Categorical("x", ["a", "b"]))({"x": np.str_("a")})[1]["x"]
    assert type(value) is str


def test_not_callable():
    with pytest.raises(TypeError, match="callable, got 3"):
        autopartial(3)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: autopartial(lambda a: a, b=1), "'b': the function does not take it"),
        (lambda: autopartial(lambda a: a, 1, a=2), "'a' is given twice"),
        (lambda: autopartial(lambda a: a, 1, 2), "only 1 positional"),
        (lambda: autopartial(collect, x=ConfigurationSpace()), "'x': expected a hyperparameter"),
        (lambda: autopartial(collect, x=Float("x", (0, 1)).__class__), "'x': expected a hyperparameter"),
        (lambda: autopartial(collect, **{"a:b": 1}), "'a:b': a name must not contain"),
        (lambda: autopartial(collect, x=Integer("x", (1, 9)))({}), "no value for 'x'"),
    ],
)
def test_bad_arguments_are_named(make, message):
    with pytest.raises(ValueError, match=message):
        make()
