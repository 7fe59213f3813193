"""Recorded runs of the original: spaces and processes."""

import sys
import time

import numpy as np
import pytest

from pysmac_compat import SMAC_optimizer
from pysmac_compat.space.definition import define

from .replays import LOST, RECORDED, clauses_of, parameters_of, replay, square, values_of
from .small import direct

# -- what the original called ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", RECORDED)
def test_the_recorded_calls_have_the_keywords_that_we_would_give(name):
    parameters = parameters_of(name)
    definition = define(parameters, **clauses_of(name))
    for call in RECORDED[name]["calls"]:
        assert set(call) == definition.active(definition.complete(values_of(call))).difference(LOST)


# -- spaces ---------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_deterministic(recorder):
    def rosenbrock(x1, x2, x3, x4):
        return sum(100 * (b - a**2) ** 2 + (a - 1) ** 2 for a, b in ((x1, x2), (x2, x3), (x3, x4)))

    result = replay(recorder, "deterministic", rosenbrock, 8)
    assert len(recorder.calls) == 8
    first = result.runs[0].evaluations[0]
    assert (first.status, first.value) == ("SAT", 120048.0)
    assert result.value == rosenbrock(**result.configuration)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["conditional", "conditional_forbidden"])
def test_conditional(recorder, name):
    def function(algo, **others):
        numbers = [value for value in others.values() if not isinstance(value, str)]
        return {"a": 1.0, "b": 0.5, "c": 2.0}[algo] + sum(numbers) * 0.01

    result = replay(recorder, name, function, 12)
    assert len(recorder.calls) == 12
    assert len({frozenset(call) for call in recorder.calls}) > 1
    parameters = parameters_of(name)
    inactive = set(result.configuration) - set(result.active_configuration)
    assert inactive
    assert all(result.configuration[key] == parameters[key][2] for key in inactive)
    assert result.value == function(**result.active_configuration)


@pytest.mark.slow
def test_conditional_positional(recorder):
    def function(algo=None, lr=None, depth=None):
        return (lr or 0) + (depth or 0)

    result = replay(recorder, "conditional_positional", function, 8)
    assert {frozenset(call) for call in recorder.calls} <= {frozenset(("algo", "lr")), frozenset(("algo", "depth"))}
    assert result.value == function(**result.active_configuration)


@pytest.mark.slow
def test_types_of_values(recorder):
    parameters = {
        **parameters_of("types_of_values"),
        "cn": ("categorical", [np.float64(0.25), np.float64(0.75)], np.float64(0.25)),
    }
    result = replay(
        recorder, "types_of_values", lambda **kw: float(kw["r"]) + kw["i"], 12, isolate=True, parameters=parameters
    )
    seen = {(key, *shown) for call in recorder.calls for key, shown in call.items()}
    assert {text for key, kind, text in seen if key == "cb" and kind == "bool"} == {"True", "False"}
    assert {kind for key, kind, _ in seen if key == "cn"} == {"float"}
    assert {kind for key, kind, _ in seen if key in ("ci", "i", "il", "oi")} == {"int"}
    assert {kind for key, kind, _ in seen if key in ("cs", "os_")} == {"str"}
    assert type(result.configuration["cb"]) is bool


def test_name_instance_seed(recorder):
    result = replay(recorder, "name_instance_seed", lambda **kw: 1.0 + len(kw), 4)
    assert result.value == 4.0
    assert all(set(call) == {"instance", "seed", "x"} for call in recorder.calls)


def test_finite_space_exhausted(recorder):
    with pytest.warns(UserWarning, match="exhausted"):
        result = replay(recorder, "finite_space_exhausted", lambda c, d: {"a": 3.0, "b": 1.0, "c": 2.0}[c] + d, 20)
    assert len(recorder.calls) == RECORDED["finite_space_exhausted"]["index"]["calls"] == 6
    assert (result.value, result.configuration) == (2.0, {"c": "b", "d": 1})
    assert "exhausted" in result.stopped_because


def test_one_config_space(recorder):
    with pytest.warns(UserWarning, match="exhausted"):
        result = replay(recorder, "one_config_space", lambda c: 1.0, 5)
    assert len(recorder.calls) == RECORDED["one_config_space"]["index"]["calls"] == 1
    assert (result.value, result.configuration) == (1.0, {"c": "a"})


def test_constant_function(recorder):
    result = replay(recorder, "constant_function", lambda x: 5.0, 4)
    assert len(recorder.calls) == 4
    assert (result.value, result.configuration) == (5.0, {"x": 4.0})
    assert len(result.runs[0].trajectory) == 1


# -- processes ------------------------------------------------------------------------------------------------------


COUNT = [0]


def test_globals_in_function(recorder):
    def function(x):
        COUNT[0] += 1
        return square(x) + COUNT[0] * 100

    result = replay(recorder, "globals_in_function", function, 2, isolate=True)
    assert COUNT == [0]
    assert all(e.value == square(e.configuration["x"]) + 100 for e in result.runs[0].evaluations)


@pytest.mark.slow
def test_stdout(recorder, capfd):
    def function(x):
        print("printed by the function", x)
        sys.stderr.write("stderr of the function\n")
        return square(x)

    result = replay(recorder, "stdout", function, 3, isolate=True)
    out, err = capfd.readouterr()
    expected = [f"printed by the function {e.configuration['x']}" for e in result.runs[0].evaluations]
    assert out.splitlines() == expected
    assert err.splitlines() == ["stderr of the function"] * 3


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:num_procs=3 has no effect")
def test_num_procs_more_than_runs(recorder, tmp_path):
    def function(x):
        marker = tmp_path / "running"
        marker.mkdir()  # fails if another call is running
        time.sleep(0.05)
        marker.rmdir()
        return square(x)

    result = replay(recorder, "num_procs_more_than_runs", function, 4, isolate=True)
    assert [e.status for e in result.runs[0].evaluations] == ["SAT"] * 4


@pytest.mark.slow
def test_same_optimizer_twice(recorder):
    optimizer = direct()
    parameters = parameters_of("same_optimizer_twice")
    results = [optimizer.minimize(recorder(square), n, parameters) for n in (3, 2, 3)]
    assert len(recorder.calls) == 3 + 2 + 3
    assert results[0] == results[2]
    assert recorder.calls[:3] == recorder.calls[5:]
    assert SMAC_optimizer().pysmac_config is not optimizer.pysmac_config
