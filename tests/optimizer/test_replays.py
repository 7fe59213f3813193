"""Recorded runs of the original, with the same functions and spaces.

The data (tests/data/runs) hold what the original called; where the contract calls it broken,
the fixed behaviour is asserted.
"""

import ast
import ctypes
import faulthandler
import gzip
import json
import os
import signal
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from pysmac_compat import SMAC_optimizer
from pysmac_compat.evaluation.outcome import TIMEOUT_QUALITY
from pysmac_compat.space.definition import define

_DATA = Path(__file__).parents[1] / "data" / "runs" / "quality.jsonl.gz"


def _load():
    with gzip.open(_DATA, "rt") as lines:
        return {scenario["name"]: scenario for scenario in map(json.loads, lines)}


RECORDED = _load()

#: the original handed numpy scalars through, and turned every bool into True
_NUMPY = {"numpy.float64": "float"}
#: parameters of these names never reached the function
_LOST = ("instance", "seed")


def _parameters(name):
    return ast.literal_eval(RECORDED[name]["parameter_dict"])


def _arguments(name):
    return {key: ast.literal_eval(text) for key, text in RECORDED[name]["index"]["runs"][0]["kwargs"].items()}


def _clauses(name):
    arguments = _arguments(name)
    return {key: arguments[key] for key in ("conditional_clauses", "forbidden_clauses") if key in arguments}


def _values(call):
    return {name: ast.literal_eval(text) for name, (_, text) in call.items()}


def _replay(recorder, name, function, n, constructor=None, parameters=None, **changed):
    """Minimise as recorded but for what is ``changed``; checks all that holds for every run."""
    parameters = _parameters(name) if parameters is None else parameters
    definition = define(parameters, **_clauses(name))
    optimizer = SMAC_optimizer(**(constructor or {}))
    for key, value in RECORDED[name]["index"]["runs"][0]["smac_options"].items():
        optimizer.smac_options[key] = value
    value, best = optimizer.minimize(recorder(function), n, parameters, **{**_arguments(name), **changed})

    calls, run = recorder.calls, optimizer.result.runs[-1]
    evaluations = [e for r in optimizer.result.runs for e in r.evaluations]
    first = {key: _NUMPY.get(kind, kind) for key, (kind, _) in RECORDED[name]["calls"][0].items()}
    assert {key: kind for key, (kind, _) in calls[0].items() if key not in _LOST} == first
    assert _values(calls[0]) == definition.default
    for call, evaluation in zip(calls, evaluations, strict=True):
        values = _values(call)
        assert evaluation.configuration == values
        assert set(call) == definition.active(definition.complete(values))
        assert definition.violated(values) is None
        for key, (kind, _) in call.items():
            parameter = definition.parameters[key]
            assert kind == ("float" if parameter.kind == "real" else type(parameter.default).__name__)
    for each in optimizer.result.runs:
        shown = [json.dumps(e.configuration) for e in each.evaluations]
        assert len(set(shown)) == len(shown)
        assert [e.index for e in each.evaluations] == list(range(1, len(shown) + 1))

    assert type(value) is float
    assert list(best) == sorted(parameters)
    assert best == definition.complete(definition.restrict(best))
    assert all(type(best[key]) is type(definition.parameters[key].default) for key in best)
    assert (value, best) == (optimizer.result.value, optimizer.result.configuration)
    good = [e for e in evaluations if e.status in ("SAT", "UNSAT")]
    if good and value < TIMEOUT_QUALITY:
        assert value == min(e.value for e in good)
        assert definition.restrict(best) == next(e.configuration for e in good if e.value == value)
    assert run.seed == changed.get("seed", 0) + len(optimizer.result.runs) - 1
    return optimizer.result


def _square(x):
    return (x - 1) ** 2


# -- what the original called ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", RECORDED)
def test_the_recorded_calls_have_the_keywords_that_we_would_give(name):
    parameters = _parameters(name)
    definition = define(parameters, **_clauses(name))
    for call in RECORDED[name]["calls"]:
        assert set(call) == definition.active(definition.complete(_values(call))).difference(_LOST)


# -- values, failures and statuses ----------------------------------------------------------------------------------


def _good(x):
    return "SAT", _square(x)


def _failed(x):
    return "CRASHED", TIMEOUT_QUALITY


def _failed_below(bound):
    return lambda x: _failed(x) if x < bound else _good(x)


def _status_below_zero(status, value=TIMEOUT_QUALITY):
    return lambda x: (status, _square(x) if value is None else value) if x < 0 else _good(x)


def _raise(error):
    raise error


def _recurse(x):
    return _recurse(x)


def _quietly(die, *args):
    faulthandler.disable()  # pytest has switched it on
    die(*args)


def _dict(status):
    return lambda x: {"value": _square(x), "runtime": 0.5, "status": status if x < 0 else b"SAT"}


def _below_zero(act):
    """The function of the scenarios in which something happens for x < 0."""

    def function(x):
        if x < 0:
            return act(x)
        return _square(x)

    return function


#: name: function, what its value becomes, whether the special case is for some x only
VALUES = {
    "exception_sometimes": (_below_zero(lambda x: _raise(ValueError("negative x"))), _failed_below(0)),
    "exception_default": (
        lambda x: _raise(ValueError("default")) if x == 4 else _square(x),
        lambda x: _failed(x) if x == 4 else _good(x),
    ),
    "exception_always": (lambda x: _raise(ValueError("always")), _failed),
    "return_none_sometimes": (_below_zero(lambda x: None), _failed_below(0)),
    "return_none_always": (lambda x: None, _failed),
    "return_nan_sometimes": (lambda x: float("nan") if x < 0 else _square(x), _failed_below(0)),
    "return_nan_always": (lambda x: float("nan"), _failed),
    "return_inf_sometimes": (lambda x: float("inf") if x < 0 else _square(x), _failed_below(0)),
    "return_inf_always": (lambda x: float("inf"), _failed),
    "return_neginf_sometimes": (lambda x: float("-inf") if x < -3 else _square(x), _failed_below(-3)),
    "return_str_word": (lambda x: "abc", _failed),
    "return_str_number": (lambda x: repr(_square(x)), _good),
    "return_str_sentence": (lambda x: "1.0, 2.0 x", _failed),
    "return_tuple": (lambda x: (_square(x), 1.0), _failed),
    "return_np_float64": (lambda x: np.float64(_square(x)), _good),
    "return_np_float32": (lambda x: np.float32(_square(x)), lambda x: ("SAT", float(np.float32(_square(x))))),
    "return_np_int": (lambda x: np.int64(abs(x)), lambda x: ("SAT", float(int(abs(x))))),
    "return_np_array1": (lambda x: np.array([_square(x)]), _good),
    "return_np_array0": (lambda x: np.array(_square(x)), _good),
    "return_int": (lambda x: int(abs(x)), lambda x: ("SAT", float(int(abs(x))))),
    "return_none_string": (lambda x: "None", _failed),
    "return_object": (lambda x: object(), _failed),
    "return_huge_int": (lambda x: 10**30 + int(x * 10), lambda x: ("SAT", float(10**30 + int(x * 10)))),
    "return_lambda": (lambda x: lambda: 3, _failed),
    "dict_bytes_unsat": (_dict(b"UNSAT"), _status_below_zero("UNSAT", None)),
    "dict_bytes_timeout": (_dict(b"TIMEOUT"), _status_below_zero("TIMEOUT")),
    "dict_bytes_crashed": (_dict(b"CRASHED"), _status_below_zero("CRASHED")),
    "dict_bytes_unknown": (lambda x: {"value": _square(x), "runtime": 0.5, "status": b"FOO"}, _failed),
    "dict_str_sat": (lambda x: {"value": _square(x), "runtime": 0.5, "status": "SAT"}, _good),
    "dict_value_only": (lambda x: {"value": _square(x)}, _good),
    "dict_extra_keys": (lambda x: {"value": _square(x), "foo": 3, "bar": "baz"}, _good),
    "dict_value_none": (lambda x: {"value": None, "status": b"SAT"}, _failed),
    "dict_value_nan": (lambda x: {"value": float("nan"), "status": b"SAT", "runtime": 0.1}, _failed),
    "dict_timeout_with_value": (_dict(b"TIMEOUT"), _status_below_zero("TIMEOUT", 1000.0)),
    "die_segfault": (_below_zero(lambda x: _quietly(ctypes.string_at, 0)), _failed_below(0)),
    "die_sys_exit": (_below_zero(lambda x: sys.exit(3)), _failed_below(0)),
    "die_sigkill": (_below_zero(lambda x: os.kill(os.getpid(), signal.SIGKILL)), _failed_below(0)),
    "die_sigterm": (_below_zero(lambda x: os.kill(os.getpid(), signal.SIGTERM)), _failed_below(0)),
    "die_keyboardinterrupt": (_below_zero(lambda x: _raise(KeyboardInterrupt())), _failed_below(0)),
    "die_recursion": (_below_zero(_recurse), _failed_below(0)),
    "die_memoryerror": (_below_zero(lambda x: _raise(MemoryError())), _failed_below(0)),
    "die_oserror11": (_below_zero(lambda x: _raise(OSError(11, "unavailable"))), _failed_below(0)),
    "die_abort": (_below_zero(lambda x: _quietly(os.abort)), _failed_below(0)),
    "die_stopiteration": (_below_zero(lambda x: _raise(StopIteration())), _failed_below(0)),
    "tlimit_dict_runtime": (
        lambda x: {"value": _square(x), "runtime": 5.0 if x < 0 else 0.1},
        _status_below_zero("TIMEOUT"),
    ),
    "tlimit_dict_runtime_edge": (
        lambda x: {"value": _square(x), "runtime": 1.97 if x < -2 else 1.985 if x < 1 else 2.0},
        lambda x: _good(x) if x < -2 else ("TIMEOUT", TIMEOUT_QUALITY),
    ),
    "memlimit": (_below_zero(lambda x: np.ones(250_000_000)), _status_below_zero("MEMOUT")),
    "memlimit_python": (_below_zero(lambda x: [0] * 10**9), _status_below_zero("MEMOUT")),
}
_EVERYWHERE = (_good, _failed)


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
    result = _replay(recorder, name, function, 12 if some and name != "dict_bytes_unknown" else 4)
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


# -- spaces ---------------------------------------------------------------------------------------------------------


def test_deterministic(recorder):
    def rosenbrock(x1, x2, x3, x4):
        return sum(100 * (b - a**2) ** 2 + (a - 1) ** 2 for a, b in ((x1, x2), (x2, x3), (x3, x4)))

    result = _replay(recorder, "deterministic", rosenbrock, 12)
    assert len(recorder.calls) == 12
    first = result.runs[0].evaluations[0]
    assert (first.status, first.value) == ("SAT", 120048.0)
    assert result.value == rosenbrock(**result.configuration)


@pytest.mark.parametrize("name", ["conditional", "conditional_forbidden"])
def test_conditional(recorder, name):
    def function(algo, **others):
        numbers = [value for value in others.values() if not isinstance(value, str)]
        return {"a": 1.0, "b": 0.5, "c": 2.0}[algo] + sum(numbers) * 0.01

    result = _replay(recorder, name, function, 12)
    assert len(recorder.calls) == 12
    assert len({frozenset(call) for call in recorder.calls}) > 1
    parameters = _parameters(name)
    inactive = set(result.configuration) - set(result.active_configuration)
    assert inactive
    assert all(result.configuration[key] == parameters[key][2] for key in inactive)
    assert result.value == function(**result.active_configuration)


def test_conditional_positional(recorder):
    def function(algo=None, lr=None, depth=None):
        return (lr or 0) + (depth or 0)

    result = _replay(recorder, "conditional_positional", function, 8)
    assert {frozenset(call) for call in recorder.calls} <= {frozenset(("algo", "lr")), frozenset(("algo", "depth"))}
    assert result.value == function(**result.active_configuration)


def test_types_of_values(recorder):
    parameters = {
        **_parameters("types_of_values"),
        "cn": ("categorical", [np.float64(0.25), np.float64(0.75)], np.float64(0.25)),
    }
    result = _replay(recorder, "types_of_values", lambda **kw: float(kw["r"]) + kw["i"], 12, parameters=parameters)
    seen = {(key, *shown) for call in recorder.calls for key, shown in call.items()}
    assert {text for key, kind, text in seen if key == "cb" and kind == "bool"} == {"True", "False"}
    assert {kind for key, kind, _ in seen if key == "cn"} == {"float"}
    assert {kind for key, kind, _ in seen if key in ("ci", "i", "il", "oi")} == {"int"}
    assert {kind for key, kind, _ in seen if key in ("cs", "os_")} == {"str"}
    assert type(result.configuration["cb"]) is bool


def test_name_instance_seed(recorder):
    result = _replay(recorder, "name_instance_seed", lambda **kw: 1.0 + len(kw), 4)
    assert result.value == 4.0
    assert all(set(call) == {"instance", "seed", "x"} for call in recorder.calls)


def test_finite_space_exhausted(recorder):
    with pytest.warns(UserWarning, match="exhausted"):
        result = _replay(recorder, "finite_space_exhausted", lambda c, d: {"a": 3.0, "b": 1.0, "c": 2.0}[c] + d, 20)
    assert len(recorder.calls) == RECORDED["finite_space_exhausted"]["index"]["calls"] == 6
    assert (result.value, result.configuration) == (2.0, {"c": "b", "d": 1})
    assert "exhausted" in result.stopped_because


def test_one_config_space(recorder):
    with pytest.warns(UserWarning, match="exhausted"):
        result = _replay(recorder, "one_config_space", lambda c: 1.0, 5)
    assert len(recorder.calls) == RECORDED["one_config_space"]["index"]["calls"] == 1
    assert (result.value, result.configuration) == (1.0, {"c": "a"})


def test_constant_function(recorder):
    result = _replay(recorder, "constant_function", lambda x: 5.0, 8)
    assert len(recorder.calls) == 8
    assert (result.value, result.configuration) == (5.0, {"x": 4.0})
    assert len(result.runs[0].trajectory) == 1


# -- processes ------------------------------------------------------------------------------------------------------

COUNT = [0]


def test_globals_in_function(recorder):
    def function(x):
        COUNT[0] += 1
        return _square(x) + COUNT[0] * 100

    result = _replay(recorder, "globals_in_function", function, 4)
    assert COUNT == [0]
    assert all(e.value == _square(e.configuration["x"]) + 100 for e in result.runs[0].evaluations)


def test_stdout(recorder, capfd):
    def function(x):
        print("printed by the function", x)
        sys.stderr.write("stderr of the function\n")
        return _square(x)

    result = _replay(recorder, "stdout", function, 4)
    out, err = capfd.readouterr()
    expected = [f"printed by the function {e.configuration['x']}" for e in result.runs[0].evaluations]
    assert out.splitlines() == expected
    assert err.splitlines() == ["stderr of the function"] * 4


def test_num_procs_more_than_runs(recorder, tmp_path):
    def function(x):
        marker = tmp_path / "running"
        marker.mkdir()  # fails if another call is running
        time.sleep(0.05)
        marker.rmdir()
        return _square(x)

    result = _replay(recorder, "num_procs_more_than_runs", function, 6)
    assert [e.status for e in result.runs[0].evaluations] == ["SAT"] * 6


def test_same_optimizer_twice(recorder):
    optimizer = SMAC_optimizer()
    parameters = _parameters("same_optimizer_twice")
    results = [optimizer.minimize(recorder(_square), n, parameters) for n in (4, 3, 4)]
    assert len(recorder.calls) == 4 + 3 + 4
    assert results[0] == results[2]
    assert recorder.calls[:4] == recorder.calls[7:]
    assert SMAC_optimizer().pysmac_config is not optimizer.pysmac_config


# -- limits ---------------------------------------------------------------------------------------------------------


def _burn(seconds):
    start, turns = time.process_time(), 0
    while time.process_time() - start < seconds:
        turns += 1


def _timeout_below(bound, value=TIMEOUT_QUALITY):
    return lambda x: ("TIMEOUT", value) if x < bound else _good(x)


def _check(result, expected):
    for evaluation in result.runs[0].evaluations:
        assert (evaluation.status, evaluation.value) == expected(evaluation.configuration["x"])


@pytest.mark.slow
def test_tlimit_cpu(recorder):
    def function(x):
        if x < 0:
            _burn(30)
        return _square(x)

    result = _replay(recorder, "tlimit_cpu", function, 12, t_limit_function_s=0.3)
    _check(result, _timeout_below(0))
    assert len(result.runs[0].evaluations) == 12
    assert {e.status for e in result.runs[0].evaluations} == {"SAT", "TIMEOUT"}
    assert {e.cutoff for e in result.runs[0].evaluations} == {0.3}
    assert result.n_crashed == 0


@pytest.mark.slow
def test_tlimit_ignored_exception(recorder):
    def function(x):
        try:
            if x < 0:
                _burn(30)
        except Exception:
            return -100.0
        return _square(x)

    result = _replay(recorder, "tlimit_ignored_exception", function, 12, t_limit_function_s=0.3)
    _check(result, _timeout_below(0))
    assert result.value >= 0


@pytest.mark.slow
def test_tlimit_timeout_quality(recorder):
    def function(x):
        if x < 0:
            _burn(30)
        return {"value": _square(x), "runtime": 0.01}

    result = _replay(recorder, "tlimit_timeout_quality", function, 12, t_limit_function_s=0.3)
    _check(result, _timeout_below(0, 77.0))


def test_tlimit_cumulative(recorder):
    """The limit is for one call, not for the sum of all."""

    def function(x):
        _burn(0.15)
        return _square(x)

    result = _replay(recorder, "tlimit_cumulative", function, 8)
    _check(result, _good)
    assert sum(e.cpu_time for e in result.runs[0].evaluations) > 1


@pytest.mark.slow
def test_tlimit_wall(recorder):
    """The wall clock limit is ten times the CPU limit."""

    def function(x):
        if x < 0:
            time.sleep(1.2)
        return _square(x)

    result = _replay(recorder, "tlimit_wall", function, 12)
    _check(result, _good)
    assert any(e.wall_time > 1 > e.cpu_time for e in result.runs[0].evaluations)


@pytest.mark.slow
def test_tlimit_wall_long(recorder):
    def function(x):
        if x < 0:
            time.sleep(60)
        return _square(x)

    result = _replay(recorder, "tlimit_wall_long", function, 12, t_limit_function_s=0.15)
    _check(result, _timeout_below(0))
    assert len(result.runs[0].evaluations) == 12  # no total limit unless the user sets one


@pytest.mark.slow
def test_t_limit_total(recorder):
    def function(x):
        time.sleep(0.2)
        return _square(x)

    result = _replay(recorder, "t_limit_total", function, 1000, {"t_limit_total_s": 2})
    assert 1 <= len(recorder.calls) <= 11
    assert result.stopped_because == "t_limit_total_s reached"


@pytest.mark.slow
def test_t_limit_total_2_runs(recorder):
    def function(x):
        time.sleep(0.2)
        return _square(x)

    result = _replay(recorder, "t_limit_total_2_runs", function, 1000, {"t_limit_total_s": 2})
    assert [run.seed for run in result.runs] == [0, 1]
    assert all(1 <= len(run.evaluations) <= 11 for run in result.runs)
    assert all(run.evaluations[0].status == "SAT" for run in result.runs)
    assert result.value == min(run.value for run in result.runs)


@pytest.mark.slow
def test_t_limit_total_late_better(recorder):
    """A call that the end of the total time cuts off is no result."""

    def function(x):
        time.sleep(60 if x != 4 else 0.1)
        return 100.0 if x == 4 else _square(x)

    result = _replay(recorder, "t_limit_total_late_better", function, 5, {"t_limit_total_s": 3})
    assert [e.status for e in result.runs[0].evaluations] == ["SAT", "TIMEOUT"]
    assert "total time" in result.runs[0].evaluations[1].message
    assert (result.value, result.configuration) == (100.0, {"x": 4.0})
    assert result.stopped_because == "t_limit_total_s reached"
