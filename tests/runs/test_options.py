"""Options of SMAC v2 with an effect here: each shows it."""

from __future__ import annotations

import time
import warnings

import pytest

import pysmac_compat

PARAMETERS = {"x": ("real", [-5, 5], 4), "y": ("integer", [0, 8], 7)}


def quadratic(x, y):
    return (x - 1) ** 2 + y


def minimise(options, function=quadratic, n=12, **keywords):
    optimizer = pysmac_compat.SMAC_optimizer()
    for name, value in options:
        optimizer.smac_options[name] = value
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        optimizer.minimize(function, n, PARAMETERS, **keywords)
    return optimizer.result


def configurations(result):
    return [e.configuration for e in result.runs[0].evaluations]


@pytest.mark.parametrize("name", ["runcount-limit", "runcount_limit", "totalNumRunsLimit"])
@pytest.mark.parametrize("value", [5, "5"])
def test_runcount_limit(name, value):
    assert len(configurations(minimise([(name, value)]))) == 5


def test_the_smaller_budget_holds():
    assert len(configurations(minimise([("runcount-limit", 50)]))) == 12


@pytest.mark.parametrize("name", ["cutoff_time", "cutoff-time", "cutoffTime", "algo-cutoff-time"])
def test_cutoff_time(name):
    assert {e.cutoff for e in minimise([(name, 3)], n=3).runs[0].evaluations} == {3.0}


def test_the_smaller_limit_of_a_call_holds():
    assert minimise([("cutoff-time", 3)], n=2, t_limit_function_s=2).runs[0].evaluations[0].cutoff == 2.0


def test_wallclock_limit():
    def slow(x, y):
        time.sleep(0.1)
        return x

    result = minimise([("wallclock-limit", 0.5)], slow, n=1000)
    assert result.stopped_because == "t_limit_total_s reached"
    assert len(configurations(result)) <= 6


def test_cputime_limit():
    def burn(x, y):
        end = time.process_time() + 0.1
        while time.process_time() < end:
            pass
        return x

    result = minimise([("cputime-limit", 0.35)], burn, n=1000)
    assert result.stopped_because == "cputime-limit reached"
    assert 1 <= len(configurations(result)) <= 4


def test_deterministic():
    result = minimise([("deterministic", "false")], lambda x, y, seed: x + seed % 3, n=6)
    assert all(type(e.seed) is int for e in result.runs[0].evaluations)


def test_execution_mode_roar_uses_no_model():
    smac, roar = (minimise([("execution-mode", mode)], n=30) for mode in ("SMAC", "ROAR"))
    assert configurations(smac)[0] == configurations(roar)[0] == {"x": 4.0, "y": 7}
    assert len({str(c) for c in configurations(roar)}) == 30
    assert sum(c["y"] == 0 for c in configurations(smac)) > 2 * sum(c["y"] == 0 for c in configurations(roar))


def test_rf_num_trees_changes_the_model():
    few, many = (configurations(minimise([("rf-num-trees", n)], n=25)) for n in (1, 40))
    assert few != many


def test_max_incumbent_runs():
    result = minimise([("max-incumbent-runs", 3)], lambda x, y, seed: x + seed % 3, n=20, deterministic=False)
    assert max(run.incumbent_runs for run in result.runs) == 3


def test_initial_incumbent_runs():
    result = minimise([("initial-incumbent-runs", 4)], lambda x, y, seed: x, n=8, deterministic=False)
    assert configurations(result)[:4] == [{"x": 4.0, "y": 7}] * 4


def test_stop_on_abort():
    optimizer = pysmac_compat.SMAC_optimizer()
    with pytest.warns(UserWarning, match="ABORT"):
        optimizer.minimize(lambda x, y: {"status": "ABORT"}, 3, PARAMETERS)
    assert len(configurations(optimizer.result)) == 3
    optimizer.smac_options["stop-on-abort"] = True
    with pytest.warns(UserWarning, match="ABORT"):
        optimizer.minimize(lambda x, y: {"status": b"ABORT"}, 3, PARAMETERS)
    assert optimizer.result.stopped_because == "the function reported ABORT"
    assert len(configurations(optimizer.result)) == 1


def test_without_isolation_calls_happen_here():
    seen = []

    def function(x, y):
        seen.append(x)
        if len(seen) == 3:
            raise ValueError("third")
        return quadratic(x, y)

    result = minimise([("isolate", False)], function)
    assert len(seen) == 12
    assert [e.status for e in result.runs[0].evaluations].count("CRASHED") == 1
    assert configurations(result)[:2] == configurations(minimise([]))[:2]


def test_of_two_aliases_the_one_assigned_last_wins():
    assert len(configurations(minimise([("runcount-limit", 7), ("runcount_limit", 4)]))) == 4
    assert len(configurations(minimise([("runcount-limit", 4), ("runcount_limit", 7), ("runcount-limit", 3)]))) == 3


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("runcount-limit", 0),
        ("runcount-limit", 2.5),
        ("cutoff-time", -1),
        ("cutoff-time", "soon"),
        ("deterministic", "perhaps"),
        ("execution-mode", "PSEL"),
        ("rf-num-trees", 0),
        ("adaptive-capping", 7),
        ("ac-mult-slack", None),
        ("scenario_fn", ""),
        ("timeout_quality", "bad"),
    ],
)
def test_illegal_values_are_refused(name, value):
    with pytest.raises(ValueError, match=name.split("-")[0]):
        minimise([(name, value)])


def test_options_without_an_effect_say_so():
    optimizer = pysmac_compat.SMAC_optimizer()
    optimizer.smac_options["ipc-mechanism"] = "TCP"
    with pytest.warns(UserWarning, match="ipc-mechanism.*no effect"):
        optimizer.minimize(quadratic, 2, PARAMETERS)
