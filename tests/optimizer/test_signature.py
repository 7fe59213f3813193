"""Functions that cannot take what a run hands over are refused before the first call, all others run."""

import functools
import math

import pytest

from pysmac_compat import ArgumentError
from pysmac_compat.options.smac_options import resolve
from pysmac_compat.planning.planner import make_plan
from pysmac_compat.planning.signature import check_signature
from pysmac_compat.space.definition import define

from .small import direct

SPACE = {"x": ("real", [0.0, 4.0], 1.0), "kind": ("categorical", ["a", "b"], "a"), "depth": ("integer", [1, 9], 3)}
CLAUSES = ["depth | kind == b"]
PLAN = make_plan(resolve({}), definition=define(SPACE, CLAUSES), max_evaluations=1, deterministic=True)


def minimize(function, space=SPACE, clauses=CLAUSES, n=1, **arguments):
    optimizer = direct()
    optimizer.minimize(function, n, space, clauses, **arguments)
    return [(e.status, e.value) for e in optimizer.result.runs[0].evaluations]


def cost(x, kind):
    return x


@pytest.mark.parametrize(
    ("function", "arguments", "pieces"),
    [
        (lambda kind: 1.0, {}, ["<lambda>()", "no argument 'x'", "takes kind"]),
        (lambda: 1.0, {}, ["no argument 'x'", "takes no keyword arguments"]),
        (lambda x, kin: 1.0, {}, ["no argument 'kind'", "did you mean 'kin'?"]),
        (lambda x, kind, /: 1.0, {}, ["no argument 'x'"]),
        (lambda x, *kind: 1.0, {}, ["no argument 'kind'"]),
        (lambda n, /, x, kind: 1.0, {}, ["takes 'n' by position only", "keywords"]),
        (lambda x, kind, dept: 1.0, {}, ["needs an argument 'dept'", "x, kind, depth", "did you mean 'depth'?"]),
        (lambda x, kind, *, other: 1.0, {}, ["needs an argument 'other'", "default"]),
        (cost, {"deterministic": False}, ["cost()", "no argument 'seed'", "deterministic=False"]),
        (cost, {"num_train_instances": 2}, ["cost()", "no argument 'instance'", "num_train_instances"]),
        (lambda x, kind, seed: 1.0, {}, ["needs an argument 'seed'", "deterministic=False"]),
        (lambda x, kind, instance: 1.0, {}, ["needs an argument 'instance'", "num_train_instances"]),
        (functools.partial(cost, 1.0), {}, ["partial()", "no argument 'x'"]),
    ],
)
def test_refused(function, arguments, pieces):
    with pytest.raises(ArgumentError) as caught:
        minimize(function, **arguments)
    for piece in ("func: ", *pieces):
        assert piece in str(caught.value)


class Model:
    def __call__(self, x, kind):
        return x

    def method(self, x, kind, other=3):
        return x


@functools.wraps(cost)
def hiding(**arguments):
    return arguments["x"]


@functools.wraps(lambda x, kind, data: 1.0)
def filling(x, kind):
    return x


class Odd:
    """Takes what it is given, and fails where it is asked what that is."""

    @property
    def __signature__(self):
        raise RuntimeError("not to be read")

    def __call__(self, x, kind):
        return x


@pytest.mark.parametrize(
    "function",
    [
        cost,
        lambda x, kind, other=3, *more: x,
        lambda *, x, kind, depth=None: x,
        lambda **arguments: arguments["x"],
        lambda x, **more: x,
        Model(),
        Model().method,
        functools.partial(cost, kind="b"),
        functools.partial(lambda data, x, kind: x, [1, 2]),
        functools.lru_cache(cost),
        hiding,
        filling,
        Odd(),
    ],
)
def test_not_refused(function):
    check_signature(function, PLAN)
    assert function(x=1.0, kind="a") == 1.0


@pytest.mark.slow
@pytest.mark.parametrize("function", [cost, lambda x, kind, depth: x])
def test_a_conditional_parameter_costs_some_calls_only(function):
    assert {status for status, _ in minimize(function, n=8)} == {"SAT", "CRASHED"}


def test_seed_and_instance():
    arguments = {"deterministic": False, "num_train_instances": 2}
    assert minimize(lambda x, kind, instance, seed: x, **arguments) == [("SAT", 1.0)]


def test_parameters_that_are_called_seed_and_instance():
    space = {"seed": ("real", [0, 1], 0.5), "instance": ("real", [0, 1], 0.5)}
    assert minimize(lambda seed, instance: seed, space, []) == [("SAT", 0.5)]


@pytest.mark.filterwarnings("ignore:.* evaluations? failed")
def test_a_builtin_function_whose_signature_cannot_be_read():
    assert minimize(math.hypot, {"x": ("real", [0, 1], 0.5)}, [])[0][0] == "CRASHED"


@pytest.mark.parametrize(
    ("function", "hint"),
    [
        (lambda trial: 1.0, "it takes trial; functions that take a trial of Optuna need"),
        (lambda params: 1.0, "it takes params; write **params to get all of them in one dict"),
    ],
)
def test_a_function_that_takes_all_in_one(function, hint):
    with pytest.raises(ArgumentError) as caught:
        check_signature(function, PLAN)
    assert hint in str(caught.value)
