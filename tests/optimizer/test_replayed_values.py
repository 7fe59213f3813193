"""Recorded runs of the original: values, failures and statuses."""

import ctypes
import os
import signal
import sys

import numpy as np
import pytest
from functions import quietly, raise_, recurse

from pysmac_compat.evaluation.rules import TIMEOUT_QUALITY

from .replays import good, replay, square

pytestmark = pytest.mark.slow


def _failed(x):
    return "CRASHED", TIMEOUT_QUALITY


def _failed_below(bound):
    return lambda x: _failed(x) if x < bound else good(x)


def _status_below_zero(status, value=TIMEOUT_QUALITY):
    return lambda x: (status, square(x) if value is None else value) if x < 0 else good(x)


def _dict(status):
    return lambda x: {"value": square(x), "runtime": 0.5, "status": status if x < 0 else b"SAT"}


def _below_zero(act):
    """The function of the scenarios in which something happens for x < 0."""

    def function(x):
        if x < 0:
            return act(x)
        return square(x)

    return function


#: name: function, what its value becomes, whether the special case is for some x only
VALUES = {
    "exception_sometimes": (_below_zero(lambda x: raise_(ValueError("negative x"))), _failed_below(0)),
    "exception_default": (
        lambda x: raise_(ValueError("default")) if x == 4 else square(x),
        lambda x: _failed(x) if x == 4 else good(x),
    ),
    "exception_always": (lambda x: raise_(ValueError("always")), _failed),
    "return_none_sometimes": (_below_zero(lambda x: None), _failed_below(0)),
    "return_none_always": (lambda x: None, _failed),
    "return_nan_sometimes": (lambda x: float("nan") if x < 0 else square(x), _failed_below(0)),
    "return_nan_always": (lambda x: float("nan"), _failed),
    "return_inf_sometimes": (lambda x: float("inf") if x < 0 else square(x), _failed_below(0)),
    "return_inf_always": (lambda x: float("inf"), _failed),
    "return_neginf_sometimes": (lambda x: float("-inf") if x < -3 else square(x), _failed_below(-3)),
    "return_str_word": (lambda x: "abc", _failed),
    "return_str_number": (lambda x: repr(square(x)), good),
    "return_str_sentence": (lambda x: "1.0, 2.0 x", _failed),
    "return_tuple": (lambda x: (square(x), 1.0), _failed),
    "return_np_float64": (lambda x: np.float64(square(x)), good),
    "return_np_float32": (lambda x: np.float32(square(x)), lambda x: ("SAT", float(np.float32(square(x))))),
    "return_np_int": (lambda x: np.int64(abs(x)), lambda x: ("SAT", float(int(abs(x))))),
    "return_np_array1": (lambda x: np.array([square(x)]), good),
    "return_np_array0": (lambda x: np.array(square(x)), good),
    "return_int": (lambda x: int(abs(x)), lambda x: ("SAT", float(int(abs(x))))),
    "return_none_string": (lambda x: "None", _failed),
    "return_object": (lambda x: object(), _failed),
    "return_huge_int": (lambda x: 10**30 + int(x * 10), lambda x: ("SAT", float(10**30 + int(x * 10)))),
    "return_lambda": (lambda x: lambda: 3, _failed),
    "dict_bytes_unsat": (_dict(b"UNSAT"), _status_below_zero("UNSAT", None)),
    "dict_bytes_timeout": (_dict(b"TIMEOUT"), _status_below_zero("TIMEOUT")),
    "dict_bytes_crashed": (_dict(b"CRASHED"), _status_below_zero("CRASHED")),
    "dict_bytes_unknown": (lambda x: {"value": square(x), "runtime": 0.5, "status": b"FOO"}, _failed),
    "dict_str_sat": (lambda x: {"value": square(x), "runtime": 0.5, "status": "SAT"}, good),
    "dict_value_only": (lambda x: {"value": square(x)}, good),
    "dict_extra_keys": (lambda x: {"value": square(x), "foo": 3, "bar": "baz"}, good),
    "dict_value_none": (lambda x: {"value": None, "status": b"SAT"}, _failed),
    "dict_value_nan": (lambda x: {"value": float("nan"), "status": b"SAT", "runtime": 0.1}, _failed),
    "dict_timeout_with_value": (_dict(b"TIMEOUT"), _status_below_zero("TIMEOUT", 1000.0)),
    "die_segfault": (_below_zero(lambda x: quietly(ctypes.string_at, 0)), _failed_below(0)),
    "die_sys_exit": (_below_zero(lambda x: sys.exit(3)), _failed_below(0)),
    "die_sigkill": (_below_zero(lambda x: os.kill(os.getpid(), signal.SIGKILL)), _failed_below(0)),
    "die_sigterm": (_below_zero(lambda x: os.kill(os.getpid(), signal.SIGTERM)), _failed_below(0)),
    "die_keyboardinterrupt": (_below_zero(lambda x: raise_(KeyboardInterrupt())), _failed_below(0)),
    "die_recursion": (_below_zero(recurse), _failed_below(0)),
    "die_memoryerror": (_below_zero(lambda x: raise_(MemoryError())), _failed_below(0)),
    "die_oserror11": (_below_zero(lambda x: raise_(OSError(11, "unavailable"))), _failed_below(0)),
    "die_abort": (_below_zero(lambda x: quietly(os.abort)), _failed_below(0)),
    "die_stopiteration": (_below_zero(lambda x: raise_(StopIteration())), _failed_below(0)),
    "tlimit_dict_runtime": (
        lambda x: {"value": square(x), "runtime": 5.0 if x < 0 else 0.1},
        _status_below_zero("TIMEOUT"),
    ),
    "tlimit_dict_runtime_edge": (
        lambda x: {"value": square(x), "runtime": 1.97 if x < -2 else 1.985 if x < 1 else 2.0},
        lambda x: good(x) if x < -2 else ("TIMEOUT", TIMEOUT_QUALITY),
    ),
    "memlimit": (_below_zero(lambda x: np.ones(250_000_000)), _status_below_zero("MEMOUT")),
    "memlimit_python": (_below_zero(lambda x: [0] * 10**9), _status_below_zero("MEMOUT")),
}


_EVERYWHERE = (good, _failed)


#: what other tests show faster
_QUICK = (
    "die_segfault",
    "die_sys_exit",
    "return_none_sometimes",
    "return_nan_always",
    "return_np_array1",
    "return_lambda",
)


_SLOW = [name for name in VALUES if name.startswith(("die_", "return_")) and name not in _QUICK]


@pytest.mark.filterwarnings("ignore:all .* evaluations have failed")
@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.slow if name in _SLOW else ()) for name in VALUES]
)
def test_value(recorder, name):
    function, expected = VALUES[name]
    some = "sometimes" in name or name.startswith(("die_", "mem", "dict_bytes_", "dict_timeout", "tlimit"))
    # with 12 evaluations the initial design has a point in each half of [-5, 5]
    result = replay(recorder, name, function, 12 if some and name != "dict_bytes_unknown" else 4)
    evaluations = result.runs[0].evaluations
    assert len(evaluations) == len(recorder.calls) == (12 if some and name != "dict_bytes_unknown" else 4)
    for evaluation in evaluations:
        x = evaluation.configuration["x"]
        assert (evaluation.status, evaluation.value) == expected(x)
        assert bool(evaluation.message) == (evaluation.status not in ("SAT", "UNSAT"))
    if some and expected not in _EVERYWHERE and name not in ("return_neginf_sometimes", "tlimit_dict_runtime_edge"):
        assert len({evaluation.status for evaluation in evaluations}) == 2
    if expected is _failed:
        assert (result.value, result.configuration) == (TIMEOUT_QUALITY, {"x": 4.0})
    assert result.n_crashed == sum(e.status in ("CRASHED", "MEMOUT") for e in evaluations)
    assert result.stopped_because == "max_evaluations reached"
